"""Reads the pages of the documentation: headings, links, code, tables."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = tuple(sorted(path for folder in (ROOT, DOCS, ROOT / "benchmarks", ROOT / "nlp" / "weights") for path in folder.glob("*.md")))

_FENCE = re.compile(r"^```.*?^```\n", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def name_of(page: Path) -> str:
    """Give a page's path as people write it: `docs/streams.md`."""
    return page.relative_to(ROOT).as_posix()


def read(page: Path) -> str:
    """Read a page."""
    return page.read_text(encoding="utf-8")


def prose(text: str) -> str:
    """Leave out the blocks of code."""
    return _FENCE.sub("", text)


def blocks(text: str) -> list[tuple[str, str]]:
    """Give each block of code, with the word after its fence."""
    return _BLOCK.findall(text)


def code(text: str) -> list[str]:
    """Give what stands between single backticks."""
    return _CODE.findall(prose(text))


def headings(text: str) -> list[tuple[int, str]]:
    """Give each heading with its level."""
    return [(len(marks), title) for marks, title in _HEADING.findall(prose(text))]


def links(text: str) -> list[str]:
    """Give the target of each link."""
    return _LINK.findall(prose(text))


def anchor(title: str) -> str:
    """Make of a heading what a link to it says after the #, as GitHub does."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def rows(text: str) -> list[list[str]]:
    """Give the cells of each row of each table, heads and rules left out."""
    lines = prose(text).splitlines()
    tables = [
        line for number, line in enumerate(lines) if line.startswith("|") and not _is_head(lines, number) and not set(line) <= set("|-: ")
    ]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in tables]


def _is_head(lines: list[str], number: int) -> bool:
    return number + 1 < len(lines) and lines[number + 1].startswith("|--")
