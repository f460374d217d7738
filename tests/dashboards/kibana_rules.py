"""What Kibana's Dashboards API takes, as its documentation says: required fields, known keys, the grid. Anything else is refused."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

COLUMNS = 48
REFUSED_TYPES = {"map", "links", "legacy_vis"}
CONTROLS = {"options_list_control", "range_slider_control", "time_slider_control", "esql_control"}
TYPES = {"vis", "discover_session", "markdown", "image", *CONTROLS}
XY = {"line", "area", "area_stacked", "area_percentage"} | {
    f"bar{way}{kind}" for way in ("", "_horizontal") for kind in ("", "_stacked", "_percentage")
}
WITH_FIELD = {"average", "sum", "max", "min", "unique_count", "median", "standard_deviation", "percentile", "percentile_rank", "last_value"}
METRIC_KEYS = {"operation", "label", "format", "filter", "time_scale", "reduced_time_range", "time_shift"}
CHART = {"type", "title", "description", "query", "filters", "styling"}
KEY = re.compile(r"[a-z0-9_-]{1,250}")


class Refused(Exception):
    """A 400, with Kibana's way to say where."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"[request body.{where}]: {what}")


def known(body: Any, where: str, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Any]:
    """Check an object's keys."""
    if not isinstance(body, dict):
        raise Refused(where, f"expected an object, got {type(body).__name__}")
    for key in required:
        if key not in body:
            raise Refused(f"{where}.{key}", "expected value, got [undefined]")
    for key in body:
        if key not in required and key not in optional:
            raise Refused(f"{where}.{key}", "definition for this key is missing")
    return body


def one_of(value: Any, where: str, allowed: Collection[Any]) -> None:
    """Check a value of an enumeration."""
    if value not in allowed:
        raise Refused(where, f"types that failed validation: {value!r} is none of {sorted(map(str, allowed))}")


def text(value: Any, where: str) -> None:
    """Check a text that must not be empty."""
    if not isinstance(value, str) or not value:
        raise Refused(where, "value has length [0] but it must have a minimum length of [1]")


def board(body: Any, views: Collection[str]) -> None:
    """Check a dashboard. `views` are the ids of the data views that there are. Raises Refused."""
    optional = {"description", "panels", "time_range", "refresh_interval", "filters", "query", "pinned_panels", "options", "tags"}
    known(body, "dashboard", {"title"}, optional)
    text(body["title"], "title")
    if "time_range" in body:
        known(body["time_range"], "time_range", {"from", "to"}, {"mode"})
    if "refresh_interval" in body:
        known(body["refresh_interval"], "refresh_interval", {"pause", "value"})
    panels = list(_flat(body.get("panels", [])))
    for number, panel in enumerate(panels):
        _panel(panel, f"panels.{number}", views)
    _grid([panel["grid"] for panel in panels])
    keys = [panel["id"] for panel in panels if "id" in panel]
    if len(set(keys)) != len(keys):
        raise Refused("panels", "two panels have one id")


def _flat(panels: list[Any]) -> Iterator[Any]:
    for panel in panels:
        if isinstance(panel, dict) and "panels" in panel:
            known(panel, "section", {"title", "grid", "panels"}, {"collapsed", "id"})
            yield from panel["panels"]
        else:
            yield panel


def _panel(panel: Any, where: str, views: Collection[str]) -> None:
    known(panel, where, {"type", "grid", "config"}, {"id"})
    if panel["type"] in REFUSED_TYPES:
        raise Refused(f"{where}.type", f"panels of type {panel['type']} are not supported by this API")
    one_of(panel["type"], f"{where}.type", TYPES)
    grid = known(panel["grid"], f"{where}.grid", {"x", "y"}, {"w", "h"})
    if not all(isinstance(value, int) and value >= 0 for value in grid.values()) or not 1 <= grid.get("w", 24) <= COLUMNS:
        raise Refused(f"{where}.grid", "no place on the grid")
    if grid["x"] + grid.get("w", 24) > COLUMNS:
        raise Refused(f"{where}.grid", f"ends beyond column {COLUMNS}")
    if panel["type"] == "vis":
        _vis(panel["config"], f"{where}.config", views)
    elif panel["type"] == "discover_session":
        _session(panel["config"], f"{where}.config", views)


def _grid(grids: list[dict[str, int]]) -> None:
    taken: set[tuple[int, int]] = set()
    for grid in grids:
        cells = {(x, y) for x in range(grid["x"], grid["x"] + grid.get("w", 24)) for y in range(grid["y"], grid["y"] + grid.get("h", 15))}
        if taken & cells:
            raise Refused("panels", f"panels overlap at {min(taken & cells)}")
        taken |= cells


