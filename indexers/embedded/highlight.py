"""Marks what matched in the whole of a field, as the server does with `number_of_fragments: 0`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from indexers.embedded import analysis
from indexers.embedded.clauses import AnyOf, Clause, Phrase, Prefix, words_in
from indexers.embedded.errors import unsupported
from indexers.embedded.mapping import Column, Field
from indexers.embedded.query import Context

_OPTIONS = frozenset({"fields", "pre_tags", "post_tags", "number_of_fragments", "require_field_match", "type"})


class _Marks(NamedTuple):
    field: Field
    clauses: tuple[Clause, ...]
    before: str
    behind: str


class Highlighter:
    """Marks the hits of one search."""

    def __init__(self, marks: Sequence[_Marks]) -> None:
        self._marks = marks

    @classmethod
    def of(cls, body: Mapping[str, Any], query: Clause, context: Context) -> "Highlighter":
        """Read `highlight`. Raises ApiFault (400) for what this engine doesn't take."""
        asked = list(words_in(query))
        given = body.get("fields") or {}
        fields = given if isinstance(given, Mapping) else {name: options for part in given for name, options in part.items()}
        marks = []
        for name, own in fields.items():
            options = {**{key: value for key, value in body.items() if key != "fields"}, **own}
            _check(name, options)
            field = context.fields.find(name)
            clauses = tuple(clause for path, clause in asked if path == name)
            if field is not None and clauses and field.column in {Column.TEXT, Column.KEYWORD}:
                before, behind = options.get("pre_tags", ["<em>"]), options.get("post_tags", ["</em>"])
                marks.append(_Marks(field, clauses, before[0], behind[0]))
        return cls(marks)

    def marked(self, source: bytes) -> dict[str, list[str]]:
        """The marked values of each field of a document in which something matched."""
        document = msgspec.json.decode(source)
        found: dict[str, list[str]] = {}
        for marks in self._marks:
            values = [shown for value in _values(document, marks.field.name.split(".")) if (shown := _mark(value, marks))]
            if values:
                found[marks.field.name] = values
        return found


def _check(name: str, options: Mapping[str, Any]) -> None:
    for option in options:
        if option not in _OPTIONS:
            raise unsupported(f"[{option}] in a highlight")
    if "*" in name:
        raise unsupported(f"the pattern [{name}] in a highlight")
    if options.get("number_of_fragments") != 0:
        raise unsupported("a highlight of fragments: number_of_fragments must be 0, for the whole field")
    if options.get("type", "unified") != "unified" or options.get("require_field_match", True) is not True:
        raise unsupported("a highlight other than unified with require_field_match")


def _values(value: Any, path: Sequence[str]) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _values(part, path)
    elif path:
        if isinstance(value, Mapping):
            yield from _values(value.get(path[0]), path[1:])
    elif isinstance(value, str):
        yield value


def _mark(value: str, marks: _Marks) -> str | None:
    if marks.field.column is Column.KEYWORD:
        words = [analysis.Word(value, 0, 0, len(value))]
    else:
        words = analysis.located(marks.field.analyzer, value)
    spans = sorted({span for clause in marks.clauses for span in _spans(clause, words)})
    if not spans:
        return None
    parts, at = [], 0
    for start, end in _merged(spans):
        parts += [value[at:start], marks.before, value[start:end], marks.behind]
        at = end
    return "".join(parts) + value[at:]


def _spans(clause: Clause, words: Sequence[analysis.Word]) -> Iterator[tuple[int, int]]:
    match clause:
        case AnyOf(_, values):
            yield from ((word.start, word.end) for word in words if word.text in values)
        case Prefix(_, start):
            yield from ((word.start, word.end) for word in words if word.text.startswith(start))
        case Phrase(_, wanted):
            for at in range(len(words) - len(wanted) + 1):
                if all(words[at + step].text == one for step, one in enumerate(wanted)):
                    yield words[at].start, words[at + len(wanted) - 1].end


def _merged(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join what overlaps; neighbours stay apart, as on the server."""
    start, end = spans[0]
    for low, high in spans[1:]:
        if low < end:
            end = max(end, high)
        else:
            yield start, end
            start, end = low, high
    yield start, end
