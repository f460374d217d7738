"""The pages of alerts: what was found and why, who has seen it, who was told and how it went."""

import threading
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from fastapi import FastAPI
from starlette.testclient import TestClient

from alerts.channels.robots import Robot
from alerts.channels.webhook import Webhook
from alerts.episodes import Mean
from alerts.facts import Subject
from alerts.health import Health, write_health
from alerts.outbox import Policy
from alerts.sender import Sender
from config.check import load_office
from config.settings import Settings
from indexers.cursors import Cursors
from indexers.people import People, Role
from streams.log import Log
from tests.alerts.receivers import receiver
from tests.web.alerting import BURST, HIJACKED, NOW, PLAN, STEP, Desk, burst, desk, expected_of, hijacked, spike
from tests.web.conftest import HOSTILE, Clock, SignIn
from tests.web.test_pages import ENGINES, data
from web.alert_chart import framed, means
from web.app import create_app

__all__ = ["desk"]


@pytest.fixture
def app(web_settings: Settings, database: Elasticsearch, log: Log, clock: Clock) -> FastAPI:
    """An app of an office with rules, a channel and a subscriber."""
    office = load_office(web_settings)._replace(alerts=PLAN)
    return create_app(web_settings, database, log=log, office=office, clock=clock)


@pytest.fixture
def several(desk: Desk) -> dict[str, str]:
    """Alerts of each kind and state; name → id."""
    found = {
        "spike": desk.open(spike()),
        "burst": desk.open(burst(), BURST),
        "takeover": desk.open(hijacked(), HIJACKED),
        "seen": desk.open(spike(90, account="yunxi-gongan")),
        "over": desk.open(spike(200, account="yunxi-ditie", level="urgent")),
    }
    desk.people.acknowledge(found["seen"].id, "wang", NOW)
    desk.people.resolve(found["over"].id, "li", "误报", NOW)
    return {name: episode.id for name, episode in found.items()}


@ENGINES
def test_the_list_says_what_waits_and_each_filter_finds_as_many_as_it_counts(
    duty: TestClient, filled: None, several: dict[str, str]
) -> None:
    """The latest first; every value beside the list leads to so many alerts, and filters add up."""
    view = data(duty, "/alerts")
    assert [one["id"] for one in view["alerts"]] == [several[name] for name in ("takeover", "spike", "burst", "seen", "over")]
    sizes = {facet["field"]: {value["value"]: value["posts"] for value in facet["values"]} for facet in view["facets"]}
    assert sizes["state"] == {"open": 3, "acknowledged": 1, "resolved": 1}
    assert sizes["level"] == {"urgent": 2, "warning": 2, "notice": 1}
    assert sizes["account"] == {"yunxi-fabu": 1, "yunxi-gongan": 1, "yunxi-ditie": 1, "yunxi-bowuguan": 1}
    for facet in view["facets"]:
        for value in facet["values"]:
            assert data(duty, value["link"])["total"] == value["posts"], value
    both = data(duty, "/alerts?state=open&state=acknowledged&rule=account-spike")
    assert [one["id"] for one in both["alerts"]] == [several["spike"], several["seen"]]
    states = next(facet["values"] for facet in both["facets"] if facet["field"] == "state")
    assert [(value["posts"], value["chosen"]) for value in states] == [(1, True), (1, True), (1, False)]


@ENGINES
def test_pages_of_alerts_follow_each_other(duty: TestClient, desk: Desk) -> None:
    """More than a page: each alert once, in order; a place that no page gave is refused."""
    names = [desk.open(spike(5 * number, account=f"a{number}"), handed=False).id for number in range(65)]
    seen, link = [], "/alerts?state=open"
    while link:
        page = data(duty, link)
        seen += [one["id"] for one in page["alerts"]]
        link = page["following"]
    assert seen == names
    answer = duty.get("/alerts.json?after=x")
    assert answer.status_code == 400
    assert "翻页" in answer.json()["detail"]