def _vis(config: Any, where: str, views: Collection[str]) -> None:
    if not isinstance(config, dict) or "type" not in config:
        raise Refused(f"{where}.type", "expected value, got [undefined]")
    one_of(config["type"], f"{where}.type", CHARTS)
    CHARTS[config["type"]](config, where, views)
    if "query" in config:
        _kql(config["query"], f"{where}.query")


def _source(source: Any, where: str, views: Collection[str]) -> None:
    if not isinstance(source, dict):
        raise Refused(where, "expected an object")
    if source.get("type") == "data_view_reference":
        known(source, where, {"type", "ref_id"})
        one_of(source["ref_id"], f"{where}.ref_id", views)
    elif source.get("type") == "data_view_spec":
        known(source, where, {"type", "index_pattern"}, {"time_field"})
    else:
        one_of(source.get("type"), f"{where}.type", {"data_view_reference", "data_view_spec", "esql"})


def _kql(query: Any, where: str) -> None:
    known(query, where, {"expression", "language"})
    one_of(query["language"], f"{where}.language", {"kql", "lucene"})


def _metric(config: dict[str, Any], where: str, views: Collection[str]) -> None:
    known(config, where, {"type", "data_source", "metrics"}, CHART | {"breakdown_by"})
    _source(config["data_source"], f"{where}.data_source", views)
    kinds = [metric.get("type") for metric in config["metrics"]]
    if kinds not in (["primary"], ["primary", "secondary"]):
        raise Refused(f"{where}.metrics", "the first metric must be the primary one, and a second one the secondary")
    for number, metric in enumerate(config["metrics"]):
        _measure(metric, f"{where}.metrics.{number}", {"type"})


def _xy(config: dict[str, Any], where: str, views: Collection[str]) -> None:
    known(config, where, {"type", "layers"}, CHART | {"axis", "legend"})
    if "legend" in config:
        known(config["legend"], f"{where}.legend", {"visibility"}, {"position", "layout", "placement", "size"})
    if not config["layers"]:
        raise Refused(f"{where}.layers", "array size is [0], but cannot be smaller than [1]")
    for number, layer in enumerate(config["layers"]):
        at = f"{where}.layers.{number}"
        known(layer, at, {"type", "data_source", "y"}, {"x", "breakdown_by", "sampling", "ignore_global_filters"})
        one_of(layer["type"], f"{at}.type", XY)
        _source(layer["data_source"], f"{at}.data_source", views)
        for place, measure in enumerate(layer["y"]):
            _measure(measure, f"{at}.y.{place}", {"axis", "color"})
        for key in ("x", "breakdown_by"):
            if key in layer:
                _bucket(layer[key], f"{at}.{key}", len(layer["y"]), {"color", "collapse_by", "aggregate_first"})


def _table(config: dict[str, Any], where: str, views: Collection[str]) -> None:
    known(config, where, {"type", "data_source", "metrics"}, CHART | {"rows", "split_metrics_by"})
    _parts(config, where, views, "rows")


def _pie(config: dict[str, Any], where: str, views: Collection[str]) -> None:
    known(config, where, {"type", "data_source", "metrics"}, CHART | {"group_by", "legend"})
    _parts(config, where, views, "group_by")


def _parts(config: dict[str, Any], where: str, views: Collection[str], groups: str) -> None:
    _source(config["data_source"], f"{where}.data_source", views)
    if not config["metrics"]:
        raise Refused(f"{where}.metrics", "array size is [0], but cannot be smaller than [1]")
    for number, measure in enumerate(config["metrics"]):
        _measure(measure, f"{where}.metrics.{number}", {"color", "visible", "width", "alignment"})
    for number, bucket in enumerate(config.get(groups, ())):
        _bucket(bucket, f"{where}.{groups}.{number}", len(config["metrics"]), {"color", "visible", "width", "collapse_by"})


