"""The six indicators and the veto, for any period."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from rich.console import Console

from accounts.facts import OwnPost, Snapshot
from accounts.indicators import MODEL, Indicators, Period, Rules, daily, indicators, longest_run, quality, quality_parts
from accounts.tables import as_data, as_table, as_xlsx, places
from config.accounts import Assessment, Department, MonitoredAccount, Place

ZONE = ZoneInfo("Asia/Shanghai")
JUNE = Period(first=date(2026, 6, 1), last=date(2026, 6, 30))
NAMES = {"yunxi-ditie": "云溪地铁", "yunxi-huanbao": "云溪生态环境"}


def _post(day: int, number: int = 0, **given: Any) -> OwnPost:
    at = datetime(2026, 6, 1, 9, tzinfo=ZONE) + timedelta(days=day - 1, minutes=number)
    return OwnPost(**{"id": f"weibo:{day}.{number}", "account": "yunxi-ditie", "published_at": at, "forwards": 2, "comments": 1} | given)


def _snapshot(day: int, followers: int | None, platform: str = "weibo") -> Snapshot:
    at = datetime(2026, 6, 1, 23, tzinfo=ZONE) + timedelta(days=day - 1)
    return Snapshot(account="yunxi-ditie", platform=platform, at=at, followers=followers)


def _of(posts: list[OwnPost], snapshots: list[Snapshot] | None = None, **given: Any) -> Indicators:
    return indicators(NAMES, posts, snapshots or [], given.pop("period", JUNE), ZONE, **given)[0]


def test_a_month_of_posts() -> None:
    """Posts, forwards, days without update and the longest silence, with the posts behind them."""
    found = _of([_post(day) for day in (1, 2, 2 + 8, 30)] + [_post(2, 5, forwards=None)])
    assert (found.posts_published, found.forwards_received, found.forwards_unknown) == (5, 8, 1)
    assert (found.days_without_update, found.longest_silence) == (26, 19)
    assert found.posts == ("weibo:1.0", "weibo:2.0", "weibo:2.5", "weibo:10.0", "weibo:30.0")


def test_days_begin_in_the_offices_zone() -> None:
    """A post of the last minute of May in Shanghai is not June's, though it is in UTC's evening of the 31st or the 1st."""
    before = _post(1, published_at=datetime(2026, 5, 31, 15, 59, tzinfo=UTC))
    inside = _post(1, published_at=datetime(2026, 5, 31, 16, 0, tzinfo=UTC))
    assert _of([before]).posts_published == 0
    assert _of([inside]).posts_published == 1


def test_followers_gained_from_before_the_period_to_its_end() -> None:
    """From the last count before the period, over all platforms; what is after it does not count."""
    weibo = [_snapshot(0, 1000), _snapshot(15, 1100), _snapshot(30, 1180), _snapshot(40, 9999)]
    mastodon = [_snapshot(3, 50, "mastodon"), _snapshot(29, 45, "mastodon")]
    found = _of([], [*mastodon, *weibo])
    assert (found.followers_gained, found.followers_total) == (175, 1225)


@pytest.mark.parametrize(
    ("snapshots", "expected"), [([], (None, None)), ([_snapshot(5, None)], (None, None)), ([_snapshot(5, 70)], (None, 70))]
)
def test_a_growth_that_is_not_known_is_not_zero(snapshots: list[Snapshot], expected: tuple[int | None, int | None]) -> None:
    """No count, an unknown one or a single one: no growth can be said."""
    found = _of([], snapshots)
    assert (found.followers_gained, found.followers_total) == expected


def test_forwards_that_nobody_shows_are_not_zero() -> None:
    """Where no post shows its forwards the sum is unknown; where there are no posts it is 0."""
    assert _of([_post(1, forwards=None)]).forwards_received is None
    assert _of([]).forwards_received == 0


@pytest.mark.parametrize(("last_post", "silent"), [(17, False), (16, True), (-20, True)])
def test_two_weeks_without_an_update_are_a_veto(last_post: int, silent: bool) -> None:
    """On the 30th: a post on the 17th is within fourteen days, one on the 16th is not."""
    found = _of([_post(last_post)])
    assert found.silent is silent
    assert found.last_post_at is not None


def test_a_gap_in_the_crawl_is_no_silence() -> None:
    """Days that were not covered are neither with nor without update, and no veto is said over them; a post is a post all the same."""
    gap = {"yunxi-ditie": [date(2026, 6, day) for day in range(20, 25)]}
    found = _of([_post(1)], uncovered=gap)
    assert (found.days_without_update, found.days_unknown, found.silent) == (24, 5, None)
    assert _of([_post(22)], uncovered=gap).silent is False


def test_an_account_without_posts_is_there() -> None:
    """Every account of the matrix has its row, in the matrix' order; strangers have none."""
    found = indicators(NAMES, [_post(1, account="stranger")], [], JUNE, ZONE)
    assert [row.account for row in found] == list(NAMES)
    assert (found[1].posts_published, found[1].days_without_update, found[1].quality) == (0, 30, None)


