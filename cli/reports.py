"""`yuqing reports`: 日报 and 交接班 from the database, kept as drafts until somebody signs them."""

import getpass
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from cli.acting import WHEN, shown, when
from cli.audited import note
from config.errors import YuqingError

if TYPE_CHECKING:
    from config.settings import Settings
    from indexers.reader import Reader
    from reports.archive import Archive, Report
    from reports.period import Period

Command = TypeVar("Command", bound=Callable[..., Any])
KINDS = ("daily", "handover")
SHIFT = timedelta(hours=12)  # a shift that ends now, where nobody says how long it was
_BY = click.option("--by", default=getpass.getuser, show_default="your user name", help="Who does it; stands in the report.")


class ReportFileError(YuqingError):
    """A file that can't be written."""

    status = 2


class Opened(NamedTuple):
    """The archive, and what a report is made and shown with."""

    archive: "Archive"
    reader: "Reader"
    settings: "Settings"

    def note(self, action: str, report: "Report") -> None:
        """Write into the audit who of this machine did something, whoever stands in the report."""
        note(self.reader, action, report.id)


@contextmanager
def _open(*, anew: bool = False) -> Iterator[Opened]:
    """Open the archive; `anew` where the index may have to be made first."""
    from config.settings import load_settings
    from indexers.connect import connect
    from indexers.names import Names
    from indexers.reader import Reader
    from indexers.records import Records
    from indexers.setup import set_up
    from nlp.office import office_segmenter
    from reports.archive import Archive

    settings = load_settings()
    names = Names(settings.elasticsearch.prefix)
    with connect(settings) as client:
        if anew:
            set_up(client, names, str(office_segmenter(settings.nlp).stamp), settings.elasticsearch.replicas)
        yield Opened(Archive(Records(client, names)), Reader(client, names, settings.zone), settings)


