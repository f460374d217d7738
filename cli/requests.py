"""`yuqing requests`: what citizens ask for, from receipt to answer."""

import json
from typing import TYPE_CHECKING, Any

import click

from cli.acting import Office, acting, actor, calm, open_office, shown
from incidents.words import REQUEST_CLOCKS as CLOCKS
from incidents.words import REQUEST_KINDS as KINDS
from incidents.words import REQUEST_STAGES as STATES

if TYPE_CHECKING:
    from incidents.lane import RequestRow

CHANNELS = ("12345", "xinfang", "board", "department")
SHOWN = 60  # characters of a text in the list


@click.group()
def requests() -> None:
    """Requests of citizens (诉求): help, complaints, questions, suggestions, and reports (举报) for their readers alone.

    Exit codes: 0 done, 1 not possible now (says what is), 2 wrong usage.
    """


@requests.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice([*STATES]), help="Only this state. Can be given again.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice([*KINDS]), help="Only this kind. Can be given again.")
@click.option("--department", "departments", multiple=True, help="Only those that this department has. Can be given again.")
@click.option("--overdue", is_flag=True, help="Only those that should have been answered.")
@click.option("--waiting", is_flag=True, help="Only those not yet answered.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Requests to list.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@acting
def list_requests(*, limit: int, as_json: bool, by: str, role: str, department: str | None, **given: Any) -> None:
    """List requests, those that are due first come first. Texts of reports are shown in a reader's role only.

    Example: yuqing requests list --waiting --kind complaint

    Exit codes: 0 done (also when there are none), 1 the database can't be reached, 2 wrong usage.
    """
    from incidents.lane import WantedRequests

    with open_office() as office:
        found = office.lane.find(WantedRequests(**given), actor(by, role, department), size=limit)
        if as_json:
            click.echo(json.dumps({"total": found.total, "requests": [_row_data(row) for row in found.rows]}, ensure_ascii=False))
            return
        if not found.rows:
            click.echo("没有诉求。")
            return
        for row in found.rows:
            click.echo(_line(row, office))
        click.echo(f"共 {found.total} 件，显示 {len(found.rows)} 件。")


@requests.command()
@click.argument("request")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@acting
def show(*, request: str, as_json: bool, by: str, role: str, department: str | None) -> None:
    """Show a request: its text as far as it opens to you, its records, and what you could do with it.

    Example: yuqing requests show req-0123456789abcdef --role admin

    Exit codes: 0 done, 1 there is no such request or the database can't be reached, 2 wrong usage.
    """
    import msgspec

    with open_office() as office:
        found = office.lane.show(request, actor(by, role, department))
        row = found.row
        if as_json:
            steps = [{"to": step.to, "needs": [need.name for need in step.needs]} for step in found.possible]
            more: dict[str, Any] = msgspec.to_builtins({"records": found.records, "possible": steps})
            click.echo(json.dumps(_row_data(row) | more, ensure_ascii=False))
            return
        click.echo(f"{row.request.id}  {KINDS[row.request.kind]}  {STATES[row.request.state]}  {CLOCKS[row.clock]}")
        click.echo(f"受理 {shown(row.request.received_at, office.zone)}，应于 {shown(row.request.due_at, office.zone)} 前答复")
        click.echo(
            f"承办：{office.called(row.request.department, otherwise='未转办')}。建议：{office.called(row.proposed.department)}（{row.proposed.reason}）"
        )
        click.echo(calm(row.text))
        for record in found.records:
            click.echo(f"记录 {record.number}：{shown(record.at, office.zone)} {record.by} → {STATES[record.to]}")
        click.echo("可做：" + ("、".join(f"{STATES[step.to]}({step.to})" for step in found.possible) or "无"))


@requests.command()
@click.argument("request")
@click.argument("to", type=click.Choice([*STATES]))
@click.option("--reason", help="Why.")
@click.option("--channel", type=click.Choice(CHANNELS), help="Where it was passed on to.")
@click.option("--reference", help="Its number there.")
@click.option("--department", "to_department", help="The department that it goes to.")
@click.option("--answer", help="What was answered.")
@click.option("--link", help="Where the answer can be read.")
@click.option("--rating", type=int, help="The citizen's rating, 1 to 5.")
@click.option("--seen", type=int, help="How many records there were when you looked: refuses where there are more by now.")
@acting
def move(*, request: str, to: str, seen: int | None, **given: Any) -> None:
    """Move a request on: pass it on, answer it, note the citizen's rating. A report never goes to whom it is against.

    \b
    Example:
      yuqing requests move req-0123456789abcdef passed_on --channel 12345 --reference 2026-1101 --department zhujian

    Exit codes: 0 done, 1 not possible now (says what is) or somebody was faster, 2 wrong usage.
    """  # noqa: D301 - \b keeps click from wrapping the example
    from incidents.requests import Channel, RequestGiven, RequestStage

    who = actor(given.pop("by"), given.pop("role"), given.pop("department"))
    channel = given.pop("channel")
    what = RequestGiven(channel=Channel(channel) if channel else None, department=given.pop("to_department"), **given)
    with open_office() as office:
        moved = office.lane.move(request, RequestStage(to), who, what, seen=seen)
    click.echo(f"{moved.id}：{STATES[moved.state]}（第 {moved.records} 条记录）")


@requests.command()
@click.argument("request")
@click.argument("departments", nargs=-1, required=True)
@acting
def against(*, request: str, departments: tuple[str, ...], by: str, role: str, department: str | None) -> None:
    """Say of a report that it is against further departments, so that it never goes there. For the readers of reports.

    Example: yuqing requests against req-0123456789abcdef zhujian --role admin

    Exit codes: 0 done, 1 not possible, 2 wrong usage.
    """
    with open_office() as office:
        found = office.lane.against(request, departments, actor(by, role, department))
    click.echo(f"{found.id}：回避 {'、'.join(found.reported)}")


def _row_data(row: "RequestRow") -> dict[str, Any]:
    import msgspec

    data: dict[str, Any] = msgspec.to_builtins(row.request)
    extra = {
        "state": row.request.state.value,
        "text": row.text,
        "url": row.url,
        "clock": row.clock.value,
        "proposed": row.proposed._asdict(),
        "readable": row.readable,
    }
    return data | extra


def _line(row: "RequestRow", office: Office) -> str:
    """One line of the list, with the whole id: it is what other commands ask for."""
    request = row.request
    who = ("" if request.department else "建议") + office.called(request.department or row.proposed.department)
    clock = f"{CLOCKS[row.clock]}，应于 {shown(request.due_at, office.zone)} 前答复"
    text = " ".join(calm(row.text).split())[:SHOWN]
    return f"{request.id}  {KINDS[request.kind]}  {STATES[request.state]}  {clock}  {who}  {text}"
