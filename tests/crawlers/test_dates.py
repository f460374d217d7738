"""Tests of `crawlers.dates`."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.dates import plausible, read_date
from crawlers.errors import DateError

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "expected", "within"),
    [
        ("刚刚", "2026-11-23 09:00:00", timedelta(minutes=1)),
        ("30秒前", "2026-11-23 08:59:30", timedelta(seconds=1)),
        ("5分钟前", "2026-11-23 08:55:00", timedelta(minutes=1)),
        ("十五分钟前", "2026-11-23 08:45:00", timedelta(minutes=1)),
        ("半小时前", "2026-11-23 08:30:00", timedelta(hours=1)),
        ("一个半小时前", "2026-11-23 07:30:00", timedelta(hours=1)),
        ("两小时前", "2026-11-23 07:00:00", timedelta(hours=1)),
        ("3 天前", "2026-11-20 09:00:00", timedelta(days=1)),
        ("一周前", "2026-11-16 09:00:00", timedelta(days=7)),
        ("今天 08:30", "2026-11-23 08:30:00", timedelta(minutes=1)),
        ("今天08:30:15", "2026-11-23 08:30:15", timedelta(seconds=1)),
        ("昨天 23:10", "2026-11-22 23:10:00", timedelta(minutes=1)),
        ("昨天下午3点20分", "2026-11-22 15:20:00", timedelta(minutes=1)),
        ("前天", "2026-11-21 00:00:00", timedelta(days=1)),
        ("大前天 10:00", "2026-11-20 10:00:00", timedelta(minutes=1)),
        ("昨晚8点", "2026-11-22 20:00:00", timedelta(hours=1)),
        ("昨晚8点半", "2026-11-22 20:30:00", timedelta(minutes=1)),
        ("昨晚12点", "2026-11-23 00:00:00", timedelta(hours=1)),
        ("昨晚2点", "2026-11-23 02:00:00", timedelta(hours=1)),
        ("昨晚", "2026-11-22 18:00:00", timedelta(hours=6)),
        ("今早七点", "2026-11-23 07:00:00", timedelta(hours=1)),
        ("11-03", "2026-11-03 00:00:00", timedelta(days=1)),
        ("11月3日", "2026-11-03 00:00:00", timedelta(days=1)),
        ("11-03 14:05", "2026-11-03 14:05:00", timedelta(minutes=1)),
        ("11月24日", "2025-11-24 00:00:00", timedelta(days=1)),
        ("12-30 10:00", "2025-12-30 10:00:00", timedelta(minutes=1)),
        ("2月29日", "2024-02-29 00:00:00", timedelta(days=1)),
        ("11月23日 09:05", "2026-11-23 09:00:00", timedelta(minutes=1)),
        ("23:10", "2026-11-22 23:10:00", timedelta(minutes=1)),
        ("2025年3月8日 18:55", "2025-03-08 18:55:00", timedelta(minutes=1)),
        ("2025年3月8日18时55分", "2025-03-08 18:55:00", timedelta(minutes=1)),
        ("发布时间：2025-03-08 18:55", "2025-03-08 18:55:00", timedelta(minutes=1)),
        ("２０２５－０３－０８　１８：５５", "2025-03-08 18:55:00", timedelta(minutes=1)),
        ("2025/3/8 8:05:09", "2025-03-08 08:05:09", timedelta(seconds=1)),
        ("25-3-8", "2025-03-08 00:00:00", timedelta(days=1)),
        ("20250308", "2025-03-08 00:00:00", timedelta(days=1)),
        ("2025-03-08T18:55:00+08:00", "2025-03-08 18:55:00", timedelta(seconds=1)),
        ("2025-03-08T10:55:00Z", "2025-03-08 18:55:00", timedelta(seconds=1)),
        ("2025-03-08 18:55:00 +0800", "2025-03-08 18:55:00", timedelta(seconds=1)),
        ("Sat, 08 Mar 2025 10:55:00 GMT", "2025-03-08 18:55:00", timedelta(seconds=1)),
        ("Sat Aug 12 17:42:48 +0800 2026", "2026-08-12 17:42:48", timedelta(seconds=1)),
        ("1741431300", "2025-03-08 18:55:00", timedelta(seconds=1)),
        (1741431300, "2025-03-08 18:55:00", timedelta(seconds=1)),
        (1741431300000, "2025-03-08 18:55:00", timedelta(seconds=1)),
        ("11月3日 23:40 来自 某某客户端            \t   已编辑", "2026-11-03 23:40:00", timedelta(minutes=1)),
    ],
)
def test_reads_the_dates_of_chinese_pages(text: object, expected: str, within: timedelta) -> None:
    """Each form is read in the page's zone, with how much it may be off."""
    reading = read_date(text, NOW, SHANGHAI)
    assert reading.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") == expected
    assert reading.within == within
    assert reading.at.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", "你好", "13-45", "99:99", "2025-02-30", "转发", "5分钟后", "9" * 30 + "天前", "1" * 200, None, True, [], float("inf")]
)
def test_says_what_is_no_date(text: object) -> None:
    """What is no date is an error, not a guess."""
    with pytest.raises(DateError):
        read_date(text, NOW, SHANGHAI)


