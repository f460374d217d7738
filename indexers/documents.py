"""The documents of the database and the index templates that make their indices.

Fields are few and strict: what is not named here is refused. What only identifies an author is neither indexed nor kept in
columns, so the database itself can't select, group or rank by it. Counts are `long`; a keyword longer than
`ignore_above` is kept in the source but not found by. Text is indexed twice: `text` with the `standard` analyser for people
typing in Kibana, `tokens` (the words of our own segmenter, joined by spaces) for precise search.
"""

import hashlib
from typing import Any

import msgspec
from elasticsearch.dsl import Boolean, Date, Document, Double, Index, Keyword, Long, MetaField, Object, Text
from elasticsearch.dsl.field import Field

from indexers import case_documents, desk_documents, people, report_documents
from indexers.names import MAX_ID_BYTES, Names

VERSION = 7  # raise it when a field changes: indices made by another version are refused
PRIORITY = 500  # above the templates that come with a cluster
LONGEST_KEYWORD = 256  # characters


def _keyword() -> Field:
    return Keyword(ignore_above=LONGEST_KEYWORD)


def _id() -> Field:
    return Keyword(ignore_above=MAX_ID_BYTES)


def _text(analyzer: str) -> Field:
    return Text(analyzer=analyzer, norms=False)  # we never sort by score, and norms serve nothing else


def _shown(kind: type[Field]) -> Field:
    """Keep a field for showing and merging only: it can't be searched, sorted or grouped by."""
    given: dict[str, Any] = {"index": False, "doc_values": False}
    return kind(**given, ignore_above=LONGEST_KEYWORD) if kind is Keyword else kind(**given)


class PostDocument(Document):
    """One post with its tags, by month of publication. `indexers.merge.StoredPost` is its source."""

    id = _id()
    platform = _keyword()
    kind = _keyword()
    author = Object(
        properties={
            "id": _shown(Keyword),
            "standing": _keyword(),
            "name": _shown(Keyword),
            "region": _shown(Keyword),
            "followers": _shown(Long),
            "following": _shown(Long),
            "posts": _shown(Long),
        }
    )
    title = _text("standard")
    text = _text("standard")
    tokens = _text("whitespace")
    keywords = _keyword()
    url = _shown(Keyword)
    media = _shown(Keyword)
    client = _keyword()
    root_id = _id()
    parent_id = _id()
    published_at = Date()
    collected_at = Date()
    first_collected_at = Date()
    indexed_at = Date()
    text_from = _shown(Keyword)
    tags_from = _shown(Keyword)
    forwards = Long()
    comments = Long()
    likes = Long()
    reads = Long()
    counted_at = Object(properties={name: _shown(Date) for name in ("forwards", "comments", "likes", "reads")})
    spread = Long()
    sources = _keyword()
    owner = _keyword()  # the monitored account that wrote it; nobody else is ever named here
    accounts = _keyword()
    flags = _keyword()
    topic = _keyword()
    topic_score = Double()
    second_topic = _keyword()
    second_score = _shown(Double)
    own_topics = _keyword()
    own_topics_why = _shown(Keyword)
    form = _keyword()
    form_score = Double()
    asks = _keyword()
    asks_score = Double()
    is_report = Boolean()
    doubtful = _keyword()
    language = _keyword()
    own_words = Boolean(index=False, doc_values=False)
    copy_keys = _keyword()
    duplicate_of = _id()
    opinion = Boolean()
    corrected = Object(enabled=False)
    sentiment = Long()
    sentiment_score = Double()
    model = _keyword()
    tag_revision = Long()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class ObservationDocument(Document):
    """The counts of one post at one time, by month of observation. `indexers.merge.Observation` is its source."""

    id = _id()
    post = _id()
    root_id = _id()
    platform = _keyword()
    kind = _keyword()
    accounts = _keyword()
    sources = _keyword()
    published_at = Date()
    observed_at = Date()
    forwards = Long()
    comments = Long()
    likes = Long()
    reads = Long()
    spread = Long()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


class CoverageDocument(Document):
    """One run of one source. `streams.messages.Coverage` is its source."""

    id = _id()
    source = _keyword()
    started_at = Date()
    ended_at = Date()
    outcome = _keyword()
    reason = _keyword()
    detail = _shown(Keyword)
    pages = Long()
    failed_pages = Long()
    seen = Long()
    kept = Long()
    broken = Long()
    expected = Long()
    oldest_at = Date()
    newest_at = Date()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


def templates(names: Names, segmenter: str, replicas: int) -> dict[str, dict[str, Any]]:
    """Build the body of each composable index template, by its name.

    `segmenter` is the stamp of what cut the tokens; with VERSION it stands in the `_meta` of each template and each index. That of a
    template has a digest of it, too, by which one that stands already is told from another.
    """
    families = {"posts": (PostDocument, names.posts), "observations": (ObservationDocument, names.observations)}
    families["coverage"] = (CoverageDocument, names.coverage)
    families |= {family: (document, people.index(names, family)) for family, document in people.FAMILIES.items()}
    kept = desk_documents.FAMILIES | case_documents.FAMILIES | report_documents.FAMILIES
    families |= {family: (document, f"{names.prefix}-{family}") for family, document in kept.items()}
    return {
        f"{names.prefix}-{family}": _template(document, pattern, {"version": VERSION, "segmenter": segmenter}, replicas)
        for family, (document, pattern) in families.items()
    }


def _template(document: type[Document], pattern: str, stamp: dict[str, Any], replicas: int) -> dict[str, Any]:
    index = Index(pattern).settings(number_of_shards=1, number_of_replicas=replicas)
    index.document(document)
    body: dict[str, Any] = index.as_composable_template(pattern, priority=PRIORITY).to_dict()
    body["template"]["mappings"]["_meta"] = stamp
    digest = hashlib.sha256(msgspec.json.encode(body, order="deterministic")).hexdigest()[:16]
    return body | {"version": VERSION, "_meta": {**stamp, "digest": digest}}
