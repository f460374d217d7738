"""Writes posts so that doing it again changes nothing.

First each post is created, which costs no read. Where one stands already it is read, merged and written in place of the
version that was read; where somebody else was faster, again. Nothing is written where the merge changes nothing.
Observations go before the post whose counts they explain: a writer that dies between the two finds the post unchanged and
does both again, under the same ids.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from elasticsearch import Elasticsearch

from indexers.bulk import Action, Outcome, send
from indexers.errors import DatabaseUnavailable, error_reason, error_type, translated
from indexers.merge import Observation, StoredPost, lift, merge, observations
from indexers.names import Names, document_id, month, months_near
from indexers.setup import post_indices, set_up
from streams.messages import Coverage, Flag, TaggedPost

ROUNDS = 10  # more writers of one post at once than this is a fault that a pause may heal
READ_AT_ONCE = 1000  # posts of some 2 kB each
# Their published_at is when they were collected, so each sighting points to another month.
DATELESS = frozenset({Flag.NO_DATE, Flag.IMPLAUSIBLE_DATE})

_encode = msgspec.json.Encoder().encode


class Refused(NamedTuple):
    """What the database would refuse again: for the dead letters. `id` is that of the post or report as it was given."""

    id: str
    reason: str  # a constant: the server's, or "unencodable"
    error: str  # what was wrong, in words
    status: int  # as of HTTP


class _Sighted(NamedTuple):
    """All sightings of one post in a batch, oldest first, and the index where it stands or will stand."""

    id: str  # as it was given
    target: str
    sightings: tuple[StoredPost, ...]
    first: bytes  # the oldest as JSON

    @property
    def key(self) -> str:
        """Under which id it is stored."""
        return self.sightings[0].id


class _Read(NamedTuple):
    """A post as it was read, and the version that may be replaced."""

    post: StoredPost
    version: tuple[int, int]  # sequence number and primary term


class Writer:
    """Writes to the indices behind one prefix; makes their templates before it writes first.

    `segmenter` is the stamp of what cut the posts' tokens; None stands for the built-in dictionary. `clock` says when a post
    was first written.
    """

    def __init__(
        self,
        client: Elasticsearch,
        prefix: str,
        *,
        segmenter: str | None = None,
        replicas: int = 0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._names = Names(prefix)
        self._segmenter = segmenter
        self._replicas = replicas
        self._clock = clock
        self._ready = False

    def write(self, posts: Sequence[TaggedPost]) -> list[Refused]:
        """Create or merge posts, and leave observations where counts changed. Returns those that the database refused.

        Raises DatabaseUnavailable where nothing can be written now: then nothing counts as written, and the same posts again
        are right. Raises SetupMismatch where the indices belong to another program, DatabaseError where it is our fault.
        """
        self.set_up()
        refused: list[Refused] = []
        sighted = _by_id(posts, self._names, self._clock(), refused)
        elsewhere = self._find_elsewhere(sighted)
        standing = [one._replace(target=elsewhere[one.id]) for one in sighted if one.id in elsewhere]
        standing += self._create([one for one in sighted if one.id not in elsewhere], refused)
        for _ in range(ROUNDS):
            if not standing:
                return refused
            standing = self._merge(standing, refused)
        raise DatabaseUnavailable(f"write posts: {len(standing)} of them were changed by somebody else {ROUNDS} times in a row")

    def rewrite(self, posts: Sequence[StoredPost]) -> list[Refused]:
        """Merge posts that were read and then changed into what stands by now. Returns and raises what `write` does."""
        self.set_up()
        refused: list[Refused] = []
        standing = [_Sighted(post.id, self._names.posts_of(month(post.published_at)), (post,), _encode(post)) for post in posts]
        for _ in range(ROUNDS):
            if not standing:
                return refused
            standing = self._merge(standing, refused)
        raise DatabaseUnavailable(f"rewrite posts: {len(standing)} of them were changed by somebody else {ROUNDS} times in a row")

    def write_coverage(self, reports: Sequence[Coverage]) -> list[Refused]:
        """Store reports of coverage; one that stands already stays. Returns and raises what `write` does."""
        self.set_up()
        ids = [document_id(report.id) for report in reports]
        actions = [Action(self._names.coverage, key, _encode(report)) for key, report in zip(ids, reports, strict=True)]
        outcomes = zip(reports, send(self._client, actions), strict=True)
        return [_refused(report.id, outcome) for report, outcome in outcomes if not (outcome.done or outcome.conflict)]

    def set_up(self) -> None:
        """Make the templates, once, so that others may write to their indices before the first post comes. Raises what `write` does."""
        if not self._ready:
            set_up(self._client, self._names, self._segmenter or _built_in(), self._replicas)
            self._ready = True

    def _create(self, sighted: Sequence[_Sighted], refused: list[Refused]) -> list[_Sighted]:
        """Create posts from their first sightings; returns those that stood already or have more sightings to merge."""
        actions = [Action(one.target, one.key, one.first) for one in sighted]
        standing: list[_Sighted] = []
        for one, outcome in zip(sighted, send(self._client, actions), strict=True):
            if outcome.conflict or (outcome.done and len(one.sightings) > 1):
                standing.append(one)
            elif not outcome.done:
                refused.append(_refused(one.id, outcome))
        return standing

    def _merge(self, standing: Sequence[_Sighted], refused: list[Refused]) -> list[_Sighted]:
        """Read posts, merge their sightings into them, and write what that changes; returns those to be done again."""
        read = self._read([(one.target, one.key) for one in standing])
        seen: list[Observation] = []
        changed: list[tuple[_Sighted, Action]] = []
        gone: list[_Sighted] = []
        for one in standing:
            found = read.get((one.target, one.key))
            if not isinstance(found, _Read):
                gone += [one] if found is None else []
                refused += [] if found is None else [_refused(one.id, found)]
                continue
            merged, new = _fold(found.post, one.sightings)
            seen += new
            if merged != found.post:
                changed.append((one, Action(one.target, merged.id, _encode(merged), found.version)))
        unseen = self._observe(seen)
        changed = [(one, action) for one, action in changed if action.id not in unseen]
        outcomes = send(self._client, [action for _, action in changed])
        again = self._create(gone, refused)
        refused += [_refused(one.id, unseen[one.key]) for one in standing if one.key in unseen]
        for (one, _), outcome in zip(changed, outcomes, strict=True):
            if outcome.conflict:
                again.append(one)
            elif not outcome.done:
                refused.append(_refused(one.id, outcome))
        return again

    def _observe(self, seen: Sequence[Observation]) -> dict[str, Outcome]:
        """Create observations; one that stands already stays. Returns by stored id the posts whose observations were refused."""
        new = list({one.id: one for one in reversed(seen)}.values())
        actions = [Action(self._names.observations_of(month(one.observed_at)), one.id, _encode(one)) for one in new]
        outcomes = zip(new, send(self._client, actions), strict=True)
        return {one.post: outcome for one, outcome in outcomes if not (outcome.done or outcome.conflict)}

    def _find_elsewhere(self, sighted: Sequence[_Sighted]) -> dict[str, str]:
        """Find posts that stand in another month than the one their date points to, where the date may be off.

        Any post near the edge of a month is looked up on its other side, also one with an exact date: it may have been
        stored before by an inexact one. A post without a date is looked up in every month. Returns index by id.
        """
        dateless = {one.id for one in sighted if any(not DATELESS.isdisjoint(sighting.flags) for sighting in one.sightings)}
        every = post_indices(self._client, self._names) if dateless else frozenset()
        places: dict[tuple[str, str], str] = {}
        for one in sighted:
            months = {name for sighting in one.sightings for name in months_near(sighting.published_at)}
            others = {self._names.posts_of(name) for name in months} if len(months) > 1 else set()
            others |= every if one.id in dateless else set()
            places.update(((index, one.key), one.id) for index in others - {one.target})
        found = self._read(sorted(places)) if places else {}
        return {places[place]: place[0] for place in sorted(found, reverse=True)}

    def _read(self, places: Sequence[tuple[str, str]]) -> dict[tuple[str, str], _Read | Outcome]:
        """Read posts by index and id, whether or not they can be searched yet; what does not stand there is left out."""
        found: dict[tuple[str, str], _Read | Outcome] = {}
        for start in range(0, len(places), READ_AT_ONCE):
            docs = [{"_index": index, "_id": key} for index, key in places[start : start + READ_AT_ONCE]]
            with translated(f"read {len(docs)} posts"):
                answer = self._client.mget(docs=docs)
            for doc in answer["docs"]:
                if (one := _read(doc)) is not None:
                    found[doc["_index"], doc["_id"]] = one
        return found


def _built_in() -> str:
    from nlp.segment import default  # noqa: PLC0415 - 40 MB of dictionary that a process which is told the stamp doesn't need

    return str(default().stamp)


def _by_id(posts: Iterable[TaggedPost], names: Names, now: datetime, refused: list[Refused]) -> list[_Sighted]:
    groups: dict[str, list[tuple[StoredPost, bytes]]] = {}
    for tagged in posts:
        one = lift(tagged, now)
        try:
            groups.setdefault(tagged.post.id, []).append((one, _encode(one)))
        except UnicodeEncodeError as error:
            refused.append(Refused(tagged.post.id, "unencodable", f"the post can't be written as UTF-8: {error}", HTTPStatus.BAD_REQUEST))
    return [_sighted(key, names, group) for key, group in groups.items() if group]


def _sighted(key: str, names: Names, group: list[tuple[StoredPost, bytes]]) -> _Sighted:
    group.sort(key=lambda pair: pair[0].collected_at)
    oldest, source = group[0]
    return _Sighted(key, names.posts_of(month(oldest.published_at)), tuple(one for one, _ in group), source)


def _fold(stored: StoredPost, sightings: Iterable[StoredPost]) -> tuple[StoredPost, list[Observation]]:
    """Merge sightings into what is stored, one after the other, with what is to be observed on the way."""
    seen: list[Observation] = []
    for sighting in sightings:
        merged = merge(stored, sighting)
        seen += observations(stored, sighting, merged)
        stored = merged
    return stored, seen


def _read(doc: dict[str, Any]) -> _Read | Outcome | None:
    """Read one document of an answer: None where there is none, an outcome where it is not one of ours."""
    if doc.get("found"):
        try:
            return _Read(msgspec.convert(doc["_source"], StoredPost), (doc["_seq_no"], doc["_primary_term"]))
        except msgspec.ValidationError as error:
            return Outcome(HTTPStatus.CONFLICT, "foreign_document", f"what stands in {doc['_index']} is not a post of ours: {error}")
    if "error" in doc and error_type(doc) != "index_not_found_exception":
        raise DatabaseUnavailable(f"read posts of {doc['_index']}: {error_type(doc)}: {error_reason(doc)}")
    return None


def _refused(key: str, outcome: Outcome) -> Refused:
    return Refused(key, outcome.reason, outcome.error, outcome.status)
