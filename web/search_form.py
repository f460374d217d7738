"""What the search page takes, checked: addresses are typed and shared by people. A field that isn't here is refused."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from indexers.left_out import NOTHING, LeftOut
from indexers.queries import Filters, Order
from indexers.search_box import Cut, parse
from indexers.slots import Window
from streams.messages import AskKind, Form, Kind
from web.errors import BadInput
from web.links import address, minute

LONGEST = 500  # characters of what is typed
Value = Annotated[str, Field(max_length=256)]
Values = Annotated[list[Value], Field(max_length=50)]
EARLIEST = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
LATEST = datetime.fromisoformat("2200-01-01T00:00:00+00:00")


class Sort(StrEnum):
    """In which order posts are listed."""

    TIME = "time"
    SPREAD = "spread"


class SearchQuery(BaseModel):
    """The query of the search page. Values of one field are alternatives, fields add up. There is no field for authors."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    q: Annotated[str, Field(max_length=LONGEST, description="As typed into the search box.")] = ""
    topic: Values = []
    own: Values = []
    form: Annotated[list[Form], Field(max_length=10)] = []
    asks: Annotated[list[AskKind], Field(max_length=10)] = []
    sentiment: Annotated[list[Annotated[int, Field(ge=-1, le=1)]], Field(max_length=3)] = []
    kind: Annotated[list[Kind], Field(max_length=10)] = []
    platform: Values = []
    account: Values = []
    source: Values = []
    since: Annotated[
        str, Field(alias="from", max_length=32, description="A day, or a minute as 2026-11-03T08:30, in the office's zone.")
    ] = ""
    until: Annotated[str, Field(alias="to", max_length=32, description="A day, which is included, or a minute, which is not.")] = ""
    sort: Sort = Sort.TIME
    after: Annotated[str, Field(max_length=600, description="Where the page before ended; as given by it.")] = ""

    def filters(self, zone: ZoneInfo, cut: Cut, without: LeftOut = NOTHING) -> Filters:
        """Build what narrows the posts down; `cut` is the segmenter that cut the posts, `without` is what is never found.

        Raises BadInput and SearchBoxError.
        """
        return Filters(
            accounts=tuple(self.account),
            topics=tuple(self.topic),
            own_topics=tuple(self.own),
            forms=tuple(self.form),
            asks=tuple(self.asks),
            sentiments=tuple(self.sentiment),
            kinds=tuple(self.kind),
            platforms=tuple(self.platform),
            sources=tuple(self.source),
            window=self.window(zone),
            text=parse(self.q, cut, zone),
            without=without,
        )

    def window(self, zone: ZoneInfo) -> Window | None:
        """Give the times of publication that are asked for. Raises BadInput where they end before they begin."""
        return read_window(self.since, self.until, zone)

    def order(self) -> Order:
        """Give the order as the query takes it."""
        return Order(self.sort.value)

    def place(self) -> tuple[int, str] | None:
        """Read where the page before ended. Raises BadInput."""
        if not self.after:
            return None
        try:
            return msgspec.json.decode(self.after, type=tuple[int, str])
        except msgspec.DecodeError as error:
            raise BadInput("翻页位置无法识别，请从第一页开始") from error

    def pairs(self) -> list[tuple[str, str]]:
        """Give the query as it stands in an address, without the page."""
        lists: dict[str, list[Any]] = {"topic": self.topic, "sentiment": self.sentiment, "kind": self.kind, "platform": self.platform}
        lists |= {"own": self.own, "form": self.form, "asks": self.asks, "account": self.account, "source": self.source}
        pairs = [("q", self.q)] if self.q else []
        pairs += [(name, str(value)) for name, values in lists.items() for value in values]
        pairs += [(name, value) for name, value in (("from", self.since), ("to", self.until)) if value]
        return pairs + ([("sort", self.sort.value)] if self.sort is not Sort.TIME else [])

    def link(self, *, path: str = "/search", after: tuple[object, ...] | None = None) -> str:
        """Give the address of these posts, or of the page after."""
        place = [] if after is None else [("after", msgspec.json.encode(after).decode())]
        return address(path, [*self.pairs(), *place])

    def toggled(self, name: str, value: str) -> str:
        """Give the address with one value chosen, or no longer chosen."""
        pairs = self.pairs()
        chosen = (name, value)
        return address("/search", [pair for pair in pairs if pair != chosen] if chosen in pairs else [*pairs, chosen])


FACETS = {
    "topic": "topic", "own_topics": "own", "sentiment": "sentiment", "asks": "asks", "form": "form", "kind": "kind", "platform": "platform",
    "accounts": "account",
}  # facet → field  # fmt: skip


def read_window(since: str, until: str, zone: ZoneInfo) -> Window | None:
    """Read a stretch of time; an end that is left empty is open. Raises BadInput where it ends before it begins."""
    if not (since or until):
        return None
    start = read_time(since, zone, last=False) if since else EARLIEST
    end = read_time(until, zone, last=True) if until else LATEST
    if start >= end:
        raise BadInput(f"起始时间（{since}）不早于结束时间（{until}），请调换或修改")
    return Window(start, end)


def read_time(text: str, zone: ZoneInfo, *, last: bool) -> datetime:
    """Read a day or a minute in the office's zone; of a last day, its end. Raises BadInput."""
    try:
        at = datetime.fromisoformat(text.strip())
        at = at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)
        if len(text.strip()) <= len("2026-11-03") and last:
            at += timedelta(days=1)
        minute(at, zone)  # years at the edge of the calendar have no time in another zone
        at.timestamp()
    except (ValueError, OverflowError) as error:
        raise BadInput(f"“{text}”不是日期或时间，请写成 2026-11-03 或 2026-11-03T08:30") from error
    if not EARLIEST <= at <= LATEST:
        raise BadInput(f"“{text}”超出范围，请写 1970 到 2200 年之间的时间")
    return at
