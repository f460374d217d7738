"""Index templates and indices: what a name gets when it is first written to."""

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from indexers.embedded.errors import invalid, unsupported
from indexers.embedded.index import ID, PLACE, SEQ
from indexers.embedded.intake import FIELD_NAMES, Intake
from indexers.embedded.laying import lay_out_many
from indexers.embedded.mapping import Branch, Column, parse_mapping
from indexers.embedded.store import IndexRow, Row
from indexers.embedded.typed import Flat

_TEMPLATE_PARTS = {"index_patterns", "template", "priority", "version", "_meta", "composed_of"}
_BODY_PARTS = {"mappings", "settings", "aliases"}
_encoder = msgspec.json.Encoder()


class Template(NamedTuple):
    """A composable index template."""

    name: str
    body: Mapping[str, Any]

    @property
    def patterns(self) -> list[str]:
        patterns = self.body["index_patterns"]
        return [patterns] if isinstance(patterns, str) else list(patterns)

    @property
    def priority(self) -> int:
        return int(self.body.get("priority", 0))


def parse_template(name: str, body: Mapping[str, Any]) -> Template:
    """Check a template. Raises ApiFault (400) where it holds what this engine doesn't take."""
    _only(body, _TEMPLATE_PARTS, f"the index template [{name}]")
    if not body.get("index_patterns"):
        raise invalid("index patterns are missing")
    if body.get("composed_of"):
        raise unsupported("component templates")
    part = body.get("template") or {}
    _check_body(part, f"the index template [{name}]")
    parse_mapping(part.get("mappings") or {})
    return Template(name, body)


def best_template(templates: Iterable[Template], name: str) -> Template | None:
    """The template with the highest priority whose pattern fits a name."""
    fits = [one for one in templates if any(fnmatch.fnmatchcase(name, pattern) for pattern in one.patterns)]
    return max(fits, key=lambda one: one.priority, default=None)


def _only(given: Mapping[str, Any], known: set[str], where: str) -> None:
    for name in given:
        if name not in known:
            raise unsupported(f"[{name}] in {where}")


def _check_body(body: Mapping[str, Any], where: str) -> None:
    _only(body, _BODY_PARTS, where)
    if body.get("aliases"):
        raise unsupported(f"aliases in {where}")


class Index:
    """One index: where its documents are and how they are read."""

    def __init__(self, row: IndexRow, whole: Mapping[str, Any], mapping: Branch) -> None:
        self.id = row.id
        self.name = row.name
        self.family = row.family
        self.body = row.body
        self.mappings: Mapping[str, Any] = whole.get("mappings") or {}
        self.settings: Mapping[str, Any] = whole.get("settings") or {}
        self.mapping = mapping
        self.intake = Intake(mapping)
        self.intake.multiple.update(msgspec.json.decode(row.multiple))
        self.noted = len(self.intake.multiple)
        self._analysers = {field.name: field.analyzer for field in mapping.fields() if field.column is Column.TEXT}

    @classmethod
    def of(cls, row: IndexRow) -> "Index":
        whole = msgspec.json.decode(row.body)
        return cls(row, whole, parse_mapping(whole.get("mappings") or {}))

    @staticmethod
    def compose(name: str, body: Mapping[str, Any], template: Template | None) -> tuple[dict[str, Any], str]:
        """The whole body of an index to be made, and the name of its family. Raises ApiFault (400)."""
        _check_body(body, f"the index [{name}]")
        base: Mapping[str, Any] = (template.body.get("template") or {}) if template else {}
        own, given = body.get("mappings") or {}, base.get("mappings") or {}
        mappings = {**given, **own}
        if "properties" in given or "properties" in own:
            mappings["properties"] = {**given.get("properties", {}), **own.get("properties", {})}
        settings = {**(base.get("settings") or {}), **(body.get("settings") or {})}
        return {"mappings": mappings, "settings": settings}, template.name if template else f"index {name}"

    def documents(self, made: Sequence[tuple[Row, Flat]]) -> list[str]:
        """Documents as tantivy takes them."""
        for row, flat in made:
            names = [name for name in self._analysers if name in flat]
            if names:
                flat[FIELD_NAMES] = names
            flat[SEQ] = row.seq
            flat[PLACE] = self.id
            flat[ID] = row.id
        for name, analyser in self._analysers.items():
            _lay_out(name, analyser, [flat for _, flat in made if name in flat])
        return [_encoder.encode(flat).decode() for _, flat in made]


def _lay_out(name: str, analyser: str, flats: Sequence[Flat]) -> None:
    """Write the texts of one field so that blanks stand between their words."""
    single = [flat for flat in flats if type(flat[name]) is str]
    for flat, laid in zip(single, lay_out_many(analyser, [flat[name] for flat in single]), strict=True):
        flat[name] = laid
    for flat in flats:
        if type(flat[name]) is list:
            flat[name] = lay_out_many(analyser, flat[name])