@pytest.mark.parametrize("query", ["state=closed", "level=loud", "author=x", "account=" + "x" * 300])
def test_a_filter_that_makes_no_sense_is_refused(duty: TestClient, query: str) -> None:
    """400, with the name of the field."""
    answer = duty.get(f"/alerts.json?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()["detail"]


@ENGINES
def test_an_alert_says_everything(duty: TestClient, filled: None, desk: Desk) -> None:
    """Observed and expected, how rare, since when, which posts, by which rule and version, each step, and who was told how."""
    found = spike(30, posts=("weibo:1", "weibo:gone"))
    episode = desk.open(found, means=expected_of(found))
    view = data(duty, f"/alerts/{episode.id}")
    alert = view["alert"]
    assert (alert["observed"], alert["expected"], alert["score"], alert["model"]) == (1, 0.2, 3.1, "spikes-1")
    assert alert["subject"]["accounts"] == [{"id": "yunxi-fabu", "name": "云溪发布"}]
    assert ([post["id"] for post in view["posts"]], view["posts_gone"]) == (["weibo:1"], 1)
    assert view["models"] == ["topic-1/sentiment-1"]
    rule = view["rule"]
    assert (rule["id"], rule["now"], rule["parameters"]["step_s"]) == ("account-spike", "same", 300)
    (step,) = view["steps"]
    (sending,) = step["sendings"]
    assert (step["step"], step["handed"], sending["state"], sending["kind"]) == ("opened", True, "waiting", "webhook")
    assert sending["readers"] == [{"id": "duty", "name": "值班室"}]
    assert view["can"] == ["acknowledge", "resolve"]
    page = duty.get(f"/alerts/{episode.id}").text
    for said in ("云溪发布", "账号声量突增", "spikes-1", "值班室", "待发", "约每 1,259 个时段一遇"):
        assert said in page
    assert "never-shown" not in page


@ENGINES
def test_the_chart_counts_what_the_alert_is_about(duty: TestClient, filled: None, desk: Desk) -> None:
    """Each bar leads to as many posts; the expected line stands where the detector has said what it expected."""
    found = spike(30)
    episode = desk.open(found, means=expected_of(found, steps=6))
    chart = data(duty, f"/alerts/{episode.id}")["chart"]
    counted = [bar for bar in chart["bars"] if bar["posts"]]
    assert chart["step_s"] == 300
    assert 0 < len(counted) < len(chart["bars"])
    for bar in counted:
        assert data(duty, bar["link"])["total"] == bar["posts"]
    assert [bar["expected"] for bar in chart["bars"] if bar["expected"] is not None] == [0.2] * 6


def test_a_rule_of_frequency_has_a_chart_without_a_line(duty: TestClient, filled: None, desk: Desk) -> None:
    """It expects nothing; the chart says how many within how long are asked for."""
    episode = desk.open(burst(), BURST)
    view = data(duty, f"/alerts/{episode.id}")
    assert (view["chart"]["least"], view["chart"]["within_s"], view["chart"]["step_s"]) == (3, 3600, 600)
    assert {bar["expected"] for bar in view["chart"]["bars"]} == {None}
    assert data(duty, view["alert"]["observed_link"])["total"] == 2


def test_a_hijacked_account_is_shown_with_the_evidence(duty: TestClient, filled: None, desk: Desk) -> None:
    """Each sign with how rare it is, and the post."""
    episode = desk.open(hijacked(), HIJACKED)
    view = data(duty, f"/alerts/{episode.id}")
    assert [(sign["kind"], sign["rarity"]) for sign in view["signs"]] == [("client", 2.6), ("spread", 6.0)]
    assert view["alert"]["observed_link"] == "/posts/weibo:5"
    assert view["chart"] is None
    assert "陌生手机" in duty.get(f"/alerts/{episode.id}").text


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ((), "gone"),
        ((BURST.model_copy(update={"id": "account-spike"}),), "changed"),
        ((PLAN.rules[0].model_copy(update={"off": True}),), "off"),
    ],
)
def test_a_rule_that_was_edited_since_is_told_apart(app: FastAPI, duty: TestClient, desk: Desk, rules: tuple[Any, ...], said: str) -> None:
    """The page shows the rule as it was, and says what has become of it."""
    episode = desk.open(spike())
    app.state.desk = app.state.desk._replace(office=app.state.desk.office._replace(alerts=PLAN.model_copy(update={"rules": rules})))
    rule = data(duty, f"/alerts/{episode.id}")["rule"]
    assert (rule["now"], rule["parameters"]["by"]) == (said, ["account", "sentiment"])


