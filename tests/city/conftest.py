"""One city for all tests of it: it is read, never changed, and its clock is set by hand."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from city import City
from city.clock import CITY_ZONE, CityClock

START = datetime(2026, 3, 1, 12, 0, tzinfo=CITY_ZONE)


class Hand(CityClock):
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at, at, 1.0)
        self.moment = at

    def now(self) -> datetime:
        return self.moment


class Page(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Hands redirects out instead of following them."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follow none."""


@pytest.fixture(scope="package")
def running() -> Iterator[tuple[City, Hand]]:
    """A city whose clock is moved by hand."""
    hand = Hand(START)
    city = City(seed=3, start=START, clock=hand)
    with city:
        yield city, hand


@pytest.fixture
def city(running: tuple[City, Hand]) -> City:
    """The city, at the start of its story."""
    town, hand = running
    hand.moment = START
    return town


@pytest.fixture
def hand(running: tuple[City, Hand], city: City) -> Hand:
    """Its clock."""
    return running[1]


@pytest.fixture
def get(city: City) -> Callable[[str], Page]:
    """Fetch a path of the city; redirects and errors come back as they are."""
    opener = urllib.request.build_opener(NoRedirect)

    def fetch(path: str) -> Page:
        try:
            with opener.open(city.url + quote(path, safe="/?=&%:"), timeout=30) as answer:
                return Page(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Page(error.code, dict(error.headers), error.read())

    return fetch
