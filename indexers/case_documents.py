"""The documents of incidents and requests: how they stand, the posts of each, and the records of every step.

Each holds some columns to find and count it by, and its struct as `body` (see `indexers.records`). None says who wrote a post.
What the follower of posts remembers between two turns stands in `cursors` (`indexers.desk_documents`).
"""

from typing import Any

from elasticsearch.dsl import Boolean, Date, Document, Keyword, Long, MetaField

from indexers.desk_documents import RecordDocument
from indexers.names import MAX_ID_BYTES

LONGEST = 256  # characters


def _keyword() -> Any:
    return Keyword(ignore_above=LONGEST)


def _id() -> Any:
    return Keyword(ignore_above=MAX_ID_BYTES)


class IncidentDocument(RecordDocument):
    """`incidents.filed.Filed` is its body."""

    state = _keyword()
    level = _keyword()  # as an officer set it
    topic = _keyword()
    departments = _keyword()  # proposed
    lead_department = _keyword()
    accounts = _keyword()
    merged = Boolean()
    touched = Boolean()  # somebody has judged it or noted something
    found_at = Date()
    listed_at = Date()  # when it had grown large enough to be listed by itself
    last_at = Date()  # publication of its newest post
    moved_at = Date()
    ends_at = Date()  # of the clock that ends first, of those that run or have passed
    posts = Long()
    spread = Long()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class MemberDocument(RecordDocument):
    """`incidents.filed.Member` is its body: one post in an incident, with what its charts need."""

    incident = _id()
    published_at = Date()
    added_at = Date()
    platform = _keyword()
    kind = _keyword()
    accounts = _keyword()
    topic = _keyword()
    sentiment = Long()
    spread = Long()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class HandlingDocument(RecordDocument):
    """A record of `incidents.records` or `incidents.requests` is its body. Appended, never changed."""

    case = _id()  # the incident or the request
    at = Date()
    by = _keyword()
    role = _keyword()
    source = _keyword()
    to = _keyword()
    milestone = _keyword()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class RequestDocument(RecordDocument):
    """`incidents.requests.Request` is its body."""

    post = _id()
    kind = _keyword()
    state = _keyword()
    department = _keyword()
    report = Boolean()
    reported = _keyword()  # departments that it is against
    received_at = Date()
    due_at = Date()
    moved_at = Date()
    waiting = Boolean()  # not yet answered

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


FAMILIES: dict[str, type[Document]] = {
    "incidents": IncidentDocument,
    "members": MemberDocument,
    "handling": HandlingDocument,
    "requests": RequestDocument,
}
