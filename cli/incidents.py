"""`yuqing incidents`: groups posts into incidents, and lists, shows and moves those of the desk."""

import json
import sys
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from cli.incident_cases import list_incidents, move, note, show
from config.errors import YuqingError

if TYPE_CHECKING:  # so that --help need not wait for the models' libraries
    from incidents.lines import LineGrouper
    from nlp.tagger import Tagger

STANDARD = "-"


class GroupFileError(YuqingError):
    """A file to read or to write can't be opened."""

    status = 2


@click.group()
def incidents() -> None:
    """Incidents: list, show and move those of the desk, or group a file of posts.

    Exit codes: 0 done, 1 not possible now or a line could not be used, 2 wrong usage or configuration.
    """


for command in (list_incidents, show, move, note):
    incidents.add_command(command)


@incidents.command()
@click.argument("source", metavar="[FILE|-]", default=STANDARD)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file instead of standard output.")
def group(source: str, output: Path | None) -> None:
    """Group posts: JSON lines in time order in, for each its incident out, once all are read.

    Each line needs `id`, `published_at` (ISO 8601; without an offset it is the office's time) and `text`; `sentiment`,
    `sentiment_score`, `forwards` and `comments` are used where they are there. Out comes, in the same order, `id` and
    `incident`: where the post ended up after all merges, or null where it stands alone and neither complains nor asks nor
    spreads. A line that can't be used comes back with `error`, and the exit code is 1 after all others are done.

    \b
    Examples:
      yuqing incidents group posts.jsonl --output incidents.jsonl
      zcat posts.jsonl.gz | yuqing incidents group | jq -r .incident | sort | uniq -c
    """  # noqa: D301 - \b keeps click from wrapping the examples
    if output and source != STANDARD and output.exists() and Path(source).exists() and output.samefile(source):
        raise GroupFileError(f"{output}: is the file to read from: write to another one")
    try:
        with click.open_file(source, "rb") as posts:
            lines = _group(cast("BufferedReader", posts), source)
        with click.open_file(str(output or STANDARD), "w", encoding="utf-8") as answers:
            found = set()
            for answer in lines.finish():
                found.add(answer["incident"])
                answers.write(json.dumps(answer) + "\n")  # ids may hold lone surrogates, so nothing but ASCII
    except BrokenPipeError:
        raise  # the reader has enough: click ends quietly
    except OSError as error:
        what = f"{error.filename or output or source}: {error.strerror}"
        raise GroupFileError(f"{what}: check that it is there and that its disk has room") from error
    click.echo(f"共 {len(found - {None})} 个事件。", err=True)
    if lines.out_of_order:
        click.echo(f"{lines.out_of_order} 行比前文早一天以上：请按时间先后排列，否则归并会变差。", err=True)
    if lines.unusable:
        click.echo(f"{lines.unusable} 行无法使用，原因见该行的 error。", err=True)
        sys.exit(1)


def _group(posts: BufferedReader, source: str) -> "LineGrouper":
    from cli.tag import read_lines
    from config.incidents import load_incidents
    from config.settings import load_settings
    from incidents.asks import Asks
    from incidents.grouping import Grouper
    from incidents.lines import LineGrouper
    from nlp.office import office_tagger

    settings = load_settings()
    rules, tagger = load_incidents(settings), office_tagger(settings.nlp)
    asks = Asks(rules.requests.kinds)
    lines = LineGrouper(Grouper(), rules.candidates, asks, sentiments=lambda texts: _feel(tagger, texts), zone=settings.zone)
    size = Path(source).stat().st_size if source != STANDARD else 0
    with click.progressbar(length=size, label="归并", file=sys.stderr, hidden=not (size and sys.stderr.isatty())) as bar:
        for part in read_lines(posts, bar.update):
            lines.add(part)
    return lines


def _feel(tagger: "Tagger", texts: Sequence[str]) -> list[tuple[int, float]]:
    return [(tags.sentiment, tags.sentiment_score) for tags in tagger.tag_texts(texts)]
