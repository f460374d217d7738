"""`yuqing alerts`: who is told of what, and why."""

import csv
import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from alerts.desk import Desk
    from config.settings import Settings

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def alerts() -> None:
    """See what alerts there are and why, acknowledge them, try channels and the detector.

    \b
    Examples:
      yuqing alerts list --running
      yuqing alerts why 3f2a9c
      yuqing alerts replay counts.csv

    Exit codes: 0 done, 1 there is no such alert, a step is not possible or something can't be used, 2 wrong usage or configuration.
    """  # noqa: D301 - \b keeps click from wrapping the examples


@alerts.command("list")
@click.option("--running", is_flag=True, help="Only those that are not over.")
@click.option(
    "--level", "levels", multiple=True, type=click.Choice(["notice", "warning", "urgent"]), help="Only this level. Can be given again."
)
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Only of this rule. Can be given again.")
@click.option("--account", "accounts", multiple=True, metavar="ID", help="Only about this account. Can be given again.")
@click.option("--topic", "topics", multiple=True, help="Only about this topic. Can be given again.")
@click.option("--size", type=click.IntRange(1, 1000), default=50, show_default=True, help="No more than so many, the latest ones.")
@_AS_JSON
def list_alerts(*, running: bool, size: int, as_json: bool, **chosen: tuple[str, ...]) -> None:
    """List the alerts, the latest first.

    \b
    Examples:
      yuqing alerts list --running --json | jq -r '.[].finding.why'
      yuqing alerts list --level urgent --account yunxi-bowuguan
    """  # noqa: D301 - \b keeps click from wrapping the examples
    from alerts.book import RUNNING, Wanted
    from alerts.desk import encoded
    from alerts.words import health_line, line

    with _desk() as (desk, settings, names):
        page = desk.page(Wanted(statuses=RUNNING if running else (), **chosen), size=size)
        health = desk.health()
    if as_json:
        click.echo(json.dumps([encoded(read.body) for read in page.rows], ensure_ascii=False))
        return
    for read in page.rows:
        click.echo(line(read.body, settings.zone, names))
    click.echo(f"共 {page.total} 个。{health_line(health, settings.zone)}")


@alerts.command()
@click.argument("episode")
@_AS_JSON
def why(*, episode: str, as_json: bool) -> None:
    """Say why an alert went out: observed, expected, how unlikely, since when, which posts, by which rule and version; and to whom.

    EPISODE is the id that `list` prints, or its beginning.

    Example: yuqing alerts why 3f2a9c
    """
    from alerts.desk import encoded
    from alerts.words import explained

    with _desk() as (desk, settings, names):
        told = desk.told(desk.whole_id(episode))
    if as_json:
        import msgspec

        deliveries = msgspec.to_builtins(told.deliveries)
        click.echo(json.dumps({"episode": encoded(told.episode), "deliveries": deliveries}, ensure_ascii=False))
        return
    for text in explained(told, settings.zone, names):
        click.echo(text)


@alerts.command()
@click.argument("episode")
@click.option("--by", help="Who has seen it. Default: the name you are signed in with on this machine.")
def ack(*, episode: str, by: str | None) -> None:
    """Note that an alert has been seen. Of two who do, one wins and the other is told.

    Example: yuqing alerts ack 3f2a9c --by 王敏
    """
    from alerts.words import line

    with _desk() as (desk, settings, names):
        click.echo(line(desk.acknowledge(desk.whole_id(episode), by or getpass.getuser()), settings.zone, names))


@alerts.command()
@click.argument("channels", nargs=-1)
def test(channels: tuple[str, ...]) -> None:
    """Send a test message by CHANNELS of alerts.yaml (all when none is named) and say what each receiver answered.

    Example: yuqing alerts test duty-hook
    """
    from alerts.trial import trial
    from config.check import load_office
    from config.settings import load_settings

    office = load_office(load_settings())
    failed = 0
    for channel, error in trial(office.alerts.channels, channels):
        failed += error is not None
        click.echo(f"{channel}：{'已送达' if error is None else f'失败（{error.reason}）：{error}'}")
    if failed:
        sys.exit(1)


@alerts.command()
@click.option("--retry", is_flag=True, help="Have them all tried again.")
@_AS_JSON
def dead(*, retry: bool, as_json: bool) -> None:
    """List the notifications that could not be delivered, with the reason of the last try.

    Example: yuqing alerts dead --retry
    """
    import msgspec

    with _desk() as (desk, _, _):
        page = desk.book.dead(size=1000)
        if retry:
            revived = sum(desk.revive(read.body.id) for read in page.rows)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins([read.body for read in page.rows]), ensure_ascii=False))
    else:
        for read in page.rows:
            last = read.body.attempts[-1]
            click.echo(f"{read.body.id}  {last.reason}  {last.what}")
        click.echo(f"共 {page.total} 条。" + (f"{revived} 条将重新发送。" if retry else ""))


@contextmanager
def _desk() -> "Iterator[tuple[Desk, Settings, dict[str, str]]]":
    """The desk, the settings, and the names of the accounts by id, as far as the office's files can be read."""
    from alerts.book import Book
    from alerts.desk import Desk
    from config.check import check_office
    from config.settings import load_settings
    from indexers.connect import connect
    from indexers.names import Names
    from indexers.records import Records

    settings = load_settings()
    office, _ = check_office(settings, secrets=False)
    with connect(settings) as client:
        names = {account.id: account.name for account in office.accounts}
        yield Desk(Book(Records(client, Names(settings.elasticsearch.prefix)))), settings, names


@alerts.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--step", type=click.FloatRange(60, 86400), help="Length of an interval in seconds. Default: as the file has it.")
def replay(*, file: Path, step: float | None) -> None:
    """Run a series of counts (CSV: timestamp,value) through the spike detector, as it would have been seen live.

    Prints CSV: timestamp, value, expected, score (-log10 of how rare the count is in the series' own past; 0 where a running
    episode explains it), alert (1 where one would have gone out). An empty value is an unknown interval, and so is a missing one.
    A row that comes after a later one is a back-fill: it is never an alert.

    A row that can't be used is told on standard error by its line; the rest goes on, and the exit code is 1.

    Example: yuqing alerts replay counts.csv > verdicts.csv
    """
    from alerts import replay as rehearsal
    from alerts.spikes import Tuning
    from config.settings import load_settings

    zone = load_settings().zone
    with click.open_file(str(file), encoding="utf-8-sig", errors="replace") as source:
        rows, bad = rehearsal.read_rows(source, zone)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(rehearsal.OUTPUT)
    for found in rehearsal.replay(rows, zone, Tuning(step=step or rehearsal.step_of(rows))):
        if isinstance(found, rehearsal.BadRow):
            bad.append(found)
        else:
            writer.writerow(found.cells())
    for problem in sorted(bad):
        click.echo(f"yuqing: {file}: {problem}", err=True)
    if bad:
        sys.exit(1)
