"""The pages of accounts: the matrix in any period, one account, and what is not known of them."""

import io
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import msgspec
import openpyxl
import pytest
from elasticsearch import Elasticsearch
from fastapi import FastAPI
from starlette.testclient import TestClient

from accounts import report
from accounts.facts import Snapshot
from accounts.habits import Habits
from accounts.indicators import Day
from accounts.own import SNAPSHOTS, Owners
from config.accounts import Assessment, Department, MonitoredAccount, Place
from config.check import load_office
from config.settings import Settings
from config.sources import WeiboSource
from indexers.cursors import Cursors
from indexers.merge import lift
from indexers.names import Names
from indexers.people import People, Role
from indexers.records import Records
from indexers.writer import Writer
from streams.log import Log
from streams.messages import Author, Coverage, Kind, Standing, TaggedPost
from tests.indexers.posts import tagged
from tests.web.alerting import HIJACKED, Desk, desk, hijacked
from tests.web.conftest import HOSTILE, NOW, PSEUDONYM, Clock, SignIn, write
from tests.web.test_pages import ENGINES, data
from web.account_views import drawn
from web.accounts_form import presets
from web.app import create_app
from web.pages.accounts import spoken

__all__ = ["desk"]
DAY = timedelta(days=1)
METRO = MonitoredAccount(id="ditie", name="云溪地铁", department="jiaotong", place="shiji", platforms={"weibo": "77", "mastodon": "m1"})
BUS = MonitoredAccount(id="gongjiao", name=f"公交{HOSTILE}"[:60], department="jiaotong", place="liutang", platforms={"weibo": "78"})
RIVER = MonitoredAccount(id="huanbao", name="云溪环保", department="huanbao", platforms={"weibo": "79"})
ALONE = MonitoredAccount(id="alone", name="安居云溪", platforms={"wechat": "80"})
ACCOUNTS = (METRO, BUS, RIVER, ALONE)
DEPARTMENTS = (Department(id="jiaotong", name="市交通运输局"), Department(id="huanbao", name="市生态环境局"))
PLACES = (Place(id="shiji", name="市级"), Place(id="liutang", name="柳塘区"))
WEIBO = WeiboSource(id="weibo", spider="weibo", accounts=("ditie", "gongjiao", "huanbao"))  # nobody reads WeChat


@pytest.fixture
def app(web_settings: Settings, database: Elasticsearch, log: Log, clock: Clock) -> FastAPI:
    """An app of an office with four accounts; the timelines of three are read."""
    office = load_office(web_settings)._replace(accounts=ACCOUNTS, departments=DEPARTMENTS, places=PLACES, sources=(WEIBO,))
    return create_app(web_settings, database, log=log, office=office, clock=clock)


def own(number: int, account: MonitoredAccount, days_ago: float, **given: Any) -> TaggedPost:
    """A post that an account published."""
    author = Author(id=f"weibo:{account.platforms['weibo']}", standing=Standing.MONITORED, name=account.name)
    at = NOW - days_ago * DAY
    told: dict[str, Any] = {"author": author, "published_at": at, "collected_at": at, "accounts": (account.id,), "owner": account.id}
    return tagged(number, **(told | {"text": f"今日服务信息第{number}期", "forwards": 2, "comments": 1} | given))


@pytest.fixture
def published(database: Elasticsearch, web_settings: Settings, clock: Clock) -> None:
    """The metro publishes daily but for one day, the bus has fallen silent, the river's forwards are not shown."""
    posts = [
        own(number, METRO, number, forwards=number, kind=Kind.REPOST if number == 2 else Kind.POST) for number in range(10) if number != 4
    ]
    posts += [own(100 + number, BUS, number) for number in range(20, 25)]
    posts += [own(200, RIVER, 3, forwards=None, comments=None)]
    posts += [tagged(300, author=Author(id=PSEUDONYM), text=f"地铁晚点 {HOSTILE}", accounts=("ditie",), published_at=NOW - DAY)]
    write(database, web_settings, clock, *posts)
    run = Coverage(id="weibo:1", source="weibo", started_at=NOW, ended_at=NOW, outcome="complete", oldest_at=NOW - 60 * DAY)
    Writer(database, web_settings.elasticsearch.prefix).write_coverage([run])
    records = Records(database, Names(web_settings.elasticsearch.prefix))
    for days, weibo, mastodon in ((40, 1000, 50), (5, 1100, None), (0, 1180, 45)):
        for platform, count in (("weibo", weibo), ("mastodon", mastodon)):
            at = NOW - days * DAY
            records.create(SNAPSHOTS, Snapshot(account="ditie", platform=platform, at=at, day=at.date(), followers=count))
    database.indices.refresh(index=Names(web_settings.elasticsearch.prefix).everything)


