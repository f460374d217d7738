"""The fast way to read a document: its mapping as a msgspec type, so that checking and decoding are done in one go, in C.

It takes only documents whose values stand there plainly: numbers as numbers, dates as text, no keyword near its limit.
All others give None, and `indexers.embedded.intake` reads them by the server's full rules.
"""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec

from indexers.embedded.dates import milliseconds, parse_date
from indexers.embedded.mapping import Branch, Field

_SAFE_KEYWORD = 8000  # characters: no more bytes than the longest term, whatever they are
_ISO_LENGTHS = frozenset({20, 24, 27})  # "2026-11-01T08:00:00Z", "2026-11-01T08:00:00.123Z", "2026-11-01T08:00:00.123456Z"
Flat = dict[str, Any]  # one indexed value, or a list of several, by full path
Take = Callable[[Any, Flat], None]


def reader(mapping: Branch, multiple: set[str]) -> Callable[[bytes | memoryview], Flat | None] | None:
    """A function from a document's bytes to its indexed values, or None where the mapping doesn't allow for one.

    Fields with several values in a document are added to `multiple`.
    """
    if any(len(group) > 1 for branch in _branches(mapping) for group in branch.leaves.values()):
        return None  # fields within fields: rare, and the full rules do them
    decode = msgspec.json.Decoder(_type(mapping)).decode
    takes = _takes(mapping, multiple)

    def read(source: bytes | memoryview) -> Flat | None:
        try:
            document = decode(source)
            flat: Flat = {}
            for name, take in takes:
                value = getattr(document, name)
                if value is not None:
                    take(value, flat)
        except (msgspec.DecodeError, ValueError):
            return None
        return flat

    return read


def _branches(branch: Branch) -> list[Branch]:
    return [branch, *(deeper for child in branch.branches.values() for deeper in _branches(child))]


def _type(branch: Branch) -> type[msgspec.Struct]:
    fields: list[tuple[str, Any, Any]] = []
    renamed: dict[str, str] = {}
    for number, (name, group) in enumerate(branch.leaves.items()):
        fields.append((f"f{number}", _kind(group[0]), None))
        renamed[f"f{number}"] = name
    for number, (name, child) in enumerate(branch.branches.items()):
        kind: Any = (_type(child) | None) if child.enabled else (msgspec.Raw | None)
        fields.append((f"o{number}", kind, None))
        renamed[f"o{number}"] = name
    strict = branch.dynamic != "false"
    return msgspec.defstruct("Typed", fields, rename=renamed, forbid_unknown_fields=strict, gc=False)


def _kind(field: Field) -> Any:
    if field.type == "keyword":
        limit = _SAFE_KEYWORD if field.ignore_above is None else min(_SAFE_KEYWORD, field.ignore_above // 2)
        word = Annotated[str, msgspec.Meta(max_length=limit)]
        return word | list[word] | None
    if field.type in {"text", "date"}:
        return str | None
    if field.type == "boolean":
        return bool | None
    if field.type == "double":
        return float | None
    if field.type == "float":
        return bool | None  # rounded by the full rules
    low, high = field.bounds
    return Annotated[int, msgspec.Meta(ge=low, le=high)] | None


def _takes(branch: Branch, multiple: set[str]) -> list[tuple[str, Take]]:
    found: list[tuple[str, Take]] = []
    for number, group in enumerate(branch.leaves.values()):
        take = _take(group[0], multiple)
        if take is not None:
            found.append((f"f{number}", take))
    for number, child in enumerate(branch.branches.values()):
        inner = _takes(child, multiple) if child.enabled else []
        if inner:
            found.append((f"o{number}", _take_inner(inner)))
    return found


def _take_inner(takes: list[tuple[str, Take]]) -> Take:
    def take(document: Any, flat: Flat) -> None:
        for name, one in takes:
            value = getattr(document, name)
            if value is not None:
                one(value, flat)

    return take


def _take(field: Field, multiple: set[str]) -> Take | None:
    """How a value goes into the indexed ones; None where it is only shown and needs no further check."""
    if field.type == "date":
        return _take_date(field)
    if field.stored_only:
        return None
    if field.type == "keyword":
        return _take_keyword(field.name, multiple)
    return _take_plain(field.name, as_integer=field.type == "boolean")


def _take_date(field: Field) -> Take:
    def take(value: str, flat: Flat) -> None:
        ms = quick_date(value)
        if not field.stored_only:
            flat[field.name] = ms

    return take


@functools.lru_cache(256)  # a post names the time of its sighting up to six times
def quick_date(text: str) -> int:
    """A date in milliseconds; the two common forms in UTC by the standard library. Raises ValueError."""
    if len(text) in _ISO_LENGTHS and text[7] == "-" and text[10] == "T" and text[13] == ":" and text[-1] == "Z":
        return milliseconds(datetime.fromisoformat(text))
    return parse_date(text)


def _take_keyword(name: str, multiple: set[str]) -> Take:
    def take(value: str | list[str], flat: Flat) -> None:
        if type(value) is str:
            flat[name] = value
        elif len(value) > 1:
            flat[name] = value
            multiple.add(name)
        elif value:
            flat[name] = value[0]

    return take


def _take_plain(name: str, *, as_integer: bool) -> Take:
    def take(value: Any, flat: Flat) -> None:
        flat[name] = int(value) if as_integer else value

    return take
