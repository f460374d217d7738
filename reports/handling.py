"""The records of incidents and requests: which were made in a period, and how a case stood at its end.

How a case stands now is no use for a report of last week, so states come from the records alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from elasticsearch.dsl import Search

from indexers.reader import iso
from indexers.records import Family, Records

AT_ONCE = 500  # cases whose records are asked for in one query
Step = TypeVar("Step", bound=msgspec.Struct)


def since(records: Records, family: Family[Step], beginning: str, at: datetime) -> Iterator[Step]:
    """Give every record made at a moment or later of the cases whose ids begin so, oldest first."""
    query = Search().filter("prefix", case=beginning).filter("range", at={"gte": iso(at)})
    return (read.body for read in records.walk(family, query, {"at": "asc"}))


def of_cases(records: Records, family: Family[Step], cases: Iterable[str]) -> dict[str, list[Step]]:
    """Give all records of some cases, each by its case, oldest first."""
    found: dict[str, list[Step]] = defaultdict(list)
    wanted = list(dict.fromkeys(cases))
    for start in range(0, len(wanted), AT_ONCE):
        query = Search().filter("terms", case=wanted[start : start + AT_ONCE])
        for read in records.walk(family, query, {"at": "asc"}):
            found[_case(read.body)].append(read.body)
    for steps in found.values():
        steps.sort(key=lambda step: getattr(step, "number", 0))  # two may be of one millisecond
    return dict(found)


def state_at(steps: Sequence[Any], at: datetime, first: str) -> str:
    """Give the state that a case had just before a moment: that of its last record, or its first."""
    return next((str(step.to) for step in reversed(steps) if step.at < at), first)


def _case(step: Any) -> str:
    case: str = getattr(step, "incident", None) or step.request
    return case