def rows_of(view: Any) -> dict[str, Any]:
    return {row["id"]: row for group in view["groups"] for row in group["accounts"]}


@ENGINES
def test_the_matrix_says_what_each_account_did(duty: TestClient, published: None) -> None:
    """Six indicators and the veto, by department; what is not known is null in the data and 未知 on the page, never 0."""
    view = data(duty, "/accounts")
    assert (view["first"], view["last"], view["days"], view["model"]) == ("2026-10-20", "2026-11-18", 30, "indicators-1")
    assert [(group["name"], len(group["accounts"])) for group in view["groups"]] == [("市交通运输局", 2), ("市生态环境局", 1), (None, 1)]
    rows = rows_of(view)
    metro, bus, river, alone = (rows[account.id] for account in ACCOUNTS)
    assert (metro["posts_published"], metro["forwards_received"], metro["days_without_update"], metro["longest_silence"]) == (9, 41, 21, 20)
    assert (metro["followers_total"], metro["followers_gained"], metro["veto"]) == (1225, 175, "no")
    assert (bus["veto"], bus["posts_published"], bus["followers_total"]) == ("yes", 5, None)
    assert (river["forwards_received"], river["forwards_unknown"], river["quality"]) == (None, 1, 100.0)
    assert (alone["veto"], alone["days_unknown"], alone["days_without_update"], alone["quality"]) == ("unknown", 30, 0, None)
    assert (view["total"], view["vetoed"], view["unknown"]) == (4, 1, 1)
    page = duty.get("/accounts").text
    for said in ("未知", "否决", "无法判断", "市交通运输局", "indicators-1", "不设排行榜"):
        assert said in page


@ENGINES
def test_every_number_leads_to_what_it_was_made_of(duty: TestClient, published: None) -> None:
    """As many posts as are counted, as many days, the counts of followers; and a day's bar to the posts of that day."""
    for row in rows_of(data(duty, "/accounts")).values():
        one = data(duty, row["links"]["posts"].partition("#")[0])
        assert one["account"] == row
        assert (one["posts_total"], len(one["posts"])) == (row["posts_published"], min(20, row["posts_published"]))
        assert sum(day["posts"] == 0 for day in one["days"]) == row["days_without_update"]
        assert sum(day["posts"] is None for day in one["days"]) == row["days_unknown"]
        for day in [day for day in one["days"] if day["posts"]][:2]:
            assert data(duty, day["link"].partition("#")[0])["posts_total"] == day["posts"]
    metro = data(duty, rows_of(data(duty, "/accounts"))["ditie"]["links"]["forwards"].partition("#")[0])
    spread = [post["spread"] for post in metro["posts"]]
    assert spread == sorted(spread, reverse=True)
    assert sum(post["counts"]["forwards"] for post in metro["posts"]) == 41


