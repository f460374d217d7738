"""What the pages of accounts take, checked: a period of whole days, and which accounts of the matrix. A field that isn't here is refused."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from accounts.indicators import Period
from indexers import links
from indexers.links import address
from web.errors import BadInput

PATH = "/accounts"
NONE = "-"  # of a department or place: those that have none
USUAL_DAYS = 30
MOST_DAYS = 366
FACETS = ("veto", "department", "place", "platform")
Values = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=50)]
Day = Annotated[str, Field(max_length=32)]


class Preset(NamedTuple):
    """A period that people often ask for."""

    name: str
    period: Period


class PeriodQuery(BaseModel):
    """A period of whole days in the office's zone, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    since: Annotated[Day, Field(alias="from", description="The first day, as 2026-11-03. Default: 30 days with the last.")] = ""
    until: Annotated[Day, Field(alias="to", description="The last day. Default: today.")] = ""

    def period(self, today: date) -> Period:
        """Read the period. Raises BadInput where it is reversed, endless, not over yet, or no period at all."""
        last = read_day(self.until) if self.until.strip() else today
        first = read_day(self.since) if self.since.strip() else last - timedelta(days=USUAL_DAYS - 1)
        if first > last:
            raise BadInput(f"起始日（{first}）晚于结束日（{last}），请调换或修改")
        if last > today:
            raise BadInput(f"结束日（{last}）还没有到，今天是 {today}")
        if (last - first).days + 1 > MOST_DAYS:
            raise BadInput(f"这段时间有 {(last - first).days + 1} 天，最多 {MOST_DAYS} 天，请缩短")
        return Period(first=first, last=last)


class AccountsQuery(PeriodQuery):
    """The query of the matrix. Values of one field are alternatives, fields add up. Nothing sorts by how an account fares."""

    sort: Literal["department", "place", "name"] = "department"
    veto: Annotated[list[Literal["yes", "unknown", "no"]], Field(max_length=3)] = []
    department: Values = []
    place: Values = []
    platform: Values = []

    def pairs(self) -> list[tuple[str, Any]]:
        """Give the query as it stands in an address."""
        pairs: list[tuple[str, Any]] = [(name, value) for name, value in (("from", self.since), ("to", self.until)) if value]
        pairs += [(name, value) for name in FACETS for value in getattr(self, name)]
        return pairs + ([("sort", self.sort)] if self.sort != "department" else [])

    def link(self, path: str = PATH, **given: Any) -> str:
        """Give the address with some fields changed."""
        return address(path, self.model_copy(update=given).pairs())

    def toggled(self, name: str, value: str) -> str:
        """Give the address with one value chosen, or no longer chosen."""
        chosen: list[str] = getattr(self, name)
        now = [one for one in chosen if one != value] if value in chosen else [*chosen, value]
        return self.model_copy(update={name: now}).link()


class AccountQuery(PeriodQuery):
    """The query of one account's page."""

    sort: Literal["time", "spread"] = "time"
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


def read_day(text: str) -> date:
    """Read a day. Raises BadInput."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(f"“{text}”不是日期，请写成 2026-11-03") from error


def account_link(account: str, period: Period, *, part: str = "", **given: Any) -> str:
    """Give the address of an account's page for a period, and of a part of it."""
    return links.account_link(account, period.first, period.last, part=part, **given)


def presets(today: date) -> Iterator[Preset]:
    """Name the periods that reports are written for: the last days, this month and the last one, this quarter and the last one."""
    month = today.replace(day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    last_quarter = (quarter - timedelta(days=1)).replace(day=1)
    last_quarter = last_quarter.replace(month=(last_quarter.month - 1) // 3 * 3 + 1)
    yield Preset("days7", Period(first=today - timedelta(days=6), last=today))
    yield Preset("days30", Period(first=today - timedelta(days=USUAL_DAYS - 1), last=today))
    yield Preset("month", Period(first=month, last=today))
    yield Preset("last_month", Period(first=before, last=month - timedelta(days=1)))
    yield Preset("quarter", Period(first=quarter, last=today))
    yield Preset("last_quarter", Period(first=last_quarter, last=quarter - timedelta(days=1)))
