"""Addresses of our own pages, so that every number, on a page or in a report, can lead to the posts behind it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from indexers.slots import Window

MINUTE = "%Y-%m-%dT%H:%M"


class Narrow(NamedTuple):
    """What a link to the search page narrows posts down to."""

    topic: str | None = None
    sentiment: int | None = None
    account: str | None = None
    source: str | None = None
    own: str | None = None
    form: str | None = None
    asks: str | None = None
    kind: str | None = None
    platform: str | None = None


def search_link(zone: ZoneInfo, window: Window | None = None, narrow: Narrow = Narrow(), *, sort: str | None = None) -> str:  # noqa: B008 - immutable
    """Give the address of the search page for these posts."""
    given: list[tuple[str, object]] = [(name, value) for name, value in narrow._asdict().items() if value is not None]
    if window is not None:
        given += [("from", minute(window.start, zone)), ("to", minute(window.end, zone))]
    if sort is not None:
        given.append(("sort", sort))
    return address("/search", given)


def minute(at: datetime, zone: ZoneInfo) -> str:
    """Write a time as the search page takes it, in the office's zone; seconds only where there are some."""
    local = at.astimezone(zone)
    return local.strftime(MINUTE) if not (local.second or local.microsecond) else local.strftime(f"{MINUTE}:%S")


def post_link(post_id: str) -> str:
    """Give the address of a post's own page."""
    return f"/posts/{escaped(post_id)}"


def reasons_link(post_id: str) -> str:
    """Give the address of the words that decided a post's tags."""
    return f"/reasons/{escaped(post_id)}"


def source_link(source: str) -> str:
    """Give the address of a source's own page."""
    return f"/sources/{escaped(source)}"


def alert_link(episode: str) -> str:
    """Give the address of an alert's own page."""
    return f"/alerts/{escaped(episode)}"


def account_link(account: str, first: date, last: date, *, part: str = "", **given: object) -> str:
    """Give the address of an account's page for some days, both included, and of a part of it."""
    pairs = [("from", str(first)), ("to", str(last)), *given.items()]
    return address(f"/accounts/{escaped(account)}", pairs) + (f"#{part}" if part else "")


def incident_link(incident: str) -> str:
    """Give the address of an incident's own page."""
    return f"/incidents/{escaped(incident)}"


def incident_posts_link(incident: str, given: Sequence[tuple[str, object]] = ()) -> str:
    """Give the address of an incident's posts, narrowed down as the page of them takes it."""
    return address(f"{incident_link(incident)}/posts", given)


def request_link(request: str) -> str:
    """Give the address of a request's own page."""
    return f"/requests/{escaped(request)}"


def report_link(report: str) -> str:
    """Give the address of a report's own page."""
    return f"/reports/{escaped(report)}"


def escaped(part: str) -> str:
    """Escape the last part of a path, so that one that ends in `.json` does not ask for a twin."""
    quoted = quote(part, safe=":")
    return f"{quoted.removesuffix('.json')}%2Ejson" if quoted.endswith(".json") else quoted


def address(path: str, given: Sequence[tuple[str, object]]) -> str:
    """Give a path with its query."""
    return f"{path}?{urlencode(given)}" if given else path
