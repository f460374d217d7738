"""Which part of a document's source an answer carries."""

import fnmatch
import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from indexers.embedded.api import read_flag
from indexers.embedded.errors import invalid, unsupported


class Wanted(NamedTuple):
    """What of a source is wanted; patterns are paths, with `*`."""

    whole: bool = True
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    @classmethod
    def of_body(cls, given: object) -> "Wanted":
        """Read `_source` of a search: true, false, a pattern, patterns, or includes and excludes. Raises ApiFault (400)."""
        if given is None or isinstance(given, bool):
            return cls(whole=given is not False)
        if isinstance(given, str | list):
            return cls(includes=_patterns(given))
        if not isinstance(given, Mapping):
            raise invalid(f"Expected _source to be a boolean, a string, an array or an object, not [{given}]", "parsing_exception")
        for name in given:
            if name not in {"includes", "include", "excludes", "exclude"}:
                raise unsupported(f"[{name}] in _source")
        return cls(
            includes=_patterns(given.get("includes", given.get("include")) or ()),
            excludes=_patterns(given.get("excludes", given.get("exclude")) or ()),
        )

    @classmethod
    def of_parameters(cls, given: Mapping[str, str]) -> "Wanted":
        """Read the parameters `_source`, `_source_includes` and `_source_excludes`."""
        plain = given.get("_source")
        if plain in {None, "true", "false", ""}:
            whole, includes = read_flag("_source", plain, default=True), given.get("_source_includes", "")
        else:
            whole, includes = True, plain or ""
        return cls(whole, _split(includes), _split(given.get("_source_excludes", "")))

    def of(self, source: bytes) -> dict[str, Any]:
        """Give `_source` as it goes into a hit; nothing where none is wanted."""
        if not self.whole:
            return {}
        if not self.includes and not self.excludes:
            return {"_source": msgspec.Raw(source)}
        return {"_source": self.part(msgspec.json.decode(source))}

    def part(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Give what is wanted of a document."""
        if not self.excludes and self.includes and _all_on_top(self.includes):  # what our own queries ask for
            return {name: value for name, value in document.items() if name in self.includes}
        found = _filtered(document, "", self, inside=not self.includes)
        return found if isinstance(found, dict) else {}


def _patterns(given: object) -> tuple[str, ...]:
    values: Sequence[Any] = [given] if isinstance(given, str) else given if isinstance(given, Sequence) else [given]
    for value in values:
        if not isinstance(value, str):
            raise invalid(f"a source filter must be a string, not [{value}]")
    return tuple(values)


def _split(given: str) -> tuple[str, ...]:
    return tuple(part for part in given.split(",") if part)


def _filtered(value: Any, path: str, wanted: Wanted, *, inside: bool) -> Any:
    if isinstance(value, Mapping):
        found = {}
        for name, part in value.items():
            full = f"{path}.{name}" if path else name
            if _fits(full, wanted.excludes):
                continue
            taken = inside or _fits(full, wanted.includes)
            kept = _filtered(part, full, wanted, inside=taken)
            if kept is not None or (taken and part is None):
                found[name] = kept
        return found if found or inside else None
    if isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
        return [kept for part in value if (kept := _filtered(part, path, wanted, inside=inside)) is not None] or (
            value[:0] if inside else None
        )
    return value if inside else None


def _fits(path: str, patterns: tuple[str, ...]) -> bool:
    return path in patterns or any(fnmatch.fnmatchcase(path, pattern) for pattern in _wild(patterns))


@functools.lru_cache(64)
def _all_on_top(patterns: tuple[str, ...]) -> bool:
    """Whether each is the plain name of a field of the document itself."""
    return not _wild(patterns) and not any("." in pattern for pattern in patterns)


@functools.lru_cache(64)
def _wild(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Those that are more than a plain path."""
    return tuple(pattern for pattern in patterns if any(sign in pattern for sign in "*?["))
