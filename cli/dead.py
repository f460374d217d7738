"""`yuqing dead`: look at what could not be handled, and put it back or throw it away."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from config.settings import Settings, load_settings

if TYPE_CHECKING:
    from streams.dead import DeadLetter, DeadLetters

AT_ONCE = 500  # letters replayed or dropped with one append
SHOWN = 80  # characters of an error in the list

_REASON = click.option("--reason", help="Only letters with this reason, e.g. not_json.")
_SOURCE = click.option("--source", help="Only finds of this source that never became a message.")
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_IDS = click.argument("ids", nargs=-1)
_EVERY = click.option("--all", "every", is_flag=True, help="All letters, or all that --reason and --source leave.")


@click.group()
def dead() -> None:
    """List, show, replay or drop dead letters: messages that could not be handled, kept with reason, error, origin and bytes.

    \b
    Examples:
      yuqing dead list --reason not_json
      yuqing dead show posts.3.1042
      yuqing dead replay --all --reason document_parsing_exception
      yuqing dead drop find.3aa91a6bc3c3f867

    Exit codes: 0 done, 1 a letter was not there or can't be replayed or the log can't be used, 2 wrong usage.
    """  # noqa: D301 click's mark for lines that stay as they are


@dead.command("list")
@_REASON
@_SOURCE
@_AS_JSON
def list_letters(*, reason: str | None, source: str | None, as_json: bool) -> None:
    """List the letters, oldest first, and how many there are for each reason.

    Example: yuqing dead list --json | jq length
    """
    settings = load_settings()
    with _letters(settings) as letters:
        found = letters.list(reason, source)
    if as_json:
        click.echo(json.dumps([_as_data(letter) for letter in found], ensure_ascii=False))
        return
    for letter in found:
        click.echo(f"{letter.id}  {_local(letter, settings)}  {letter.reason}  {letter.origin}  {_first_line(letter.error)}")
    if not found:
        click.echo("没有死信。")
        return
    counts = Counter(letter.reason for letter in found).most_common()
    click.echo(f"共 {len(found)} 封：" + "，".join(f"{name} {count}" for name, count in counts))


@dead.command()
@click.argument("letter_id", metavar="ID")
@_AS_JSON
@click.option("--bytes", "as_bytes", is_flag=True, help="Print the message's bytes and nothing else.")
def show(*, letter_id: str, as_json: bool, as_bytes: bool) -> None:
    """Show one letter with its message.

    Example: yuqing dead show posts.3.1042 --bytes | jq .text
    """
    settings = load_settings()
    with _letters(settings) as letters:
        letter = letters.get(letter_id)
    if as_bytes:
        click.echo(letter.value or b"", nl=False)
    elif as_json:
        click.echo(json.dumps(_as_data(letter), ensure_ascii=False))
    else:
        rows = [
            ("编号", letter.id),
            ("时间", _local(letter, settings)),
            ("原因", letter.reason),
            ("错误", letter.error),
            ("出处", letter.origin),
            ("键", letter.key or "—"),
            ("大小", f"{len(letter.value or b''):,} 字节" + ("（只保留开头）" if letter.clipped else "")),
            ("内容", (letter.value or b"").decode(errors="backslashreplace")),
        ]
        for name, text in rows:
            click.echo(f"{name}：{text}")


@dead.command()
@_IDS
@_EVERY
@_REASON
@_SOURCE
def replay(*, ids: Sequence[str], every: bool, reason: str | None, source: str | None) -> None:
    """Append the messages to their topics once more, and remove the letters.

    A find that never became a message can't be replayed: crawl its source again, then drop it.

    Example: yuqing dead replay posts.3.1042 posts.0.7
    """
    with _letters(load_settings()) as letters:
        chosen, missing = _choose(letters, ids, every=every, reason=reason, source=source)
        refused = [error for part in _in_parts(chosen, "重放") for error in letters.replay_all(part)]
    click.echo(f"已重放 {len(chosen) - len(refused)} 封。")
    _end([*missing, *map(str, refused)])


@dead.command()
@_IDS
@_EVERY
@_REASON
@_SOURCE
@click.option("--yes", is_flag=True, help="Don't ask.")
def drop(*, ids: Sequence[str], every: bool, reason: str | None, source: str | None, yes: bool) -> None:
    """Remove letters for good, with their messages.

    Example: yuqing dead drop --all --reason contract_version --yes
    """
    with _letters(load_settings()) as letters:
        chosen, missing = _choose(letters, ids, every=every, reason=reason, source=source)
        if every and chosen and not yes:
            click.confirm(f"永久删除 {len(chosen)} 封死信？", abort=True)
        for part in _in_parts(chosen, "删除"):
            letters.drop_all(part)
    click.echo(f"已删除 {len(chosen)} 封。")
    _end(missing)


@contextmanager
def _letters(settings: Settings) -> "Iterator[DeadLetters]":
    from streams.dead import DeadLetters
    from streams.engines import open_log

    with open_log(settings) as log:
        yield DeadLetters(log)


def _choose(
    letters: "DeadLetters", ids: Sequence[str], *, every: bool, reason: str | None, source: str | None
) -> "tuple[list[DeadLetter], list[str]]":
    """Find the letters meant, and say which ids there are none of."""
    from streams.errors import NoSuchLetter

    if every == bool(ids):
        raise click.UsageError("give either ids or --all")
    if ids and (reason or source):
        raise click.UsageError("--reason and --source go with --all")
    if every:
        return letters.list(reason, source), []
    there = {letter.id: letter for letter in letters.list()}
    wanted = list(dict.fromkeys(ids))
    return [there[name] for name in wanted if name in there], [str(NoSuchLetter(name)) for name in wanted if name not in there]


def _in_parts(letters: "Sequence[DeadLetter]", label: str) -> "Iterator[Sequence[DeadLetter]]":
    with click.progressbar(length=len(letters), label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for start in range(0, len(letters), AT_ONCE):
            part = letters[start : start + AT_ONCE]
            yield part
            bar.update(len(part))


def _end(problems: Iterable[str]) -> None:
    said = False
    for problem in problems:
        click.echo(f"yuqing: {problem}", err=True)
        said = True
    if said:
        sys.exit(1)


def _as_data(letter: "DeadLetter") -> Any:
    """Turn a letter into JSON's types: `value` is base64, `text` the same as text where it is UTF-8."""
    import msgspec

    data = msgspec.to_builtins(letter)
    try:
        data["text"] = (letter.value or b"").decode()
    except UnicodeDecodeError:
        data["text"] = None
    return data


def _local(letter: "DeadLetter", settings: Settings) -> str:
    return letter.at.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M:%S")


def _first_line(error: str) -> str:
    line = error.splitlines()[0] if error else ""
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"
