"""`yuqing incidents list|show|move|note`: incidents as the desk has them."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from cli.acting import WHEN, Office, acting, actor, calm, open_office, shown, when
from incidents.words import CLOCKS, MILESTONES
from incidents.words import STAGES as STATES

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from incidents.desk import Row, Shown
    from incidents.records import Given

POSTS = 10  # shown with an incident


@click.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice([*STATES]), help="Only this state. Can be given again.")
@click.option("--level", "levels", multiple=True, help="Only this level, as an officer set it, e.g. red. Can be given again.")
@click.option("--department", "departments", multiple=True, help="Only those with this department or proposed to it. Can be given again.")
@click.option("--overdue", is_flag=True, help="Only those with a clock that has passed.")
@click.option("--open", "going_on", is_flag=True, help="Only those that are neither closed nor dismissed.")
@click.option("--small", is_flag=True, help="Also those of few posts that nobody has judged.")
@click.option(
    "--sort", type=click.Choice(["posts", "latest", "found", "ends"]), default="posts", show_default=True, help="In which order to list."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Incidents to list.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def list_incidents(*, sort: str, limit: int, as_json: bool, **given: Any) -> None:
    """List incidents, with the level that is set or else proposed.

    \b
    Examples:
      yuqing incidents list --open
      yuqing incidents list --overdue --department zhujian --json

    Exit codes: 0 done (also when there are none), 1 the database can't be reached, 2 wrong usage.
    """  # noqa: D301 - \b keeps click from wrapping the examples
    from incidents.desk import Sort, Wanted

    with open_office() as office:
        found = office.desk.find(Wanted(**given), sort=Sort(sort), size=limit)
        if as_json:
            click.echo(json.dumps({"total": found.total, "incidents": [_row_data(row) for row in found.rows]}, ensure_ascii=False))
            return
        if not found.rows:
            click.echo("没有事件。")
            return
        for row in found.rows:
            click.echo(_line(row, office))
        click.echo(f"共 {found.total} 件，显示 {len(found.rows)} 件。")


@click.command()
@click.argument("incident")
@click.option("--spread", is_flag=True, help="Show the posts that spread most instead of the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@acting
def show(*, incident: str, spread: bool, as_json: bool, by: str, role: str, department: str | None) -> None:
    """Show an incident: how it stands, its clocks and records, posts, and what you could do with it.

    Example: yuqing incidents show inc-0123456789abcdef

    Exit codes: 0 done, 1 there is no such incident or the database can't be reached, 2 wrong usage.
    """
    from incidents.desk import PostSort

    who = actor(by, role, department)
    with open_office() as office:
        found = office.desk.show(incident, who)
        posts = office.desk.posts(incident, who, sort=PostSort.SPREAD if spread else PostSort.LATEST, size=POSTS)
        if as_json:
            texts = [{"id": row.member.id, "published_at": row.member.published_at.isoformat(), "text": row.text} for row in posts.rows]
            click.echo(json.dumps(_shown_data(found) | {"posts": texts}, ensure_ascii=False))
            return
        for line in _shown_lines(found, office):
            click.echo(line)
        click.echo(f"帖文（共 {posts.total} 条）：")
        for row in posts.rows:
            click.echo(f"  {shown(row.member.published_at, office.zone)}  {row.member.platform}  {' '.join(calm(row.text).split())[:80]}")


@click.command()
@click.argument("incident")
@click.argument("to", type=click.Choice([*STATES]))
@click.option("--reason", help="Why.")
@click.option(
    "--ground", "grounds", multiple=True, help="A ground on which there is a duty to answer, e.g. public_interest. Can be given again."
)
@click.option("--no-duty", is_flag=True, help="Judge that there is no duty to answer.")
@click.option(
    "--emergency", type=click.Choice(["extraordinary", "major", "larger", "ordinary"]), help="The grade of an emergency, as judged."
)
@click.option("--level", help="The office's level, e.g. red.")
@click.option("--department", "lead_department", help="The department that leads.")
@click.option("--due", type=WHEN, help="Until when it is to be handled, in the office's zone, e.g. 2026-11-24T18:00.")
@click.option("--report", help="What the department did.")
@click.option("--link", help="Where the answer can be read.")
@click.option("--review", help="What is learnt from it.")
@click.option("--seen", type=int, help="How many records there were when you looked: refuses where there are more by now.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@acting
def move(*, incident: str, to: str, seen: int | None, as_json: bool, **given: Any) -> None:
    """Move an incident on: judge, rate, assign, handle, answer, close it and so on. Each step leaves a record that never changes.

    \b
    Examples:
      yuqing incidents move inc-0123456789abcdef judged --ground public_interest --reason 影响数千居民
      yuqing incidents move inc-0123456789abcdef assigned --department zhujian --due 2026-11-24T18:00

    Exit codes: 0 done, 1 not possible now (says what is) or somebody was faster, 2 wrong usage.
    """  # noqa: D301 - \b keeps click from wrapping the examples
    from incidents.records import Stage

    who = actor(given.pop("by"), given.pop("role"), given.pop("department"))
    with open_office() as office:
        filed = office.desk.move(incident, Stage(to), who, _given(given, office.zone), seen=seen)
    if as_json:
        click.echo(json.dumps({"incident": filed.incident.id, "state": filed.incident.state, "records": filed.incident.records}))
        return
    click.echo(f"{filed.incident.title}：{STATES[filed.incident.state]}（第 {filed.incident.records} 条记录）")


@click.command()
@click.argument("incident")
@click.argument("what", type=click.Choice([*MILESTONES]))
@click.option("--reason", help="The remark.")
@click.option("--link", help="Where the information or the report of the conference can be read.")
@acting
def note(*, incident: str, what: str, reason: str | None, link: str | None, by: str, role: str, department: str | None) -> None:
    """Record beside the steps: authoritative information published, a press conference held, a remark.

    Example: yuqing incidents note inc-0123456789abcdef information --link https://www.example.gov.cn/notice/1

    Exit codes: 0 done, 1 not possible, 2 wrong usage.
    """
    from incidents.records import Given, Milestone

    with open_office() as office:
        filed = office.desk.note(incident, Milestone(what), actor(by, role, department), Given(reason=reason, link=link))
    click.echo(f"{filed.incident.title}：已记录（第 {filed.incident.records} 条记录）")


def _given(given: dict[str, Any], zone: "ZoneInfo") -> "Given":
    from incidents.records import Given, Grade

    due: datetime | None = given.pop("due")
    grounds, no_duty, emergency = given.pop("grounds"), given.pop("no_duty"), given.pop("emergency")
    if grounds and no_duty:
        raise click.UsageError("--ground and --no-duty contradict each other")
    judged = grounds or (() if no_duty else None)
    return Given(due=when(due, zone), grounds=judged, emergency=Grade(emergency) if emergency else None, **given)


def _row_data(row: "Row") -> dict[str, Any]:
    import msgspec

    filed = row.filed
    data: dict[str, Any] = msgspec.to_builtins(filed.incident)
    counts = {name: getattr(filed, name) for name in ("posts", "negative", "spread", "accounts", "last_at", "ends_at")}
    proposal = {"level": row.proposal.level, "reason": row.proposal.reason, "source": row.proposal.source}
    extra: dict[str, Any] = msgspec.to_builtins(
        counts | {"state": filed.incident.state, "growth": row.growth, "overdue": row.overdue, "proposed": proposal}
    )
    return data | extra


def _shown_data(found: "Shown") -> dict[str, Any]:
    import msgspec

    clocks = [
        {"id": clock.rule.id, "name": clock.rule.name, "state": clock.state, "due_at": clock.due_at, "source": clock.rule.source}
        for clock in found.clocks
    ]
    more: dict[str, Any] = msgspec.to_builtins(
        {
            "lead": found.lead._asdict(),
            "records": found.records,
            "clocks": clocks,
            "timeline": [{"start": slot.start, "posts": slot.posts} for slot in found.timeline],
            "by_account": found.accounts,
            "possible": [{"to": step.to, "needs": [need.name for need in step.needs]} for step in found.possible],
        }
    )
    return _row_data(found.row) | more


def _line(row: "Row", office: Office) -> str:
    """One line of the list, with the whole id: it is what other commands ask for."""
    filed, incident = row.filed, row.filed.incident
    led = incident.lead_department
    concerned = office.called(led) if led else office.called(*incident.departments, otherwise="部门未定")
    return "  ".join(
        (
            incident.id,
            STATES[incident.state] + ("（超时）" if row.overdue else ""),
            ("" if incident.level else "建议") + office.called(incident.level or row.proposal.level),
            f"{filed.posts} 条（近1小时 {row.growth}，转评 {filed.spread}）",
            incident.topic or "主题未定",
            concerned,
            shown(filed.last_at, office.zone),
            calm(incident.title),
        )
    )


def _shown_lines(found: "Shown", office: Office) -> list[str]:
    filed, incident, zone = found.row.filed, found.row.filed.incident, office.zone
    lines = [f"{incident.id}  {calm(incident.title)}", f"状态：{STATES[incident.state]}" + ("（有时限已过）" if found.row.overdue else "")]
    if incident.merged_into:
        lines.append(f"已并入：{incident.merged_into}")
    lead = office.called(incident.lead_department or found.lead.department)
    lines += [
        f"级别：{office.called(incident.level, otherwise='未定')}。{found.row.proposal.reason}（依据：{found.row.proposal.source}）",
        f"帖文 {filed.posts} 条（负面 {filed.negative}），近1小时 {found.row.growth} 条，转评 {filed.spread} 次",
        f"主题：{incident.topic or '未定'}。牵头：{'' if incident.lead_department else '建议'}{lead}（{found.lead.reason}）",
        "账号：" + ("、".join(f"{office.called(name)} {posts}" for name, posts in found.accounts.items()) or "无"),
    ]
    lines += [
        f"时限：{clock.rule.name} {CLOCKS[clock.state]}，{shown(clock.due_at, zone)}（{clock.rule.source}）" for clock in found.clocks
    ]
    lines += [f"记录 {record.number}：{shown(record.at, zone)} {record.by} → {STATES[record.to]}" for record in found.records]
    lines.append("可做：" + ("、".join(f"{STATES[step.to]}({step.to})" for step in found.possible) or "无"))
    return lines
