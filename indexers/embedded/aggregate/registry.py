"""Which aggregations there are, and how a tree of them is read and computed."""

from collections.abc import Callable, Mapping
from typing import Any

from indexers.embedded.aggregate import composite, filters, histogram, metrics, terms, top_hits
from indexers.embedded.aggregate.level import Json, Level, Options, Plan, Where
from indexers.embedded.clauses import Clause
from indexers.embedded.errors import ApiFault, invalid, unsupported
from indexers.embedded.view import View

Reader = Callable[[Options, Where, Level], Plan]

AGGREGATIONS: Mapping[str, Reader] = {
    "avg": metrics.read_number,
    "cardinality": metrics.read_cardinality,
    "composite": composite.read,
    "date_histogram": histogram.read_dates,
    "filter": filters.read_filter,
    "filters": filters.read_filters,
    "histogram": histogram.read_numbers,
    "max": metrics.read_number,
    "min": metrics.read_number,
    "missing": filters.read_missing,
    "percentiles": metrics.read_percentiles,
    "range": filters.read_range,
    "stats": metrics.read_number,
    "sum": metrics.read_number,
    "terms": terms.read,
    "top_hits": top_hits.read,
    "value_count": metrics.read_value_count,
}
METRICS = frozenset(
    {"avg", "cardinality", "max", "min", "percentiles", "stats", "sum", "top_hits", "value_count"}
)  # take no aggregations inside
_DEPTH = 10


def aggregate(view: View, clause: Clause, body: object) -> Json:
    """Compute the aggregations of a search. Raises ApiFault (400) for what this engine does not take."""
    where = Where(view, clause)
    level = _level(body, where, _DEPTH)
    return level.answer(where.run_level(level), where)


def _level(body: object, where: Where, depth: int) -> Level:
    if not isinstance(body, Mapping):
        raise invalid("aggregations must be an object", "parsing_exception")
    if depth == 0 and body:
        raise unsupported(f"aggregations nested deeper than {_DEPTH}")
    return Level({name: _plan(name, given, where, depth) for name, given in body.items()})


def _plan(name: str, given: Any, where: Where, depth: int) -> Plan:
    if not isinstance(given, Mapping):
        raise invalid(f"Expected an object for the aggregation [{name}]", "parsing_exception")
    inner = given.get("aggs", given.get("aggregations", {}))
    kinds = [key for key in given if key not in {"aggs", "aggregations"}]
    if len(kinds) != 1:
        raise ApiFault(400, "parsing_exception", f"Expected one aggregation type for [{name}], found {kinds}")
    kind = kinds[0]
    reader = AGGREGATIONS.get(kind)
    if reader is None:
        raise unsupported(f"the aggregation [{kind}]")
    if kind in METRICS and inner:
        raise ApiFault(400, "aggregation_initialization_exception", f"Aggregator [{name}] of type [{kind}] cannot accept sub-aggregations")
    options = Options(kind, given[kind])
    level = _level(inner, where, depth - 1)
    plan = reader(options, where, level)
    options.done()
    return plan
