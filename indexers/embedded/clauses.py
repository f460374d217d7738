"""Queries after reading: plain values, and what tantivy makes of them, as a query or (inside aggregations) as its text."""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import tantivy
from tantivy import Occur, Query

from indexers.embedded.errors import unsupported
from indexers.embedded.index import SEQ, Snapshot
from indexers.embedded.intake import FIELD_NAMES
from indexers.embedded.mapping import Column

Value: TypeAlias = str | int | float
LOWEST, HIGHEST = -(1 << 63), (1 << 63) - 1
_MOST_COMBINATIONS = 64
_MOST_PREFIXED = 10_000


@dataclass(frozen=True, slots=True)
class All:
    """Every document."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No document."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Documents with one of some values in a field (a keyword, a word of a text, a number)."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """Documents with a number in a field between two ends; None is open."""

    field: str
    low: int | float | None
    high: int | float | None
    with_low: bool = True
    with_high: bool = True


@dataclass(frozen=True, slots=True)
class Exists:
    """Documents that have a field."""

    field: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """Documents with a value (or a word) that begins so."""

    field: str
    start: str


@dataclass(frozen=True, slots=True)
class Beyond:
    """Documents with a keyword after (or before) another, by its code points."""

    field: str
    value: str
    after: bool = True


@dataclass(frozen=True, slots=True)
class Phrase:
    """Documents in which words stand one after the other."""

    field: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """The bool query. `least` of the `should` must match."""

    must: tuple["Clause", ...] = ()
    filter: tuple["Clause", ...] = ()
    should: tuple["Clause", ...] = ()
    must_not: tuple["Clause", ...] = ()
    least: int = 0


@dataclass(frozen=True, slots=True)
class Boost:
    """A clause that counts more or less in the score; None: every match scores the same."""

    clause: "Clause"
    factor: float
    constant: bool = False


Clause: TypeAlias = All | Nothing | AnyOf | Between | Exists | Prefix | Beyond | Phrase | Both | Boost


def narrowed(*clauses: Clause) -> Clause:
    """Documents that fit all of some clauses, without a score."""
    kept = tuple(clause for clause in clauses if not isinstance(clause, All))
    if not kept:
        return All()
    return kept[0] if len(kept) == 1 else Both(filter=kept)


def compiled(clause: Clause, snapshot: Snapshot) -> Query:
    """The clause as a query of tantivy."""
    return _COMPILERS[type(clause)](clause, snapshot)


def _any_of(clause: AnyOf, snapshot: Snapshot) -> Query:
    if len(clause.values) == 1:
        return Query.term_query(snapshot.schema, clause.field, clause.values[0])
    return Query.term_set_query(snapshot.schema, clause.field, list(clause.values))


def _boost(clause: Boost, snapshot: Snapshot) -> Query:
    query = compiled(clause.clause, snapshot)
    return Query.const_score_query(query, clause.factor) if clause.constant else Query.boost_query(query, clause.factor)


def _range(clause: Between, snapshot: Snapshot) -> Query:
    if clause.low is None and clause.high is None:
        return _exists(Exists(clause.field), snapshot)
    kind = tantivy.FieldType.Float if snapshot.fields[clause.field].column is Column.FLOAT else tantivy.FieldType.Integer
    return Query.range_query(
        snapshot.schema,
        clause.field,
        kind,
        clause.low,
        clause.high,
        clause.with_low or clause.low is None,
        clause.with_high or clause.high is None,
    )


def _exists(clause: Exists, snapshot: Snapshot) -> Query:
    field = clause.field
    if snapshot.fields[field].column is Column.TEXT:
        return Query.const_score_query(Query.term_query(snapshot.schema, FIELD_NAMES, field), 1.0)
    return Query.exists_query(field)


def _prefix(clause: Prefix, snapshot: Snapshot) -> Query:
    return Query.regex_query(snapshot.schema, clause.field, f"{_escaped(clause.start)}(.|\n)*")


def _after(clause: Beyond, snapshot: Snapshot) -> Query:
    return Query.regex_query(snapshot.schema, clause.field, _beyond(clause.value, after=clause.after))


def _phrase(clause: Phrase, snapshot: Snapshot) -> Query:
    if len(clause.words) == 1:  # a phrase of one word panics
        return Query.term_query(snapshot.schema, clause.field, clause.words[0])
    return Query.phrase_query(snapshot.schema, clause.field, list(clause.words))


def _both(clause: Both, snapshot: Snapshot) -> Query:
    parts = [(Occur.Must, compiled(part, snapshot)) for part in clause.must]
    parts += [(Occur.Must, Query.const_score_query(compiled(part, snapshot), 0.0)) for part in clause.filter]
    parts += [(Occur.MustNot, compiled(part, snapshot)) for part in clause.must_not]
    shoulds = [(Occur.Should, compiled(part, snapshot)) for part in clause.should]
    if clause.least > len(shoulds):
        return Query.empty_query()
    if not clause.must and not clause.filter and clause.least == 0:
        parts.append((Occur.Must, Query.const_score_query(Query.all_query(), 0.0)))  # negatives alone find nothing
    if shoulds and clause.least:
        parts.append((Occur.Must, Query.boolean_query(shoulds, clause.least)))
    else:
        parts += shoulds
    return Query.boolean_query(parts)


def _escaped(text: str) -> str:
    return re.sub(r"([\\.+*?()|\[\]{}^$#&\-~])", r"\\\1", text)


def _class(low: int, high: int) -> str:
    pieces = [(max(low, start), min(high, end)) for start, end in ((0, 0xD7FF), (0xE000, 0x10FFFF)) if low <= end and high >= start]
    return "[" + "".join(f"{_escaped(chr(start))}-{_escaped(chr(end))}" for start, end in pieces) + "]" if pieces else ""


def _beyond(value: str, *, after: bool) -> str:
    """A regular expression for all strings after (or before) one, in the order of code points, which is that of UTF-8."""
    rest = "(.|\n)*"
    branches = []
    for at, sign in enumerate(value):
        other = _class(ord(sign) + 1, 0x10FFFF) if after else _class(0, ord(sign) - 1)
        if other:
            branches.append(_escaped(value[:at]) + other + rest)
        if not after:
            branches.append(_escaped(value[:at]))
    if after:
        branches.append(_escaped(value) + "(.|\n)+")
    return "|".join(f"({branch})" for branch in branches)


_COMPILERS: Mapping[type, Callable[[Any, Snapshot], Query]] = {
    All: lambda _, __: Query.all_query(),
    Nothing: lambda _, __: Query.empty_query(),
    AnyOf: _any_of,
    Between: _range,
    Exists: _exists,
    Prefix: _prefix,
    Beyond: _after,
    Phrase: _phrase,
    Both: _both,
    Boost: _boost,
}


# -- as text, for tantivy's filter aggregation, which takes nothing else

NOTHING = f"{SEQ}:[1 TO 0]"


def text_of(clause: Clause, snapshot: Snapshot) -> str:
    """The clause in tantivy's query language. Raises ApiFault for what it can't say; scores play no part in it."""
    return _WRITERS[type(clause)](clause, snapshot)


def _text_of_any(clause: AnyOf, _: Snapshot) -> str:
    shown = " ".join(_quoted(value) for value in clause.values)
    return f"{clause.field}:{shown}" if len(clause.values) == 1 else f"{clause.field}: IN [{shown}]"


def _text_of_range(clause: Between, _: Snapshot) -> str:
    if clause.low is None and clause.high is None:
        return f"{clause.field}:*"
    start, end = "[" if clause.with_low else "{", "]" if clause.with_high else "}"
    return f"{clause.field}:{start}{_plain(clause.low)} TO {_plain(clause.high)}{end}"


def _text_of_existing(clause: Exists, snapshot: Snapshot) -> str:
    if snapshot.fields[clause.field].column is Column.TEXT:
        return f'{FIELD_NAMES}:"{clause.field}"'
    return f"{clause.field}:*"


def _text_of_phrase(clause: Phrase, _: Snapshot) -> str:
    return f"{clause.field}:{_quoted(' '.join(clause.words))}"


def _text_of_beyond(clause: Beyond, _: Snapshot) -> str:
    raise unsupported(f"a range of the keyword [{clause.field}] in a filter of an aggregation")


def _text_of_prefix(clause: Prefix, snapshot: Snapshot) -> str:
    field, start = clause.field, clause.start
    found = snapshot.searcher.terms_with_prefix(field, start, limit=_MOST_PREFIXED + 1)
    if len(found) > _MOST_PREFIXED:
        raise unsupported(f"a prefix of [{field}] with over {_MOST_PREFIXED} values in a filter of an aggregation")
    return _text_of_any(AnyOf(field, tuple(term for term, _ in found)), snapshot) if found else NOTHING


def _text_of_both(clause: Both, snapshot: Snapshot) -> str:
    parts = [f"+({text_of(part, snapshot)})" for part in (*clause.must, *clause.filter)]
    parts += [f"-({text_of(part, snapshot)})" for part in clause.must_not]
    if clause.least > len(clause.should):
        return NOTHING
    if clause.least:
        parts.append(f"+({_least_of([text_of(part, snapshot) for part in clause.should], clause.least)})")
    if not any(part.startswith("+") for part in parts):
        parts.append("+(*)")
    return " ".join(parts)


def _least_of(texts: list[str], least: int) -> str:
    if math.comb(len(texts), least) > _MOST_COMBINATIONS:
        raise unsupported(f"minimum_should_match [{least}] of {len(texts)} clauses in a filter of an aggregation")
    return " ".join(_all_of(chosen) for chosen in itertools.combinations(texts, least))


def _all_of(texts: tuple[str, ...]) -> str:
    return "(" + " ".join(f"+({text})" for text in texts) + ")"


def _quoted(value: Value) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f'"{_plain(value)}"'


def _plain(value: float | None) -> str:
    if value is None:
        return "*"
    return str(value) if isinstance(value, int) else format(Decimal(repr(value)), "f")


_WRITERS: Mapping[type, Callable[[Any, Snapshot], str]] = {
    All: lambda _, __: "*",
    Nothing: lambda _, __: NOTHING,
    AnyOf: _text_of_any,
    Between: _text_of_range,
    Exists: _text_of_existing,
    Prefix: _text_of_prefix,
    Beyond: _text_of_beyond,
    Phrase: _text_of_phrase,
    Both: _text_of_both,
    Boost: lambda clause, snapshot: text_of(clause.clause, snapshot),
}


def words_in(clause: Clause) -> Iterator[tuple[str, Clause]]:
    """The parts of a query that ask for something in a field, with the field, negatives left out: what is marked in a hit."""
    match clause:
        case AnyOf(field) | Prefix(field) | Phrase(field):
            yield field, clause
        case Boost(inner):
            yield from words_in(inner)
        case Both(must, filter_, should):
            for part in (*must, *filter_, *should):
                yield from words_in(part)
        case _:
            return
