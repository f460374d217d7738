"""`yuqing ingest`: takes in files, and finds that a person reports by hand."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, Literal

import click

if TYPE_CHECKING:
    from config.check import Office
    from config.settings import Settings
    from crawlers.edge import Edge
    from crawlers.ingest import Rows


@click.command()
@click.argument("file", required=False)
@click.option(
    "--map", "mapping", default="", metavar="FIELD=COLUMN,…", help='The columns of the file, e.g. "text=内容,published_at=发布时间".'
)
@click.option(
    "--format", "kind", type=click.Choice(["jsonl", "csv", "xlsx"]), help="The format, where the name of the file does not say it."
)
@click.option(
    "--source", default="ingest", show_default=True, metavar="ID", help="The name under which the coverage ledger keeps the file."
)
@click.option("--platform", default="file", show_default=True, help="The platform of rows that name none.")
@click.option("--timezone", metavar="ZONE", help="The time zone of the file's dates; the office's own where unset.")
@click.option("--all", "keep_all", is_flag=True, help="Keep rows that mention no monitored account, too.")
@click.option("--report", "url", metavar="URL", help="Report one find by hand instead of a file; needs --text or --title.")
@click.option("--text", default="", help="With --report: what stands there.")
@click.option("--title", help="With --report: its title.")
@click.option("--published", help="With --report: when it was published, e.g. 昨天 23:10.")
@click.option("--account", "accounts", multiple=True, metavar="ID", help="With --report: an account that it concerns.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def ingest(
    *,
    file: str | None,
    mapping: str,
    kind: Literal["jsonl", "csv", "xlsx"] | None,
    source: str,
    platform: str,
    timezone: str | None,
    keep_all: bool,
    url: str | None,
    text: str,
    title: str | None,
    published: str | None,
    accounts: Sequence[str],
    as_json: bool,
) -> None:
    """Take a file (JSON lines, CSV, XLSX; `-` for standard input) into the log, or report one find by hand.

    Private authors become pseudonyms on the way, as with the spiders. Taking the same file in again changes nothing.

    Example: yuqing ingest vendor.xlsx --map "text=内容,published_at=发布时间,author=作者,url=链接"

    Example: yuqing ingest --report https://www.example.cn/1 --text "……" --account yunxi-fabu

    Exit codes: 0 done, 1 some rows could not be used (see `yuqing dead list`), 2 wrong usage or configuration.
    """
    from config.check import load_office
    from config.settings import load_settings
    from crawlers.authors import office_key
    from crawlers.edge import Edge
    from crawlers.ingest import PLATFORM, Rows, read_mapping

    if (file is None) == (url is None):
        raise click.UsageError("give a file, or --report with an address")
    settings = load_settings()
    office = load_office(settings, secrets=False)
    edge = Edge(office.accounts, office_key(settings), zone=settings.zone, max_text=settings.crawl.max_text)
    if url is not None:
        _report(settings, office, edge, url=url, text=text, title=title, published=published, accounts=accounts, as_json=as_json)
        return
    assert file is not None
    if not PLATFORM.fullmatch(platform):
        raise click.BadParameter(f"not a platform: {platform!r}; give small letters and digits, like weibo", param_hint="--platform")
    columns = Rows(read_mapping(mapping), source=source, platform=platform, zone=_zone(timezone))
    _file(settings, edge, columns, file, kind=kind, keep_all=keep_all, as_json=as_json)


def _file(
    settings: "Settings",
    edge: "Edge",
    columns: "Rows",
    file: str,
    *,
    kind: Literal["jsonl", "csv", "xlsx"] | None,
    keep_all: bool,
    as_json: bool,
) -> None:
    from crawlers.ingest import ingest as take_in
    from crawlers.rows import format_of, read_rows
    from streams.engines import open_log

    with _opened(file) as stream, open_log(settings) as log, _progress(file) as told:
        rows = read_rows(stream, format_of(file, kind), file)
        taken = take_in(rows, columns, log, edge, name=file, keep_all=keep_all, batch=settings.crawl.batch, told=told)
    if as_json:
        click.echo(json.dumps(asdict(taken), ensure_ascii=False))
    else:
        click.echo(f"读取 {taken.rows} 行：保留 {taken.kept}，与账号无关 {taken.irrelevant}，无法使用 {taken.broken}。")
        if taken.broken:
            click.echo("无法使用的行在死信中：yuqing dead list", err=True)
    if taken.broken:
        sys.exit(1)


def _zone(name: str | None) -> str | None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError) as error:
        raise click.BadParameter(f"no such time zone: {name!r}; use a name like Asia/Shanghai", param_hint="--timezone") from error
    return name


@contextlib.contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = open(file, "rb")  # noqa: SIM115, PTH123 - closed below
    except OSError as error:
        raise click.BadParameter(f"{file}: {error.strerror}", param_hint="FILE") from error
    with stream:
        yield stream


@contextlib.contextmanager
def _progress(name: str) -> Iterator[Callable[[int], None] | None]:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True)
    ) as bar:
        task = bar.add_task(name, total=None)
        yield lambda rows: bar.update(task, completed=rows)


def _report(
    settings: "Settings",
    office: "Office",
    edge: "Edge",
    *,
    url: str,
    text: str,
    title: str | None,
    published: str | None,
    accounts: Sequence[str],
    as_json: bool,
) -> None:
    from crawlers.ingest import report
    from crawlers.visit import post_message
    from streams.engines import open_log
    from streams.messages import Flag

    known = {account.id for account in office.accounts}
    for account in accounts:
        if account not in known:
            raise click.BadParameter(f"no such account: {account!r}; there are {', '.join(sorted(known))}", param_hint="--account")
    if not url.startswith(("http://", "https://")):
        raise click.BadParameter(f"not an address: {url!r}", param_hint="--report")
    post = report(url, text, edge, datetime.now(UTC), title=title, published=published, accounts=accounts)
    if published and Flag.NO_DATE in post.flags:
        raise click.BadParameter(f"not a date: {published!r}; write it like 2026-03-08 18:55 or 昨天 23:10", param_hint="--published")
    with open_log(settings) as log:
        log.append([post_message(post)])
    click.echo(json.dumps({"id": post.id, "accounts": post.accounts}, ensure_ascii=False) if as_json else f"已登记：{post.id}")
