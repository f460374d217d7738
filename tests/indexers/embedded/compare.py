"""What of two answers must be the same: all but scores and timing."""

import math
from collections.abc import Mapping
from typing import Any

from elasticsearch import ApiError, Elasticsearch

Json = dict[str, Any]


def ask(client: Elasticsearch, index: str, body: Json) -> Json:
    """Search; an error is told by its status."""
    try:
        return dict(client.search(index=index, body=body).body)
    except ApiError as error:
        return {"status": error.status_code, "error": str(error.body)[:400]}


def hits(answer: Json) -> list[Json]:
    """Hits without what differs between any two servers."""
    return [{key: value for key, value in hit.items() if key not in {"_score", "_ignored"}} for hit in answer["hits"]["hits"]]


def differences(left: Any, right: Any, path: str = "") -> list[str]:
    """Where two aggregation answers differ."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        left, right = (
            {key: value for key, value in one.items() if key not in {"_score", "_ignored", "max_score"}} for one in (left, right)
        )
        if left.keys() != right.keys():
            return [f"{path}: {sorted(left)} against {sorted(right)}"]
        return [text for key in left for text in differences(left[key], right[key], f"{path}/{key}")]
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return [f"{path}: {len(left)} against {len(right)}: {left!r:.300} against {right!r:.300}"]
        return [text for at, pair in enumerate(zip(left, right, strict=True)) for text in differences(*pair, f"{path}[{at}]")]
    return [] if _same(left, right) else [f"{path}: {left!r} against {right!r}"]


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float | int):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    return bool(left == right)
