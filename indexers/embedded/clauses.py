"""Queries after reading: plain values, and what tantivy makes of them, as a query or (inside aggregations) as its text."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import tantivy
from tantivy import Occur, Query

from indexers.embedded.index import SEQ, Snapshot
from indexers.embedded.intake import FIELD_NAMES
from indexers.embedded.mapping import Column
from indexers.embedded.patterns import keyword_range, prefixed

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
class KeywordsBetween:
    """Documents with a keyword between two others, by code points; None is open."""

    field: str
    low: str | None
    high: str | None
    with_low: bool = True
    with_high: bool = True


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


Clause: TypeAlias = All | Nothing | AnyOf | Between | Exists | Prefix | KeywordsBetween | Phrase | Both | Boost


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
    return Query.regex_query(snapshot.schema, clause.field, prefixed(clause.start))


def _keywords(clause: KeywordsBetween, snapshot: Snapshot) -> Query:
    pattern = keyword_range(clause.low, clause.high, with_low=clause.with_low, with_high=clause.with_high)
    return Query.regex_query(snapshot.schema, clause.field, pattern) if pattern else Query.empty_query()


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


_COMPILERS: Mapping[type, Callable[[Any, Snapshot], Query]] = {
    All: lambda _, __: Query.all_query(),
    Nothing: lambda _, __: Query.empty_query(),
    AnyOf: _any_of,
    Between: _range,
    Exists: _exists,
    Prefix: _prefix,
    KeywordsBetween: _keywords,
    Phrase: _phrase,
    Both: _both,
    Boost: _boost,
}


# -- as text, for tantivy's filter aggregation, which takes nothing else

NOTHING = f"{SEQ}:[1 TO 0]"


class _Unsayable(Exception):
    """The clause can't be said in tantivy's language."""


def said(clause: Clause, snapshot: Snapshot) -> str | None:
    """The clause in tantivy's query language, scores aside; None for what it can't say: words of a text, ranges of a keyword.

    (Its filter aggregation knows no analysers but its own.)
    """
    try:
        return _said(clause, snapshot)
    except _Unsayable:
        return None


def _said(clause: Clause, snapshot: Snapshot) -> str:
    """The clause in tantivy's query language. Raises _Unsayable."""
    return _WRITERS[type(clause)](clause, snapshot)


def _text_of_any(clause: AnyOf, snapshot: Snapshot) -> str:
    _need_column(clause.field, snapshot)
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


def _text_of_none(*_: object) -> str:
    raise _Unsayable


def _need_column(name: str, snapshot: Snapshot) -> None:
    field = snapshot.fields.get(name)
    if field is not None and field.column is Column.TEXT:
        raise _Unsayable


def _text_of_prefix(clause: Prefix, snapshot: Snapshot) -> str:
    _need_column(clause.field, snapshot)
    found = snapshot.searcher.terms_with_prefix(clause.field, clause.start, limit=_MOST_PREFIXED + 1)
    if len(found) > _MOST_PREFIXED:
        raise _Unsayable
    return _text_of_any(AnyOf(clause.field, tuple(term for term, _ in found)), snapshot) if found else NOTHING


def _text_of_both(clause: Both, snapshot: Snapshot) -> str:
    parts = [f"+({_said(part, snapshot)})" for part in (*clause.must, *clause.filter)]
    parts += [f"-({_said(part, snapshot)})" for part in clause.must_not]
    if clause.least > len(clause.should):
        return NOTHING
    if clause.least:
        parts.append(f"+({_least_of([_said(part, snapshot) for part in clause.should], clause.least)})")
    if not any(part.startswith("+") for part in parts):
        parts.append("+(*)")
    return " ".join(parts)


def _least_of(texts: list[str], least: int) -> str:
    if math.comb(len(texts), least) > _MOST_COMBINATIONS:
        raise _Unsayable
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
    KeywordsBetween: _text_of_none,
    Phrase: _text_of_none,
    Both: _text_of_both,
    Boost: lambda clause, snapshot: _said(clause.clause, snapshot),
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
