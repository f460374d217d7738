"""`yuqing crawl`: reads the sources into the log."""

import json
import sys
from collections.abc import Sequence

import click
import msgspec

from config.sources import Source
from streams.messages import Coverage

OUTCOMES = {"complete": "完整", "partial": "不完整", "failed": "失败", "off": "未采集"}


@click.command()
@click.option("--source", "names", multiple=True, metavar="ID", help="Only this source; give it several times for several.")
@click.option("--once/--forever", default=True, help="Read each source once (the default), or by its interval until told to stop.")
@click.option("--fresh", is_flag=True, help="With --once: forget what the last runs have seen.")
@click.option("--json", "as_json", is_flag=True, help="Print the coverage of each run as a line of JSON.")
@click.option("--with-parent", type=int, metavar="PID", hidden=True, help="End when this process, which started this one, does.")
def crawl(names: Sequence[str], *, once: bool, fresh: bool, as_json: bool, with_parent: int | None) -> None:
    """Read the sources of sources.yaml into the log.

    Examples: `yuqing crawl`, `yuqing crawl --source yunxi-news --json`, `yuqing crawl --forever`.

    Exit codes: 0 done, 1 a source failed altogether or the log can't be used, 2 wrong usage or configuration.
    """
    from config.check import load_office
    from config.settings import load_settings
    from crawlers.run import crawl as run_once
    from crawlers.run import crawl_forever
    from services.logs import configure_logs
    from services.stop import stop_on_signals, stop_with_parent
    from streams.engines import open_log

    settings = load_settings()
    office = load_office(settings, secrets=False)
    sources = _chosen(office.sources, names)
    stop = stop_on_signals()

    configure_logs(settings.log_level)

    def told(report: Coverage) -> None:
        if with_parent is None:  # else the coverage ledger and the log events tell
            _print(report, as_json=as_json)

    with open_log(settings) as log:
        if not once:
            if with_parent is not None:
                stop_with_parent(stop, with_parent)
            crawl_forever(settings, sources, log, accounts=office.accounts, stop=stop, told=told)
            return
        reports = run_once(settings, sources, log, accounts=office.accounts, stop=stop, fresh=fresh, told=told)
    if any(report.outcome == "failed" for report in reports):
        sys.exit(1)


def _chosen(sources: Sequence[Source], names: Sequence[str]) -> list[Source]:
    known = {source.id: source for source in sources}
    for name in names:
        if name not in known:
            raise click.BadParameter(f"no such source: {name!r}; there are {', '.join(known) or 'none'}", param_hint="--source")
    return [known[name] for name in names] if names else list(sources)


def _print(report: Coverage, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(report), ensure_ascii=False))
        return
    numbers = f"页 {report.pages}，读到 {report.seen}，保留 {report.kept}，死信 {report.broken}"
    said = f"，来源称有 {report.expected}" if report.expected is not None else ""
    click.echo(f"{report.source}：{OUTCOMES[report.outcome]}。{numbers}{said}。{report.detail or ''}")
