"""`yuqing rising`: what posts say now that they did not before."""

import json
from datetime import UTC, datetime, timedelta

import click


@click.command()
@click.option("--topic", "topics", multiple=True, help="Only posts of this topic. Can be given again.")
@click.option("--account", "accounts", multiple=True, help="Only posts that concern this monitored account, by its id. Can be given again.")
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True, help="The last so many days, beside as many before.")
@click.option("--size", type=click.IntRange(1, 500), default=20, show_default=True, help="Words to list.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rising(topics: tuple[str, ...], accounts: tuple[str, ...], days: int, size: int, *, as_json: bool) -> None:
    """List the keywords that posts have now and had not before, or seldom. Copies and reposts that add no word don't count.

    \b
    Example:
      yuqing rising --topic 交通运输 --days 7

    Exit codes: 0 done, 1 the database can't be reached, 2 wrong usage.
    """  # noqa: D301 - \b keeps click from wrapping the example
    from config.settings import load_settings
    from indexers.connect import connect
    from indexers.names import Names
    from indexers.opinion_queries import risen_words
    from indexers.queries import Filters
    from indexers.reader import Reader
    from indexers.slots import Window

    settings = load_settings()
    now, length = datetime.now(UTC), timedelta(days=days)
    with connect(settings) as client:
        reader = Reader(client, Names(settings.elasticsearch.prefix), settings.zone)
        found = risen_words(
            reader, Window(now - length, now), Window(now - 2 * length, now - length), Filters(topics=topics, accounts=accounts), size=size
        )
    if as_json:
        click.echo(json.dumps([one._asdict() for one in found], ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one.word}  {one.posts} 条（此前 {one.before} 条）")
    if not found:
        click.echo("没有比此前更多的词。")