def test_quality_rises_with_originality_and_with_answers() -> None:
    """Forwarding others unanswered is worth nothing, own posts that people take up are worth all; the unknown is left out."""
    assert quality([_post(1, original=False, forwards=0, comments=0)], Rules()) == 0
    assert quality([_post(1, forwards=100, comments=0)], Rules()) == 100
    assert quality([_post(1, forwards=None, comments=None)], Rules()) == 100
    assert quality([_post(1, forwards=0, comments=0)], Rules()) == 30


def test_any_period_and_no_backward_one() -> None:
    """One day is a period; one that ends before it begins is refused."""
    day = Period(first=date(2026, 6, 3), last=date(2026, 6, 3))
    assert _of([_post(3)], period=day).days_without_update == 0
    with pytest.raises(ValueError, match="before it begins"):
        Period(first=date(2026, 6, 3), last=date(2026, 6, 2))


def test_days_on_end() -> None:
    """Only days that follow each other make a silence."""
    assert longest_run([date(2026, 6, day) for day in (9, 1, 2, 3, 8)]) == 3
    assert longest_run([]) == 0


def test_table_json_and_spreadsheet_say_the_same() -> None:
    """All three hold every account; what is unknown says so, and the JSON leads to the posts."""
    rows = indicators(NAMES, [_post(1), _post(2)], [_snapshot(3, 1500)], JUNE, ZONE)
    data = json.loads(json.dumps(as_data(rows)))
    assert data[0]["posts"] == ["weibo:1.0", "weibo:2.0"]
    assert data[0]["followers_gained"] is None
    console = Console(file=io.StringIO(), width=200)
    console.print(as_table(rows))
    assert "1,500" in console.file.getvalue()  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(rows, JUNE))).active
    cells = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert cells[0][0] == "2026-06-01 至 2026-06-30"
    assert cells[2][:7] == ["云溪地铁", 2, "未知", 4, 28, 28, 1500]
    assert cells[-1][0] == "规则版本 indicators-1"


def test_a_name_never_becomes_a_formula() -> None:
    """An account named like a formula stays a text in the spreadsheet."""
    rows = indicators({"yunxi-ditie": '=HYPERLINK("http://x.example")'}, [], [], JUNE, ZONE)
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(rows, JUNE))).active
    assert sheet["A3"].data_type == "s"
    assert sheet["A3"].value.startswith("=HYPERLINK")


def test_the_spreadsheet_says_where_accounts_stand() -> None:
    """With the matrix each row has its department, place and platforms; an account without stays empty there."""
    accounts = (
        MonitoredAccount(id="yunxi-ditie", name="云溪地铁", department="j", place="s", platforms={"weibo": "1", "forum": "2"}),
        MonitoredAccount(id="yunxi-huanbao", name="云溪生态环境"),
    )
    matrix = places(accounts, [Department(id="j", name="市交通运输局")], [Place(id="s", name="市级")])
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(indicators(NAMES, [], [], JUNE, ZONE), JUNE, matrix))).active
    cells = [[cell.value for cell in line][:5] for line in sheet.iter_rows()]
    assert cells[1:4] == [
        ["账号", "部门", "地区", "平台", "发布数"],
        ["云溪地铁", "市交通运输局", "市级", "微博、forum", 0],
        ["云溪生态环境", None, None, None, 0],
    ]


def test_what_a_score_is_made_of() -> None:
    """Shares and the middle post; without counts only originality; without posts nothing."""
    posts = [_post(1, forwards=0, comments=0), _post(2, forwards=9, comments=1), _post(3, original=False, forwards=None, comments=None)]
    assert quality_parts(posts) == (2 / 3, 0.5, 5)
    assert quality_parts(posts[2:]) == (0.0, None, None)
    assert quality_parts([]) is None


def test_days_without_posts_are_0_only_where_they_were_covered() -> None:
    """A gap is unknown; a post in it is a post."""
    days = daily(
        [_post(1), _post(1, 9), _post(3)], Period(first=date(2026, 6, 1), last=date(2026, 6, 4)), ZONE, {date(2026, 6, 3), date(2026, 6, 4)}
    )
    assert [day.posts for day in days] == [2, 0, 1, None]


def test_rules_of_an_office_have_a_version_of_their_own() -> None:
    """The same rules the same version, others another one, and it stands in every row."""
    usual, own = Rules.of(Assessment()), Rules.of(Assessment(depth_weight=0.5))
    assert usual.version == MODEL
    assert own.version.startswith(f"{MODEL}+")
    assert _of([_post(1)], rules=own).model == own.version == Rules.of(Assessment(depth_weight=0.5)).version
