"""`yuqing proofread`: reads an official text before it goes out."""

import sys
from io import BufferedReader
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import click

from cli.tag import STANDARD, TagFileError, copy_lines, open_both, progress

if TYPE_CHECKING:
    from nlp.proofread.findings import Finding, Proofread
    from nlp.proofread.proofreader import Proofreader

_RULES = {
    "character": ("错别字", "wrong character"),
    "listed": ("单位词表", "the office's list"),
    "name": ("姓名或名称", "name"),
    "title": ("职务", "title"),
    "agency": ("机构名称", "agency"),
    "place": ("地名", "place"),
    "forbidden": ("禁用语", "forbidden"),
    "sensitive": ("敏感语", "sensitive"),
    "punctuation": ("标点", "punctuation"),
    "number": ("数字", "number"),
}


class _Words(NamedTuple):
    """What a report says in one language."""

    nothing: str
    total: str  # how many
    place: str  # line, character
    leave_out: str
    rule: str  # its name, confidence
    why: str


_CHINESE = _Words("未发现问题。", "共 {} 处。", "第 {} 行第 {} 字", "（删去）", "（{}，{:.2f}）", "：{}")
_ENGLISH = _Words("Nothing found.", "{} in all.", "line {}, character {}:", "(leave it out)", " ({}, {:.2f})", ": {}")


@click.command()
@click.argument("source", metavar="FILE|-")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file instead of standard output.")
@click.option("--jsonl", is_flag=True, help='Read JSON lines, each an object with a "text", and write the same lines with what was found.')
@click.option("--json", "as_json", is_flag=True, help="Print what was found in a plain text as one JSON object.")
@click.option("--corrected", is_flag=True, help="Print the corrected text instead of what was found.")
@click.option(
    "--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="The language of what is said of the text."
)
@click.option("--weights", type=click.Path(path_type=Path), help="Use the model in this folder, as `yuqing train-proofread` wrote it.")
def proofread(
    source: str, output: Path | None, language: str, weights: Path | None, *, jsonl: bool, as_json: bool, corrected: bool
) -> None:
    """Proofread an official text before it goes out: plain text (UTF-8), or JSON lines.

    Finds wrong characters, names and titles, names of agencies and places, punctuation, numbers, forbidden and sensitive wording: by the
    office's lists (proofread.yaml, accounts.yaml), by rules, and by a model. Each finding has offset and length in characters of the text
    as given, the text that stands there, a suggestion (null where somebody must decide), the rule and how sure it is (0 to 1). What is
    surer than one half is put right in `corrected`. With --jsonl a line that can't be used comes back with `error`; all others are done.

    \b
    Examples:
      yuqing proofread notice.txt
      yuqing proofread notice.txt --corrected --output corrected.txt
      yuqing proofread notice.txt --language en
      echo '{"text": "发布微薄辟谣"}' | yuqing proofread - --jsonl

    Exit codes: 0 done, 1 a line could not be used, 2 wrong usage or configuration, or a file or the weights can't be used.
    """  # noqa: D301 - \b keeps click from wrapping the examples
    from config.check import load_office
    from config.settings import load_settings
    from nlp.proofread.lines import proofread_lines
    from nlp.proofread.office import OfficeLists
    from nlp.proofread.proofreader import Proofreader

    if jsonl + as_json + corrected > 1:
        raise click.UsageError("--jsonl, --json and --corrected are three ways to write what was found: give one of them")
    proofreader = Proofreader.load(OfficeLists.of(load_office(load_settings(), secrets=False)), weights)
    try:
        with open_both(source, output) as (given, written), progress(source if jsonl else STANDARD, "校对") as bar:
            if not jsonl:
                _proofread_text(given, written, proofreader, language, as_json=as_json, corrected=corrected)
                return
            unusable = copy_lines(given, written, lambda lines: proofread_lines(lines, proofreader, language), bar.update)
    except BrokenPipeError:
        raise  # the reader has enough: click ends quietly
    except OSError as error:
        raise TagFileError.of(error, output or source) from error
    if unusable:
        click.echo(f"{unusable} 行无法校对，原因见该行的 error。", err=True)
        sys.exit(1)


def _proofread_text(
    given: BufferedReader, written: IO[bytes], proofreader: "Proofreader", language: str, *, as_json: bool, corrected: bool
) -> None:
    import msgspec

    from nlp.proofread.reasons import told_in

    content = given.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TagFileError(f"{given.name}: is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    read = told_in(proofreader.proofread(text), language)
    if as_json:
        written.write(msgspec.json.encode(read) + b"\n")
    elif corrected:
        written.write(read.corrected.encode())
    else:
        written.write(_report(text, read, language).encode())


def _report(text: str, read: "Proofread", language: str) -> str:
    """What was found as people read it, by line and character."""
    say = _ENGLISH if language == "en" else _CHINESE
    if not read.findings:
        return f"{say.nothing}\n"
    lines = "".join(f"{say.place.format(*_place(text, finding))} {_what(finding, say)}\n" for finding in read.findings)
    return f"{lines}{say.total.format(len(read.findings))}\n"


def _place(text: str, finding: "Finding") -> tuple[int, int]:
    """The line and the character in it, from 1."""
    return text.count("\n", 0, finding.offset) + 1, finding.offset - text.rfind("\n", 0, finding.offset)


def _what(finding: "Finding", say: _Words) -> str:
    right = "" if finding.suggestion is None else f" → {finding.suggestion or say.leave_out}"
    rule = _RULES[finding.rule][say is _ENGLISH]
    why = say.why.format(finding.why) if finding.why else ""
    return f"「{finding.text}」{right}{say.rule.format(rule, finding.confidence)}{why}"