@ENGINES
def test_acknowledging_is_noted_and_told_once(duty: TestClient, desk: Desk, people: People, clock: Clock) -> None:
    """The officer's name stands on it and in the audit; the page goes on to where it was asked from."""
    episode = desk.open(spike())
    clock.go(minutes=1)
    answer = duty.post(f"/alerts/{episode.id}/acknowledge", data={"next": "/duty?hours=6"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/duty?hours=6")
    view = data(duty, f"/alerts/{episode.id}")
    assert (view["alert"]["status"], view["alert"]["acknowledged_by"], view["can"]) == ("acknowledged", "some-duty", ["resolve"])
    assert [step["step"] for step in view["steps"]] == ["opened", "acknowledged"]
    people.client.indices.refresh(index=people.names.everything)
    record = people.audit()[0]
    assert (record.who, record.action, record.target) == ("some-duty", "alert_acknowledged", episode.id)
    assert duty.post(f"/alerts/{episode.id}/resolve", data={"why": "误报", "next": "//evil.example"}).headers["location"] == "/duty"


@ENGINES
def test_the_second_of_two_officers_is_told_who_was_first(sign_in: SignIn, desk: Desk) -> None:
    """409 with the name, the time and what is possible now, as page and as JSON; nothing changes."""
    episode = desk.open(spike())
    first, second = sign_in(Role.DUTY), sign_in(Role.ADMIN)
    assert first.post(f"/alerts/{episode.id}/acknowledge", data={}).status_code == 303
    page = second.post(f"/alerts/{episode.id}/acknowledge", data={})
    assert page.status_code == 409
    assert "some-duty 已于 11-18 12:00 确认" in page.text
    twin = second.post(f"/alerts/{episode.id}/acknowledge", data={}, headers={"Accept": "application/json"})
    assert (twin.status_code, twin.json()["possible"]) == (409, ["resolve"])
    assert "some-duty" in twin.json()["detail"]
    read = desk.book.episode(episode.id)
    assert read is not None
    assert (read.body.acknowledged_by, len(read.body.steps)) == ("some-duty", 2)


def test_of_many_at_once_one_acknowledges(sign_in: SignIn, desk: Desk) -> None:
    """However they race: one 303, the others 409, one step."""
    episode = desk.open(spike())
    browsers = [sign_in(Role.DUTY) for _ in range(4)]
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda one=one: answers.append(one.post(f"/alerts/{episode.id}/acknowledge", data={}).status_code))
        for one in browsers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 409, 409, 409]
    read = desk.book.episode(episode.id)
    assert read is not None
    assert [step.step for step in read.body.steps] == ["opened", "acknowledged"]


def test_ending_asks_for_a_reason(duty: TestClient, desk: Desk, people: People, clock: Clock) -> None:
    """Without one nothing happens and the page says so; with one it is over, and nothing more is possible: 409."""
    episode = desk.open(spike())
    empty = duty.post(f"/alerts/{episode.id}/resolve", data={"why": "  "})
    assert empty.status_code == 400
    assert "请填写结束的原因" in empty.text
    long = duty.post(f"/alerts/{episode.id}/resolve.json", data={"why": "长" * 501})
    assert (long.status_code, "why" in long.json()["detail"]) == (400, True)
    clock.go(minutes=1)
    ended = duty.post(f"/alerts/{episode.id}/resolve.json", data={"why": "误报：演练"})
    assert ended.json()["alert"]["status"] == "resolved"
    assert ended.json()["steps"][-1]["why"] == "误报：演练"
    for step in ("acknowledge", "resolve"):
        late = duty.post(f"/alerts/{episode.id}/{step}.json", data={"why": "再次"})
        assert (late.status_code, late.json()["possible"]) == (409, [])
        assert "some-duty 已于 11-18 12:01 结束" in late.json()["detail"]
    people.client.indices.refresh(index=people.names.everything)
    assert (people.audit()[0].action, people.audit()[0].detail) == ("alert_resolved", "误报：演练")


