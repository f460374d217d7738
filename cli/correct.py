"""`yuqing correct`: writes down what a person says instead of the models."""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from indexers.corrections import Correction
    from indexers.reader import Reader
    from indexers.writer import Writer

NOTHING = "none"
SENTIMENTS = {"negative": "-1", "neutral": "0", "positive": "1"}


@click.command()
@click.argument("post", required=False)
@click.option("--topic", help="One of the seven topics, or 其他.")
@click.option("--sentiment", type=click.Choice(list(SENTIMENTS)), help="What the post feels.")
@click.option("--form", help="voice, news, advert or official.")
@click.option("--asks", help="report, complaint, help, question, suggestion, praise, or none.")
@click.option("--why", default="", help="The reason, for whoever looks at it later.")
@click.option("--by", default=getpass.getuser, show_default="your user name", help="Who corrects; stands in the record.")
@click.option("--list", "listing", is_flag=True, help="List all corrections instead, as JSON lines, oldest first.")
@click.option("--again", is_flag=True, help="Carry all corrections to the posts again, after the log was replayed.")
def correct(post: str | None, why: str, by: str, *, listing: bool, again: bool, **given: str | None) -> None:
    """Correct what the models say of a post, by its id. A correction beats the models for good, however often the post is tagged again.

    All corrections are kept with who, when, old and new; `yuqing train --corrections` learns from them.

    \b
    Examples:
      yuqing correct weibo:5123 --topic 交通运输 --sentiment negative --why 说的是地铁
      yuqing correct --list

    Exit codes: 0 done, 1 the database can't be reached, 2 no such post or value.
    """  # noqa: D301 - \b keeps click from wrapping the examples
    wanted = {field: value for field, value in given.items() if value is not None}
    if sum((post is not None, listing, again)) != 1 or (post is not None) != bool(wanted):
        raise click.UsageError("give a post and what is right of it, or --list, or --again")
    from config.topic_names import TOPIC_NAMES
    from indexers import corrections

    with _open() as (reader, writer):
        if listing:
            for one in corrections.every(reader):
                click.echo(_line(one))
        elif again:
            click.echo(f"已重新写入 {corrections.apply_all(reader, writer)} 条内容的更正。")
        elif post is not None:
            now, topics = datetime.now(UTC), frozenset(TOPIC_NAMES)
            values = {field: _value(field, value) for field, value in wanted.items()}
            for field, value in values.items():
                corrections.check(field, value, topics)
            for field, value in values.items():
                one = corrections.correct(reader, writer, post, field, value, by=by, at=now, topics=topics, why=why)
                click.echo(f"{one.post}：{one.field} {one.old} → {one.new}")


def _value(field: str, value: str) -> str | None:
    if field == "sentiment":
        return SENTIMENTS[value]
    return None if field == "asks" and value == NOTHING else value


def _line(one: "Correction") -> str:
    import msgspec

    return json.dumps(msgspec.to_builtins(one), ensure_ascii=False)


@contextmanager
def _open() -> "Iterator[tuple[Reader, Writer]]":
    from config.settings import load_settings
    from indexers.connect import connect
    from indexers.names import Names
    from indexers.reader import Reader
    from indexers.writer import Writer
    from nlp.office import office_segmenter

    settings = load_settings()
    names = settings.elasticsearch
    with connect(settings) as client:
        stamp = str(office_segmenter(settings.nlp).stamp)
        yield (
            Reader(client, Names(names.prefix), settings.zone),
            Writer(client, names.prefix, segmenter=stamp, replicas=names.replicas),
        )
