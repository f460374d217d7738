"""What commands write into the audit: who of this machine did something, whatever name they act under."""

import getpass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from indexers.reader import Reader


def note(reader: "Reader", action: str, target: str) -> None:
    """Write down what was done. Raises DatabaseUnavailable and DatabaseError."""
    from indexers.people import AuditRecord, People

    record = AuditRecord(id=uuid4().hex, at=datetime.now(UTC), who=f"cli:{getpass.getuser()}", action=action, target=target)
    People(reader.client, reader.names).append(record)
