"""Reads the queries that this program sends into clauses. A query or a parameter that is not named here is refused."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from indexers.embedded import analysis
from indexers.embedded.clauses import (
    HIGHEST,
    LOWEST,
    All,
    AnyOf,
    Between,
    Boost,
    Both,
    Clause,
    Exists,
    KeywordsBetween,
    Nothing,
    Phrase,
    Prefix,
)
from indexers.embedded.dates import parse_bound, parse_zone
from indexers.embedded.errors import invalid, unsupported
from indexers.embedded.index import ID, PLACE
from indexers.embedded.intake import round_single
from indexers.embedded.mapping import Column, Field, FieldTable

_MOST_CLAUSES = 1024
_MOST_TERMS = 65_536
_DEPTH = 30


class Context(NamedTuple):
    """What a query is read against."""

    fields: FieldTable
    places: Mapping[str, int]  # number of each index of the family, by name
    now_ms: int
    depth: int = 0

    def deeper(self) -> "Context":
        """One query further inside. Raises ApiFault where it never ends."""
        if self.depth >= _DEPTH:
            raise invalid(f"The nested depth of the query exceeds the maximum nested depth of [{_DEPTH}]", "parsing_exception")
        return self._replace(depth=self.depth + 1)


def parse(body: object, context: Context) -> Clause:
    """Read one query. Raises ApiFault (400) for what is wrong and for what this engine does not take."""
    if not isinstance(body, Mapping) or len(body) != 1:
        raise invalid(f"[query] malformed query, expected one query with a name, found [{body!r}]", "parsing_exception")
    name, given = next(iter(body.items()))
    reader = QUERIES.get(name)
    if reader is None:
        raise unsupported(f"the query [{name}]")
    return reader(given, context.deeper())


def _options(name: str, given: object, known: frozenset[str]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise invalid(f"[{name}] query malformed, expected an object", "parsing_exception")
    for key in given:
        if key not in known and key != "boost":
            raise unsupported(f"[{key}] in the query [{name}]")
    return dict(given)


def _boosted(clause: Clause, given: Mapping[str, Any], *, constant: bool = False) -> Clause:
    boost = given.get("boost", 1.0)
    if isinstance(boost, bool) or not isinstance(boost, int | float):
        raise invalid(f"[boost] must be a number, not [{boost}]", "parsing_exception")
    return clause if boost == 1 and not constant else Boost(clause, float(boost), constant)


def _by_field(name: str, given: object, short: str, known: frozenset[str]) -> tuple[str, dict[str, Any]]:
    """Read `{field: value}` or `{field: {…}}`, with an optional boost beside."""
    if not isinstance(given, Mapping):
        raise invalid(f"[{name}] query malformed, no start_object", "parsing_exception")
    fields = [key for key in given if key != "boost"]
    if len(fields) != 1:
        raise invalid(f"[{name}] query doesn't support multiple fields, found {fields}", "parsing_exception")
    value = given[fields[0]]
    options = _options(name, value, known) if isinstance(value, Mapping) else {short: value}
    return fields[0], {**({"boost": given["boost"]} if "boost" in given else {}), **options}


def _match_all(given: object, _: Context) -> Clause:
    return _boosted(All(), _options("match_all", given, frozenset()))


def _match_none(given: object, _: Context) -> Clause:
    _options("match_none", given, frozenset())
    return Nothing()


def _bool(given: object, context: Context) -> Clause:
    options = _options("bool", given, frozenset({"must", "filter", "should", "must_not", "minimum_should_match"}))
    parts = {key: _several(options.get(key), context) for key in ("must", "filter", "should", "must_not")}
    if sum(map(len, parts.values())) > _MOST_CLAUSES:
        raise invalid(f"maxClauseCount is set to {_MOST_CLAUSES}", "too_many_clauses")
    alone = bool(parts["should"]) and not parts["must"] and not parts["filter"]
    least = max(int(alone), _least(options.get("minimum_should_match", 0), len(parts["should"])))
    if not any(parts.values()):
        return _boosted(All(), options)
    if not any((parts["must"], parts["filter"], parts["should"])):
        least = 0  # negatives alone: the server forgets minimum_should_match
    return _boosted(Both(parts["must"], parts["filter"], parts["should"], parts["must_not"], least), options)


def _several(given: object, context: Context) -> tuple[Clause, ...]:
    if given is None:
        return ()
    parts: Sequence[object] = given if isinstance(given, list) else [given]
    return tuple(parse(part, context) for part in parts)


def _least(given: object, count: int) -> int:
    text = str(given).strip()
    percent = text.endswith("%")
    try:
        number = int(text.removesuffix("%"))
    except ValueError as error:
        raise unsupported(f"minimum_should_match [{given}]") from error
    if percent:
        number = math.trunc(count * number / 100)
    return max(0, number + count if number < 0 or (percent and text.startswith("-")) else number)


def _constant_score(given: object, context: Context) -> Clause:
    options = _options("constant_score", given, frozenset({"filter"}))
    return _boosted(parse(options.get("filter"), context), options, constant=True)


def _term(given: object, context: Context) -> Clause:
    name, options = _by_field("term", given, "value", frozenset({"value"}))
    return _boosted(equal(name, options.get("value"), context), options)


def _terms(given: object, context: Context) -> Clause:
    name, options = _by_field("terms", given, "value", frozenset())
    values = options.get("value")
    if not isinstance(values, list):
        raise unsupported("the query [terms] without a list of values")
    if len(values) > _MOST_TERMS:
        raise invalid(f"The number of terms [{len(values)}] used in the Terms Query request has exceeded [{_MOST_TERMS}]")
    field = context.fields.find(name)
    if values and field is not None and field.column in {Column.KEYWORD, Column.TEXT} and all(type(value) is str for value in values):
        return _boosted(AnyOf(name, tuple(dict.fromkeys(values))), options, constant=True)  # thousands of keys want no look at each
    clauses = [equal(name, value, context) for value in values]
    plain = [value for clause in clauses if isinstance(clause, AnyOf) for value in clause.values]
    others = [clause for clause in clauses if isinstance(clause, Between)]
    joined: list[Clause] = [AnyOf(clause_field(clauses), tuple(dict.fromkeys(plain))), *others] if plain else [*others]
    if not joined:
        return Nothing()
    return _boosted(joined[0] if len(joined) == 1 else Both(should=tuple(joined), least=1), options, constant=True)


def clause_field(clauses: Sequence[Clause]) -> str:
    """The field that the first of some clauses asks for."""
    return next(clause.field for clause in clauses if isinstance(clause, AnyOf))


def equal(name: str, value: object, context: Context) -> Clause:
    """Documents with one value in a field. Raises ApiFault (400) where the type can't hold it."""
    if value is None or isinstance(value, list | Mapping):
        raise invalid(f"value cannot be null or nested in a query on [{name}]")
    if name == "_id":
        return AnyOf(ID, (str(value),))
    if name == "_index":
        return AnyOf(PLACE, (context.places[str(value)],)) if str(value) in context.places else Nothing()
    field = context.fields.find(name)
    if field is None:
        return Nothing()
    if field.type == "date":
        day = {"gte": value, "lte": value}
        return _range({name: day}, context)
    converted = _value(field, value)
    return Nothing() if converted is None else AnyOf(name, (converted,))


