"""The post that a page or a request is about, where whoever asks may read it."""

from fastapi import Request

from indexers import queries
from indexers.merge import StoredPost
from web.desk import actor_of, address_of, desk_of, officer_of
from web.errors import NotFound, Withheld


def readable_post(request: Request, post_id: str) -> StoredPost:
    """Give a post that whoever asks may read; that somebody reads a report is written down first. Raises NotFound and Withheld."""
    desk = desk_of(request)
    stored = queries.get_post(desk.reader, post_id)
    if stored is None:
        raise NotFound(f"没有这条内容：{post_id[:200]}")
    if desk.withheld.among([stored], actor_of(request)):
        raise Withheld("按规定不转给被反映的单位和个人，请联系指定人员")
    if desk.withheld.reports([stored]):
        desk.gate.note(officer_of(request).name, "report_read", target=stored.id, address=address_of(request))
    return stored
