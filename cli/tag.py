"""`yuqing tag`: tags texts of a file or of standard input."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self, cast

import click

from config.errors import YuqingError

if TYPE_CHECKING:  # so that --help need not wait for the models' libraries
    from click._termui_impl import ProgressBar

    from nlp.lines import Line

STANDARD = "-"
_CHUNK = 1 << 18  # bytes read at once: some 600 posts


class TagFileError(YuqingError):
    """A file to read or to write can't be opened."""

    status = 2

    @classmethod
    def of(cls, error: OSError, path: str | Path) -> Self:
        """What the system said of a file."""
        return cls(f"{error.filename or path}: {error.strerror}: check that it is there and that its disk has room")


@click.command()
@click.argument("source", metavar="[FILE|-]", default=STANDARD)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file instead of standard output.")
@click.option("--weights", type=click.Path(path_type=Path), help="Use the weights in this folder, not those of YUQING_NLP__WEIGHTS.")
@click.option(
    "--office-dictionary",
    type=click.Path(path_type=Path),
    help="Cut with the words of this file too (jieba's format), not with those of YUQING_NLP__DICTIONARY.",
)
@click.option("--explain", is_flag=True, help="Say of each text which words decided, in `because`. Some 100 times slower.")
def tag(source: str, output: Path | None, weights: Path | None, office_dictionary: Path | None, *, explain: bool) -> None:
    """Tag texts: JSON lines in, the same lines with tags out.

    Each line is a JSON object with a `text`. It comes back with topic and sentiment (-1, 0, 1), with how sure they are, a second
    topic where it is close, the office's own topics (topics.yaml), the form of the text (voice, news, advert), what it asks for,
    its language, tokens, keywords and the versions of the models, and with all its other fields; scores are probabilities of the label. With --explain each word that spoke
    for an answer (above 0) or against it (below 0) comes with its weight, in log-odds. A line that can't be used comes
    back with `error`; all others are done.

    \b
    Examples:
      yuqing tag posts.jsonl --output tagged.jsonl
      echo '{"text": "小区停水三天了"}' | yuqing tag --explain

    Exit codes: 0 done, 1 a line could not be used, 2 wrong usage or configuration, or a file or the weights can't be used.
    """  # noqa: D301 - \b keeps click from wrapping the examples
    from config.check import load_office
    from config.settings import load_settings
    from nlp.known import Known
    from nlp.lines import tag_lines
    from nlp.office import office_tagger

    settings = load_settings()
    given = {name: path for name, path in (("weights", weights), ("dictionary", office_dictionary)) if path is not None}
    tagger = office_tagger(settings.nlp.model_copy(update=given), Known.of(load_office(settings)))
    try:
        with open_both(source, output) as (posts, tagged), progress(source, "标注") as bar:
            unusable = copy_lines(posts, tagged, lambda lines: tag_lines(lines, tagger, explain=explain), bar.update)
    except BrokenPipeError:
        raise  # the reader has enough: click ends quietly
    except OSError as error:
        raise TagFileError.of(error, output or source) from error
    if unusable:
        click.echo(f"{unusable} 行无法标注，原因见该行的 error。", err=True)
        sys.exit(1)


def read_lines(file: BufferedReader, tell: Callable[[int], object]) -> Iterator[list[bytes]]:
    """Complete lines without their breaks, as many as are there at a time, so that a slow pipe need not wait for others.

    `tell` hears how many bytes were read, after each batch was handled.
    """
    rest: list[bytes] = []
    while chunk := file.read1(_CHUNK):
        head, line_break, tail = chunk.rpartition(b"\n")
        if line_break:
            yield b"".join([*rest, head]).split(b"\n")
            rest = []
        rest.append(tail)
        tell(len(chunk))
    if last := b"".join(rest):
        yield [last]


def copy_lines(
    posts: BufferedReader, tagged: IO[bytes], tag_lines: "Callable[[list[bytes]], list[Line]]", tell: Callable[[int], object]
) -> int:
    """Write what becomes of all lines and say how many could not be used."""
    unusable = 0
    for lines in read_lines(posts, tell):
        done = tag_lines(lines)
        tagged.write(b"".join(line.content + b"\n" for line in done))
        tagged.flush()
        unusable += sum(not line.usable for line in done)
    return unusable


@contextmanager
def open_both(source: str, output: Path | None) -> Iterator[tuple[BufferedReader, IO[bytes]]]:
    """Open what is read and what is written. Raises TagFileError where both are one file."""
    if output and source != STANDARD and output.exists() and output.samefile(source):
        raise TagFileError(f"{output}: is the file to read from: write to another one")
    with click.open_file(source, "rb") as posts, click.open_file(str(output or STANDARD), "wb") as tagged:
        yield cast("BufferedReader", posts), tagged


def progress(source: str, label: str) -> "ProgressBar[int]":
    """A bar over the bytes of a file, where people see it."""
    size = Path(source).stat().st_size if source != STANDARD else 0
    return click.progressbar(length=size, label=label, file=sys.stderr, hidden=not (size and sys.stderr.isatty()))