def _single(required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Callable[[dict[str, Any], str, Collection[str]], None]:
    def check(config: dict[str, Any], where: str, views: Collection[str]) -> None:
        known(config, where, {"type", "data_source", "metric", *required}, CHART | set(optional) | {"axis", "legend"})
        _source(config["data_source"], f"{where}.data_source", views)
        _measure(config["metric"], f"{where}.metric", {"color"})
        for key in (*required, *optional):
            if key in config:
                _bucket(config[key], f"{where}.{key}", 1, {"color"})

    return check


CHARTS: Mapping[str, Callable[[dict[str, Any], str, Collection[str]], None]] = {
    "metric": _metric,
    "xy": _xy,
    "data_table": _table,
    "pie": _pie,
    "tag_cloud": _single(("tag_by",)),
    "heatmap": _single(("x",), ("y",)),
}


def _measure(measure: Any, where: str, more: set[str]) -> None:
    if not isinstance(measure, dict) or "operation" not in measure:
        raise Refused(f"{where}.operation", "expected value, got [undefined]")
    operation = measure["operation"]
    if operation == "formula":
        known(measure, where, {"operation", "formula"}, METRIC_KEYS | more)
    elif operation == "count":
        known(measure, where, {"operation"}, METRIC_KEYS | {"field", "empty_as_null"} | more)
    else:
        one_of(operation, f"{where}.operation", WITH_FIELD)
        extra = {"percentile", "rank", "time_field", "multi_value", "empty_as_null"}
        known(measure, where, {"operation", "field"}, METRIC_KEYS | extra | more)
    if "filter" in measure:
        _kql(measure["filter"], f"{where}.filter")
    if "format" in measure:
        known(measure["format"], f"{where}.format", {"type"}, {"decimals", "suffix", "compact", "from", "to", "pattern"})


def _bucket(bucket: Any, where: str, measures: int, more: set[str]) -> None:
    if not isinstance(bucket, dict) or "operation" not in bucket:
        raise Refused(f"{where}.operation", "expected value, got [undefined]")
    if bucket["operation"] == "date_histogram":
        extra = {"suggested_interval", "use_original_time_range", "include_empty_rows", "drop_partial_intervals", "label"}
        known(bucket, where, {"operation", "field"}, extra | more)
        return
    if bucket["operation"] == "filters":
        known(bucket, where, {"operation", "filters"}, {"label"} | more)
        return
    one_of(bucket["operation"], f"{where}.operation", {"terms"})
    extra = {"limit", "rank_by", "label", "format", "other_bucket", "includes", "excludes", "increase_accuracy"}
    known(bucket, where, {"operation", "fields"}, extra | more)
    if not 1 <= len(bucket["fields"]) <= 4:
        raise Refused(f"{where}.fields", "array size must be between 1 and 4")
    if "other_bucket" in bucket:
        known(bucket["other_bucket"], f"{where}.other_bucket", {"include_documents_without_field"})
    if "rank_by" in bucket:
        _rank(bucket["rank_by"], f"{where}.rank_by", measures)


def _rank(rank: Any, where: str, measures: int) -> None:
    one_of(rank.get("type"), f"{where}.type", {"alphabetical", "metric", "rare", "significant", "custom"})
    if rank["type"] == "alphabetical":
        known(rank, where, {"type", "direction"})
    if rank["type"] == "metric":
        known(rank, where, {"type", "metric_index", "direction"})
        if not 0 <= rank["metric_index"] < measures:
            raise Refused(f"{where}.metric_index", "there is no such metric")


def _session(config: Any, where: str, views: Collection[str]) -> None:
    known(config, where, {"tabs"}, {"title", "description", "time_range"})
    if len(config["tabs"]) != 1:
        raise Refused(f"{where}.tabs", "one tab is supported")
    extra = {"column_order", "column_settings", "sort", "filters", "query", "view_mode", "density", "rows_per_page", "sample_size"}
    tab = known(config["tabs"][0], f"{where}.tabs.0", {"data_source"}, extra | {"header_row_height", "row_height"})
    _source(tab["data_source"], f"{where}.tabs.0.data_source", views)
    for number, sort in enumerate(tab.get("sort", ())):
        known(sort, f"{where}.tabs.0.sort.{number}", {"name", "direction"})
        one_of(sort["direction"], f"{where}.tabs.0.sort.{number}.direction", {"asc", "desc"})
    if not 10 <= tab.get("sample_size", 500) <= 10_000:
        raise Refused(f"{where}.tabs.0.sample_size", "must be between 10 and 10000")
    if "query" in tab:
        _kql(tab["query"], f"{where}.tabs.0.query")


def data_view(body: Any) -> None:
    """Check what creates a data view. Raises Refused."""
    known(body, "data view", {"data_view"}, {"override", "refresh_fields"})
    optional = {
        "id",
        "name",
        "timeFieldName",
        "sourceFilters",
        "fieldFormats",
        "fieldAttrs",
        "allowNoIndex",
        "runtimeFieldMap",
        "namespaces",
    }
    view = known(body["data_view"], "data_view", {"title"}, optional)
    text(view["title"], "data_view.title")
    for number, hidden in enumerate(view.get("sourceFilters", ())):
        known(hidden, f"data_view.sourceFilters.{number}", {"value"})
    for field, form in view.get("fieldFormats", {}).items():
        known(form, f"data_view.fieldFormats.{field}", set(), {"id", "params"})
