"""From a document's JSON to the terms and columns that are indexed: the server's own rules of what fits which type."""

import struct
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from indexers.embedded.dates import parse_date
from indexers.embedded.errors import ApiFault, unparsable, unsupported
from indexers.embedded.mapping import LIMITS, LONGEST_TERM, Branch, Field, strict_fault
from indexers.embedded.typed import Flat, reader

FIELD_NAMES = "_field_names"  # names of the analysed fields that a document has, for `exists`
Put = Callable[[Any, Flat], None]
_BYTES_PER_CHARACTER = 4
_float32 = struct.Struct("f")


class Intake:
    """Reads the documents of one mapping."""

    def __init__(self, mapping: Branch) -> None:
        self.multiple: set[str] = set()  # fields that had several values in some document
        self._read = _object(mapping, self.multiple)
        self.quickly = reader(mapping, self.multiple)

    def flatten(self, source: bytes | memoryview) -> Flat:
        """Turn a document into indexed values. Raises ApiFault (400) with the reason where it doesn't fit the mapping."""
        found = self.quickly(source) if self.quickly else None
        return self.by_full_rules(source) if found is None else found

    def by_full_rules(self, source: bytes | memoryview) -> Flat:
        """The same by the server's full rules, value by value."""
        try:
            document = msgspec.json.decode(source)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise unparsable("failed to parse", f"the document is not JSON: {error}") from error
        if type(document) is not dict:
            raise unparsable("failed to parse", "the document is not a JSON object")
        flat: Flat = {}
        self._read(document, flat)
        return flat


def _object(branch: Branch, multiple: set[str]) -> Put:
    if not branch.enabled:
        return _ignore
    readers: dict[str, Put] = {name: _group([_leaf(one, multiple) for one in group]) for name, group in branch.leaves.items()}
    readers |= {name: _object(child, multiple) for name, child in branch.branches.items()}

    def read(value: Any, flat: Flat) -> None:
        if type(value) is dict:
            for name, part in value.items():
                if part is None:
                    continue
                reader = readers.get(name)
                if reader is None:
                    _unknown(branch, name)
                else:
                    reader(part, flat)
        elif type(value) is list:
            for part in value:
                read(part, flat)
        elif value is not None:
            raise unparsable(
                f"object mapping for [{branch.path}] tried to parse field [{branch.path}] as object, but found a concrete value"
            )

    return read


def _ignore(value: Any, flat: Flat) -> None:
    """Take no part of an object that is switched off."""


def _unknown(branch: Branch, name: str) -> None:
    if branch.dynamic == "strict":
        raise strict_fault(branch, name)
    if branch.dynamic == "true":
        raise unsupported(f"the field [{branch.path + '.' if branch.path else ''}{name}], which the mapping does not name")


def _group(puts: list[Put]) -> Put:
    if len(puts) == 1:
        return puts[0]

    def put(value: Any, flat: Flat) -> None:
        for one in puts:
            one(value, flat)

    return put


def _leaf(field: Field, multiple: set[str]) -> Put:
    read = READERS[field.type](field)
    name, stored_only = field.name, field.stored_only

    def put(value: Any, flat: Flat) -> None:
        if type(value) is list:
            found = [kept for part in _flat(value) if (kept := read(part)) is not None]
            if not found or stored_only:
                return
            if len(found) == 1:
                found = found[0]
            else:
                multiple.add(name)
        else:
            found = read(value)
            if found is None or stored_only:
                return
        if name in flat:  # in several objects of a list
            _extend(flat, name, found)
            multiple.add(name)
        else:
            flat[name] = found

    return put


def _extend(flat: Flat, name: str, found: Any) -> None:
    known = flat[name] if type(flat[name]) is list else [flat[name]]
    flat[name] = known + (found if type(found) is list else [found])


def _flat(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if type(value) is list:
            yield from _flat(value)
        elif value is not None:
            yield value


def _refuse(field: Field, value: Any, cause: str) -> ApiFault:
    return unparsable(f"failed to parse field [{field.name}] of type [{field.type}]", f"{cause} (a value of type {type(value).__name__})")


def _text_of(field: Field, value: Any) -> str:
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise _refuse(field, value, "Expected text")


def _keyword(field: Field) -> Callable[[Any], str | None]:
    limit = field.ignore_above

    def read(value: Any) -> str | None:
        text = value if type(value) is str else _text_of(field, value)
        if limit is not None and (len(text) > limit or (len(text) * 2 > limit and utf16_length(text) > limit)):
            return None
        if len(text) * _BYTES_PER_CHARACTER > LONGEST_TERM and len(text.encode()) > LONGEST_TERM:
            raise _refuse(field, value, f"immense term: its UTF-8 encoding is longer than the max length {LONGEST_TERM}")
        return text

    return read


def utf16_length(text: str) -> int:
    """How long the server takes a string to be."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _text(field: Field) -> Callable[[Any], str | None]:
    def read(value: Any) -> str | None:
        return value if type(value) is str else _text_of(field, value)

    return read


def _date(field: Field) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is str:
            try:
                return parse_date(value)
            except (ValueError, ApiFault) as error:
                raise _refuse(field, value, str(error)) from error
        if type(value) is int:
            return value
        raise _refuse(field, value, "not a date")

    return read


def _boolean(field: Field) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if value is True or value == "true":
            return 1
        if value is False or (type(value) is str and value in {"false", ""}):
            return 0
        raise _refuse(field, value, "only [true] or [false] are allowed")

    return read


def _integer(field: Field) -> Callable[[Any], int]:
    low, high = field.bounds

    def read(value: Any) -> int:
        if type(value) is not int:
            value = _number(field, value)
        if not low <= value <= high:
            raise _refuse(field, value, f"out of range of {field.type}")
        return int(value)

    return read


def _number(field: Field, value: Any) -> float | int:
    try:
        if type(value) is str:
            return int(value) if value.lstrip("-").isdecimal() else float(value)
        if type(value) is float or type(value) is int:
            return value
    except ValueError as error:
        raise _refuse(field, value, "not a number") from error
    raise _refuse(field, value, "not a number")


def _float(field: Field) -> Callable[[Any], float]:
    single = field.type == "float"

    def read(value: Any) -> float:
        number = _number(field, value)
        try:
            found = round_single(number) if single else float(number)
        except OverflowError as error:
            raise _refuse(field, value, f"out of range of {field.type}") from error
        if found != found or found in {float("inf"), float("-inf")}:  # noqa: PLR0124 - NaN alone differs from itself
            raise _refuse(field, value, "not a finite number")
        return found

    return read


def round_single(number: float) -> float:
    """Round to single precision, as a `float` field keeps it. Raises OverflowError beyond its range."""
    return float(_float32.unpack(_float32.pack(number))[0])


READERS: dict[str, Callable[[Field], Callable[[Any], Any]]] = {
    "keyword": _keyword,
    "text": _text,
    "date": _date,
    "boolean": _boolean,
    "float": _float,
    "double": _float,
    **dict.fromkeys(LIMITS, _integer),
}