def test_the_pages_own_zone_counts() -> None:
    """今天 of a page in Shanghai is already tomorrow in London."""
    now = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # 04:00 of the 23rd in Shanghai
    assert read_date("今天 03:00", now, SHANGHAI).at == datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
    assert read_date("今天 03:00", now, UTC).at == datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@given(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(SHANGHAI)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.integers(1, 12),
    st.integers(1, 28),
    st.integers(0, 23),
    st.integers(0, 59),
)
def test_a_date_without_a_year_is_never_in_the_future(now: datetime, month: int, day: int, hour: int, minute: int) -> None:
    """Whatever now is, it is the latest such day that is not to come, and no older than a year and a day."""
    reading = read_date(f"{month}月{day}日 {hour:02}:{minute:02}", now, SHANGHAI)
    assert reading.at <= now
    assert reading.at > now - timedelta(days=367)


@given(st.text(max_size=40), st.sampled_from([SHANGHAI, UTC, ZoneInfo("America/New_York")]))
def test_any_text_is_a_date_or_an_error(text: str, zone: ZoneInfo) -> None:
    """Nothing that a page can say makes the reader fall over."""
    try:
        reading = read_date(text, NOW, zone)
    except DateError:
        return
    assert reading.at.tzinfo is UTC


@given(st.datetimes(min_value=datetime(1990, 1, 2), max_value=datetime(2090, 1, 1), timezones=st.just(SHANGHAI)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_what_is_written_out_is_read_back(at: datetime) -> None:
    """A full date in Chinese means itself."""
    at = at.replace(microsecond=0, fold=0)
    text = f"{at.year}年{at.month}月{at.day}日 {at:%H:%M:%S}"
    assert read_date(text, NOW, SHANGHAI).at.astimezone(SHANGHAI).replace(fold=0, tzinfo=None) == at.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("at", "right"), [("1970-01-01", False), ("2099-01-01", False), ("2026-11-23T09:05:00+08:00", True), ("1998-05-01", True)]
)
def test_tells_the_impossible_from_the_possible(at: str, *, right: bool) -> None:
    """An empty field of 1970 and a date to come are implausible; a clock five minutes ahead is not."""
    assert plausible(read_date(at, NOW, SHANGHAI).at, NOW) is right


@pytest.mark.data
def test_reads_every_date_of_a_real_account(shared_data: Path) -> None:
    """All dates of the replayed account are read, and are of 2020 when the clock says June 2020."""
    now = datetime(2020, 6, 1, 12, tzinfo=SHANGHAI)
    with gzip.open(shared_data / "replay/official_account.jsonl.gz", "rt", encoding="utf-8") as lines:
        read = [read_date(json.loads(line)["published"], now, SHANGHAI) for line in lines]
    assert {reading.at.astimezone(SHANGHAI).year for reading in read} == {2020}
    assert len(read) > 7000
