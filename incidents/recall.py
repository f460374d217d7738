"""Puts the kind of a request right after a person has corrected what its post asks for (`indexers.corrections`)."""

from datetime import datetime

from incidents import requests
from incidents.casework import Casework
from incidents.errors import Conflict
from incidents.people import MACHINE
from incidents.requests import Recalled, Request, RequestRecord


def recall(cases: Casework[Request, RequestRecord], one: Recalled, now: datetime) -> Request:
    """Give a request its new kind, once; what proves to be a report is taken back from a department that it is against.

    Raises NoSuchCase, DatabaseUnavailable and DatabaseError; done again, it changes nothing.
    """
    found = cases.change(one.request, lambda request: requests.called(request, one))
    while found.is_report and requests.is_with(found, found.reported):
        seen = found.records
        try:
            found = cases.advance(
                found.id, lambda request: requests.taken_from(request, request.reported, MACHINE, now), seen=seen, possible=lambda _: []
            )
        except Conflict:  # an officer has moved it meanwhile
            found = cases.current(found.id).body
    return found
