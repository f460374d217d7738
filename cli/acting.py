"""What the commands about incidents and requests share: the database and the office's rules, and who acts."""

import getpass
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import click

from config.settings import load_settings

if TYPE_CHECKING:
    from incidents.desk import Desk
    from incidents.lane import Lane
    from incidents.people import Actor

Command = TypeVar("Command", bound=Callable[..., Any])
ROLES = ("admin", "duty", "handler", "analyst", "viewer")
WHEN = click.DateTime(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


class Office(NamedTuple):
    """The desk, the lane, the zone in which times are shown, and what people call departments, accounts and levels by their ids."""

    desk: "Desk"
    lane: "Lane"
    zone: ZoneInfo
    names: Mapping[str, str]

    def called(self, *ids: str | None, otherwise: str = "无") -> str:
        """What people call these, with the ids that commands take behind; those that are None are left out."""
        return "、".join(f"{self.names[name]}({name})" if name in self.names else name for name in ids if name) or otherwise


@contextmanager
def open_office() -> Iterator[Office]:
    """Open the database and read the office's files."""
    from config.check import load_office
    from config.incidents import load_incidents
    from incidents.desk import Desk
    from incidents.lane import Lane
    from indexers.connect import connect
    from indexers.names import Names
    from indexers.reader import Reader

    settings = load_settings()
    office = load_office(settings, secrets=False)
    rules = office.incidents or load_incidents(settings)
    with connect(settings) as client:
        reader = Reader(client, Names(settings.elasticsearch.prefix), settings.zone)
        names = {department.id: department.name for department in office.departments}
        names |= {account.id: account.name for account in office.accounts} | {level.id: level.name for level in rules.levels}
        yield Office(Desk(reader, office, rules), Lane(reader, office, rules), settings.zone, names)


def acting(command: Command) -> Command:
    """Give a command the options that say who acts."""
    for option in (
        click.option("--of", "department", help="The department that a handler works for."),
        click.option("--role", type=click.Choice(ROLES), default="duty", show_default=True, help="The role in which you act."),
        click.option("--by", default=getpass.getuser, show_default="your user name", help="Who acts; stands in the record."),
    ):
        command = option(command)
    return command


def actor(by: str, role: str, department: str | None) -> "Actor":
    """Who acts."""
    from incidents.people import Actor, Role

    return Actor(by, Role(role), department)


def when(given: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A time of the office's zone."""
    return None if given is None else given.replace(tzinfo=zone)


def shown(at: datetime, zone: ZoneInfo) -> str:
    """A time as people read it."""
    return f"{at.astimezone(zone):%m-%d %H:%M}"


def calm(text: str) -> str:
    """Leave out characters that a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)
