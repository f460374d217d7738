"""`yuqing words`: proposes words for the office's dictionary."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from config.errors import YuqingError

if TYPE_CHECKING:
    from config.settings import NlpSettings, Settings
    from nlp.new_words import NewWord

STANDARD = "-"
MOST_TEXTS = 50_000  # of the database: some 25 s, and 1 GB of memory
PAGE = 1000


class WordsFileError(YuqingError):
    """A file to read can't be opened."""

    status = 2


@click.command()
@click.argument("source", metavar="[FILE|-]", required=False)
@click.option(
    "--days", type=click.IntRange(min=1), default=7, show_default=True, help="Without FILE: posts published in the last so many days."
)
@click.option("--least", type=click.IntRange(min=2), default=5, show_default=True, help="Only what stands in so many texts or more.")
@click.option(
    "--size", type=click.IntRange(min=1), default=50, show_default=True, help="No more words than so many, the most frequent ones."
)
@click.option("--plain", is_flag=True, help="Print the words alone, one a line, as the dictionary takes them.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def words(source: str | None, days: int, least: int, size: int, *, plain: bool, as_json: bool) -> None:
    """Propose words that the dictionary lacks: of the posts in the database, or of JSON lines with a `text`.

    A proposal stands together more often than chance has it (cohesion, 1 where its parts never stand apart) and among changing
    neighbours (freedom, in bits); `guessed` is the share of its places where it is cut as one word already. Look through them before you add some to the
    file of YUQING_NLP__DICTIONARY: names of private persons don't belong there.

    \b
    Examples:
      yuqing words --days 30
      yuqing words posts.jsonl --least 10 --json
      yuqing words --plain --size 20 > candidates.txt

    Exit codes: 0 done, 1 a line could not be used or the database can't be reached, 2 wrong usage or configuration.
    """  # noqa: D301 - \b keeps click from wrapping the examples
    from config.settings import load_settings
    from nlp.new_words import Limits, propose
    from nlp.office import office_segmenter

    if plain and as_json:
        raise click.UsageError("give either --plain or --json")
    settings = load_settings()
    texts, unusable = _of_database(settings, days) if source is None else _of_file(source)
    with click.progressbar(length=len(texts), label="切分", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        found = propose(
            texts,
            office_segmenter(settings.nlp),
            known=_known(settings.nlp),
            limits=Limits(texts=least),
            tell=bar.update,
        )[:size]
    _print(found, len(texts), plain=plain, as_json=as_json)
    if unusable:
        click.echo(f"{unusable} 行无法使用。", err=True)
        sys.exit(1)


def _of_database(settings: "Settings", days: int) -> tuple[list[str], int]:
    """The latest texts; one that is forwarded unchanged counts once later."""
    from indexers.connect import connect
    from indexers.names import Names
    from indexers.queries import Filters, search
    from indexers.reader import Reader
    from indexers.slots import Window
    from nlp.tagger import text_of

    now = datetime.now(UTC)
    filters = Filters(window=Window(now - timedelta(days=days), now))
    texts: list[str] = []
    with connect(settings) as client:
        reader, after = Reader(client, Names(settings.elasticsearch.prefix), settings.zone), None
        while True:
            page = search(reader, filters, size=PAGE, after=after)
            texts += [text_of(hit.post) for hit in page.hits]
            after = page.after
            if after is None:
                return texts, 0
            if len(texts) >= MOST_TEXTS:
                click.echo(f"最近 {days} 天共 {page.total} 条，只读取最新的 {len(texts)} 条。", err=True)
                return texts, 0


def _of_file(source: str) -> tuple[list[str], int]:
    """The texts of a file of JSON lines, and how many lines could not be used."""
    texts: list[str] = []
    unusable = 0
    for fields, usable in _lines(source):
        if usable:
            texts.append(fields["text"])
        else:
            unusable += 1
    return texts, unusable


def _lines(source: str) -> "Iterator[tuple[dict[str, str], bool]]":
    from cli.tag import read_lines
    from nlp.lines import read_line

    try:
        with click.open_file(source, "rb") as file:
            for lines in read_lines(cast("BufferedReader", file), lambda _: None):
                yield from map(read_line, lines)
    except OSError as error:
        raise WordsFileError(f"{source}: {error.strerror}: give a file of JSON lines") from error


def _known(nlp: "NlpSettings") -> tuple[str, ...]:
    if nlp.dictionary is None:
        return ()
    from nlp.office_words import read_office_words

    return tuple(word.text for word in read_office_words(Path(nlp.dictionary)))


def _print(found: "list[NewWord]", texts: int, *, plain: bool, as_json: bool) -> None:
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found))
        return
    if plain:
        for word in found:
            click.echo(word.word)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("新词", "篇数", "凝聚度", "自由度", "已猜出", "现切分", box=None, pad_edge=False)
    for word in found:
        table.add_row(
            word.word, str(word.texts), f"{word.cohesion:.2f}", f"{word.freedom:.1f}", f"{word.guessed:.0%}", " ".join(word.parts)
        )
    Console(markup=False).print(table)
    click.echo(f"共 {texts} 篇，列出 {len(found)} 个。")
