"""Addresses of our own pages, so that every number can lead to the posts behind it. Those that reports need too stand with the queries."""

from collections.abc import Sequence

from indexers.links import Narrow, address, alert_link, escaped, minute, post_link, report_link, search_link, source_link

__all__ = [
    "Narrow",
    "address",
    "alert_link",
    "incident_link",
    "incident_posts_link",
    "minute",
    "post_link",
    "report_link",
    "request_link",
    "search_link",
    "source_link",
]


def incident_link(incident: str) -> str:
    """Give the address of an incident's own page."""
    return f"/incidents/{escaped(incident)}"


def incident_posts_link(incident: str, given: Sequence[tuple[str, object]] = ()) -> str:
    """Give the address of an incident's posts, narrowed down as the page of them takes it."""
    return address(f"{incident_link(incident)}/posts", given)


def request_link(request: str) -> str:
    """Give the address of a request's own page."""
    return f"/requests/{escaped(request)}"
