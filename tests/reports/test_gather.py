"""What a report says of a whole day, held against what was put into the database; on both engines."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import BaseModel

from config.check import load_office
from config.settings import Settings
from incidents.desk import WantedPosts
from incidents.reports import HIDDEN
from incidents.withheld import Withheld
from indexers.queries import search
from indexers.reader import Reader
from indexers.writer import Writer
from nlp.segment import cut, default
from reports.content import Compared, Content, Number
from reports.gather import gather, material
from reports.period import daily, handover
from streams.messages import Coverage, TaggedPost
from tests.incidents.desk import OFFICER
from tests.incidents.posted import stories
from tests.reports.day import AFTER, END, PSEUDONYM, SECRET, START, Day, at, other_days, silent_accounts, today, tomorrow
from web.search_form import SearchQuery, read_window

MONDAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
def report(day: Day) -> Content:
    """The daily report of the day, made the next morning."""
    return gather(day.material, daily(MONDAY, day.reader.zone, AFTER), AFTER)


def within(posts: Iterable[TaggedPost], start: datetime, end: datetime) -> list[TaggedPost]:
    """Posts by when they were published, counted by hand; the report (举报) is in no number."""
    return [one for one in posts if start <= one.post.published_at < end and one.post.text != SECRET]


def everything() -> list[TaggedPost]:
    return [*other_days(), *silent_accounts(), *stories(), *today(), *tomorrow()]


def numbers(part: Compared) -> tuple[int, int | None, list[int], float | None]:
    return part.now.n, None if part.before is None else part.before.n, [number.n for number in part.week], part.mean


def test_volume_is_what_was_published(report: Content) -> None:
    """By sentiment, on the day, the day before, and in the mean of the days since collection began; edges belong where they should."""
    days = [within(everything(), START - timedelta(days=n), END - timedelta(days=n)) for n in range(8)]
    for name, sentiments in {"all": (-1, 0, 1), "negative": (-1,), "neutral": (0,), "positive": (1,)}.items():
        counts = [sum(one.tags.sentiment in sentiments for one in posts) for posts in days]
        week = counts[1:6]  # collection began five days before: what was published earlier is known in parts
        assert numbers(getattr(report.volume, name)) == (counts[0], counts[1], week, round(sum(week) / 5, 1)), name
    assert (report.volume.all.now.n, report.volume.withheld) == (27, 1)
    assert (report.volume.all.before, report.volume.all.mean) != (None, None)


def told(value: object) -> Iterator[Number]:
    """Every number of posts in a report."""
    if isinstance(value, Number):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from told(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from told(one)


@pytest.mark.parametrize("period", ["day", "shift", "so far"])
def test_every_number_leads_to_the_posts_that_it_counts(day: Day, period: str) -> None:
    """The search page, asked by the number's address, finds exactly so many: of the period, the day before, each day of the week."""
    zone, now = day.reader.zone, at(21) + timedelta(minutes=7, seconds=13, microseconds=99)
    periods = {"day": daily(MONDAY, zone, AFTER), "shift": handover(at(8), at(20), zone, AFTER), "so far": daily(MONDAY, zone, now)}
    found = list(told(gather(day.material, periods[period], AFTER)))
    assert len(found) > 20
    for one in found:
        assert listed(day, one.link) == one.n, one.link


def listed(day: Day, link: str) -> int:
    """How many posts the page of an address lists for an officer."""
    zone, given = day.reader.zone, urlsplit(link)
    if given.path == "/search":
        without = Withheld(day.reader, day.city.office, day.city.rules).left_out(OFFICER)
        return search(day.reader, asked(link).filters(zone, cut, without), size=0).total
    times = {name: values[0] for name, values in parse_qs(given.query).items()}
    window = read_window(times.get("from", ""), times.get("to", ""), zone)
    return day.desk.posts(given.path.split("/")[2], OFFICER, WantedPosts(window=window)).total


def asked(link: str) -> SearchQuery:
    """What the search page makes of an address."""
    given = parse_qs(urlsplit(link).query)
    return SearchQuery.model_validate(
        {name: values if name in {"topic", "sentiment", "account"} else values[0] for name, values in given.items()}
    )


def test_topics_and_accounts_are_counted(report: Content) -> None:
    """Posts, negative ones, spread, and how many there were the day before."""
    posts, before = within(everything(), START, END), within(everything(), START - timedelta(days=1), START)
    accounts = Counter(account for one in posts for account in one.post.accounts)
    assert {row.id: row.posts.n for row in report.accounts.rows} == accounts
    metro = next(row for row in report.accounts.rows if row.id == "yunxi-ditie")
    assert (metro.name, metro.posts.n, metro.negative.n, metro.spread, metro.before and metro.before.n) == (
        "云溪地铁",
        2,
        0,
        993,
        len(before),
    )
    (topic,) = report.topics.rows
    spread = sum((one.post.forwards or 0) + (one.post.comments or 0) for one in posts)
    assert (topic.name, topic.posts.n, topic.spread, topic.before and topic.before.n) == ("城乡建设", len(posts), spread, len(before))


