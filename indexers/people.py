"""Those who work with the system: users, their sessions, one-time entries, failed sign-ins, and the audit of what they changed.

Nothing here is about the authors of posts. Documents are read by id, so a sign-in counts at once, and replaced under the
version that was read, so that of two who change or use one thing one wins.
"""

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
from elasticsearch import Elasticsearch
from elasticsearch.dsl import Boolean, Date, Document, Keyword, MetaField, Search

from indexers.errors import DatabaseError, translated
from indexers.names import MAX_ID_BYTES, Names
from indexers.reader import hits

CONFLICT = 409
NOT_FOUND = 404
MOST_USERS = 1000
LONGEST = 256  # characters


class Role(enum.StrEnum):
    """What a user is there for; `web.access` says what each may do."""

    ADMIN = "admin"
    DUTY = "duty"
    HANDLER = "handler"
    ANALYST = "analyst"
    VIEWER = "viewer"
    SOURCE = "source"  # a system that delivers posts with a token; it can't sign in to the pages


class User(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One who may sign in. `secret` is the argon2id hash of a password or, for a source, the SHA-256 of its token."""

    id: str  # the name to sign in with
    role: Role
    secret: str
    created_at: datetime
    changed_at: datetime  # sessions that began before this have ended
    disabled: bool = False
    department: str | None = None  # which the user works for


class Session(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sign-in in one browser. The id is a hash of what the browser holds."""

    id: str
    user: str
    created_at: datetime
    seen_at: datetime


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A link that signs in once. The id is a hash of what stands in it."""

    id: str
    user: str
    expires_at: datetime


class Attempts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The latest failed sign-ins for one name from one address, or from one address."""

    id: str
    failed_at: tuple[datetime, ...]


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody changed, took away or tried. Never changed."""

    id: str
    at: datetime
    who: str
    action: str  # a constant: "signed_in", "exported", …
    target: str | None = None
    detail: str | None = None
    address: str | None = None


class AuditPage(NamedTuple):
    """Some records of the audit, and where they end; None on the last page."""

    records: list[AuditRecord]
    after: tuple[Any, ...] | None


def _keyword() -> Any:
    return Keyword(ignore_above=LONGEST)


def _shown() -> Any:
    return Keyword(index=False, doc_values=False, ignore_above=LONGEST)


class _Strict(Document):
    id = Keyword(ignore_above=MAX_ID_BYTES)


class UserDocument(_Strict):
    """`User` is its source."""

    role = _keyword()
    secret = _shown()
    created_at = Date()
    changed_at = Date()
    disabled = Boolean()
    department = _keyword()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class SessionDocument(_Strict):
    """`Session` is its source."""

    user = _keyword()
    created_at = Date()
    seen_at = Date()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class EntryDocument(_Strict):
    """`Entry` is its source."""

    user = _keyword()
    expires_at = Date()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class AttemptsDocument(_Strict):
    """`Attempts` is its source."""

    failed_at = Date()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class AuditDocument(_Strict):
    """`AuditRecord` is its source."""

    at = Date()
    who = _keyword()
    action = _keyword()
    target = _keyword()
    detail = _shown()
    address = _shown()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


FAMILIES: dict[str, type[Document]] = {
    "users": UserDocument,
    "sessions": SessionDocument,
    "entries": EntryDocument,
    "attempts": AttemptsDocument,
    "audit": AuditDocument,
}
Kept = TypeVar("Kept", User, Session, Entry, Attempts)
_FAMILY: dict[type[msgspec.Struct], str] = {User: "users", Session: "sessions", Entry: "entries", Attempts: "attempts"}


def index(names: Names, family: str) -> str:
    """Name the index of one family."""
    return f"{names.prefix}-{family}"


class Read(NamedTuple, Generic[Kept]):
    """A document as it was read, and the version that may be replaced."""

    body: Kept
    version: tuple[int, int]  # sequence number and primary term


class People(NamedTuple):
    """Reads and writes these documents. All methods raise DatabaseUnavailable and DatabaseError."""

    client: Elasticsearch
    names: Names

    def get(self, kind: type[Kept], key: str) -> Read[Kept] | None:
        """Read one by its id, as it is now; None where there is none."""
        place = index(self.names, _FAMILY[kind])
        with translated(f"read one of {place}"):
            answer = self.client.options(ignore_status=NOT_FOUND).get(index=place, id=key)
        if answer.meta.status == NOT_FOUND:
            return None
        return Read(_convert(answer.body["_source"], kind, place), (answer.body["_seq_no"], answer.body["_primary_term"]))

    def create(self, body: msgspec.Struct) -> bool:
        """Store a new one; False where its id is taken."""
        return self._done("create", body, {})

    def replace(self, body: Kept, version: tuple[int, int]) -> bool:
        """Store one in place of the version that was read; False where somebody else was faster."""
        return self._done("index", body, {"if_seq_no": version[0], "if_primary_term": version[1]})

    def delete(self, kind: type[Kept], key: str, version: tuple[int, int] | None = None) -> bool:
        """Take one away; False where it is gone, or is another version by now."""
        place = index(self.names, _FAMILY[kind])
        guard: dict[str, Any] = {} if version is None else {"if_seq_no": version[0], "if_primary_term": version[1]}
        try:
            with translated(f"delete one of {place}"):
                self.client.delete(index=place, id=key, **guard)
        except DatabaseError as error:
            if error.http_status in {CONFLICT, NOT_FOUND}:
                return False
            raise
        return True

    def users(self) -> list[User]:
        """All users by name, as of a second ago."""
        place = index(self.names, "users")
        return [_convert(hit["_source"], User, place) for hit in self._search("users", Search().sort("id").extra(size=MOST_USERS))]

    def append(self, record: AuditRecord) -> None:
        """Add to the audit."""
        self._done("create", record, {})

    def audit(self, *, size: int = 200) -> list[AuditRecord]:
        """Give the newest records of the audit, newest first."""
        return self.audit_page(size=size).records

    def audit_page(self, *, size: int, after: Sequence[Any] | None = None) -> AuditPage:
        """Give a page of the audit, newest first; `after` is where the page before ended."""
        query = Search().sort({"at": {"order": "desc"}}, {"id": {"order": "asc"}}).extra(size=size)
        if after is not None:
            query = query.extra(search_after=list(after))
        found = self._search("audit", query)
        last = tuple(found[-1]["sort"]) if len(found) == size else None
        return AuditPage([_convert(hit["_source"], AuditRecord, "audit") for hit in found], last)

    def _search(self, family: str, query: Search[Any]) -> list[Any]:
        with translated(f"list {family}"):
            answer = self.client.search(index=index(self.names, family), body=query.to_dict(), ignore_unavailable=True)
        return list(hits(answer.body))

    def _done(self, verb: str, body: msgspec.Struct, guard: dict[str, Any]) -> bool:
        place = index(self.names, _FAMILY.get(type(body), "audit"))
        document: dict[str, Any] = msgspec.to_builtins(body)
        try:
            with translated(f"write one of {place}"):
                getattr(self.client, verb)(index=place, id=document["id"], document=document, **guard)
        except DatabaseError as error:
            if error.http_status == CONFLICT:
                return False
            raise
        return True


Stored = TypeVar("Stored", User, Session, Entry, Attempts, AuditRecord)


def _convert(source: object, kind: type[Stored], place: str) -> Stored:
    try:
        return msgspec.convert(source, kind)
    except msgspec.ValidationError as error:
        raise DatabaseError(
            f"a document of {place} is no {kind.__name__} of ours: {error}", status=200, reason="foreign_document"
        ) from error
