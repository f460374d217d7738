"""The named queries about opinions: which posts repeat one, and what the words of those that don't say anew."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from elasticsearch.dsl import Search

from indexers.answers import Keyed, Risen
from indexers.names import document_id
from indexers.queries import EVERYTHING, PAGE, Filters, posts_where
from indexers.reader import Reader, hits, iso, sizes, total
from indexers.slots import Window

RISING = 1000  # most frequent words of a window that are looked at
KEYS = 2000  # of copies, asked for at once


def copies(reader: Reader, post_ids: Sequence[str]) -> dict[str, int]:
    """Count what repeats each of some posts, by id; those that nothing repeats are left out."""
    names = {document_id(name): name for name in post_ids}
    query = Search().filter("terms", duplicate_of=list(names)).extra(size=0)
    query.aggs.bucket("copies", "terms", field="duplicate_of", size=max(1, len(names)))
    return {names[key]: size for key, size in sizes(reader.run("copies", reader.names.posts, query), "copies").items()}


def with_copy_keys(reader: Reader, keys: Sequence[str], since: datetime) -> Iterator[Keyed]:
    """Give the opinions first written at `since` or later that have one of the keys; many keys are asked for in several turns.

    Of a great many with the same keys the thousand that were written first are given.
    """
    given: set[str] = set()
    for start in range(0, len(keys), KEYS):
        query = Search().filter("terms", copy_keys=list(keys[start : start + KEYS])).filter("term", opinion=True)
        query = query.filter("range", indexed_at={"gte": iso(since)}).sort({"indexed_at": {"order": "asc"}}, {"id": {"order": "asc"}})
        query = query.extra(size=PAGE).source(list(Keyed.__struct_fields__))
        for hit in hits(reader.run("with_copy_keys", reader.names.posts, query)):
            if hit["_id"] not in given:
                given.add(hit["_id"])
                yield msgspec.convert(hit["_source"], Keyed)


def risen_words(
    reader: Reader, window: Window, before: Window, filters: Filters = EVERYTHING, *, size: int = 20, least: int = 3
) -> list[Risen]:
    """Give the keywords that opinions in a window have and those in the window before had not, or seldom, the most telling first.

    Only opinions count, so that one text that is forwarded a thousand times does not rise. A word must stand in `least` of them. Scores are
    our own, of two counts (`risen`), so that both engines give the same.
    """
    posts, found = _words_of(reader, "risen_words", msgspec.structs.replace(filters, window=window), size=RISING)
    words = {word: count for word, count in found.items() if count >= least}
    if not words:
        return []
    posts_before, known = _words_of(
        reader, "risen_words: before", msgspec.structs.replace(filters, window=before), size=len(words), words=words
    )
    scored = [
        Risen(word, count, known.get(word, 0), risen(count, posts, known.get(word, 0), posts_before)) for word, count in words.items()
    ]
    return sorted((one for one in scored if one.score > 0), key=lambda one: (-one.score, one.word))[:size]


def risen(count: int, posts: int, before: int, posts_before: int) -> float:
    """How telling it is that a word stands in so many of some posts, and in so many of those before; 0 where it does not rise.

    The difference of the shares times their ratio, with one more post that has the word before: so a new word is not infinitely new, and
    where nothing was before nothing rises.
    """
    share, share_before = count / max(posts, 1), (before + 1) / (posts_before + 1)
    return (share - share_before) * share / share_before if share > share_before else 0.0


def _words_of(reader: Reader, name: str, filters: Filters, *, size: int, words: Iterable[str] | None = None) -> tuple[int, dict[str, int]]:
    """How many opinions there are, and how many of them have each keyword: the most frequent ones, or some."""
    query = posts_where(filters).filter("term", opinion=True).extra(size=0, track_total_hits=True)
    query.aggs.bucket("words", "terms", field="keywords", size=size, **({"include": sorted(words)} if words is not None else {}))
    answer = reader.run(name, reader.names.posts, query)
    return total(answer), sizes(answer, "words")
