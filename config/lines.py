"""YAML that remembers its lines, so that whatever is wrong in it can be said by file, line and key."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from config.errors import Problem

DEEPEST = 50  # levels; a file nested deeper than this is no configuration

Path_ = tuple[str | int, ...]  # ("accounts", 2, "platforms", "weibo")
Model = TypeVar("Model", bound=BaseModel)


class Document(NamedTuple):
    """What one YAML file says, where each value stands in it, and what is wrong with it."""

    file: str
    data: Any  # None where the file can't be read
    lines: Mapping[Path_, int]
    problems: tuple[Problem, ...]

    def problem(self, path: Path_, what: str) -> Problem:
        """Say what is wrong at a place in the file, by the line of the nearest thing that stands there."""
        near = path
        while near and near not in self.lines:
            near = near[:-1]
        return Problem(self.file, self.lines.get(near), key_of(path), what)

    def section(self, name: str) -> tuple[list[Any], list[Problem]]:
        """Take the list under a key of the top level; a missing one is empty, anything else than a list a problem."""
        if not isinstance(self.data, dict):
            return [], []
        found = self.data.get(name)
        if found is None:
            return [], []
        if not isinstance(found, list):
            return [], [self.problem((name,), "must be a list: each entry begins with a dash")]
        return found, []

    def entries(self, name: str, model: type[Model]) -> tuple[dict[int, Model], list[Problem]]:
        """Check every entry of a list against a model: those that fit by their place in it, and every problem of the rest."""
        entries, problems = self.section(name)
        found: dict[int, Model] = {}
        for index, given in enumerate(entries):
            entry, wrong = self.build(model, (name, index), given)
            problems += wrong
            if entry is not None:
                found[index] = entry
        return found, problems

    def unknown_sections(self, known: Iterable[str]) -> list[Problem]:
        """Say which keys of the top level nobody reads."""
        names = tuple(known)
        if self.data is None:
            return []
        if not isinstance(self.data, dict):
            return [self.problem((), f"must be a mapping with the keys {', '.join(names)}")]
        return [self.problem((key,), unknown(str(key), names)) for key in self.data if key not in names]

    def build(self, model: type[Model], path: Path_, given: Any) -> tuple[Model | None, list[Problem]]:
        """Check one value against a model; None with every problem found where it does not fit."""
        if not isinstance(given, dict):
            return None, [self.problem(path, "must be a mapping of keys to values")]
        try:
            return model.model_validate(given), []
        except ValidationError as error:
            return None, [self._of(model, path + detail["loc"], detail) for detail in error.errors(include_url=False)]

    def _of(self, model: type[BaseModel], path: Path_, detail: Any) -> Problem:
        if detail["type"] == "extra_forbidden":
            return self.problem(path, unknown(str(path[-1]), _model_at(model, detail["loc"][:-1]).model_fields))
        if detail["type"] == "missing":
            return self.problem(path, "is missing")
        return self.problem(path, detail["msg"].removeprefix("Value error, "))


def _model_at(model: type[BaseModel], path: Path_) -> type[BaseModel]:
    """The model of what stands at a place within a model's value; the nearest that is known where its field may be many things."""
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            model = next(_models(model.model_fields[part].annotation), model)
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def key_of(path: Path_) -> str:
    """Write a path as people do: `accounts[2].platforms.weibo`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def unknown(name: str, known: Iterable[str]) -> str:
    """Say that a name is unknown, and which one may have been meant."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"no such key; did you mean {near[0]}?" if near else f"no such key; possible are {', '.join(sorted(known))}"


def read_yaml(path: Path) -> Document:
    """Read one file. Nothing is raised: what can't be read is told in the problems of the document, and its data is None."""
    file = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return _broken(file, None, "the file is missing; copy the one that comes with the program and edit it")
    except UnicodeDecodeError as error:
        return _broken(file, None, f"the file is not UTF-8 (byte {error.start}); save it as UTF-8")
    except OSError as error:
        return _broken(file, None, f"the file can't be read: {error.strerror}")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        column = f" (column {mark.column + 1})" if mark else ""
        return _broken(file, mark.line + 1 if mark else None, f"broken YAML: {error.problem or error.context}{column}")
    except (yaml.YAMLError, RecursionError) as error:
        return _broken(file, None, f"broken YAML: {error}")
    return _document(file, root)


def _broken(file: str, line: int | None, what: str) -> Document:
    return Document(file, None, {}, (Problem(file, line, "", what),))


def _document(file: str, root: yaml.Node | None) -> Document:
    if root is None:
        return Document(file, None, {}, ())
    lines: dict[Path_, int] = {}
    problems: list[Problem] = []
    data = _value(root, (), lines, problems, file)
    return Document(file, data, lines, tuple(problems))


def _value(node: yaml.Node, path: Path_, lines: dict[Path_, int], problems: list[Problem], file: str) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > DEEPEST:
        problems.append(Problem(file, node.start_mark.line + 1, key_of(path[:3]), "is nested too deep, or refers to itself"))
        return None
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, path, lines, problems, file))
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, index), lines, problems, file) for index, child in enumerate(node.value)]
    return _scalar(node, path, problems, file)


def _pairs(node: yaml.MappingNode, path: Path_, lines: dict[Path_, int], problems: list[Problem], file: str) -> Iterator[tuple[Any, Any]]:
    first: dict[str, int] = {}
    for key, child in node.value:
        line = key.start_mark.line + 1
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        where = (*path, name)
        if name in first:
            problems.append(Problem(file, line, key_of(where), f"stands twice; the first is in line {first[name]}"))
            continue
        first[name] = line
        lines[where] = line
        yield name, _value(child, where, lines, problems, file)


def _scalar(node: yaml.Node, path: Path_, problems: list[Problem], file: str) -> Any:
    try:
        return _Scalars("").construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        what = error.problem if isinstance(error, yaml.MarkedYAMLError) else error
        problems.append(Problem(file, node.start_mark.line + 1, key_of(path), f"can't be read: {what}"))
        return None


class _Scalars(yaml.SafeLoader):
    """Builds single values; a thing that looks like a date stays the text that it is."""


_Scalars.add_constructor("tag:yaml.org,2002:timestamp", lambda _loader, node: str(node.value))