def _shown_as(command: Command) -> Command:
    """Give a command the options that say how a report is shown."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--text", "as_text", is_flag=True, help="Print text to paste. The default where no other form is asked for."),
        click.option("--docx", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file as a Word document."),
    ):
        command = option(command)
    return command


@click.group()
def reports() -> None:
    """Daily reports (日报) and handovers between shifts (交接班), from the database alone.

    Each one that is made is kept as a version of its own: a draft until somebody signs it, and never changed then. Links to pages of
    this system are written where YUQING_WATCH__ADDRESS says where they are.

    Exit codes: 0 done, 1 there is no such report, it was signed already or the database can't be reached, 2 wrong usage.
    """


@reports.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Of a daily report: the day, in the office's zone. Default: today.")
@click.option(
    "--from", "start", type=WHEN, help="Of a handover: when the shift began, in the office's zone. Default: 12 hours before its end."
)
@click.option("--to", "end", type=WHEN, help="Of a handover: when the shift ends. Default: now.")
@_BY
@_shown_as
def make(*, kind: str, day: datetime | None, start: datetime | None, end: datetime | None, by: str, **how: Any) -> None:
    """Make a report and keep it as a draft.

    Of a day or shift that is not over, what has been so far. Making it again gives a new version beside the old one.

    \b
    Examples:
      yuqing reports make daily --date 2026-11-18 --docx daily.docx
      yuqing reports make handover --from 2026-11-18T08:00 --to 2026-11-18T20:00
    """  # noqa: D301 - \b keeps click from wrapping the examples
    from config.check import load_office
    from reports.gather import gather, material

    if kind == "daily" and (start or end):
        raise click.UsageError("a daily report takes --date; --from and --to are for a handover")
    if kind == "handover" and day:
        raise click.UsageError("a handover takes --from and --to; --date is for a daily report")
    with _open(anew=True) as opened:
        now = datetime.now(UTC)
        period = _period(opened, day, start, end, now, daily=kind == "daily")
        content = gather(material(opened.settings, opened.reader, load_office(opened.settings)), period, now)
        made = opened.archive.add(period, content, by)
        opened.note("report_made", made)
        _show(opened, made, **how)


def _period(opened: Opened, day: datetime | None, start: datetime | None, end: datetime | None, now: datetime, *, daily: bool) -> "Period":
    from reports.period import daily as of_day
    from reports.period import handover

    zone = opened.settings.zone
    if daily:
        return of_day(now.astimezone(zone).date() if day is None else day.date(), zone, now)
    until = when(end, zone) or now.replace(second=0, microsecond=0)
    return handover(when(start, zone) or until - SHIFT, until, zone, now)


@reports.command("list")
@click.option("--kind", type=click.Choice(KINDS), help="Only this kind.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="Reports to list, the last made first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, without what the reports say.")
def list_reports(*, kind: str | None, limit: int, as_json: bool) -> None:
    """List the reports, the last made first.

    Example: yuqing reports list --kind handover
    """
    from reports.archive import as_data
    from reports.layout import DRAFT
    from reports.period import Kind

    with _open() as opened:
        page = opened.archive.page(kind=None if kind is None else Kind(kind), size=limit)
        zone = opened.settings.zone
    found = [read.body for read in page.rows]
    if as_json:
        rows = [{name: value for name, value in as_data(report).items() if name != "content"} for report in found]
        click.echo(json.dumps({"total": page.total, "reports": rows}, ensure_ascii=False))
        return
    if not found:
        click.echo("没有报告。")
        return
    for report in found:
        signed = DRAFT if report.signed_at is None else f"{report.signed_by} 签发于 {shown(report.signed_at, zone)}"
        click.echo(f"{report.id}\t{report.made_by} 于 {shown(report.made_at, zone)} 生成\t{signed}")
    click.echo(f"共 {page.total} 份，显示 {len(found)} 份。")


@reports.command()
@click.argument("report")
@_shown_as
def show(*, report: str, **how: Any) -> None:
    """Show a report as it was made, with the words of the officers.

    Example: yuqing reports show daily-2026-11-18.1 --json
    """
    with _open() as opened:
        _show(opened, opened.archive.get(report), **how)


@reports.command()
@click.argument("report")
@click.option("--analysis", help="What is to be made of it (分析).")
@click.option("--advice", help="What is to be done (建议).")
@_BY
def write(*, report: str, analysis: str | None, advice: str | None, by: str) -> None:
    """Write the words of the officers into a draft; what is not given stays.

    Example: yuqing reports write daily-2026-11-18.1 --analysis 投诉集中在柳塘区 --advice 今晚公布水质检测结果
    """
    from reports.archive import Words

    with _open() as opened:
        before = opened.archive.get(report)
        words = Words(
            analysis=before.words.analysis if analysis is None else analysis, advice=before.words.advice if advice is None else advice
        )
        opened.note("report_written", opened.archive.write(report, words, by, datetime.now(UTC), seen=before.edits))
    click.echo(f"{report}：已修改。")


@reports.command()
@click.argument("report")
@_BY
def sign(*, report: str, by: str) -> None:
    """Sign a draft: nothing of it changes any more. Whoever comes second is told who did.

    Example: yuqing reports sign daily-2026-11-18.1 --by 王敏
    """
    with _open() as opened:
        signed = opened.archive.sign(report, by, datetime.now(UTC))
        opened.note("report_signed", signed)
    click.echo(f"{report}：{signed.signed_by} 已签发。")


def _show(opened: Opened, report: "Report", *, file: Path | None, as_text: bool, as_json: bool) -> None:
    from reports import text, word
    from reports.archive import as_data
    from reports.layout import lay_out

    laid, address = lay_out(report), opened.settings.watch.address
    if file is not None:
        _write(file, word.render(laid, report.made_at, address))
        click.echo(f"{file}：{report.id}（{laid.mark}）", err=as_text or as_json)
    if as_json:
        click.echo(json.dumps(as_data(report), ensure_ascii=False))
    if as_text or not (file or as_json):
        click.echo(text.render(laid, address), nl=False)


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise ReportFileError(f"{file}: {error.strerror}; check that its folder is there and has room") from error