def _value(field: Field, value: Any) -> str | int | float | None:
    """A query's value as the field keeps it; None where no document can have it."""
    if field.column in {Column.KEYWORD, Column.TEXT}:
        return ("true" if value else "false") if isinstance(value, bool) else str(value)
    if field.type == "boolean":
        if (value in {True, "true"} and value != 1.0) or value is True:
            return 1
        if value is False or value in ("false", ""):
            return 0
        raise invalid(f"Can't parse boolean value [{value}], expected [true] or [false]", "query_shard_exception")
    number = _number(field, value)
    if field.column is Column.FLOAT:
        return round_single(number) if field.type == "float" else float(number)
    low, high = field.bounds
    return int(number) if number == int(number) and low <= number <= high else None


def _number(field: Field, value: Any) -> int | float:
    try:
        if isinstance(value, str):
            return int(value) if value.lstrip("-").isdecimal() else _finite(float(value))
        return _finite(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise invalid(f'failed to create query: For input string: "{value}" on [{field.name}]', "query_shard_exception") from error


def _finite(value: float) -> int | float:
    if not math.isfinite(value):
        raise ValueError("not finite")
    return value


_RANGE = frozenset({"gt", "gte", "lt", "lte", "time_zone", "format"})


def _range(given: object, context: Context) -> Clause:
    name, options = _by_field("range", given, "gte", _RANGE)
    field = context.fields.find(name)
    if field is None:
        return Nothing()
    if ("gt" in options and "gte" in options) or ("lt" in options and "lte" in options):
        raise unsupported(f"two bounds on one side in a range on [{name}]")
    if options.get("format", "strict_date_optional_time||epoch_millis") not in _FORMATS:
        raise unsupported(f"the date format [{options['format']}] in a range")
    if field.column is Column.TEXT:
        raise unsupported(f"a range on the text field [{name}]")
    clause = _keyword_range(field, options) if field.column is Column.KEYWORD else _number_range(field, options, context)
    return _boosted(clause, options)


_FORMATS = {"strict_date_optional_time||epoch_millis", "strict_date_optional_time", "epoch_millis"}


def _keyword_range(field: Field, options: Mapping[str, Any]) -> Clause:
    low, high = options.get("gte", options.get("gt")), options.get("lte", options.get("lt"))
    if low is None and high is None:
        return Exists(field.name)
    ends = (None if low is None else str(low), None if high is None else str(high))
    return KeywordsBetween(field.name, *ends, with_low="gte" in options, with_high="lte" in options)


def _number_range(field: Field, options: Mapping[str, Any], context: Context) -> Clause:
    low, high = (options.get("gte", options.get("gt")), options.get("lte", options.get("lt")))
    if field.type == "date":
        if isinstance(low, str) != isinstance(high, str) and low is not None and high is not None:
            raise invalid(f"a range on [{field.name}] has one end in milliseconds and one as text", "parse_exception")
        zone = parse_zone(options.get("time_zone"))
        bottom = None if low is None else parse_bound(low, context.now_ms, zone, up="gt" in options) + ("gt" in options)
        top = None if high is None else parse_bound(high, context.now_ms, zone, up="lte" in options) - ("lt" in options)
        return _whole(field, bottom, top)
    if "time_zone" in options:
        raise invalid(f"Range query on [{field.name}] does not support time_zone")
    if field.column is Column.FLOAT:
        return _fraction(field, low, high, with_low="gt" not in options, with_high="lt" not in options)
    bottom = None if low is None else _floor(_limit(field, low), up="gt" in options)
    top = None if high is None else _ceiling(_limit(field, high), down="lt" in options)
    return _whole(field, bottom, top)


def _limit(field: Field, value: Any) -> int | float:
    if field.type == "boolean":
        return int(_value(field, value) or 0)
    return _number(field, value)


def _floor(value: float, *, up: bool) -> int:
    """The smallest whole number within `> value` (up) or `>= value`."""
    return math.floor(value) + 1 if up else math.ceil(value)


def _ceiling(value: float, *, down: bool) -> int:
    return math.ceil(value) - 1 if down else math.floor(value)


def _whole(field: Field, low: int | None, high: int | None) -> Clause:
    if (low is not None and low > HIGHEST) or (high is not None and high < LOWEST):
        return Nothing()
    bottom = None if low is None or low <= LOWEST else low
    top = None if high is None or high >= HIGHEST else high
    if bottom is not None and top is not None and bottom > top:
        return Nothing()
    return Between(field.name, bottom, top)


def _fraction(field: Field, low: Any, high: Any, *, with_low: bool, with_high: bool) -> Clause:
    ends: list[float | None] = []
    for value in (low, high):
        number = None if value is None else float(_number(field, value))
        ends.append(number if number is None or field.type == "double" else round_single(number))
    bottom, top = ends
    if bottom is not None and top is not None and (bottom > top or (bottom == top and not (with_low and with_high))):
        return Nothing()
    return Between(field.name, bottom, top, with_low, with_high)


def _exists(given: object, context: Context) -> Clause:
    options = _options("exists", given, frozenset({"field"}))
    name = options.get("field")
    if not isinstance(name, str) or "*" in name:
        raise unsupported(f"the field [{name}] in the query [exists]")
    if name in {"_id", "_index"}:
        return All()
    context.fields.find(name)
    below = [path for path in context.fields if path == name or path.startswith(f"{name}.")]
    own = [name] if name in context.fields else below
    if not own:
        return Nothing()
    return _boosted(Exists(own[0]) if len(own) == 1 else Both(should=tuple(Exists(path) for path in own), least=1), options)


def _ids(given: object, _: Context) -> Clause:
    options = _options("ids", given, frozenset({"values"}))
    values = options.get("values")
    if values is None:
        raise invalid("[ids] requires values to be specified", "parsing_exception")
    found = tuple(str(value) for value in (values if isinstance(values, list) else [values]))
    return _boosted(AnyOf(ID, tuple(dict.fromkeys(found))), options, constant=True) if found else Nothing()


def _prefix(given: object, context: Context) -> Clause:
    name, options = _by_field("prefix", given, "value", frozenset({"value"}))
    field, value = context.fields.find(name), options.get("value")
    if not isinstance(value, str):
        raise invalid("value cannot be null")
    if field is None:
        return Nothing()
    if field.column not in {Column.KEYWORD, Column.TEXT}:
        raise invalid(f"Can only use prefix queries on keyword, text and wildcard fields - not on [{name}]", "query_shard_exception")
    return _boosted(Prefix(name, value), options, constant=True)


def _match(given: object, context: Context) -> Clause:
    name, options = _by_field("match", given, "query", frozenset({"query", "operator", "minimum_should_match"}))
    field = context.fields.find(name)
    if field is None:
        return Nothing()
    if field.column is not Column.TEXT:
        return _boosted(equal(name, options.get("query"), context), options)
    operator = str(options.get("operator", "or")).lower()
    if operator not in {"or", "and"}:
        raise invalid(f"operator needs to be either OR or AND, but not [{operator}]", "parsing_exception")
    words = analysis.words(field.analyzer, _text(options.get("query"), "match"))
    parts = tuple(AnyOf(name, (word,)) for word in words)
    if not parts:
        return Nothing()
    if len(parts) == 1:
        return _boosted(parts[0], options)
    if operator == "and":
        return _boosted(Both(must=parts), options)
    least = max(1, _least(options.get("minimum_should_match", 1), len(parts)))
    return _boosted(Both(should=parts, least=least), options)


def _match_phrase(given: object, context: Context) -> Clause:
    name, options = _by_field("match_phrase", given, "query", frozenset({"query", "slop"}))
    field, slop = context.fields.find(name), options.get("slop", 0)
    if field is None:
        return Nothing()
    if field.column is not Column.TEXT:
        return _boosted(equal(name, options.get("query"), context), options)
    if slop != 0:
        raise unsupported("[slop] other than 0 in the query [match_phrase]")
    words = analysis.words(field.analyzer, _text(options.get("query"), "match_phrase"))
    return _boosted(Phrase(name, tuple(words)), options) if words else Nothing()


def _text(value: object, name: str) -> str:
    if value is None or isinstance(value, list | Mapping):
        raise invalid(f"[{name}] requires query value", "parsing_exception")
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


QUERIES: Mapping[str, Callable[[object, Context], Clause]] = {
    "bool": _bool,
    "constant_score": _constant_score,
    "exists": _exists,
    "ids": _ids,
    "match": _match,
    "match_all": _match_all,
    "match_none": _match_none,
    "match_phrase": _match_phrase,
    "prefix": _prefix,
    "range": _range,
    "term": _term,
    "terms": _terms,
}
