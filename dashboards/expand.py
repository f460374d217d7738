"""Reads the body of a dashboard as Kibana does: what each panel would ask of Elasticsearch, and the table that it would make of the answer.

By Kibana's rules and from the body alone, without looking at the panels that it was made of, so that a test can hold the two against each
other. Only what our own dashboards use; anything else is NotExpressible.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dashboards.errors import NotExpressible
from dashboards.kql import read

Json = dict[str, Any]
Row = tuple[tuple[Any, ...], tuple[float | None, ...]]
NOTHING = "__missing__"
UNITS = {"m", "h", "d", "w", "M", "y"}
FORMULA = re.compile(r"count\(kql='(?P<of>[^']*)'\) / count\(\)")


class Seen(NamedTuple):
    """What a reader of Kibana looks at: the time picker, the zone of the browser, and the step that Kibana takes for "auto"."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    auto: str  # "30m", "1d"


class Asked(NamedTuple):
    """A request as Kibana would send it, and how its answer is read."""

    panel: str
    indices: str
    body: Json
    splits: tuple[Json, ...]
    measures: tuple[Json, ...]

    def rows(self, answer: Mapping[str, Any]) -> list[Row]:
        """Make the table: for each row its keys (steps in ms since 1970, None for documents without a value) and its measures."""
        top = {**answer.get("aggregations", {}), "doc_count": answer["hits"]["total"]["value"]}
        return list(_rows(top, self.splits, self.measures))


def requests(board: Mapping[str, Any], views: Mapping[str, Mapping[str, Any]], seen: Seen, *, turned: bool = False) -> Iterator[Asked]:
    """Give what each panel of a dashboard asks. `views` are the data views by id.

    `turned` splits in the other order: Kibana's documents don't say whether a chart's colours are split within its axis or around it, so a
    chart must not depend on that. Rows come in the order of the body in both cases.
    """
    for panel in board["panels"]:
        config = panel["config"]
        if panel["type"] == "discover_session":
            yield _listing(panel["id"], config["tabs"][0], views, seen)
        elif panel["type"] == "vis":
            yield _chart(panel["id"], config, views, seen, turned=turned)
        else:
            raise NotExpressible(panel["id"], f"a panel of the type {panel['type']!r}")


def _chart(name: str, config: Json, views: Mapping[str, Mapping[str, Any]], seen: Seen, *, turned: bool) -> Asked:
    inner, splits, measures = _dimensions(name, config)
    view = views[inner["data_source"]["ref_id"]]
    body: Json = {"size": 0, "track_total_hits": True, "query": _query(view, config.get("query"), seen, name)}
    order = list(range(len(splits)))
    if turned:
        order.reverse()
    at = body
    for place in order:
        at["aggs"] = {f"split{place}": _split(name, splits[place], seen)}
        at = at["aggs"][f"split{place}"]
    found = {f"measure{place}": asked for place, measure in enumerate(measures) if (asked := _measure(name, measure))}
    if found:
        at["aggs"] = found
    numbered = [{**splits[place], "place": place} for place in order]
    return Asked(name, view["title"], body, tuple(numbered), tuple(measures))


def _dimensions(name: str, config: Json) -> tuple[Json, list[Json], list[Json]]:
    """Find what holds the data source, the splits and the measures of a chart."""
    match config["type"]:
        case "metric":
            return config, [], config["metrics"]
        case "data_table":
            return config, config["rows"], config["metrics"]
        case "pie":
            return config, config["group_by"], config["metrics"]
        case "tag_cloud":
            return config, [config["tag_by"]], [config["metric"]]
        case "heatmap":
            return config, [config["x"], config["y"]], [config["metric"]]
        case "xy":
            (layer,) = config["layers"]
            return layer, [layer[key] for key in ("x", "breakdown_by") if key in layer], layer["y"]
        case other:
            raise NotExpressible(name, f"a chart of the type {other!r}")