@pytest.mark.parametrize("key", ["0" * 20, "x", "..%2F..%2Fetc", "%00", "长" * 300])
def test_an_unknown_alert_is_not_found(duty: TestClient, desk: Desk, key: str) -> None:
    """404, whatever the id is made of, to look at and to act on."""
    assert duty.get(f"/alerts/{key}").status_code == 404
    assert duty.post(f"/alerts/{key}/acknowledge", data={}).status_code == 404
    assert duty.post(f"/alerts/{key}/resolve", data={"why": "x"}).status_code == 404


def test_who_may_not_act_sees_no_buttons(sign_in: SignIn, desk: Desk) -> None:
    """A viewer reads alerts and undeliverable notifications, and is offered nothing that would be refused."""
    episode = desk.open(spike())
    desk.fail(episode)
    viewer = sign_in(Role.VIEWER)
    for path in ("/alerts", f"/alerts/{episode.id}", "/duty"):
        assert 'method="post"' not in viewer.get(path).text, path
    assert data(viewer, f"/alerts/{episode.id}")["can"] == []
    assert data(viewer, "/alerts")["may_retry"] is False


@ENGINES
def test_what_could_not_be_delivered_is_listed_and_tried_again(duty: TestClient, desk: Desk, people: People, clock: Clock) -> None:
    """With the reason of the last try; once sent again it is due now, and is no longer on the list."""
    first, second = desk.open(spike()), desk.open(burst(), BURST)
    dead = desk.fail(first), desk.fail(second, reason="http_500", what="answered 500: <b>out of order</b>")
    view = data(duty, "/alerts")
    assert view["dead_total"] == 2
    assert {(one["id"], one["reason"], one["attempts"]) for one in view["dead"]} == {
        (dead[0].id, "unreachable", 10),
        (dead[1].id, "http_500", 10),
    }
    page = duty.get("/alerts").text
    assert "连接不上" in page
    assert "<b>out of order" not in page
    clock.go(minutes=1)
    assert duty.post("/alerts/retry", data={"delivery": dead[0].id}).status_code == 303
    assert [read.body.id for read in desk.book.due(clock.now)] == [dead[0].id]
    again = duty.post("/alerts/retry", data={"delivery": dead[0].id}, headers={"Accept": "application/json"})
    assert again.status_code == 404
    people.client.indices.refresh(index=people.names.everything)
    assert (people.audit()[0].action, people.audit()[0].target) == ("notice_retried", dead[0].id)
    every = duty.post("/alerts/retry", data={"every": "true"}, headers={"Accept": "application/json"})
    assert every.json() == {"retried": 1}
    assert data(duty, "/alerts")["dead_total"] == 0
    assert duty.post("/alerts/retry", data={}).status_code == 400


NONSENSE = (200, {}, b"<html>welcome</html>")


@ENGINES
@pytest.mark.parametrize(
    ("answer", "robot", "reason", "state"),
    [
        pytest.param((503, {}, b"busy"), False, "http_503", "waiting", id="busy"),
        pytest.param((404, {}, b"nothing here"), False, "http_404", "dead", id="gone"),
        pytest.param(NONSENSE, True, "no_robot", "waiting", id="nonsense"),
        pytest.param(None, False, "unreachable", "waiting", id="down"),
    ],
)
def test_a_receiver_that_is_down_or_answers_nonsense_is_told_where_it_was_asked(  # noqa: PLR0917 - a table
    duty: TestClient, desk: Desk, answer: Any, robot: bool, reason: str, state: str
) -> None:
    """The alert's page says who was not reached, why, and when it is tried again; the alert itself is none the worse."""
    episode = desk.open(spike())
    with receiver(*([answer] if answer else [])) as there:
        channel: Any = Robot("dingtalk", there.url) if robot else Webhook(there.url, "secret")
        if answer is not None:
            send(desk, channel)
    if answer is None:
        send(desk, channel)  # nobody listens there any more
    (sending,) = data(duty, f"/alerts/{episode.id}")["steps"][0]["sendings"]
    assert (sending["state"], [attempt["reason"] for attempt in sending["attempts"]]) == (state, [reason])
    assert data(duty, "/alerts")["alerts"][0]["sent"] == {state: 1}
    assert data(duty, "/alerts")["dead_total"] == (state == "dead")
    page = duty.get(f"/alerts/{episode.id}").text
    assert ("下次尝试" in page) == (state == "waiting")
    assert "<html>welcome" not in page
    assert duty.post(f"/alerts/{episode.id}/acknowledge", data={}).status_code == 303