def test_the_posts_that_led_are_named_by_what_they_say(report: Content) -> None:
    """The furthest first; media by name, private authors never; an address that can't be followed is left out."""
    assert [post.spread for post in report.led] == [990, 50, 3]
    loud, odd, _ = report.led
    assert (loud.author, loud.url, loud.page) == ("云溪晚报", "https://news.example/1", "/posts/weibo:loud")
    assert (odd.author, odd.url) == (None, None)
    assert odd.text.startswith("[31m红字 倒写 <b>&amp; 🙂👨\u200d👩\u200d👧 ]]>")


def test_no_private_author_and_no_report_is_in_it(report: Content) -> None:
    """Neither a pseudonym nor anything of a report (举报) but that there is one, wherever one looks."""
    everywhere = report.model_dump_json()
    assert PSEUDONYM not in everywhere
    assert '"p:' not in everywhere
    assert SECRET[:6] not in everywhere
    assert "weibo:secret" not in everywhere
    assert report.requests.received["report"] == 1


def test_a_report_that_nobody_has_sorted_yet_is_hidden_too(reader: Reader) -> None:
    """By its words alone, before the lane of requests has it."""
    fresh = Day(reader)
    fresh.city.now = at(22)
    fresh.city.put(*today())
    made = gather(fresh.material, daily(MONDAY, reader.zone, AFTER), AFTER)
    assert [post.spread for post in made.led] == [990, 50, 3]
    assert SECRET[:6] not in made.model_dump_json()


def test_incidents_stand_as_they_stood(report: Content, day: Day) -> None:
    """What was found, moved and ended on the day, with records and who; what was done the next morning is not in it."""
    found = report.incidents
    assert (found.found_total, found.moved_total, found.closed_total) == (3, 2, 1)
    assert [(row.posts.n, row.found_at < START) for row in found.found] == [(9, False), (4, False), (2, True)]  # the last had one before
    water = next(row for row in found.moved if row.id == day.water)
    assert (water.state, water.level, water.lead) == ("assigned", "黄色", "市住房和城乡建设局")
    assert [(step.by, step.source, step.to) for step in water.steps] == [
        ("wang", "found", "judged"),
        ("wang", "judged", "rated"),
        ("wang", "rated", "assigned"),
    ]
    assert "影响数千居民" in water.steps[0].why
    assert (water.posts.n, water.posts_in_period.n) == (9, 9)
    assert [(row.id, row.state, row.steps[0].why) for row in found.closed] == [(day.bridge, "dismissed", "已封闭维修")]


def test_clocks_stand_as_they_stood(report: Content, day: Day) -> None:
    """The task's time passed at night, though it was handled in the morning; the law's runs on."""
    clocks = {clock.name: clock for clock in report.clocks}
    assert {clock.incident for clock in report.clocks} == {day.water}
    task, law = clocks["任务时限"], clocks["回应社会关切"]
    assert (task.state, task.due_at, task.happened, task.statutory) == ("passed", at(23.5), ("warned", "passed"), False)
    assert (law.state, law.due_at, law.happened, law.statutory) == ("running", law.started_at + timedelta(hours=48), (), True)


def test_the_next_report_tells_what_became_of_it(day: Day) -> None:
    """The morning's shift sees the task done late, and the old request answered."""
    made = gather(day.material, handover(at(24), at(32.5), day.reader.zone, AFTER), AFTER)
    task = next(clock for clock in made.clocks if clock.name == "任务时限")
    assert (task.state, task.late, task.happened) == ("met", True, ("met",))
    assert [(step.to, step.why) for row in made.incidents.moved for step in row.steps] == [("handled", "水泵已更换")]
    assert (made.requests.answered, made.requests.overdue_total, made.requests.waiting) == (1, 0, 4)
    assert (made.alerts.raised_total, made.alerts.acknowledged) == (0, 1)
    assert made.volume.all.now.n == len(within(everything(), at(24), at(32.5)))


def test_requests_stand_as_they_stood(report: Content, day: Day) -> None:
    """What came in by kind, what was passed on, and what was overdue at midnight though it was answered since."""
    asked = report.requests
    assert asked.received == {"report": 1, "complaint": 1, "help": 1, "question": 1}
    assert (asked.passed_on, asked.answered, asked.waiting) == (1, 0, 5)
    (late,) = asked.overdue
    assert (late.id, late.state, late.text) == (day.request("old"), "received", "求助，路灯坏了两个月")
    assert late.due_at < START


def test_a_report_that_is_overdue_says_no_more_than_that(day: Day) -> None:
    """Neither text nor department, also when it should have been answered long ago."""
    later = at(24 * 20)
    made = gather(day.material, daily(date(2026, 11, 20), day.reader.zone, later), later)
    (row,) = [row for row in made.requests.overdue if row.kind == "report"]
    assert (row.text, row.department) == (HIDDEN, None)
    question = next(row for row in made.requests.overdue if row.kind == "question")
    assert (question.department, question.text) == ("市住房和城乡建设局", "请问东湖小区什么时候能来水")


