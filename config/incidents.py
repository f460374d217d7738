"""How incidents and requests are rated, timed and routed: levels, grounds, clocks, departments, each with its source."""

import itertools
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from config.accounts import Entry, Id, twice
from config.errors import ConfigError, Problem
from config.lines import Document, Path_, read_yaml
from config.settings import PACKAGE_DIR, Settings

FILE = "incidents.yaml"
LISTS = ("levels", "grounds", "clocks")
SINGLE = ("candidates", "routing", "requests", "reports")

RoleName = Literal["admin", "duty", "handler", "analyst", "viewer"]
GradeName = Literal["extraordinary", "major", "larger", "ordinary"]  # 特别重大、重大、较大、一般
RequestName = Literal["report", "complaint", "help", "question", "suggestion"]
MetBy = Literal["information", "press_conference", "assigned", "handled", "answered", "closed"]

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
SourceOfRule = Annotated[str, StringConstraints(strip_whitespace=True, min_length=4)]  # a rule without a source is a number out of thin air
Words = tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=2)], ...]

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _span(given: Any) -> Any:
    if isinstance(given, timedelta):
        return given
    match = re.fullmatch(r"(\d{1,4})([mhd])", str(given).strip())
    if match is None or not int(match[1]):
        raise ValueError(f"not a length of time: {given!r}; write it like 30m, 5h or 2d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


Span = Annotated[timedelta, BeforeValidator(_span)]


class CandidateRules(Entry):
    """Which tagged posts may become an incident."""

    negative_score: Annotated[float, Field(ge=0, le=1)]
    spread: Annotated[int, Field(ge=1)]
    listed_posts: Annotated[int, Field(ge=1)] = (
        2  # posts from which on an incident is listed, where nobody has touched it and it has not spread
    )
    source: SourceOfRule


class LevelRule(Entry):
    """One of the office's colours, and from what on it is proposed."""

    id: Id
    name: Name
    needs: Annotated[int, Field(ge=0, le=5)]  # how many of the thresholds below must be reached
    posts: Annotated[int, Field(ge=1)] | None = None
    growth: Annotated[int, Field(ge=1)] | None = None  # posts in the last hour
    spread: Annotated[int, Field(ge=1)] | None = None  # forwards and comments of all posts
    accounts: Annotated[int, Field(ge=1)] | None = None  # monitored accounts concerned
    negative_share: Annotated[float, Field(gt=0, le=1)] | None = None
    source: SourceOfRule

    @property
    def thresholds(self) -> dict[str, float]:
        """The thresholds that are set, by the name of the measure."""
        given = {name: getattr(self, name) for name in ("posts", "growth", "spread", "accounts", "negative_share")}
        return {name: value for name, value in given.items() if value is not None}

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.needs > len(self.thresholds):
            raise ValueError(f"needs {self.needs} thresholds, but only {len(self.thresholds)} are given")
        return self


class Ground(Entry):
    """A ground on which there is a duty to answer."""

    id: Id
    name: Name
    source: SourceOfRule


class ClockRule(Entry):
    """One clock: what starts it, how long it runs, and what stops it."""

    id: Id
    name: Name
    statutory: bool = False
    grades: tuple[GradeName, ...] = ()  # of an emergency, as an officer judged it
    duty: bool = False  # there is a duty to answer, and no statutory clock for the emergency's grade
    levels: tuple[Id, ...] = ()  # as an officer set it, where there is no duty to answer
    limit: Span
    warn: Span  # before the end
    met_by: Annotated[tuple[MetBy, ...], Field(min_length=1)]
    source: SourceOfRule

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.warn >= self.limit:
            raise ValueError("warn must be shorter than limit: it is how long before the end the clock warns")
        if sum(map(bool, (self.grades, self.duty, self.levels))) != 1:
            raise ValueError("say what starts it: exactly one of grades, duty and levels")
        if self.statutory == bool(self.levels):
            raise ValueError("a statutory clock starts by grades or duty, which an officer judges; one of the office's own by levels")
        return self


class Routing(Entry):
    """Who leads where topics don't say."""

    coordinator: Id | None = None  # nobody is proposed where there is none
    source: SourceOfRule


class RequestKindRule(Entry):
    """By which words a private author's post asks for something."""

    id: RequestName
    words: Annotated[Words, Field(min_length=1)]
    except_: Annotated[Words, Field(alias="except")] = ()


class RequestRules(Entry):
    """The lane of requests (诉求)."""

    working_days: Annotated[int, Field(ge=1, le=60)]
    source: SourceOfRule
    kinds: Annotated[tuple[RequestKindRule, ...], Field(min_length=1)]


class Receiver(Entry):
    """A department that reports may go to, and the words by which a report names it."""

    department: Id
    names: Annotated[Words, Field(min_length=1)]


class ReportRules(Entry):
    """Where a report (举报) may go, and who may read it."""

    readers: Annotated[tuple[RoleName, ...], Field(min_length=1)]
    receivers: tuple[Receiver, ...] = ()
    source: SourceOfRule


class IncidentRules(Entry):
    """All of incidents.yaml."""

    candidates: CandidateRules
    levels: tuple[LevelRule, ...]
    grounds: tuple[Ground, ...]
    clocks: tuple[ClockRule, ...]
    routing: Routing
    requests: RequestRules
    reports: ReportRules
    departments: tuple[Id, ...] = ()  # not in the file: the office's, where they are known; nothing is assigned to others


_MODELS: dict[str, type[Entry]] = {
    "candidates": CandidateRules,
    "levels": LevelRule,
    "grounds": Ground,
    "clocks": ClockRule,
    "routing": Routing,
    "requests": RequestRules,
    "reports": ReportRules,
}
Built = TypeVar("Built", bound=Entry)


def read_incidents(document: Document) -> tuple[IncidentRules | None, list[Problem]]:
    """Check incidents.yaml; None and every problem where it isn't right."""
    problems = [*document.problems, *document.unknown_sections((*LISTS, *SINGLE))]
    built: dict[str, Any] = {}
    for name in LISTS:
        entries, wrong = _list(document, name)
        built[name] = tuple(entries)
        problems += wrong
    if isinstance(document.data, dict):
        for name in SINGLE:
            built[name], wrong = _single(document, name)
            problems += wrong
    elif not problems:
        problems.append(document.problem((), f"is empty; it must have the keys {', '.join((*LISTS, *SINGLE))}"))
    if problems:
        return None, problems
    rules = IncidentRules(**built)
    problems = [*_wrong_levels(document, rules.levels), *_wrong_clocks(document, rules), *_wrong_kinds(document, rules.requests)]
    return (None if problems else rules), problems


def unknown_departments(document: Document, rules: IncidentRules, known: set[str], file: str) -> list[Problem]:
    """Say which departments of the rules stand in no matrix; `file` is where they should."""
    named: list[tuple[Path_, str]] = []
    if rules.routing.coordinator is not None:
        named.append((("routing", "coordinator"), rules.routing.coordinator))
    for number, receiver in enumerate(rules.reports.receivers):
        named.append((("reports", "receivers", number, "department"), receiver.department))
    return [document.problem(path, f"no such department: {name!r}; it must stand in {file}") for path, name in named if name not in known]


def open_document(settings: Settings) -> Document:
    """Read the office's file; where it has none, the one that comes with the program."""
    path = settings.config_dir / FILE
    return read_yaml(path if path.exists() else PACKAGE_DIR / FILE)


def of_office(settings: Settings, departments: set[str], file: str) -> tuple[IncidentRules | None, list[Problem]]:
    """The office's rules, checked with its departments, which stand in `file`.

    Where the office has no file of its own, the shipped rules leave out the departments that it doesn't have.
    """
    document = open_document(settings)
    rules, problems = read_incidents(document)
    if rules is None:
        return None, problems
    rules = rules.model_copy(update={"departments": tuple(sorted(departments))})
    if (settings.config_dir / FILE).exists():
        return rules, unknown_departments(document, rules, departments, file)
    coordinator = rules.routing.coordinator if rules.routing.coordinator in departments else None
    receivers = tuple(receiver for receiver in rules.reports.receivers if receiver.department in departments)
    routing = rules.routing.model_copy(update={"coordinator": coordinator})
    reports = rules.reports.model_copy(update={"receivers": receivers})
    return rules.model_copy(update={"routing": routing, "reports": reports}), []


def load_incidents(settings: Settings) -> IncidentRules:
    """Read the rules alone, departments unknown. Raises ConfigError with every problem of the file; `config.check` reads all together."""
    rules, problems = read_incidents(open_document(settings))
    if rules is None:
        raise ConfigError(problems)
    return rules


def _single(document: Document, name: str) -> tuple[Entry | None, list[Problem]]:
    if name not in document.data:
        return None, [document.problem((name,), "is missing")]
    return document.build(_MODELS[name], (name,), document.data[name])


def _list(document: Document, name: str) -> tuple[list[Entry], list[Problem]]:
    found, problems = document.entries(name, _MODELS[name])
    if not found and not problems and isinstance(document.data, dict):
        problems.append(document.problem((name,), "is missing; the file that comes with the program has examples"))
    return [*found.values()], [*problems, *twice(document, name, [(index, str(getattr(made, "id", ""))) for index, made in found.items()])]


def _wrong_levels(document: Document, levels: Sequence[LevelRule]) -> list[Problem]:
    problems = []
    if levels[-1].needs:
        problems.append(document.problem(("levels", len(levels) - 1, "needs"), "must be 0 for the last level: every incident has one"))
    for place, (level, below) in enumerate(itertools.pairwise(levels)):
        if not level.needs:
            problems.append(document.problem(("levels", place, "needs"), "0 proposes this level for everything: only the last may have it"))
        for name, value in below.thresholds.items():
            if value > level.thresholds.get(name, value):
                what = f"must not be higher than {level.thresholds[name]}, that of {level.id}: the most urgent level comes first"
                problems.append(document.problem(("levels", place + 1, name), what))
    return problems


def _wrong_clocks(document: Document, rules: IncidentRules) -> list[Problem]:
    known = {level.id for level in rules.levels}
    return [
        document.problem(("clocks", index, "levels", number), f"no such level: {level!r}; possible are {', '.join(sorted(known))}")
        for index, clock in enumerate(rules.clocks)
        for number, level in enumerate(clock.levels)
        if level not in known
    ]


def _wrong_kinds(document: Document, rules: RequestRules) -> list[Problem]:
    ids = [kind.id for kind in rules.kinds]
    return [
        document.problem(("requests", "kinds", index, "id"), f"{name} stands twice")
        for index, name in enumerate(ids)
        if name in ids[:index]
    ]
