"""Each row of the table of bad input names a test that is there."""

import ast
import re

import pytest

from tests.docs.pages import DOCS, ROOT, read, rows

TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
TABLE = [row for row in rows(read(DOCS / "bad-input.md").partition("## Flags of a post")[0]) if len(row) == 3]


def test_the_page_has_rows() -> None:
    """The table was found at all."""
    assert len(TABLE) > 50


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0][:40])
def test_each_row_names_tests_that_are_there(row: list[str]) -> None:
    """A row says what comes, what becomes of it, and the tests that prove it, which exist and are not all skipped."""
    came, became, proof = row
    assert came
    assert became
    named = TEST.findall(proof)
    assert named
    assert TEST.sub("", proof).strip() == ""
    for file, function in named:
        assert function in functions(file), f"{file} has no {function}"


def functions(file: str) -> set[str]:
    """Name the functions of a test file."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
