"""The top_hits aggregation: a search of its own in each bucket."""

from dataclasses import dataclass

from indexers.embedded.aggregate.level import Json, Level, Options, Where
from indexers.embedded.clauses import Nothing
from indexers.embedded.errors import invalid
from indexers.embedded.fetch import Wanted
from indexers.embedded.sort import Key, Sorter, parse_sort

_MOST = 100


@dataclass(frozen=True, slots=True)
class TopHits:
    """The first documents of each bucket by some keys."""

    keys: tuple[Key, ...]
    size: int
    wanted: Wanted

    def ask(self, *, exact: bool) -> Json:
        return {}

    def answer(self, found: Json, where: Where) -> Json:
        sorter = Sorter(where.view.snapshot, where.view.read, self.keys)
        empty = isinstance(where.clause, Nothing)
        search = sorter.first if self.keys else sorter.by_score
        hits = [] if empty else search(where.clause, self.size)
        total = 0 if empty else sorter.count(where.clause)  # counted with the hits, where there are any
        shown = [where.view.hit(one, self.keys, self.wanted, {}) for one in hits]
        best = None if self.keys or not hits else max(one.score or 0.0 for one in hits)
        return {"hits": {"total": {"value": total, "relation": "eq"}, "max_score": best, "hits": shown}}


def read(options: Options, where: Where, _: Level) -> TopHits:
    """Read top_hits."""
    size = options.whole("size", 3)
    if size > _MOST:
        raise invalid(f"Top hits result window is too large, it must be less than or equal to: [{_MOST}] but was [{size}].")
    keys = parse_sort(options.take("sort"), where.view.snapshot.fields, where.view.multiple)
    return TopHits(keys, size, Wanted.of_body(options.take("_source")))
