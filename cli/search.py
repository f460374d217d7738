"""`yuqing search`: find and count posts in the database."""

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from config.settings import NlpSettings, Settings, load_settings

if TYPE_CHECKING:
    from rich.text import Text

    from indexers.answers import Found, Hit
    from indexers.queries import Filters
    from indexers.reader import Reader
    from indexers.slots import Window

SHOWN = 80  # characters of a text in the table
MAX_LIMIT = 1000
SENTIMENTS = {"positive": 1, "neutral": 0, "negative": -1}
FEELINGS = {-1: "负面", 0: "中性", 1: "正面"}
COLOURS = {-1: "red", 1: "green"}
KINDS = {"post": "博文", "comment": "评论", "repost": "转发", "article": "文章", "report": "上报"}
FORMS = {"voice": "自述", "news": "新闻", "advert": "广告", "official": "官方"}
ASKS = {"report": "举报", "complaint": "投诉", "help": "求助", "question": "咨询", "suggestion": "建议", "praise": "表扬"}
FACET_TITLES = {
    "topic": "主题",
    "own_topics": "自设主题",
    "sentiment": "情感",
    "asks": "诉求",
    "form": "文体",
    "kind": "类型",
    "platform": "平台",
    "accounts": "账号",
}
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)  # no post of ours is outside
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("query", nargs=-1)
@click.option("--account", "accounts", multiple=True, help="Only posts that concern this monitored account, by its id. Can be given again.")
@click.option("--topic", "topics", multiple=True, help="Only this topic, e.g. 交通运输. Can be given again.")
@click.option("--sentiment", "sentiments", multiple=True, type=click.Choice([*SENTIMENTS]), help="Only this sentiment. Can be given again.")
@click.option("--platform", "platforms", multiple=True, help="Only this platform, e.g. weibo. Can be given again.")
@click.option("--from", "since", type=DAY, help="Published on this day or later, in the office's zone.")
@click.option("--to", "until", type=DAY, help="Published on this day or before.")
@click.option("--sort", type=click.Choice(["time", "spread"]), default="time", show_default=True, help="Newest or furthest spread first.")
@click.option("--limit", type=click.IntRange(1, MAX_LIMIT), default=20, show_default=True, help="Posts to list.")
@click.option("--counts", is_flag=True, help="Count posts by topic, sentiment, kind, platform and account instead of listing them.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def search(*, query: tuple[str, ...], since: datetime | None, until: datetime | None, as_json: bool, counts: bool, **given: Any) -> None:
    """Find posts by their words, and by what they are about.

    Words side by side must all be there; "in quotes" exactly so; -without; this OR that. Also topic: sentiment: asks: form:
    account: platform: kind: from: to: within the query. Put -- before a query that begins with a minus.

    \b
    Examples:
      yuqing search 地铁 停运 --sentiment negative --sort spread
      yuqing search '"早高峰" OR 公交 from:2026-11-01' --json
      yuqing search --account metro --counts

    Exit codes: 0 done (also when nothing was found), 1 the database can't be reached, 2 wrong usage.
    """  # noqa: D301 click's mark for lines that stay as they are
    from indexers.connect import connect
    from indexers.names import Names
    from indexers.reader import Reader

    settings = load_settings()
    with connect(settings) as client:
        reader = Reader(client, Names(settings.elasticsearch.prefix), settings.zone)
        filters = _filters(reader, settings.nlp, " ".join(query), _window(since, until, settings.zone), given)
        if counts:
            _show_counts(reader, filters, as_json=as_json)
        else:
            _show_posts(reader, filters, given["sort"], given["limit"], settings, as_json=as_json)


def _filters(reader: "Reader", nlp: NlpSettings, text: str, window: "Window | None", given: dict[str, Any]) -> "Filters":
    from indexers.queries import Filters
    from indexers.search_box import parse

    wanted = None
    if text.strip():
        from indexers.setup import check_stamps
        from nlp.office import office_segmenter

        segmenter = office_segmenter(nlp)
        wanted = parse(text, segmenter.cut, reader.zone)
        check_stamps(reader.client, reader.names, str(segmenter.stamp))
    return Filters(
        accounts=given["accounts"],
        topics=given["topics"],
        sentiments=tuple(SENTIMENTS[name] for name in given["sentiments"]),
        platforms=given["platforms"],
        window=window,
        text=wanted,
    )


def _window(since: datetime | None, until: datetime | None, zone: ZoneInfo) -> "Window | None":
    from indexers.slots import Window

    if since is None and until is None:
        return None
    start = since.replace(tzinfo=zone) if since else EARLIEST
    end = (until + timedelta(days=1)).replace(tzinfo=zone) if until else LATEST
    if start >= end:
        raise click.UsageError("--from is after --to")
    return Window(start, end)


def _show_posts(reader: "Reader", filters: "Filters", sort: str, limit: int, settings: Settings, *, as_json: bool) -> None:
    from indexers import queries

    found = queries.search(reader, filters, order=queries.Order(sort), size=limit)
    if as_json:
        click.echo(json.dumps({"total": found.total, "posts": [_as_data(hit) for hit in found.hits]}, ensure_ascii=False))
        return
    if not found.hits:
        click.echo("没有找到。")
        return
    _print_table(found, settings)
    click.echo(f"共 {found.total} 条，显示 {len(found.hits)} 条。")


def _show_counts(reader: "Reader", filters: "Filters", *, as_json: bool) -> None:
    from indexers import queries

    found = queries.counts(reader, filters)
    if as_json:
        click.echo(
            json.dumps(
                {"posts": found.posts, "opinions": found.opinions, "account_count": found.accounts, **found.facets}, ensure_ascii=False
            )
        )
        return
    click.echo(f"共 {found.posts} 条（不计重复和不加评论的转发为 {found.opinions} 条），涉及 {found.accounts} 个账号。")
    for line in _count_lines(found.facets):
        click.echo(line)


def _count_lines(facets: Any) -> Iterator[str]:
    names = {"sentiment": {str(key): name for key, name in FEELINGS.items()}, "kind": KINDS, "form": FORMS, "asks": ASKS}
    for field, title in FACET_TITLES.items():
        sizes = facets.get(field, {})
        said = "  ".join(f"{names.get(field, {}).get(value, value)} {size}" for value, size in sizes.items())
        yield f"{title}：{said or '无'}"


def _as_data(hit: "Hit") -> dict[str, Any]:
    """Make one post plain data. A private author has no name to show, and the pseudonym serves nobody outside."""
    import msgspec

    post = hit.post
    fields = (
        "id",
        "url",
        "platform",
        "kind",
        "published_at",
        "title",
        "text",
        "accounts",
        "doubtful",
        "topic",
        "own_topics",
        "sentiment",
        "form",
        "asks",
        "keywords",
    )
    numbers = "forwards", "comments", "likes", "reads", "sources", "flags"
    data = {name: getattr(post, name) for name in (*fields, *numbers)}
    plain: dict[str, Any] = msgspec.to_builtins(data | {"author": {"standing": post.author.standing, "name": post.author.name}})
    return plain


def _print_table(found: "Found", settings: Settings) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("时间", "平台", "类型", "情感", "主题", "转评", "内容", box=None, pad_edge=False)
    for hit in found.hits:
        post = hit.post
        at = post.published_at.astimezone(settings.zone).strftime("%m-%d %H:%M")
        feeling = FEELINGS.get(post.sentiment or 0, "")
        kind = KINDS.get(post.kind, post.kind)
        table.add_row(
            at, post.platform, kind, feeling, post.topic or "", str(post.spread), _shown(hit), style=COLOURS.get(post.sentiment or 0)
        )
    Console().print(table, markup=False)


def _shown(hit: "Hit") -> "Text":
    """Give the beginning of the text, what matched in bold, without characters that a terminal would obey; beneath, the post's id."""
    from rich.text import Text

    whole = f"{hit.post.title} {hit.post.text}" if hit.post.title else hit.post.text
    calm = _calm(whole)
    shown = Text(calm[:SHOWN] + ("…" if len(calm) > SHOWN else ""))
    shown.highlight_words(hit.marks, "bold", case_sensitive=False)
    return shown.append(f"\n{_calm(hit.post.id)}", "dim")


def _calm(text: str) -> str:
    return "".join(" " if unicodedata.category(character)[0] == "C" else character for character in text)
