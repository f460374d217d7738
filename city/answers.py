"""What the city's sites take and give: a request, an answer, and the table that leads from one to the other."""

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit


class Request(NamedTuple):
    """A GET as it came in. `base` is the address of the site, without a slash at its end."""

    path: str
    query: Mapping[str, str]
    base: str

    def number(self, name: str, default: int, most: int | None = None) -> int:
        """Read a number of the query; the default where it is absent or none."""
        given = self.query.get(name, "")
        value = int(given) if given.isdigit() else default
        return value if most is None else min(value, most)


@dataclass(frozen=True)
class Answer:
    """What goes back. `sent` bytes of the body are really sent, where the length promises more; `wait_s` comes before all."""

    body: bytes
    content_type: str = "application/json; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: int | None = None
    wait_s: float = 0.0


class Route(NamedTuple):
    """A pattern of paths and what answers there; groups of the pattern are handed on."""

    pattern: "re.Pattern[str]"
    handle: Callable[..., Answer]


def parse(target: str, host: str) -> Request:
    """Read the target of a request line."""
    parts = urlsplit(target)
    query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    return Request(parts.path, query, f"http://{host}")


def route(routes: Sequence[Route], request: Request) -> Answer:
    """Answer by the first route whose pattern fits the whole path; 404 where none does."""
    for pattern, handle in routes:
        match = pattern.fullmatch(request.path)
        if match:
            return handle(request, **match.groupdict())
    return not_found()


def as_json(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer in JSON."""
    return Answer(json.dumps(data, ensure_ascii=False).encode(), status=status, headers=headers or {})


def as_html(text: str, *, status: int = 200) -> Answer:
    """Answer with a page."""
    return Answer(text.encode(), "text/html; charset=utf-8", status)


def not_found() -> Answer:
    """Answer that there is nothing here."""
    return as_html("<!DOCTYPE html><title>404</title><h1>页面不存在</h1>", status=404)


def paragraphs(text: str) -> str:
    """Make HTML of a text, a paragraph a line."""
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n"))
