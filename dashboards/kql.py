"""Conditions in Kibana's query language: how ours are written, and how what we write is read again.

Only `field: value`, `field: (value or value)` and `and` between them. What is read becomes the query that Kibana makes of it: a phrase where
the value is in quotation marks, a word where it is not, so reading does not go the way of `dashboards.operations` backwards.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from dashboards.errors import NotExpressible
from dashboards.operations import Is

_CONDITION = re.compile(r"(?P<field>[\w.]+): (?:\((?P<several>[^()]+)\)|(?P<one>\"[^\"]*\"|\S+))")
_PLAIN = re.compile(r"-?\w+")


def written(where: Sequence[Is]) -> str:
    """Write conditions that must all hold."""
    return " and ".join(f"{clause.field}: {_values(clause)}" for clause in where)


def _values(clause: Is) -> str:
    values = [_value(value) for value in clause.values]
    return values[0] if len(values) == 1 else f"({' or '.join(values)})"


def _value(value: str | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def read(expression: str, where: str) -> list[dict[str, Any]]:
    """Read conditions as the clauses that Kibana sends. Raises NotExpressible for anything but what `written` writes."""
    return [_clause(match) for match in _conditions(expression, where)]


def _conditions(expression: str, where: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(expression):
        match = _CONDITION.match(expression, at)
        if match is None:
            raise NotExpressible(where, f"{expression[at:]!r} is not among the conditions that this program writes")
        yield match
        at = match.end()
        if at < len(expression):
            if not expression.startswith(" and ", at):
                raise NotExpressible(where, f"{expression[at:]!r} does not go on with « and »")
            at += len(" and ")


def _clause(match: re.Match[str]) -> dict[str, Any]:
    texts = match["several"].split(" or ") if match["several"] else [match["one"]]
    should = [_match(match["field"], text) for text in texts]
    return {"bool": {"should": should, "minimum_should_match": 1}}


def _match(field: str, text: str) -> dict[str, Any]:
    if text.startswith('"') and text.endswith('"'):
        return {"match_phrase": {field: text[1:-1]}}
    if not _PLAIN.fullmatch(text):
        raise NotExpressible(field, f"{text!r} is no value")
    return {"match": {field: text}}
