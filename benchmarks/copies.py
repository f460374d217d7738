"""Copies: how many are found and how many of those are some, on real posts; and what telling them costs a post, in the process's own time.

The truth is ours: pairs of replayed posts drawn from each band of likeness, and reposts drawn from a labelled set, read one by one
(`nlp/labels/README.md`). Which pairs there are in each band is counted over all pairs, without any key, so the bands can be weighed.
"""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from scipy.sparse import csr_matrix

from benchmarks.embedded import opened
from benchmarks.posts import posts
from benchmarks.rows import Given, Row
from indexers.names import Names
from indexers.reader import Reader
from indexers.writer import Writer
from nlp.alike import COPY, has_own_words, likeness, shingles
from nlp.copies import copy_keys
from nlp.data import microblogs
from nlp.labelled import Labels
from nlp.segment import default
from nlp.tagger import Tagger
from services.copies import Copies
from streams.messages import TaggedPost

DATA = Path(__file__).parents[2] / "shared" / "data"
POSTS = 10_000
BATCH = 2000
ROUNDS = 5
BANDS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.01)  # of likeness; less alike texts are taken to be no copies
_LEAST = 18  # shingles of a text that has keys
_FREQUENT = 300  # texts: a shingle that stands in more finds no pair, for copies have rarer ones too
_SHARE = 0.2  # of the shingles of the shorter text: pairs with fewer rare ones in common are less alike than the lowest band
_AT_ONCE = 500


class Pair(NamedTuple):
    """Two texts by their place, and how alike they are."""

    one: int
    other: int
    likeness: float


def run(given: Given) -> list[Row]:
    """Measure the finding where the data is beside the project, and the costs."""
    return [*(_found() if DATA.exists() else []), *_costs(given.posts or POSTS)]


def _found() -> list[Row]:
    """Precision and recall of what counts as a copy, of the keys by which copies are found, and of reposts without words."""
    texts = [row.text for row in microblogs(DATA, "replay/microblogs")]
    pairs = list(_pairs(texts))
    precision, recall = _judged(pairs)
    said = [(has_own_words(text), words) for text, words in Labels(DATA).reposts()]
    silent, right = [words for own, words in said if not own], [words for own, words in said if own]
    return [
        Row("copies: pairs taken for copies that are some", round(100 * precision, 1), "%"),
        Row("copies: copies that are alike enough", round(100 * recall, 1), "%"),
        _share_a_key("replayed posts", texts, pairs),
        _share_a_key("posts of incidents", more := [row.text for row in microblogs(DATA, "incidents/social")], list(_pairs(more))),
        Row("reposts taken for silent that are", round(100 * (1 - statistics.mean(silent)), 1), "%", note=f"{len(silent)} reposts"),
        Row("reposts taken to have words that have", round(100 * statistics.mean(right), 1), "%", note=f"{len(right)} reposts"),
    ]


def _share_a_key(name: str, texts: Sequence[str], pairs: Sequence[Pair]) -> Row:
    alike = [pair for pair in pairs if pair.likeness >= COPY]
    parts = (texts[start : start + _AT_ONCE] for start in range(0, len(texts), _AT_ONCE))
    keys = [set(each) for part in parts for each in copy_keys(default().cut_batch(part))]
    found = sum(not keys[pair.one].isdisjoint(keys[pair.other]) for pair in alike)
    note = f"{len(alike)} pairs among {len(texts):,}"
    return Row(f"copies: pairs alike enough that share a key, {name}", round(100 * found / len(alike), 1), "%", note=note)


def _pairs(texts: Sequence[str]) -> Iterator[Pair]:
    """All pairs of texts that are as alike as the lowest band or more."""
    sets = [shingles(text) for text in texts]
    kept = [place for place, each in enumerate(sets) if len(each) >= _LEAST]
    known: dict[str, int] = {}
    columns = [known.setdefault(each, len(known)) for place in kept for each in sets[place]]
    sizes = np.array([len(sets[place]) for place in kept])
    ends = np.concatenate([[0], np.cumsum(sizes)])
    table = csr_matrix((np.ones(len(columns), dtype=np.int32), columns, ends), shape=(len(kept), len(known)))
    texts_with = np.asarray(table.sum(axis=0)).ravel()
    rare = table[:, np.flatnonzero((texts_with > 1) & (texts_with <= _FREQUENT))]
    turned = rare.T.tocsr()
    for start in range(0, len(kept), _AT_ONCE):
        common = (rare[start : start + _AT_ONCE] @ turned).tocoo()
        one, other = common.row + start, common.col
        near = (one < other) & (common.data >= _SHARE * np.minimum(sizes[one], sizes[other]))
        for first, second in zip(one[near].tolist(), other[near].tolist(), strict=True):
            alike = likeness(sets[kept[first]], sets[kept[second]])
            if alike >= BANDS[0]:
                yield Pair(kept[first], kept[second], alike)


def _judged(pairs: Sequence[Pair]) -> tuple[float, float]:
    """Precision and recall of calling those pairs copies that are COPY alike or more; each band has the share of copies that was read in it."""
    judged = [(likeness(shingles(one), shingles(other)), copy) for one, other, copy in Labels(DATA).copies()]
    copies = {True: 0.0, False: 0.0}
    for low, high in itertools.pairwise(BANDS):
        read = [copy for alike, copy in judged if low <= alike < high]
        copies[low >= COPY] += statistics.mean(read) * sum(low <= pair.likeness < high for pair in pairs)
    return copies[True] / sum(pair.likeness >= COPY for pair in pairs), copies[True] / sum(copies.values())


def _costs(count: int) -> list[Row]:
    tagger = Tagger.load()
    given = list(itertools.islice(posts(count), count))
    tagged = tagger.tag(given)
    bare = [TaggedPost(post=one.post, tags=replace(one.tags, copy_keys=())) for one in tagged]
    batches = [default().cut_batch([post.text for post in given[start : start + _AT_ONCE]]) for start in range(0, count, _AT_ONCE)]
    keys = statistics.median(_seconds(lambda: [copy_keys(batch) for batch in batches]) for _ in range(ROUNDS))
    plain, full = ([_written(one, marked=False)[0] for _ in range(ROUNDS)] for one in (bare, tagged))
    marked = [_written(tagged, marked=True)[1] for _ in range(ROUNDS)]
    return [
        _row("copies: keys of a post, in tagging", keys, count, 15),
        _row("local store: a post written without keys", statistics.median(plain), count),
        _row("local store: a post written with keys", statistics.median(full), count),
        _row("local store: asked what a post repeats", statistics.median(marked), count, 25),
    ]


def _row(name: str, seconds: float, count: int, asked: float | None = None) -> Row:
    return Row(name, round(seconds / count * 1e6, 1), "µs/post", asked, "of the process's own time")


def _written(tagged: Sequence[TaggedPost], *, marked: bool) -> tuple[float, float]:
    """Seconds of writing posts to an empty store, and of asking it before each batch what they repeat."""
    asked = written = 0.0
    with opened() as (settings, store, _):
        client, prefix = store.client(), settings.elasticsearch.prefix
        writer, copies = Writer(client, prefix), Copies(Reader(client, Names(prefix), settings.zone))
        writer.set_up()
        for start in range(0, len(tagged), BATCH):
            part = tagged[start : start + BATCH]
            if marked:
                began = time.process_time()
                part = copies.mark(part)
                asked += time.process_time() - began
            written += _seconds(lambda batch=part: writer.write(batch))  # type: ignore[misc]
    return written, asked


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
