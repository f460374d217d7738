"""What can go wrong in the local store: answers with the server's status codes, and errors of opening the folder."""

from collections.abc import Mapping
from typing import Any

from config.errors import YuqingError


class LocalStoreError(YuqingError):
    """The local store's folder can't be opened or used; the message says why and what to do."""


class StoreHeld(LocalStoreError):
    """Another process owns the folder."""

    def __init__(self, folder: str, *, pid: int | None, since: str | None) -> None:
        self.pid = pid
        self.since = since
        who = f"process {pid}, since {since}" if pid else "another process that has not said who it is"
        super().__init__(f"the local store in {folder} is held by {who}; stop it, or connect to it with open_local")


class ApiFault(LocalStoreError):
    """A request that is answered with an error: `code` is the HTTP status, `kind` and the message stand in the body."""

    def __init__(self, code: int, kind: str, reason: str, *, cause: Mapping[str, Any] | None = None, **more: Any) -> None:
        self.code = code
        self.kind = kind
        self.reason = reason
        self.cause = cause
        self.more = more
        super().__init__(reason)

    def detail(self) -> dict[str, Any]:
        """The error as it stands in an item of a bulk answer."""
        found: dict[str, Any] = {"type": self.kind, "reason": self.reason, **self.more}
        if self.cause is not None:
            found["caused_by"] = dict(self.cause)
        return found

    def body(self) -> dict[str, Any]:
        """The whole answer."""
        detail = self.detail()
        return {"error": {"root_cause": [detail], **detail}, "status": self.code}


BROKEN = (ValueError, OSError, RuntimeError)  # what tantivy raises for a failed segment, a lost file, a full disk


def is_panic(error: BaseException) -> bool:
    """Whether tantivy gave up on itself: such an error is no Exception and its type has no public name."""
    return type(error).__name__ == "PanicException"


def unsupported(what: str) -> ApiFault:
    """The refusal of a request shape that this engine does not know; `what` names it."""
    return ApiFault(400, "unsupported_by_local_store", f"the local store does not take {what}")


def invalid(reason: str, kind: str = "illegal_argument_exception") -> ApiFault:
    """A request that the server refuses as well."""
    return ApiFault(400, kind, reason)


def unparsable(reason: str, cause: str | None = None) -> ApiFault:
    """One document that doesn't fit its mapping."""
    return ApiFault(
        400, "document_parsing_exception", reason, cause=None if cause is None else {"type": "illegal_argument_exception", "reason": cause}
    )


def index_not_found(name: str) -> ApiFault:
    """No such index."""
    return ApiFault(404, "index_not_found_exception", f"no such index [{name}]", index=name, index_uuid="_na_")


def blocked(reason: str, *, code: int) -> ApiFault:
    """Nothing can be written now: a full disk (429) or a read-only folder (403). Nothing of the request is stored."""
    return ApiFault(code, "cluster_block_exception", f"blocked: {reason}")