def send(desk: Desk, channel: Any) -> None:
    """Try what is due, once."""
    with Sender(desk.book, {"duty-hook": channel}, Policy(), lambda: NOW) as sender:
        assert sender.start() == 1
        sender.finish()


def health(**given: Any) -> Health:
    return Health(**({"holder": "a", "at": NOW, "outcome": "complete", "series": 24, "seen_to": NOW} | given))


@pytest.mark.parametrize(
    ("kept", "minutes", "outcome", "said"),
    [
        (None, 0, "never", "预警程序未运行"),
        (health(), 1, "complete", "预警程序正常"),
        (health(outcome="partial", reason="learning"), 1, "partial", "正在学习历史数据"),
        (health(outcome="partial", reason="deliveries_dead", dead=3), 1, "partial", "3 条通知无法送达"),
        (health(outcome="partial", reason="deliveries_late", waiting=4), 1, "partial", "共 4 条待发"),
        (health(outcome="partial", reason="slow", took_s=9.04), 1, "partial", "9.0 秒"),
        (health(), 3, "failed", "自 11-18 12:00 起没有消息"),
    ],
)
def test_how_the_watcher_fares_is_said_where_alerts_stand(  # noqa: PLR0917 - a table
    duty: TestClient, desk: Desk, clock: Clock, kept: Health | None, minutes: float, outcome: str, said: str
) -> None:
    """In the words of coverage: without a watcher no alert means nothing, so the list and the duty page say so."""
    if kept is not None:
        write_health(Cursors(desk.book.records), kept, None)
    clock.go(minutes=minutes)
    assert data(duty, "/alerts")["health"]["outcome"] == outcome
    for path in ("/alerts", "/duty"):
        assert said in duty.get(path).text, path


@ENGINES
def test_the_duty_page_lets_alerts_be_acknowledged(duty: TestClient, filled: None, desk: Desk, several: dict[str, str]) -> None:
    """The open ones stand there, each with a button; with script only its block is drawn anew, and a refusal stands in it."""
    view = data(duty, "/duty")["alerts"]
    assert [one["id"] for one in view["alerts"]] == [several[name] for name in ("takeover", "spike", "burst")]
    assert view["total"] == data(duty, view["link"])["total"] == 3
    page = duty.get("/duty?hours=6").text
    assert f'action="/alerts/{several["spike"]}/acknowledge"' in page
    assert 'value="/duty?hours=6"' in page
    script = {"HX-Request": "true", "HX-Target": "section#duty-alerts"}
    part = duty.post(f"/alerts/{several['spike']}/acknowledge", data={}, headers=script)
    assert part.status_code == 200
    assert part.text.strip().startswith('<section class="panel duty-alerts"')
    assert several["spike"] not in part.text
    assert several["burst"] in part.text
    again = duty.post(f"/alerts/{several['spike']}/acknowledge", data={}, headers=script)
    assert again.status_code == 409
    assert "some-duty 已于" in again.text
    assert "<html" not in again.text


