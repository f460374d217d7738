"""Addresses of our own pages, so that every number can lead to the posts behind it. Those that reports need too stand with the queries."""

from indexers.links import (
    Narrow,
    address,
    alert_link,
    escaped,
    incident_link,
    incident_posts_link,
    minute,
    post_link,
    reasons_link,
    report_link,
    request_link,
    search_link,
    source_link,
)

__all__ = [
    "Narrow",
    "address",
    "alert_link",
    "escaped",
    "incident_link",
    "incident_posts_link",
    "minute",
    "post_link",
    "reasons_link",
    "report_link",
    "request_link",
    "search_link",
    "source_link",
]
