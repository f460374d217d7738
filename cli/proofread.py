"""`yuqing proofread`: reads an official text before it goes out."""

import sys
from io import BufferedReader
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from cli.tag import STANDARD, TagFileError, copy_lines, open_both, progress

if TYPE_CHECKING:
    from nlp.proofread.findings import Finding, Proofread
    from nlp.proofread.proofreader import Proofreader

_RULES = {
    "character": "错别字",
    "listed": "单位词表",
    "name": "姓名或名称",
    "title": "职务",
    "agency": "机构名称",
    "place": "地名",
    "forbidden": "禁用语",
    "sensitive": "敏感语",
    "punctuation": "标点",
    "number": "数字",
}


@click.command()
@click.argument("source", metavar="FILE|-")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file instead of standard output.")
@click.option("--jsonl", is_flag=True, help='Read JSON lines, each an object with a "text", and write the same lines with what was found.')
@click.option("--json", "as_json", is_flag=True, help="Print what was found in a plain text as one JSON object.")
@click.option("--corrected", is_flag=True, help="Print the corrected text instead of what was found.")
@click.option("--weights", type=click.Path(path_type=Path), help="Use the model in this folder, as `yuqing train-proofread` wrote it.")
def proofread(source: str, output: Path | None, weights: Path | None, *, jsonl: bool, as_json: bool, corrected: bool) -> None:
    """Proofread an official text before it goes out: plain text (UTF-8), or JSON lines.

    Finds wrong characters, names and titles, names of agencies and places, punctuation, numbers, forbidden and sensitive wording: by the
    office's lists (proofread.yaml, accounts.yaml), by rules, and by a model. Each finding has offset and length in characters of the text
    as given, the text that stands there, a suggestion (null where somebody must decide), the rule and how sure it is (0 to 1). What is
    surer than one half is put right in `corrected`. With --jsonl a line that can't be used comes back with `error`; all others are done.

    \b
    Examples:
      yuqing proofread notice.txt
      yuqing proofread notice.txt --corrected --output corrected.txt
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
                _proofread_text(given, written, proofreader, as_json=as_json, corrected=corrected)
                return
            unusable = copy_lines(given, written, lambda lines: proofread_lines(lines, proofreader), bar.update)
    except BrokenPipeError:
        raise  # the reader has enough: click ends quietly
    except OSError as error:
        raise TagFileError.of(error, output or source) from error
    if unusable:
        click.echo(f"{unusable} 行无法校对，原因见该行的 error。", err=True)
        sys.exit(1)


def _proofread_text(given: BufferedReader, written: IO[bytes], proofreader: "Proofreader", *, as_json: bool, corrected: bool) -> None:
    import msgspec

    content = given.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TagFileError(f"{given.name}: is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    read = proofreader.proofread(text)
    if as_json:
        written.write(msgspec.json.encode(read) + b"\n")
    elif corrected:
        written.write(read.corrected.encode())
    else:
        written.write(_report(text, read).encode())


def _report(text: str, read: "Proofread") -> str:
    """What was found as people read it, by line and character."""
    if not read.findings:
        return "未发现问题。\n"
    lines = "".join(f"{_place(text, finding)} {_what(finding)}\n" for finding in read.findings)
    return f"{lines}共 {len(read.findings)} 处。\n"


def _place(text: str, finding: "Finding") -> str:
    line = text.count("\n", 0, finding.offset) + 1
    return f"第 {line} 行第 {finding.offset - text.rfind(chr(10), 0, finding.offset)} 字"


def _what(finding: "Finding") -> str:
    right = "" if finding.suggestion is None else " → （删去）" if not finding.suggestion else f" → {finding.suggestion}"
    why = f"：{finding.why}" if finding.why else ""
    return f"「{finding.text}」{right}（{_RULES[finding.rule]}，{finding.confidence:.2f}）{why}"
