"""Lays out incidents with their records, clocks, requests and alerts."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from reports.blocks import Block, Cell, cell, number, paragraph, run, table
from reports.content import AlertRow, ClockRow, Content, IncidentRow, RequestRow, Step
from reports.plain import moment
from reports.words import CLOCKS, HAPPENED, LEVEL_WORDS, MILESTONES, REQUEST_KINDS, REQUEST_STAGES, STAGES, STATUS_WORDS, named


def incidents(content: Content) -> Iterator[Block]:
    """Incidents that were found, moved and ended, each once, with what was done about it."""
    found = content.incidents
    yield paragraph(
        "新发现 ", run(found.found_total, strong=True), " 件，有进展 ", run(found.moved_total, strong=True), " 件，其中办结、复盘或排除 ",
        run(found.closed_total, strong=True), f" 件；生成报告时未办结 {found.going_on} 件。",
    )  # fmt: skip
    rows = {row.id: row for part in (found.found, found.moved, found.closed) for row in part}
    new = {row.id for row in found.found}
    zone = ZoneInfo(content.timezone)
    for row in rows.values():
        yield paragraph(*_incident(row, new=row.id in new), tone="item")
        for step in row.steps:
            yield paragraph(_step(step, zone), tone="step")
    listed = {name for part in (found.found, found.moved) for name in (row.id for row in part)}
    if len(found.found) < found.found_total or len(found.moved) < found.moved_total:
        yield paragraph(f"只列出帖文最多的 {len(listed)} 件。", tone="note")


def _incident(row: IncidentRow, *, new: bool) -> Iterator[object]:
    yield run(f"{'【新】' if new else ''}{row.title}", row.page, strong=True)
    facts = [
        f"{named(STAGES, row.state)}",
        f"级别{row.level}" if row.level else "未定级",
        f"牵头 {row.lead}" if row.lead else None,
        row.topic,
    ]
    yield f"（{'，'.join(fact for fact in facts if fact)}，本期帖文 "
    yield number(row.posts_in_period)
    yield " 条，共 "
    yield number(row.posts)
    yield f" 条，{row.id}）"


def _step(step: Step, zone: ZoneInfo) -> str:
    done = f"{named(STAGES, step.source)}→{named(STAGES, step.to)}" if step.milestone is None else named(MILESTONES, step.milestone)
    return f"{moment(step.at, zone)} {step.by}：{done}" + (f"（{step.why}）" if step.why else "")


def clocks(content: Content) -> Iterator[Block]:
    """Clocks that run, and those that passed or were met in the period."""
    if not content.clocks:
        yield paragraph("没有进行中的时限，本期也没有到期的。")
        return
    passed = sum(clock.state == "passed" for clock in content.clocks)
    warning = sum(clock.state == "warning" for clock in content.clocks)
    running = sum(clock.state == "running" for clock in content.clocks)
    yield paragraph(f"已超时 {passed} 项，将到期 {warning} 项，进行中 {running} 项。", tone="warning" if passed else "text")
    zone = ZoneInfo(content.timezone)
    yield table(("事件", "时限", "截止", "状态", "本期"), (_clock(clock, zone) for clock in content.clocks))
    sources = dict.fromkeys(clock.source for clock in content.clocks if clock.statutory)
    if sources:
        yield paragraph(f"法定时限依据：{'；'.join(sources)}。", tone="note")


def _clock(clock: ClockRow, zone: ZoneInfo) -> tuple[Cell, ...]:
    state = named(CLOCKS, clock.state) + ("（逾期完成）" if clock.late else "")
    name = f"{clock.name}{'（法定）' if clock.statutory else ''}"
    happened = "、".join(HAPPENED[what] for what in clock.happened)
    return (cell(clock.title, clock.page), cell(name), cell(moment(clock.due_at, zone)), cell(state), cell(happened or "–"))


def requests(content: Content) -> Iterator[Block]:
    """What citizens asked for, and what waits."""
    asked, zone = content.requests, ZoneInfo(content.timezone)
    kinds = "、".join(f"{named(REQUEST_KINDS, kind)} {count}" for kind, count in asked.received.items())
    came = f"收到 {sum(asked.received.values())} 件" + (f"（{kinds}）" if kinds else "")
    yield paragraph(
        f"{came}，转办 {asked.passed_on} 件，答复 {asked.answered} 件，退回 {asked.returned} 件，排除 {asked.dismissed} 件；待答复 {asked.waiting} 件。"
    )
    for what, rows, total in (("已超过答复期限", asked.overdue, asked.overdue_total), ("即将到期", asked.due_soon, asked.due_soon_total)):
        if total:
            yield paragraph(f"{what} {total} 件：", tone="warning")
        for row in rows:
            yield paragraph(*_request(row, zone), tone="item")
        if total > len(rows):
            yield paragraph(f"另有 {total - len(rows)} 件未列出。", tone="note")


def _request(row: RequestRow, zone: ZoneInfo) -> Iterator[object]:
    yield run(named(REQUEST_KINDS, row.kind), row.page)
    facts = [
        named(REQUEST_STAGES, row.state),
        row.department,
        f"应于 {moment(row.due_at, zone)} 前答复",
        row.id,
    ]
    yield f"，{'，'.join(fact for fact in facts if fact)}：{row.text}"


def alerts(content: Content) -> Iterator[Block]:
    """What was alerted to, and whether anybody has seen it."""
    told, zone = content.alerts, ZoneInfo(content.timezone)
    yield paragraph(
        f"发出 {told.raised_total} 个（其中未经确认即已结束 {told.ended_unseen} 个），确认 {told.acknowledged} 个，期末未确认 {told.unacknowledged_total} 个，无法送达的通知 {told.undelivered_total} 条。",
        tone="warning" if told.unacknowledged_total or told.undelivered_total else "text",
    )
    rows = {row.id: row for row in (*told.unacknowledged, *told.raised)}
    for row in rows.values():
        yield paragraph(*_alert(row, zone), tone="item")
    if told.raised_total > len(told.raised) or told.unacknowledged_total > len(told.unacknowledged):
        yield paragraph("只列出最紧要的。", tone="note")
    for one in told.undelivered:
        yield paragraph("未送达：", run(one.title, one.page), f"，渠道 {one.channel}，{moment(one.at, zone)}（{one.reason}）", tone="item")


def _alert(row: AlertRow, zone: ZoneInfo) -> Iterator[object]:
    yield run(f"【{LEVEL_WORDS.get(row.level, row.level)}】{row.name}：{row.about}", row.page, strong=True)
    status = STATUS_WORDS.get(row.status, row.status) + (f"，{row.by}" if row.by else "")
    yield f" {moment(row.opened_at, zone)}，{status}。{row.why}（{row.id[:10]}）"
