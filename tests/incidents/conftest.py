"""The database of the tests of incidents, on both engines, and an office that uses it."""

import pytest

from incidents.desk import Desk
from incidents.lane import Lane
from indexers.reader import Reader
from tests.incidents.posted import City
from tests.indexers.conftest import database, database_settings, prefix, reader  # noqa: F401 - fixtures


@pytest.fixture
def city(reader: Reader) -> City:  # noqa: F811 - the fixture of this name
    """A database that posts can be put into, and a clock."""
    return City(reader)


@pytest.fixture
def desk(city: City) -> Desk:
    return Desk(city.reader, city.office, city.rules, clock=city.clock)


@pytest.fixture
def lane(city: City) -> Lane:
    return Lane(city.reader, city.office, city.rules, clock=city.clock)
