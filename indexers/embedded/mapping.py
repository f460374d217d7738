"""Mappings: which fields there are, of which type. What the engine can't keep as the server would is refused by name."""

import enum
from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from typing import Any

from indexers.embedded.errors import ApiFault, invalid, unsupported


class Column(enum.Enum):
    """How tantivy keeps a field."""

    KEYWORD = "keyword"  # the whole string as one term, and as a column
    TEXT = "text"  # analysed, without a column
    INTEGER = "integer"  # 64 bits; dates are milliseconds since 1970, booleans 0 and 1
    FLOAT = "float"


LIMITS = {"long": 63, "integer": 31, "short": 15, "byte": 7}  # bits beside the sign
COLUMNS = {
    "keyword": Column.KEYWORD,
    "text": Column.TEXT,
    "date": Column.INTEGER,
    "boolean": Column.INTEGER,
    **dict.fromkeys(LIMITS, Column.INTEGER),
    "float": Column.FLOAT,
    "double": Column.FLOAT,
}
ANALYZERS = ("standard", "whitespace")
COMMON = {"type", "index", "doc_values", "fields", "meta"}
PARAMETERS = {
    "keyword": COMMON | {"ignore_above", "eager_global_ordinals", "norms"},
    "text": (COMMON | {"analyzer", "norms"}) - {"doc_values"},
    "date": COMMON | {"format"},
}
DATE_FORMAT = "strict_date_optional_time||epoch_millis"
OBJECT_PARAMETERS = {"type", "dynamic", "enabled", "properties"}
ROOT_PARAMETERS = {"dynamic", "properties", "_meta"}
LONGEST_TERM = 32_766  # bytes, the server's own limit


@dataclass(frozen=True, slots=True)
class Field:
    """One field by its full path, for example `author.standing`."""

    name: str
    type: str
    ignore_above: int | None = None  # UTF-16 units, as the server counts; beyond it a value is kept but not found by
    analyzer: str = "standard"
    stored_only: bool = False  # neither indexed nor in a column: for showing only

    @property
    def column(self) -> Column:
        return COLUMNS[self.type]

    @property
    def bounds(self) -> tuple[int, int]:
        """The smallest and largest whole number that the type takes."""
        bits = LIMITS.get(self.type, 63)
        return -(1 << bits), (1 << bits) - 1


@dataclass(slots=True)
class Branch:
    """An object: its fields and objects by their last name. `dynamic` says what becomes of a name that is not there."""

    path: str
    dynamic: str  # "strict" refuses, "false" keeps in the source only, "true" is refused by this engine at the first such document
    enabled: bool = True
    leaves: dict[str, tuple[Field, ...]] = field(default_factory=dict)
    branches: dict[str, "Branch"] = field(default_factory=dict)

    def fields(self) -> Iterator[Field]:
        """Every field below, in the order of the mapping."""
        for group in self.leaves.values():
            yield from group
        for branch in self.branches.values():
            yield from branch.fields()

    def objects(self) -> Iterator[str]:
        """The paths of all objects below."""
        for branch in self.branches.values():
            yield branch.path
            yield from branch.objects()


def parse_mapping(body: Map[str, Any]) -> Branch:
    """Read the `mappings` of an index or template. Raises ApiFault where it holds what this engine doesn't take."""
    _only(body, ROOT_PARAMETERS, "the mapping")
    return _branch("", body, "true")


def _branch(path: str, body: Map[str, Any], dynamic: str) -> Branch:
    own = body.get("dynamic", dynamic)
    own = str(own).lower() if isinstance(own, bool) else own
    if own not in {"true", "false", "strict"}:
        raise unsupported(f"dynamic [{own}] in a mapping")
    branch = Branch(path, own, enabled=body.get("enabled", True) is not False)
    for name, given in (body.get("properties") or {}).items():
        full = f"{path}.{name}" if path else name
        if not isinstance(given, Map) or not name or "." in name or name.startswith("_"):
            raise unsupported(f"a field called [{full}] in a mapping")
        if "properties" in given or given.get("type") == "object":
            _only(given, OBJECT_PARAMETERS, f"the object [{full}]")
            branch.branches[name] = _branch(full, given, own)
        else:
            branch.leaves[name] = tuple(_fields(full, given))
    return branch


def _fields(path: str, given: Map[str, Any]) -> Iterator[Field]:
    kind = given.get("type")
    if kind not in COLUMNS:
        raise unsupported(f"the field type [{kind}] of [{path}]")
    _only(given, PARAMETERS.get(kind, COMMON), f"the {kind} field [{path}]")
    if given.get("format", DATE_FORMAT) != DATE_FORMAT:
        raise unsupported(f"the date format [{given['format']}] of [{path}]")
    if given.get("analyzer", "standard") not in ANALYZERS:
        raise unsupported(f"the analyzer [{given['analyzer']}] of [{path}]")
    indexed = (given.get("index", True) is not False, given.get("doc_values", True) is not False)
    if any(indexed) and not all(indexed):
        raise unsupported(f"index and doc_values that differ, in [{path}]")
    yield Field(path, kind, given.get("ignore_above"), given.get("analyzer", "standard"), stored_only=not all(indexed))
    for name, part in (given.get("fields") or {}).items():
        yield from _fields(f"{path}.{name}", part)


def _only(given: Map[str, Any], known: set[str], where: str) -> None:
    for name in given:
        if name not in known:
            raise unsupported(f"the parameter [{name}] of {where}")


def merge_fields(families: Map[str, Field], fields: Iterator[Field]) -> dict[str, Field]:
    """Join the fields of one more index to those of its family. Raises ApiFault where one name has two types."""
    merged = dict(families)
    for one in fields:
        known = merged.setdefault(one.name, one)
        if (known.type, known.analyzer, known.stored_only) != (one.type, one.analyzer, one.stored_only):
            raise invalid(f"mapper [{one.name}] cannot be changed from type [{known.type}] to [{one.type}]")
    return merged


def strict_fault(branch: Branch, name: str) -> ApiFault:
    """The refusal of a field that the mapping doesn't name."""
    return ApiFault(
        400,
        "strict_dynamic_mapping_exception",
        f"mapping set to strict, dynamic introduction of [{name}] within [{branch.path or '_doc'}] is not allowed",
    )


class FieldTable(dict[str, Field]):
    """The fields that can be searched, by path; asking for one that is only kept for showing is an error."""

    def __init__(self, fields: Map[str, Field]) -> None:
        super().__init__({name: one for name, one in fields.items() if not one.stored_only})
        self._hidden = frozenset(fields) - frozenset(self)

    def find(self, name: str) -> Field | None:
        """The field, or None where the mapping has none. Raises ApiFault (400) where it is not indexed."""
        if name in self._hidden:
            raise invalid(f"Cannot search on field [{name}] since it is not indexed.", "query_shard_exception")
        return self.get(name)
