"""A report made by hand, with something in every place, for tests that need no database."""

from datetime import UTC, datetime, timedelta
from typing import Any

from reports.archive import Report, Words
from reports.content import (
    AlertRow,
    Alerts,
    Basis,
    ClockRow,
    Compared,
    Content,
    Coverage,
    Gap,
    IncidentRow,
    Incidents,
    Led,
    Number,
    Own,
    OwnAccount,
    OwnPost,
    RequestRow,
    Requests,
    Share,
    Shares,
    Step,
    Undelivered,
    Volume,
)
from reports.naming import period_of, title_of
from reports.period import Kind

START = datetime(2026, 11, 17, 16, tzinfo=UTC)  # midnight in Shanghai
END = START + timedelta(days=1)
MADE = END + timedelta(hours=1)


def number(n: int, link: str = "/search?sentiment=-1&from=2026-11-18T00%3A00&to=2026-11-19T00%3A00") -> Number:
    return Number(n=n, link=link)


def compared(now: int, before: int | None, *week: int) -> Compared:
    mean = round(sum(week) / len(week), 1) if week else None
    return Compared(now=number(now), before=None if before is None else number(before), week=tuple(map(number, week)), mean=mean)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def step(source: str, to: str, **given: Any) -> Step:
    return Step(**{"number": 1, "at": at(9), "by": "wang", "source": source, "to": to, "milestone": None, "why": "影响数千居民"} | given)


def incident(name: str, state: str, *steps: Step, **given: Any) -> IncidentRow:
    body: dict[str, Any] = {
        "id": name,
        "title": "东湖小区停水",
        "found_at": at(8),
        "state": state,
        "level": "黄色",
        "lead": "市住房和城乡建设局",
    }
    return IncidentRow(
        **(
            body
            | {
                "topic": "城乡建设",
                "page": f"/incidents/{name}",
                "posts": number(61, f"/incidents/{name}/posts"),
                "posts_in_period": number(47, f"/incidents/{name}/posts?from=x"),
                "steps": steps,
            }
            | given
        )
    )


def content(**given: Any) -> Content:
    """All that a report can say."""
    page = "/incidents/inc-1"
    share = Share(id="a", name="云溪地铁", posts=number(73), negative=number(31), spread=1280, before=number(52))
    water = incident(
        "inc-1", "assigned", step("found", "judged"), step("judged", "judged", milestone="information", why="https://y.example/1")
    )
    bridge = incident("inc-2", "closed", step("answered", "closed", why="已恢复"), title="大桥伸缩缝损坏")
    asked = {"kind": "complaint", "state": "received", "received_at": at(-200), "due_at": at(-2), "text": "路灯坏了两个月"}
    alert = AlertRow(
        id="e1f2a3b4c5d6", page="/alerts/e1f2a3b4c5d6", level="warning", rule="account-spike", model="spikes-1", name="账号声量突增", about="云溪地铁 · 负面",
        why="5 分钟内 20 条，平时约 2.0 条", opened_at=at(7), status="open", by=None,
    )  # fmt: skip
    body: dict[str, Any] = {
        "kind": Kind.DAILY, "office": "云溪市新媒体办", "timezone": "Asia/Shanghai", "start": START, "end": END, "until": END, "made_at": MADE,
        "quiet": False,
        "volume": Volume(
            all=compared(1207, 1003, 1003, 998), negative=compared(311, 204, 204, 190), neutral=compared(800, 700, 700, 711),
            positive=compared(90, 99, 99, 97), withheld=2,
        ),
        "topics": Shares(rows=(share.model_copy(update={"id": "交通运输", "name": "交通运输", "before": None}),), total=1),
        "accounts": Shares(rows=(share,), total=4),
        "led": (
            Led(
                page="/posts/weibo:1", url="https://weibo.example/1?a=1&b=2", text="地铁又停了 🙂", published_at=at(8), platform="weibo",
                author="云溪晚报", topic="交通运输", sentiment=-1, spread=990,
            ),
        ),
        "incidents": Incidents(
            found=(water,), found_total=2, moved=(water, bridge), moved_total=2, closed=(bridge,), closed_total=1, going_on=7
        ),
        "clocks": (
            ClockRow(
                incident="inc-1", page=page, title="东湖小区停水", name="回应社会关切", statutory=True, source="国办发〔2016〕61号", started_at=at(9),
                due_at=at(57), state="running", late=False, happened=("warned",),
            ),
        ),
        "requests": Requests(
            received={"complaint": 3, "report": 1}, passed_on=2, answered=5, returned=1, dismissed=0, waiting=9,
            overdue=(RequestRow(id="req-1", page="/requests/req-1", department="市住房和城乡建设局", **asked),), overdue_total=6, due_soon=(), due_soon_total=0,
        ),
        "alerts": Alerts(
            raised=(alert,), raised_total=1, ended_unseen=0, acknowledged=0, unacknowledged=(alert,), unacknowledged_total=1,
            undelivered=(Undelivered(alert="e1", page="/alerts/e1", title="账号声量突增", channel="hook", reason="refused", at=at(7)),), undelivered_total=1,
        ),
        "coverage": Coverage(
            sources=3, runs=288, whole=("a-feed",),
            gaps=(
                Gap(
                    source="b-feed", page="/sources/b-feed", state="failed", since=at(2), until=None, runs=12, why="等待超时", mended_at=None,
                    scattered=False,
                ),
            ),
            unused=("weibo（尚未写明采集依据（right），未采集）",), began=at(-500),
        ),
        "own": Own(
            accounts=8, posts=4, silent_days=14,
            rows=(
                OwnAccount(
                    id="a", name="云溪地铁", page="/accounts/a", posts=4, listed=(OwnPost(page="/posts/weibo:9", published_at=at(10)),), last_post_at=at(10), veto="",
                    days_left=None,
                ),
                OwnAccount(id="b", name="云溪博物馆", page="/accounts/b", posts=0, listed=(), last_post_at=None, veto="vetoed", days_left=None),
            ),
        ),
        "bases": (Basis(what="计数", version="publication-time/1"),),
    }  # fmt: skip
    return Content(**(body | given))


def report(words: Words | None = None, **given: Any) -> Report:
    """A report as it is kept, a draft if nothing else is said."""
    said = given.pop("content", None) or content()
    body: dict[str, Any] = {
        "id": "daily-2026-11-18.1", "name": "daily-2026-11-18", "kind": said.kind, "version": 1, "start": said.start, "end": said.end,
        "made_at": said.made_at, "made_by": "zhou", "title": title_of(said), "period": period_of(said), "value": said.model_dump(mode="json"), "words": words or Words(),
    }  # fmt: skip
    return Report(**(body | given))
