"""The documents of the desk: alerts and what becomes of them, the watcher's own state, and daily snapshots of accounts.

Each holds some columns to find it by and its struct as `body`, which is kept and not indexed. None is about the authors of posts but
the monitored accounts.
"""

from typing import Any

from elasticsearch.dsl import Boolean, Date, Document, Keyword, Long, MetaField, Object

from indexers.names import MAX_ID_BYTES

LONGEST = 256  # characters


def _keyword() -> Any:
    return Keyword(ignore_above=LONGEST)


class RecordDocument(Document):
    """What every such document has: see `indexers.records`."""

    id = Keyword(ignore_above=MAX_ID_BYTES)
    body = Object(enabled=False)


class EpisodeDocument(RecordDocument):
    """`alerts.episodes.Episode` is its body."""

    key = _keyword()  # a hash of what it is about
    status = _keyword()
    rule = _keyword()
    kind = _keyword()
    level = _keyword()
    accounts = _keyword()
    topic = _keyword()
    opened_at = Date()
    last_at = Date()
    resolved_at = Date()
    pending = Boolean()  # a step is not yet handed to the outbox
    once = Boolean()  # only a person ends it

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class AlertDocument(RecordDocument):
    """`alerts.episodes.Notice` is its body: one step of an episode. Never changed."""

    episode = _keyword()
    step = _keyword()
    rule = _keyword()
    kind = _keyword()
    level = _keyword()
    accounts = _keyword()
    topic = _keyword()
    at = Date()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class DeliveryDocument(RecordDocument):
    """`alerts.outbox.Delivery` is its body."""

    channel = _keyword()
    episode = _keyword()
    state = _keyword()
    created_at = Date()
    due_at = Date()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class LeaseDocument(RecordDocument):
    """`services.lease.Held` is its body."""

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class CursorDocument(RecordDocument):
    """What a reader of the database remembers between two runs; long ones stand in several pieces."""

    kind = _keyword()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class AccountDocument(RecordDocument):
    """`accounts.facts.Snapshot` is its body: an account's profile on one platform, once a day."""

    account = _keyword()
    platform = _keyword()
    at = Date()
    followers = Long()
    following = Long()
    posts = Long()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class CorrectionDocument(RecordDocument):
    """`indexers.corrections.Correction` is its body: what a person says instead of a model. Appended, never changed."""

    post = Keyword(ignore_above=MAX_ID_BYTES)
    field = _keyword()
    at = Date()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


FAMILIES: dict[str, type[Document]] = {
    "episodes": EpisodeDocument,
    "alerts": AlertDocument,
    "deliveries": DeliveryDocument,
    "leases": LeaseDocument,
    "cursors": CursorDocument,
    "accounts": AccountDocument,
    "corrections": CorrectionDocument,
}
