"""What every page works with: the database, the office's own files, the log, the clock."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from fastapi import Request
from starlette.responses import Response

from alerts.book import Book
from alerts.desk import Desk as Alerts
from config.accounts import MonitoredAccount
from config.check import Office
from config.incidents import IncidentRules
from config.settings import Settings
from crawlers.authors import office_key
from crawlers.edge import Edge
from incidents.desk import Desk as Incidents
from incidents.lane import Lane
from incidents.people import Actor, Role
from incidents.withheld import Withheld
from indexers.people import People
from indexers.reader import Reader
from indexers.records import Records
from indexers.search_box import Cut
from indexers.writer import Writer
from nlp.proofread.proofreader import Proofreader
from nlp.segment import Segmenter
from streams.log import Log
from web.explainer import Explainer
from web.gate import Gate, Officer
from web.live import Hub

COOKIE = "yuqing"
SECURE_COOKIE = "__Host-yuqing"  # browsers take it over https only, and give it to nobody else


class Desk(NamedTuple):
    """One for the whole app."""

    settings: Settings
    office: Office
    reader: Reader
    people: People
    gate: Gate
    hub: Hub
    log: Log
    segmenter: Segmenter  # cuts what is searched for, as posts are cut
    explainer: Explainer
    rules: IncidentRules
    incidents: Incidents
    lane: Lane
    withheld: Withheld  # asked before the text of any post is shown
    clock: Callable[[], datetime]
    is_set_up: Callable[[], bool]  # whether the indices' templates are made: nothing may be written before
    proofreader: Callable[[], Proofreader]  # loaded when it is first asked for: half a second, 60 MB

    @property
    def accounts(self) -> dict[str, MonitoredAccount]:
        """The monitored accounts by id."""
        return {account.id: account for account in self.office.accounts}

    @property
    def alerts(self) -> Alerts:
        """What people do with alerts."""
        return Alerts(Book(Records(self.reader.client, self.reader.names)))

    @property
    def departments(self) -> dict[str, str]:
        """The names of the departments by id."""
        return {department.id: department.name for department in self.office.departments}

    @property
    def cut(self) -> Cut:
        """What cuts a text."""
        return self.segmenter.cut

    def writer(self) -> Writer:
        """Make what writes posts."""
        names = self.settings.elasticsearch
        return Writer(self.reader.client, names.prefix, segmenter=str(self.segmenter.stamp), replicas=names.replicas)

    def edge(self) -> Edge:
        """Make what turns a find into a post. Raises KeyMissing."""
        crawl = self.settings.crawl
        return Edge(self.office.accounts, office_key(self.settings), zone=self.settings.zone, max_text=crawl.max_text)


def desk_of(request: Request) -> Desk:
    """Give the desk of the app that answers this request."""
    desk: Desk = request.app.state.desk
    return desk


def officer_of(request: Request) -> Officer:
    """Give who asks. On routes for everybody there may be nobody: use `request.state.officer` there."""
    officer: Officer = request.state.officer
    return officer


def actor_of(request: Request) -> Actor:
    """Give who asks, as incidents and requests know them."""
    officer = officer_of(request)
    return Actor(officer.name, Role(officer.role.value), officer.department)


def address_of(request: Request) -> str:
    """Give the address that the request came from."""
    return request.client.host if request.client else "unknown"


def cookie_of(request: Request) -> str | None:
    """Give what the browser holds of a session."""
    secure = desk_of(request).settings.web.secure_cookies
    return request.cookies.get(SECURE_COOKIE if secure else COOKIE)


def give_cookie(desk: Desk, response: Response, token: str) -> None:
    """Let the browser hold a session."""
    web = desk.settings.web
    age = round(web.absolute_hours * 3600)
    name = SECURE_COOKIE if web.secure_cookies else COOKIE
    response.set_cookie(name, token, max_age=age, httponly=True, samesite="lax", secure=web.secure_cookies)


def take_cookie(desk: Desk, response: Response) -> None:
    """Let the browser forget the session."""
    web = desk.settings.web
    name = SECURE_COOKIE if web.secure_cookies else COOKIE
    response.delete_cookie(name, httponly=True, samesite="lax", secure=web.secure_cookies)