def _query(view: Mapping[str, Any], query: Json | None, seen: Seen, name: str) -> Json:
    window = {"gte": seen.start.isoformat(), "lte": seen.end.isoformat(), "format": "strict_date_optional_time"}
    clauses: list[Json] = [{"range": {view["timeFieldName"]: window}}]
    if query is not None:
        clauses += read(query["expression"], name)
    return {"bool": {"filter": clauses}}


def _split(name: str, split: Json, seen: Seen) -> Json:
    if split["operation"] == "date_histogram":
        suggested = split.get("suggested_interval", "auto")
        given = _interval(name, seen.auto if suggested == "auto" else suggested)
        return {"date_histogram": {"field": split["field"], "min_doc_count": 1, "time_zone": seen.zone.key, **given}}
    if split["operation"] != "terms":
        raise NotExpressible(name, f"the operation {split['operation']!r}")
    (field,) = split["fields"]
    rank = split["rank_by"]
    if rank["type"] == "alphabetical":
        order = {"_key": rank["direction"]}
    elif (rank["type"], rank["metric_index"]) == ("metric", 0):
        order = {"_count": rank["direction"]}  # the first measure of all our panels that rank is the count
    else:
        raise NotExpressible(name, f"the ranking {rank}")
    terms: Json = {"field": field, "size": split["limit"], "order": order}
    if split.get("other_bucket", {}).get("include_documents_without_field"):
        terms["missing"] = NOTHING
    return {"terms": terms}


def _interval(name: str, text: str) -> Json:
    """One unit is a step of the calendar, several are of a fixed length."""
    number, unit = text[:-1], text[-1]
    if not number.isdecimal() or unit not in UNITS:
        raise NotExpressible(name, f"the interval {text!r}")
    return {"calendar_interval": text} if number == "1" else {"fixed_interval": text}


def _measure(name: str, measure: Json) -> Json | None:
    operation = measure["operation"]
    if operation == "count":
        narrowed = measure.get("filter")
        return None if narrowed is None else {"filter": {"bool": {"filter": read(narrowed["expression"], name)}}}
    if operation == "formula":
        match = FORMULA.fullmatch(measure["formula"])
        if match is None:
            raise NotExpressible(name, f"the formula {measure['formula']!r}")
        return {"filter": {"bool": {"filter": read(match["of"], name)}}}
    if operation in {"sum", "max"}:
        return {operation: {"field": measure["field"]}}
    raise NotExpressible(name, f"the operation {operation!r}")


def _listing(name: str, tab: Json, views: Mapping[str, Mapping[str, Any]], seen: Seen) -> Asked:
    view = views[tab["data_source"]["ref_id"]]
    body = {
        "size": tab["sample_size"],
        "track_total_hits": True,
        "query": _query(view, tab.get("query"), seen, name),
        "sort": [{sort["name"]: {"order": sort["direction"]}} for sort in tab["sort"]],
        "_source": ["id", *tab["column_order"]],
    }
    return Asked(name, view["title"], body, (), ())


def _rows(bucket: Json, splits: Sequence[Json], measures: Sequence[Json]) -> Iterator[Row]:
    if not splits:
        if bucket["doc_count"]:
            yield (), tuple(_value(bucket, place, measure) for place, measure in enumerate(measures))
        return
    first, rest = splits[0], splits[1:]
    turned = bool(rest) and rest[0]["place"] < first["place"]
    for inner in bucket.get(f"split{first['place']}", {}).get("buckets", ()):
        key = None if inner["key"] == NOTHING else inner["key"]
        for keys, values in _rows(inner, rest, measures):
            yield (*keys, key) if turned else (key, *keys), values


def _value(bucket: Json, place: int, measure: Json) -> float | None:
    count: int = bucket["doc_count"]
    found: Json = bucket.get(f"measure{place}", {})
    match measure["operation"]:
        case "count":
            return int(found["doc_count"]) if "filter" in measure else count
        case "formula":
            return float(found["doc_count"] / count)
        case "sum":
            return float(found["value"])
        case _:
            value: float | None = found["value"]
            return value
