"""What a spider reads off a page, before the edge makes a post of it. Finds never leave the crawler."""

from datetime import datetime

import msgspec

from crawlers.authors import RawAuthor
from streams.messages import Kind

NOBODY = RawAuthor()


class Find(msgspec.Struct, frozen=True, kw_only=True):
    """One post as a page shows it, names and all. Dates and counts stay as they stood."""

    source: str  # id of the source
    platform: str
    native_id: str  # the platform's own id; "" makes it unusable
    kind: Kind
    text: str
    published: object  # whatever `crawlers.dates` reads; None where the page shows none
    collected_at: datetime  # aware, UTC
    author: RawAuthor = NOBODY
    html: bool = False  # text and title are HTML
    title: str | None = None
    url: str | None = None
    client: str | None = None
    root_id: str | None = None  # native id of the post at the top
    parent_id: str | None = None
    answers: tuple[RawAuthor, ...] = ()  # who wrote what this one comments on or forwards
    context: str = ""  # what it forwards: decides whom it concerns, and is not kept
    forwards: object = None
    comments: object = None
    likes: object = None
    reads: object = None
    media: tuple[str, ...] = ()
    truncated: bool = False  # the page shows only the beginning of the text
    timezone: str | None = None  # of the page; the office's own where unset