def test_a_period_is_whole_days_of_the_office(sign_in: SignIn, published: None, clock: Clock) -> None:
    """Both ends included, in its zone: after four in the afternoon UTC it is tomorrow there."""
    duty = sign_in(Role.DUTY)
    view = data(duty, "/accounts?from=2026-11-18&to=2026-11-18")
    assert (view["days"], rows_of(view)["ditie"]["posts_published"]) == (1, 1)
    assert data(duty, "/accounts?from=2026-11-10")["last"] == "2026-11-18"
    assert data(duty, "/accounts?to=2026-11-10")["first"] == "2026-10-12"
    clock.now = datetime(2026, 11, 18, 16, 30, tzinfo=NOW.tzinfo)
    assert data(sign_in(Role.DUTY), "/accounts?from=2026-11-19")["last"] == "2026-11-19"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-11-03&to=2026-11-01", "晚于结束日"),
        ("from=2025-01-01&to=2026-11-01", "最多 366 天"),
        ("from=0001-01-01", "最多 366 天"),
        ("to=2026-11-19", "还没有到"),
        ("to=9999-12-31", "还没有到"),
        ("from=gestern", "不是日期"),
        ("from=2026-11-03T08:00", "不是日期"),
        ("from=2026-02-30", "不是日期"),
    ],
)
@pytest.mark.parametrize("path", ["/accounts", "/accounts/ditie", "/accounts.xlsx"])
def test_a_period_that_makes_no_sense_is_refused(duty: TestClient, published: None, path: str, query: str, said: str) -> None:
    """Reversed, endless, not over yet, or no days: 400, and it says what is wrong; the page of all keeps what was typed."""
    answer = duty.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert said in unescape(answer.text)
    if path == "/accounts":
        assert query.partition("=")[2].partition("&")[0] in answer.text
    assert said in duty.get(f"{path}?{query}", headers={"Accept": "application/json"}).json()["detail"]


