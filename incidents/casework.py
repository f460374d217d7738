"""Moves cases (incidents and requests) in the database: first the record, whose number is given once, then the case.

Whoever dies between the two leaves a record that the case doesn't know of yet; whoever reads the case next lets it follow.
"""

from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

import msgspec

from incidents.errors import Conflict, NoSuchCase
from indexers.records import Family, Read, Records


class Numbered(Protocol):
    """A record of a step."""

    @property
    def id(self) -> str: ...
    @property
    def number(self) -> int: ...


Case = TypeVar("Case", bound=msgspec.Struct)
Step = TypeVar("Step", bound=msgspec.Struct)


class Kind(NamedTuple, Generic[Case, Step]):
    """How cases of one kind are kept."""

    name: str  # for people
    cases: Family[Case]
    steps: Family[Step]
    steps_of: Callable[[Case], int]  # how many it knows of
    follow: Callable[[Case, Step], Case]  # the case after a step


class Casework(Generic[Case, Step]):
    """Reads and moves cases of one kind. All methods raise DatabaseUnavailable and DatabaseError."""

    def __init__(self, records: Records, kind: Kind[Case, Step]) -> None:
        self._records, self._kind = records, kind

    def current(self, case_id: str) -> Read[Case]:
        """A case as it is now, with every step that stands recorded. Raises NoSuchCase."""
        while True:
            read = self._records.get(self._kind.cases, case_id)
            if read is None:
                raise NoSuchCase(f"there is no {self._kind.name} {case_id!r}; `yuqing {self._kind.name}s list` shows which there are")
            missed = self._records.get(self._kind.steps, step_id(case_id, self._kind.steps_of(read.body) + 1))
            if missed is None:
                return read
            self._records.replace(self._kind.cases, self._kind.follow(read.body, missed.body), read.version)

    def history(self, case_id: str, steps: int) -> list[Step]:
        """The records of a case, oldest first."""
        return self.histories({case_id: steps})[case_id]

    def histories(self, steps: Mapping[str, int]) -> dict[str, list[Step]]:
        """The records of many cases, oldest first, from one look; `steps` says how many each has."""
        ids = {case_id: [step_id(case_id, number) for number in range(1, many + 1)] for case_id, many in steps.items()}
        found = self._records.get_all(self._kind.steps, [name for names in ids.values() for name in names])
        return {case_id: [found[name].body for name in names if name in found] for case_id, names in ids.items()}

    def advance(self, case_id: str, act: Callable[[Case], Step], *, seen: int | None, possible: Callable[[Case], list[str]]) -> Case:
        """Take a step; gives the case as it then is. `seen` is how many records there were when somebody decided to.

        Raises NoSuchCase, what `act` raises, and Conflict where somebody else was faster.
        """
        case = self.current(case_id).body
        if seen is not None and seen != self._kind.steps_of(case):
            raise self._conflict(case_id, case, possible)
        step = act(case)
        if self._records.create(self._kind.steps, step) is None:
            case = self.current(case_id).body
            raise self._conflict(case_id, case, possible)
        return self.current(case_id).body

    def change(self, case_id: str, make: Callable[[Case], Case]) -> Case:
        """Change a case in another way than by a step."""
        while True:
            read = self.current(case_id)
            made = make(read.body)
            if made == read.body or self._records.replace(self._kind.cases, made, read.version) is not None:
                return made

    def _conflict(self, case_id: str, case: Case, possible: Callable[[Case], list[str]]) -> Conflict:
        last = self._records.get(self._kind.steps, step_id(case_id, self._kind.steps_of(case)))
        by, to = (None, None) if last is None else (getattr(last.body, "by", None), getattr(last.body, "to", None))
        who = f": {by} has made it {to}" if by else ""
        return Conflict(f"{case_id} was moved by somebody else meanwhile{who}; look at it again", possible=possible(case), by=by, to=to)


def step_id(case_id: str, number: int) -> str:
    """The id of a record, as `incidents.flow` and `incidents.requests` make it."""
    return f"{case_id}:{number:04}"
