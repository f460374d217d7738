"""`yuqing accounts`: what the accounts of the matrix did in a period."""

import json
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.audited import note
from config.errors import YuqingError

if TYPE_CHECKING:
    from accounts.indicators import Indicators, Period
    from config.check import Office

Command = TypeVar("Command", bound=Callable[..., Any])
DEFAULT_DAYS = 30
WIDE = 200  # columns, where nobody's terminal says how many there are


class AccountsError(YuqingError):
    """A period or an account that can't be meant, or a file that can't be written."""

    status = 2


def _period(command: Command) -> Command:
    """Give a command the options that name accounts and a period."""
    for option in (
        click.option("--account", "chosen", multiple=True, metavar="ID", help="Only this account; give it several times for several."),
        click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="The last day. Default: today, in the office's zone."),
        click.option(
            "--from", "first", type=click.DateTime(["%Y-%m-%d"]), help=f"The first day. Default: {DEFAULT_DAYS} days with the last."
        ),
    ):
        command = option(command)
    return command


@click.group()
def accounts() -> None:
    """Measure the office's own accounts: the six indicators and the veto on silence, for any period.

    Posts published, followers gained, forwards received, days without update, followers in total, a quality score. What is not known
    says so, and is never counted as 0.

    Exit codes: 0 done, 1 the database can't be reached, 2 wrong usage or configuration.
    """


@accounts.command()
@_period
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the ids of the posts behind each number.")
def show(*, first: datetime | None, last: datetime | None, chosen: tuple[str, ...], as_json: bool) -> None:
    """Print the indicators of every account.

    \b
    Examples:
      yuqing accounts show
      yuqing accounts show --from 2026-10-01 --to 2026-10-31 --json
    """  # noqa: D301 - \b keeps click from wrapping the examples
    from rich.console import Console

    from accounts.tables import as_data, as_table

    rows, period, _ = _measured(first, last, chosen)
    if as_json:
        click.echo(json.dumps(as_data(rows), ensure_ascii=False))
        return
    Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDE).print(as_table(rows))
    click.echo(f"{period.first} 至 {period.last}，共 {period.days} 天；规则版本 {rows[0].model if rows else '–'}。")


@accounts.command()
@_period
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(*, first: datetime | None, last: datetime | None, chosen: tuple[str, ...], file: Path) -> None:
    """Write the indicators to FILE: a spreadsheet where it ends in .xlsx, JSON where it ends in .json.

    Example: yuqing accounts export --from 2026-10-01 --to 2026-10-31 october.xlsx
    """
    from accounts.tables import as_data, as_xlsx, places

    kind = file.suffix.lower()
    if kind not in {".xlsx", ".json"}:
        raise AccountsError(f"{file}: the name must end in .xlsx or .json")
    rows, period, office = _measured(first, last, chosen, file=file)
    content = (
        as_xlsx(rows, period, places(office.accounts, office.departments, office.places))
        if kind == ".xlsx"
        else json.dumps(as_data(rows), ensure_ascii=False, indent=1).encode()
    )
    try:
        file.write_bytes(content)
    except OSError as error:
        raise AccountsError(f"{file}: {error.strerror}; check that its folder is there and has room") from error
    click.echo(f"{file}：{len(rows)} 个账号，{period.first} 至 {period.last}。")


def _measured(
    first: datetime | None, last: datetime | None, chosen: tuple[str, ...], *, file: Path | None = None
) -> "tuple[list[Indicators], Period, Office]":
    """Measure the accounts that are asked for; that they are taken away in a file is written into the audit."""
    from accounts.indicators import Period, Rules
    from accounts.report import measure
    from config.check import load_office
    from config.settings import load_settings
    from indexers.connect import connect
    from indexers.names import Names
    from indexers.reader import Reader

    settings = load_settings()
    office = load_office(settings, secrets=False)
    known = {account.id for account in office.accounts}
    for name in chosen:
        if name not in known:
            raise AccountsError(f"no such account: {name!r}; it must stand in accounts.yaml")
    end: date = datetime.now(settings.zone).date() if last is None else last.date()
    start: date = end - timedelta(days=DEFAULT_DAYS - 1) if first is None else first.date()
    if end < start:
        raise AccountsError(f"the period ends on {end}, before it begins on {start}")
    period = Period(first=start, last=end)
    wanted = [account for account in office.accounts if not chosen or account.id in chosen]
    with connect(settings) as client:
        reader = Reader(client, Names(settings.elasticsearch.prefix), settings.zone)
        rows = measure(reader, wanted, office.sources, period, Rules.of(office.assessment))
        if file is not None:
            note(reader, "exported", file.name)
    return rows, period, office