@pytest.mark.parametrize("query", ["sort=followers", "sort=posts_published", "veto=maybe", "author=x", "department=" + "x" * 65])
def test_nothing_ranks_accounts_by_how_they_fare(duty: TestClient, published: None, query: str) -> None:
    """There is no such order; what isn't known is refused by name."""
    answer = duty.get(f"/accounts.json?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()["detail"]


@ENGINES
def test_the_matrix_is_narrowed_and_ordered(duty: TestClient, published: None) -> None:
    """By department, place, platform and veto; each value beside it finds as many as it says; by place, and by name as spoken."""
    view = data(duty, "/accounts")
    for facet in view["facets"]:
        for value in facet["values"]:
            assert data(duty, value["link"])["total"] == value["posts"], value
    assert list(rows_of(data(duty, "/accounts?department=jiaotong&veto=yes"))) == ["gongjiao"]
    assert list(rows_of(data(duty, "/accounts?department=-"))) == ["alone"]
    assert list(rows_of(data(duty, "/accounts?platform=mastodon&platform=wechat"))) == ["ditie", "alone"]
    by_place = data(duty, "/accounts?sort=place")["groups"]
    assert [group["name"] for group in by_place] == ["市级", "柳塘区", None]
    assert list(rows_of(data(duty, "/accounts?sort=name"))) == ["alone", "gongjiao", "ditie", "huanbao"]


def test_names_are_ordered_as_they_are_spoken() -> None:
    """安 an, 博 bo, 地 di, 云 yun: not by their code points."""
    assert sorted(["云溪地铁", "安居", "博物馆", "地铁"], key=spoken) == ["安居", "博物馆", "地铁", "云溪地铁"]


def test_the_spreadsheet_says_the_same(sign_in: SignIn, published: None, people: People, clock: Clock) -> None:
    """Every account of the page with its department and place; no name is a formula; and the audit says who took it away."""
    analyst = sign_in(Role.ANALYST)
    clock.go(seconds=1)
    answer = analyst.get("/accounts.xlsx?from=2026-10-20&to=2026-11-18&department=jiaotong&department=-")
    assert answer.headers["content-disposition"] == 'attachment; filename="accounts-2026-10-20-2026-11-18.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert lines[1][:5] == ["账号", "部门", "地区", "平台", "发布数"]
    assert lines[2][:7] == ["云溪地铁", "市交通运输局", "市级", "微博、长毛象", 9, 175, 41]
    assert lines[4][:6] == ["安居云溪", None, None, "微信", 0, "未知"]
    assert {cell.data_type for line in sheet.iter_rows(min_row=3, max_col=4) for cell in line if cell.value} == {"s"}
    people.client.indices.refresh(index=people.names.everything)
    assert (people.audit()[0].who, people.audit()[0].action) == ("some-analyst", "exported")
    assert sign_in(Role.VIEWER).get("/accounts.xlsx").status_code == 403


@ENGINES
def test_an_account_s_page_says_everything(duty: TestClient, published: None, desk: Desk) -> None:
    """Its days, followers by platform, posts a page at a time, what the quality is made of, and the alerts about it with their evidence."""
    episode = desk.open(hijacked("weibo:0", accounts=("ditie",)), HIJACKED)
    view = data(duty, "/accounts/ditie?from=2026-11-09&to=2026-11-18")
    assert [day["posts"] for day in view["days"]] == [1, 1, 1, 1, 1, 0, 1, 1, 1, 1]
    assert {line["platform"]: [count["followers"] for count in line["counts"]] for line in view["followers"]} == {
        "weibo": [1000, 1100, 1180],
        "mastodon": [50, 45],
    }
    assert view["quality"] == {
        "original": round(8 / 9, 4),
        "original_weight": 0.3,
        "answered": 1.0,
        "answered_weight": 0.5,
        "middle": 6,
        "middle_full": 100,
        "middle_weight": 0.2,
    }
    assert [post["id"] for post in view["leading"]] == ["weibo:9", "weibo:8", "weibo:7"]
    (signal,) = view["signals"]
    assert (signal["alert"]["id"], [sign["kind"] for sign in signal["signs"]]) == (episode.id, ["client", "spread"])
    assert (view["model"], view["takeover_model"]) == ("indicators-1", "takeover-2")
    assert data(duty, view["said"]["link"])["total"] == 10
    page = duty.get("/accounts/ditie").text
    for said in ("每日发布", "粉丝走势", "陌生手机", "takeover-2", "云溪地铁"):
        assert said in page


def learned(database: Elasticsearch, settings: Settings) -> None:
    """What the watcher has learned of the metro: fifty posts at nine in the morning from one client."""
    past = [own(1000 + number, METRO, number + 2, client="政务微博", text="各线路正常运行，请有序乘车") for number in range(50)]
    habits = Habits(settings.zone)
    habits.learn(Owners(ACCOUNTS).posts(lift(post) for post in past))
    cursors = Cursors(Records(database, Names(settings.elasticsearch.prefix)))
    assert cursors.save("habit:ditie", msgspec.msgpack.encode(habits.of["ditie"]), None) is not None


@ENGINES
def test_a_post_of_today_is_held_against_the_account_s_habit(
    duty: TestClient, database: Elasticsearch, web_settings: Settings, clock: Clock, desk: Desk
) -> None:
    """Also where no rule has told of it: with each sign; where an alert tells of it, with the alert."""
    assert data(duty, "/accounts/ditie")["habit"] is None
    assert "以往不足 40 条" in duty.get("/accounts/ditie").text
    learned(database, web_settings)
    usual = own(1, METRO, 0.1, client="政务微博", text="各线路正常运行，请有序乘车")
    odd = own(2, METRO, 0.4, client="陌生手机", text="深夜神价祖传玉枕快抢 https://cheap.example/x", forwards=900, comments=300)
    write(database, web_settings, clock, usual, odd)
    view = data(duty, "/accounts/ditie")
    (judged,) = view["judged"]
    assert (judged["post"], judged["verdict"], judged["alert"], view["judged_total"]) == ("weibo:2", "takeover", None, 2)
    assert {sign["kind"] for sign in judged["signs"]} >= {"client", "link", "spread"}
    assert view["habit"]["clients"] == [["政务微博", 1.0]]
    assert sum(view["habit"]["hours"]) == pytest.approx(1, abs=0.01)
    assert "陌生手机" in duty.get("/accounts/ditie").text
    episode = desk.open(hijacked("weibo:2", accounts=("ditie",)), HIJACKED)
    assert data(duty, "/accounts/ditie")["judged"][0]["alert"] == f"/alerts/{episode.id}"


def test_posts_of_an_account_lead_on(duty: TestClient, database: Elasticsearch, web_settings: Settings, clock: Clock) -> None:
    """Page after page, each once; a page beyond the last is the last."""
    write(database, web_settings, clock, *(own(number, METRO, number / 4) for number in range(50)))
    seen = [post["id"] for page in (1, 2, 3) for post in data(duty, f"/accounts/ditie?page={page}")["posts"]]
    assert seen == [f"weibo:{number}" for number in range(50)]
    assert data(duty, "/accounts/ditie?page=99")["page"] == 3
    assert duty.get("/accounts/ditie?page=0").status_code == 400


def test_a_long_post_is_seen_to_go_on(duty: TestClient, database: Elasticsearch, web_settings: Settings, clock: Clock) -> None:
    """Among those that spread most stands the beginning of each, with a mark where there is more."""
    write(database, web_settings, clock, own(1, METRO, 1, text="停" * 70), own(2, METRO, 2, text="地铁" * 30, forwards=9))
    page = duty.get("/accounts/ditie").text
    assert f"<bdi>{'停' * 60}…</bdi>" in page
    assert f"<bdi>{'地铁' * 30}</bdi>" in page


@pytest.mark.parametrize("key", ["nobody", "..%2F..%2Fetc", "%00", "长" * 300])
def test_an_unknown_account_is_not_found(duty: TestClient, key: str) -> None:
    """404, whatever the id is made of."""
    assert duty.get(f"/accounts/{key}").status_code == 404


def test_other_weights_are_another_rule(app: FastAPI, duty: TestClient, published: None) -> None:
    """What an office sets otherwise changes the numbers, and the version says so."""
    office = app.state.desk.office._replace(assessment=Assessment(silent_days=30, original_weight=1))
    app.state.desk = app.state.desk._replace(office=office)
    view = data(duty, "/accounts")
    assert (rows_of(view)["gongjiao"]["veto"], view["silent_days"]) == ("no", 30)
    assert view["model"].startswith("indicators-1+")


def test_too_many_posts_are_refused_not_left_out(duty: TestClient, published: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number is never made of a part of the posts without saying so."""
    monkeypatch.setattr(report, "MOST_POSTS", 5)
    answer = duty.get("/accounts.json")
    assert answer.status_code == 400
    assert "请缩短时间" in answer.json()["detail"]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_accounts_tell_nothing_of_private_authors_and_hostile_names_do_nothing(sign_in: SignIn, published: None, accept: str) -> None:
    """Neither pseudonyms nor posts of others; a name with a script in it is a name."""
    admin = sign_in(Role.ADMIN)
    for path in ("/accounts", "/accounts/gongjiao", "/accounts/ditie"):
        answer = admin.get(path, headers={"Accept": accept})
        assert answer.status_code == 200
        assert PSEUDONYM not in answer.text
        assert "地铁晚点" not in answer.text
        if accept == "text/html":
            assert "<script>alert" not in answer.text, path
            assert "<img src=x" not in answer.text, path


@ENGINES
def test_the_first_day_has_accounts_of_which_nothing_is_known(duty: TestClient) -> None:
    """Every account is there, and says that nothing is known."""
    rows = rows_of(data(duty, "/accounts"))
    assert set(rows) == {account.id for account in ACCOUNTS}
    assert {row["veto"] for row in rows.values()} == {"unknown"}
    assert duty.get("/accounts/alone").status_code == 200


def test_long_periods_are_drawn_by_weeks() -> None:
    """A week is known as far as its days are."""
    first = date(2026, 1, 1)
    days = [Day(first + number * DAY, None if number < 9 else 2) for number in range(70)]
    assert len(drawn(days[:62])) == 62
    weeks = drawn(days)
    assert [week.posts for week in weeks[:3]] == [None, 10, 14]
    assert len(weeks) == 10


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 3, 31), date(2024, 2, 29), date(2026, 12, 31)])
def test_the_usual_periods_are_right_on_any_day(today: date) -> None:
    """None reaches into the future, and the last month and quarter end the day before this one's begin."""
    found = {preset.name: preset.period for preset in presets(today)}
    assert all(period.last <= today for period in found.values())
    assert found["days7"].days == 7
    for this, last in (("month", "last_month"), ("quarter", "last_quarter")):
        assert found[last].last + DAY == found[this].first
        assert found[this].first.day == found[last].first.day == 1
    assert found["quarter"].first.month in {1, 4, 7, 10}
