"""`yuqing demo`: the whole system on this machine against a simulated city."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from services.demo import Progress, Show, Summary

SHOWN_ALERTS = 40
SIGN_S = 10.0  # between two signs of life after the story
WIDTH = 48  # characters of a post in the summary
SENTIMENTS = {"-1": "负面", "0": "中性", "1": "正面"}


@click.command()
@click.option("--exit", "leave", is_flag=True, help="End after the summary; for scripts.")
def demo(*, leave: bool) -> None:
    """Watch the whole system at work on a simulated city: a complaint that grows, an account hijacked at night.

    Everything is fictional and stays on this machine. Ctrl-C ends it.

    Examples: yuqing demo, yuqing demo --exit

    Exit codes: 0 shown, or told to stop; 1 something failed for good, 2 wrong usage or configuration.
    """
    from config.settings import load_settings
    from services.demo import running_demo
    from services.logs import configure_logs
    from services.stop import stop_on_signals

    settings = load_settings()
    configure_logs("error")
    stop = stop_on_signals()
    click.echo("启动模拟城市“云溪”（虚构）和整套系统：采集 → 日志 → 打标签 → 入库 → 事件和预警 → 页面 ……")
    with running_demo(settings, stop) as show:
        click.echo(door(show))
        for progress in show.watch(stop):
            _progress(progress)
        tell(show)
        if leave or stop.requested:
            click.echo("接着看（数据留着）：")
            _list(show.next_steps("serve", "users link 演示值班员"))
            return
        click.echo(f"接着看：{door(show)}")
        click.echo("或者在另一个终端里：")
        _list(show.next_steps())
        click.echo("系统仍在运行，Ctrl-C 结束。")
        while not stop.wait(SIGN_S):
            _progress(show.progress())
        click.echo()


def door(show: "Show") -> str:
    """Where the pages are, and what signs in to them."""
    return f"页面在 {show.address} 。用浏览器打开下面的链接，即以演示值班员登录（只能用一次，15 分钟内有效）：\n  {show.entry()}"


def _progress(progress: "Progress") -> None:
    """On a terminal one line that changes, so that the link above stays in sight; elsewhere a line each."""
    terminal = sys.stdout.isatty()
    click.echo(f"\r{line(progress)}\033[K" if terminal else line(progress), nl=not terminal)


def line(progress: "Progress") -> str:
    """One line of progress."""
    negative = progress.counts.facets.get("sentiment", {}).get("-1", 0)
    return (
        f"{progress.elapsed.total_seconds():5.0f} 秒  {progress.share:4.0%}  云溪时间 {progress.city_time:%m-%d %H:%M}"
        f"  抓取 {progress.pages} 页  入库 {progress.counts.posts} 条  负面 {negative} 条  待入库 {progress.waiting}  预警通知 {progress.alerts} 条"
    )


def tell(show: "Show") -> None:
    """Print the summary."""
    from rich.console import Console

    summary = show.summary()
    click.echo(f"\n{totals(summary)}")
    console = Console(highlight=False, markup=False)  # a post may hold square brackets
    for table in (topics(summary), spread(summary), sources(summary), incidents(summary), alerts(summary)):
        console.print(table)


def _list(lines: "Sequence[str]") -> None:
    for one in lines:
        click.echo(f"  {one}")


def totals(summary: "Summary") -> str:
    """What came in all, and how fast."""
    seconds = summary.elapsed.total_seconds()
    sentiments = summary.counts.facets.get("sentiment", {})
    shares = "，".join(f"{name} {sentiments.get(value, 0)}" for value, name in SENTIMENTS.items())
    return (
        f"{seconds:.0f} 秒里：抓取 {summary.pages} 页，入库 {summary.counts.posts} 条（{shares}），死信 {summary.dead} 条；"
        f"平均每秒 {summary.pages / seconds:.1f} 页、{summary.counts.posts / seconds:.1f} 条。"
    )


def topics(summary: "Summary") -> "Table":
    """Posts by topic and sentiment."""
    from rich.table import Table

    table = Table("主题", "条数", *SENTIMENTS.values(), "转评", title="按主题和情感")
    for share in summary.topics:
        by_sentiment = [str(share.sentiments.get(int(value), 0)) for value in SENTIMENTS]
        table.add_row(share.name, str(share.posts), *by_sentiment, str(share.spread))
    return table


def spread(summary: "Summary") -> "Table":
    """The posts that spread most."""
    from rich.table import Table

    table = Table("转评", "情感", "主题", "内容", title="传播最广的十条")
    for post in summary.most_spread:
        text = " ".join((post.title or post.text).split())
        shown = text[:WIDTH] + ("…" if len(text) > WIDTH else "")
        table.add_row(str(post.spread), SENTIMENTS[str(post.sentiment)], post.topic, shown)
    return table


def incidents(summary: "Summary") -> "Table":
    """The largest incidents, with the level that is proposed."""
    from rich.table import Table

    table = Table("帖文", "转评", "主题", "建议级别", "事件", title="值班台上最大的事件")
    for row in summary.incidents:
        filed = row.filed
        table.add_row(str(filed.posts), str(filed.spread), filed.incident.topic or "", row.proposal.level, filed.incident.title)
    return table


def alerts(summary: "Summary") -> "Table":
    """What has arrived at the one who is told."""
    from rich.table import Table

    table = Table("通知", "情况", title=f"值班室收到的预警通知（{len(summary.alerts)} 条）")
    for told in summary.alerts[:SHOWN_ALERTS]:
        what = next((line.removeprefix("情况：") for line in told.text.splitlines() if line.startswith("情况：")), "")
        table.add_row(told.title, what)
    return table


def sources(summary: "Summary") -> "Table":
    """How the last run of each source went."""
    from rich.table import Table

    from cli.crawl import OUTCOMES

    table = Table("来源", "结果", "页", "读到", "留下", title="各来源最近一轮")
    for report in summary.coverage:
        why = f"（{report.detail or report.reason}）" if report.reason else ""
        table.add_row(report.source, OUTCOMES[report.outcome] + why, str(report.pages), str(report.seen), str(report.kept))
    return table
