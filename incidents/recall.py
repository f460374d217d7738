"""Puts the kind of a request right after a person has corrected what its post asks for (`indexers.corrections`), and takes reports back."""

from collections.abc import Iterable
from datetime import datetime

from incidents import requests
from incidents.casework import Casework
from incidents.errors import Conflict
from incidents.people import MACHINE, Actor
from incidents.requests import Recalled, Request, RequestRecord


def recall(cases: Casework[Request, RequestRecord], one: Recalled, now: datetime) -> Request:
    """Give a request its new kind, once; what proves to be a report is taken back from a department that it is against.

    Raises NoSuchCase, DatabaseUnavailable and DatabaseError; done again, it changes nothing.
    """
    found = cases.change(one.request, lambda request: requests.called(request, one))
    while found.is_report and requests.is_with(found, found.reported):
        try:
            found = take_back(cases, found, found.reported, MACHINE, now)
        except Conflict:  # an officer has moved it meanwhile
            found = cases.current(found.id).body
    return found


def take_back(cases: Casework[Request, RequestRecord], found: Request, departments: Iterable[str], by: Actor, now: datetime) -> Request:
    """Take a report from the department that has it, where that is one of these. Raises Conflict where it was moved at the same time."""
    against = tuple(departments)
    if not requests.is_with(found, against):
        return found
    return cases.advance(
        found.id, lambda request: requests.taken_from(request, against, by, now), seen=found.records, possible=lambda _: []
    )