def test_alerts_stand_as_they_stood(report: Content) -> None:
    """Raised, acknowledged, not acknowledged by midnight, and what could not be delivered."""
    told = report.alerts
    assert (told.raised_total, told.acknowledged, told.unacknowledged_total, told.undelivered_total) == (3, 1, 1, 1)
    assert [(row.opened_at, row.status, row.by) for row in told.raised] == [
        (at(22), "open", None),
        (at(21), "acknowledged", "wang"),
        (at(3), "resolved", None),
    ]
    assert [row.opened_at for row in told.unacknowledged] == [at(22)]
    assert told.ended_unseen == 1
    assert told.raised[0].about == "云溪地铁 · 负面"
    assert [(one.channel, one.reason) for one in told.undelivered] == [("hook", "refused")]


def test_gaps_are_stated(report: Content) -> None:
    """Which source failed, was silent or never ran, since when, and that it was made good."""
    covered = report.coverage
    assert (covered.sources, covered.whole, covered.began) == (4, ("a-fabu",), at(-120))
    assert covered.runs == 24 + 24 + 13
    gaps = {gap.source: gap for gap in covered.gaps}
    assert gaps.keys() == {"b-gongan", "c-bowuguan", "d-never"}
    minutes = timedelta(minutes=2)
    failed, silent, never = gaps["b-gongan"], gaps["c-bowuguan"], gaps["d-never"]
    assert (failed.state, failed.since, failed.until, failed.runs) == ("failed", at(6), at(10) + minutes, 4)
    assert failed.why == "被要求登录，未绕过"
    assert (silent.state, silent.since, silent.until, silent.mended_at) == ("silent", at(12) + minutes, None, at(26) + minutes)
    assert (never.state, never.mended_at) == ("never", None)
    assert covered.unused == ("e-off（来源已停用）",)


def test_the_office_s_own_accounts_are_looked_after(report: Content) -> None:
    """What they published, who is two days from the veto on silence, who has it, and of whom nothing can be said."""
    ours = {row.id: row for row in report.own.rows}
    assert (report.own.posts, ours["yunxi-fabu"].posts, ours["yunxi-fabu"].veto) == (2, 2, "")
    assert [post.page for post in ours["yunxi-fabu"].listed] == ["/posts/weibo:own1", "/posts/weibo:own2"]
    assert ours["yunxi-fabu"].page == "/accounts/yunxi-fabu?from=2026-11-02&to=2026-11-02#posts"
    assert (ours["yunxi-gongan"].veto, ours["yunxi-gongan"].days_left) == ("near", 2)
    assert ours["yunxi-bowuguan"].veto == "vetoed"
    assert ours["yunxi-ditie"].veto == "unknown"


def test_what_the_numbers_rest_on_is_named(report: Content) -> None:
    """The rule of counting, the models that tagged the posts and how many, and the rules of all else."""
    versions = {basis.what: basis.version for basis in report.bases}
    assert versions["计数"] == "publication-time/1"
    assert versions["主题与情感（27 条）"] == "topic-1/sentiment-1"
    assert {"事件归并", "来源判定", "账号未更新", "预警 account-spike"} <= versions.keys()
    assert not report.quiet


def test_a_quiet_day_says_what_was_covered(reader: Reader) -> None:
    """Ordinary posts alone are no news; sources are told of all the same."""
    quiet = Day(reader)
    quiet.city.office = quiet.city.office._replace(sources=quiet.city.office.sources[:1])
    writer = Writer(reader.client, reader.names.prefix, segmenter=str(default().stamp))
    writer.write_coverage(
        [
            Coverage(id=f"a-fabu:{hour}", source="a-fabu", started_at=at(hour), ended_at=at(hour), outcome="complete", seen=1)
            for hour in range(-2, 27)
        ]
    )
    quiet.city.put(today()[0])
    made = gather(quiet.material, daily(MONDAY, reader.zone, AFTER), AFTER)
    assert (made.quiet, made.volume.all.now.n, made.coverage.whole, made.coverage.gaps) == (True, 1, ("a-fabu",), ())


def test_an_empty_database_gives_a_report_that_says_so(reader: Reader) -> None:
    """Nothing is compared with days of which nothing is known, and every source is a gap."""
    day = Day(reader)
    made = gather(day.material, daily(MONDAY, reader.zone, AFTER), AFTER)
    assert (made.quiet, made.volume.all.now.n, made.volume.all.before, made.volume.all.mean) == (True, 0, None, None)
    assert {gap.state for gap in made.coverage.gaps} == {"never"}
    assert made.coverage.began is None


def test_a_report_needs_no_index_to_be_there(reader: Reader) -> None:
    """Before the first write of anything there is nothing, and no failure."""
    made = gather(material(Settings(), reader, load_office(Settings())), daily(MONDAY, reader.zone, AFTER), AFTER)
    assert (made.quiet, made.coverage.runs) == (True, 0)
