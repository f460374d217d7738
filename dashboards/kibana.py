"""Writes a dashboard as the body of Kibana's Dashboards API (`PUT /api/dashboards/{id}`, Kibana 9.5) and our documents as its data views.

Pure: the same panels give the same body, to the byte. Left out is what Kibana fills in by itself, so that there is little that another version
could refuse.
"""

from collections.abc import Mapping
from typing import Any

from dashboards.boards import Board, Place
from dashboards.kql import written
from dashboards.operations import Bucket, Count, Dates, Largest, Metric, Share, Sum
from dashboards.panel import Drawn, Listing, Panel
from dashboards.views import View
from indexers.names import Names
from indexers.slots import Calendar

Json = dict[str, Any]
STEPS = {Calendar.DAY: "1d", Calendar.WEEK: "1w", Calendar.MONTH: "1M"}
SENTIMENTS = {"zh": {"-1": "负面", "0": "中性", "1": "正面"}, "en": {"-1": "negative", "0": "neutral", "1": "positive"}}
PERCENT = {"type": "percent", "decimals": 1}
LEGEND = {"visibility": "visible", "position": "bottom"}


def board_key(board: Board, names: Names) -> str:
    """Give the fixed id of a dashboard in Kibana."""
    return f"{names.prefix}-{board.id}"


def board_body(board: Board, names: Names, language: str) -> Json:
    """Write a dashboard. `language` is "zh" or "en"."""
    return {
        "title": board.title.of(language),
        "description": board.description.of(language),
        "panels": [_placed(panel, place, names, language) for panel, place in board.placed],
        "time_range": {"from": board.since, "to": "now"},
        "refresh_interval": {"pause": False, "value": board.refresh_s * 1000},
    }


def view_body(view: View, names: Names, language: str, pages: str | None = None) -> Json:
    """Write a data view. `pages` is where our own pages are: the id of a post then leads to the post's page there.

    Its name holds the prefix: Kibana replaces a data view by its name, and several offices may share a space.
    """
    body: Json = {
        "id": view.key(names),
        "title": view.indices(names),
        "name": f"{names.prefix} {view.title.of(language)}",
        "timeFieldName": view.time,
        "allowNoIndex": True,  # before the first document there is none
    }
    if view.hidden:
        body["sourceFilters"] = [{"value": field} for field in view.hidden]
    if view.id == "posts":
        body["fieldFormats"] = _formats(language, pages)
    return body


def _formats(language: str, pages: str | None) -> Json:
    entries = [{"key": key, "value": value} for key, value in SENTIMENTS[language].items()]
    sentiment = {"sentiment": {"id": "static_lookup", "params": {"lookupEntries": entries}}}
    if pages is None:
        return sentiment
    link = {"type": "a", "urlTemplate": f"{pages.rstrip('/')}/posts/{{{{value}}}}", "labelTemplate": "{{value}}"}
    return {**sentiment, "id": {"id": "url", "params": link}}


def _placed(panel: Panel | Listing, place: Place, names: Names, language: str) -> Json:
    kind = "discover_session" if isinstance(panel, Listing) else "vis"
    config = _listing(panel, names, language) if isinstance(panel, Listing) else _chart(panel, names, language)
    return {"type": kind, "id": panel.id, "grid": place._asdict(), "config": config}


def _source(view: View, names: Names) -> Json:
    return {"type": "data_view_reference", "ref_id": view.key(names)}


def _query(panel: Panel | Listing) -> Json:
    return {"query": {"language": "kql", "expression": written(panel.where)}} if panel.where else {}


def _listing(panel: Listing, names: Names, language: str) -> Json:
    tab: Json = {
        "data_source": _source(panel.view, names),
        "column_order": list(panel.columns),
        "sort": [{"name": panel.most, "direction": "desc"}, {"name": "id", "direction": "asc"}],
        "sample_size": panel.size,
        **_query(panel),
    }
    return {"title": panel.title.of(language), "tabs": [tab]}


def _chart(panel: Panel, names: Names, language: str) -> Json:
    head: Json = {"title": panel.title.of(language), **_query(panel)}
    source = {"data_source": _source(panel.view, names)}
    splits = [_bucket(split, language) for split in panel.split]
    measures = [_measure(measure, language) for measure in panel.measures]
    match panel.drawn:
        case Drawn.NUMBER:
            kinds = ("primary", "secondary")
            metrics = [{"type": kind, **measure} for kind, measure in zip(kinds, measures, strict=False)]
            return {"type": "metric", **head, **source, "metrics": metrics}
        case Drawn.TABLE:
            return {"type": "data_table", **head, **source, "metrics": measures, "rows": splits}
        case Drawn.PIE:
            return {"type": "pie", **head, **source, "metrics": measures, "group_by": splits}
        case Drawn.CLOUD:
            return {"type": "tag_cloud", **head, **source, "metric": measures[0], "tag_by": splits[0]}
        case Drawn.HEATMAP:
            return {"type": "heatmap", **head, **source, "metric": measures[0], "x": splits[0], "y": splits[1]}
        case _:
            return {"type": "xy", **head, **_layered(panel, source, splits, measures)}


def _layered(panel: Panel, source: Json, splits: list[Json], measures: list[Json]) -> Json:
    layer: Json = {"type": panel.drawn.value, **source, "x": splits[0], "y": measures}
    if len(splits) == 1:
        return {"layers": [layer]}
    return {"legend": LEGEND, "layers": [{**layer, "breakdown_by": splits[1]}]}


def _bucket(split: Bucket, language: str) -> Json:
    if isinstance(split, Dates):
        step = {"suggested_interval": STEPS[split.step]} if split.step else {}
        return {"operation": "date_histogram", "field": split.field, "label": split.label.of(language), **step}
    by_count = {"type": "metric", "metric_index": 0, "direction": "desc"}
    rank: Mapping[str, Any] = {"type": "alphabetical", "direction": "asc"} if split.alphabetical else by_count
    terms: Json = {"operation": "terms", "fields": [split.field], "limit": split.size, "rank_by": rank, "label": split.label.of(language)}
    return {**terms, "other_bucket": {"include_documents_without_field": True}} if split.missing else terms


def _measure(measure: Metric, language: str) -> Json:
    label = {"label": measure.label.of(language)}
    match measure:
        case Count():
            narrowed = {} if measure.where is None else {"filter": {"language": "kql", "expression": written([measure.where])}}
            return {"operation": "count", **narrowed, **label}
        case Share():
            formula = f"count(kql='{written([measure.where])}') / count()"
            return {"operation": "formula", "formula": formula, "format": PERCENT, **label}
        case Sum():
            return {"operation": "sum", "field": measure.field, **label}
        case Largest():
            return {"operation": "max", "field": measure.field, **label}
