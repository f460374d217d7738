"""The list of what the engine takes, from its own tables, for the docs: `python -m indexers.embedded.shapes`."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from indexers.embedded.aggregate.registry import AGGREGATIONS
from indexers.embedded.api_search import BODY
from indexers.embedded.mapping import ANALYZERS, COLUMNS, PARAMETERS
from indexers.embedded.query import QUERIES
from indexers.embedded.routes import ROUTES

START, END = "<!-- made by python -m indexers.embedded.shapes: begin -->", "<!-- end -->"
PAGE = Path(__file__).parents[2] / "docs" / "local-store.md"
OPTIONS: Mapping[str, str] = {
    "bool": "`must`, `filter`, `should`, `must_not`, `minimum_should_match` (a number or a percentage)",
    "constant_score": "`filter`",
    "exists": "`field` (a field or an object)",
    "ids": "`values`",
    "match": "`query`, `operator`, `minimum_should_match`; on what is no text, as `term`",
    "match_all": "–",
    "match_none": "–",
    "match_phrase": "`query`; without slop",
    "prefix": "`value`; on keywords and words of texts",
    "range": "`gt`, `gte`, `lt`, `lte`, `time_zone`; on numbers, keywords and dates, with date math",
    "term": "`value`",
    "terms": "a list of values",
    "avg": "over numbers and dates",
    "cardinality": "`precision_threshold` (nothing to do with it); a sketch, within 2 %",
    "composite": "`sources` (`terms`, `date_histogram`, each with `order`), `size`, `after`",
    "date_histogram": "`fixed_interval` or `calendar_interval`, `time_zone`, `offset`, `min_doc_count`, `extended_bounds`",
    "filter": "a query",
    "filters": "`filters` (named or in order), `other_bucket_key`",
    "histogram": "`interval`, `offset`, `min_doc_count`",
    "max": "over numbers and dates",
    "min": "over numbers and dates",
    "missing": "–",
    "percentiles": "`percents`, `keyed`; exact up to 5,000 different values, else a sketch within 1 %; not over dates",
    "range (aggregation)": "`ranges` with `from`, `to`, `key`; over numbers",
    "stats": "over numbers and dates",
    "sum": "over numbers and dates",
    "terms (aggregation)": "`size`, `order`, `min_doc_count` from 1, `include` and `exclude` as lists, `missing`, `shard_size`",
    "top_hits": "`size`, `sort`, `_source`",
    "value_count": "–",
}


def lines() -> Iterator[str]:
    """The list as Markdown."""
    yield "### Requests"
    yield ""
    yield "| request | parameters |"
    yield "|---|---|"
    for route in ROUTES:
        parameters = ", ".join(f"`{name}`" for name in sorted(route.parameters)) or "–"
        yield f"| `{route.methods.replace(' ', ' or ')} {route.path}` | {parameters} |"
    yield ""
    yield f"A search's body: {', '.join(f'`{name}`' for name in sorted(BODY))}."
    yield ""
    yield from _table("Queries", {name: OPTIONS[name] for name in QUERIES})
    yield from _table("Aggregations", {name: OPTIONS.get(f"{name} (aggregation)", OPTIONS.get(name, "")) for name in AGGREGATIONS})
    yield "### Field types"
    yield ""
    for kind in COLUMNS:
        own = sorted(PARAMETERS.get(kind, frozenset()) - {"type"})
        yield f"- `{kind}`" + (f": {', '.join(f'`{name}`' for name in own)}" if own else "")
    yield ""
    yield f"Analysers: {', '.join(f'`{name}`' for name in ANALYZERS)}."


def _table(title: str, rows: Mapping[str, str]) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield "| name | takes |"
    yield "|---|---|"
    for name in sorted(rows):
        yield f"| `{name}` | {rows[name]} |"
    yield ""


def filled(page: str) -> str:
    """A page with the list put in between its marks."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return "\n".join((f"{before}{START}", "", *lines(), "", f"{END}{after}"))


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
