"""Users, sessions, entries and the audit on both engines."""

from datetime import timedelta

import msgspec
import pytest
from elasticsearch import Elasticsearch

from indexers.errors import DatabaseError
from indexers.names import Names
from indexers.people import AuditRecord, Entry, People, Role, Session, User
from indexers.setup import set_up
from tests.indexers.posts import NOW

USER = User(id="duty-1", role=Role.DUTY, secret="hash", created_at=NOW, changed_at=NOW)


@pytest.fixture
def people(database: Elasticsearch, prefix: str) -> People:
    set_up(database, Names(prefix), "stamp")
    return People(database, Names(prefix))


def test_what_is_written_can_be_read_at_once(people: People) -> None:
    """A sign-in counts in the very next request, whichever process answers it."""
    assert people.get(User, "duty-1") is None
    assert people.create(USER)
    read = people.get(User, "duty-1")
    assert read is not None
    assert read.body == USER


def test_a_name_is_given_once(people: People) -> None:
    """Of two who add the same name, the second is told."""
    assert people.create(USER)
    assert not people.create(msgspec.structs.replace(USER, role=Role.ADMIN))


def test_of_two_who_change_one_thing_one_wins(people: People) -> None:
    """The second writes over a version that is no longer there, and is told."""
    people.create(USER)
    read = people.get(User, USER.id)
    assert read is not None
    assert people.replace(msgspec.structs.replace(USER, disabled=True), read.version)
    assert not people.replace(USER, read.version)


def test_of_two_who_use_one_entry_one_wins(people: People) -> None:
    """A one-time link is taken away under the version that was read: the second finds nothing."""
    people.create(Entry(id="hash", user="duty-1", expires_at=NOW))
    read = people.get(Entry, "hash")
    assert read is not None
    assert people.delete(Entry, "hash", read.version)
    assert not people.delete(Entry, "hash", read.version)
    assert not people.delete(Session, "never there")


def test_users_are_listed_by_name(people: People) -> None:
    """Whoever was added is in the list."""
    people.create(USER)
    people.create(msgspec.structs.replace(USER, id="analyst-1"))
    people.client.indices.refresh(index=people.names.everything)
    assert [user.id for user in people.users()] == ["analyst-1", "duty-1"]


def test_the_audit_is_newest_first(people: People) -> None:
    """The latest changes are what one asks for."""
    for minute in (0, 2, 1):
        people.append(AuditRecord(id=str(minute), at=NOW + timedelta(minutes=minute), who="admin", action="signed_in"))
    people.client.indices.refresh(index=people.names.everything)
    assert [record.id for record in people.audit()] == ["2", "1", "0"]


def test_the_audit_is_read_page_by_page(people: People) -> None:
    """Down to the first record, each once, also of the same moment, and whatever is written meanwhile."""
    for number in range(7):
        people.append(AuditRecord(id=str(number), at=NOW + timedelta(minutes=number // 3), who="admin", action="signed_in"))
    people.client.indices.refresh(index=people.names.everything)
    seen, page = [], people.audit_page(size=2)
    people.append(AuditRecord(id="later", at=NOW + timedelta(days=1), who="admin", action="signed_in"))
    people.client.indices.refresh(index=people.names.everything)
    while page.after is not None:
        seen += [record.id for record in page.records]
        page = people.audit_page(size=2, after=page.after)
    assert seen + [record.id for record in page.records] == ["6", "3", "4", "5", "0", "1", "2"]


def test_a_foreign_document_is_an_error(people: People) -> None:
    """What something else wrote is named, not guessed at."""
    people.client.index(index=f"{people.names.prefix}-users", id="x", document={"id": "x", "role": "emperor"})
    with pytest.raises(DatabaseError, match="no User of ours"):
        people.get(User, "x")