def test_the_most_urgent_alerts_come_first_on_the_duty_page(duty: TestClient, desk: Desk) -> None:
    """A flood of later notices does not push them off it."""
    urgent = desk.open(hijacked(at=NOW - timedelta(hours=9)), HIJACKED, handed=False)
    for number in range(8):
        desk.open(burst(number, subject=Subject(account=f"a{number}")), BURST, handed=False)
    view = data(duty, "/duty")["alerts"]
    assert (view["total"], len(view["alerts"]), view["alerts"][0]["id"]) == (9, 5, urgent.id)
    assert "另有 4 个" in duty.get("/duty").text


def test_the_duty_page_asks_once_for_alerts(
    duty: TestClient, database: Elasticsearch, several: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One search, however many there are: the page must come at once."""
    node: Any = database.transport.node_pool.get()
    asked: list[str] = []
    perform = node.perform_request

    def note(method: str, target: str, *given: Any, **more: Any) -> Any:
        asked.append(target)
        return perform(method, target, *given, **more)

    monkeypatch.setattr(node, "perform_request", note)
    duty.get("/duty")
    assert len([target for target in asked if "-episodes/_search" in target]) == 1
    assert not [target for target in asked if "-deliveries" in target or "-alerts/" in target]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_hostile_words_are_only_text(sign_in: SignIn, filled: None, desk: Desk, accept: str) -> None:
    """In a title, in what was found, in a reason, in a receiver's answer and in the post."""
    found = spike(title=HOSTILE, why=HOSTILE, posts=("weibo:5",))
    episode = desk.open(found)
    desk.fail(episode, reason=HOSTILE, what=HOSTILE)
    admin = sign_in(Role.ADMIN)
    admin.post(f"/alerts/{episode.id}/resolve", data={"why": HOSTILE})
    for path in ("/alerts", f"/alerts/{episode.id}", "/duty", "/audit"):
        answer = admin.get(path, headers={"Accept": accept})
        assert answer.status_code == 200
        if accept == "text/html":
            assert "<script>alert" not in answer.text, path
            assert "<img src=x" not in answer.text, path
    refused = admin.post(f"/alerts/{episode.id}/resolve", data={"why": HOSTILE})
    assert refused.status_code == 409
    assert "<script>alert" not in refused.text
    assert "{{7*7}}" in unescape(admin.get(f"/alerts/{episode.id}").text)


@ENGINES
def test_the_first_day_has_no_alerts(duty: TestClient) -> None:
    """Every page says so."""
    assert "还没有预警" in duty.get("/alerts").text
    assert data(duty, "/alerts")["total"] == 0
    assert data(duty, "/duty")["alerts"]["total"] == 0


@pytest.mark.parametrize(
    ("length", "step", "bar"),
    [
        pytest.param(timedelta(minutes=10), STEP, STEP, id="short: the rule's own intervals"),
        pytest.param(timedelta(days=3), STEP, 5 * STEP, id="long: several intervals a bar"),
        pytest.param(timedelta(days=60), timedelta(hours=1), timedelta(hours=8), id="very long"),
    ],
)
def test_a_chart_never_has_too_many_bars(length: timedelta, step: timedelta, bar: timedelta) -> None:
    """What happened is inside, with something before it; bars begin where the detector's intervals do."""
    window, each = framed(NOW - length, NOW, step, NOW + timedelta(days=90))
    assert each == bar
    assert (window.end - window.start) / each <= 201
    assert window.start < NOW - length
    assert window.end > NOW
    assert window.start.timestamp() % each.total_seconds() == 0
    assert window.end.timestamp() % each.total_seconds() == 0


def test_nothing_is_drawn_of_the_future() -> None:
    """An alert of just now ends the chart."""
    window, _ = framed(NOW - STEP, NOW, STEP, NOW)
    assert window.end == NOW + STEP


def test_what_is_expected_of_a_bar_is_the_sum_of_its_intervals() -> None:
    """Where one interval is missing nothing is said."""
    noted = [Mean(300.0 * number, 0.5) for number in (0, 1, 2, 4, 5)]
    assert means(noted, STEP, STEP) == {300.0 * number: 0.5 for number in (0, 1, 2, 4, 5)}
    assert means(noted, STEP, 3 * STEP) == {0.0: 1.5}
