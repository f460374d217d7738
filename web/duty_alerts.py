"""The duty page's block of alerts: those that nobody has acknowledged yet, and whether the watcher watches. One query, one read by id."""

from alerts.book import Book, Wanted
from indexers.reader import Reader
from indexers.records import Records
from web.alert_views import AlertItem, HealthView, alert_item, health_view
from web.alerts_form import AlertsQuery
from web.desk import Desk
from web.views import View

TARGET = "#duty-alerts"
SHOWN = 5
WAITING = Wanted(statuses=("open",))


class DutyAlerts(View):
    """Alerts to acknowledge, the latest first; `message` says why an acknowledgement was refused."""

    total: int
    link: str  # to all of them
    alerts: tuple[AlertItem, ...]
    health: HealthView
    message: str = ""


def open_alerts(reader: Reader) -> object:
    """Say which alerts wait, as a value that is another one when that changes. Raises DatabaseUnavailable."""
    page = Book(Records(reader.client, reader.names)).episodes(WAITING, size=SHOWN)
    return page.total, [(read.body.id, len(read.body.steps)) for read in page.rows]


def duty_alerts(desk: Desk, *, message: str = "") -> DutyAlerts:
    """Ask for the block. Raises DatabaseUnavailable."""
    page = desk.alerts.page(WAITING, size=SHOWN)
    return DutyAlerts(
        total=page.total,
        link=AlertsQuery(state=["open"]).link(),
        alerts=tuple(alert_item(desk, read.body) for read in page.rows),
        health=health_view(desk.alerts.health(), desk.clock()),
        message=message,
    )
