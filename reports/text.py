"""A report as text to paste: plain lines for a chat or the office's own network, without marks of any format."""

import re
from collections.abc import Iterator

from reports.blocks import Block, Cell, Heading, Paragraph, Run, Table
from reports.layout import Laid

_BLANKS = re.compile(" {2,}")  # where a run was left out
_MARKS = {"text": "", "item": "· ", "step": "  – ", "note": "注：", "warning": "▲ "}


def render(laid: Laid, address: str | None = None) -> str:
    """Write a report out. `address` is where the pages are; without one, addresses of our own pages are left out."""
    head = [laid.title, laid.period, f"【{laid.mark}】"]
    return "\n".join([*head, *(text for block in laid.blocks for text in _block(block, address))]) + "\n"


def _block(block: Block, address: str | None) -> Iterator[str]:
    match block:
        case Heading():
            yield f"\n{block.text}"
        case Paragraph():
            text = _BLANKS.sub(" ", _joined(block.runs, address)).rstrip()
            if text.strip():
                yield f"{_MARKS[block.tone]}{text}"
        case Table():
            yield from (_row(block, row, address) for row in block.rows)


def _row(table: Table, row: tuple[Cell, ...], address: str | None) -> str:
    """A row as a sentence: what it is of, and each column by its name."""
    first, *rest = (_joined(cell, address) for cell in row)
    said = [f"{name} {value}" for name, value in zip(table.head[1:], rest, strict=True) if value]
    return f"· {first}：{'，'.join(said)}"


def _joined(runs: Cell, address: str | None) -> str:
    return "".join(_run(run, address) for run in runs)


def _run(run: Run, address: str | None) -> str:
    if not run.spelled:
        return run.text
    link = absolute(run.link, address)
    return "" if link is None else f"{run.text} {link}"


def absolute(link: str | None, address: str | None) -> str | None:
    """Give a link that leads there from anywhere; None where it can't, for nobody has said where our pages are."""
    if link is None or not link.startswith("/"):
        return link
    return None if address is None else address.rstrip("/") + link
