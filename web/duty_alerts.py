"""The duty page's block of alerts: those that nobody has acknowledged yet, and whether the watcher watches. One query, one read by id."""

from alerts.book import Book, Wanted
from config.alerts import LEVELS
from indexers.reader import Reader
from indexers.records import Records
from web.alert_views import AlertItem, HealthView, alert_item, health_view
from web.alerts_form import AlertsQuery
from web.desk import Desk
from web.views import View

TARGET = "#duty-alerts"
SHOWN = 5
LOOKED_AT = 30  # the latest, of which the most urgent are shown
WAITING = Wanted(statuses=("open",))


class DutyAlerts(View):
    """Alerts to acknowledge, the most urgent and then the latest first; `message` says why an acknowledgement was refused."""

    total: int
    link: str  # to all of them
    alerts: tuple[AlertItem, ...]
    health: HealthView
    message: str = ""


def open_alerts(reader: Reader) -> object:
    """Say which alerts wait, as a value that is another one when that changes. Raises DatabaseUnavailable."""
    page = Book(Records(reader.client, reader.names)).episodes(WAITING, size=LOOKED_AT)
    return page.total, [(read.body.id, len(read.body.steps)) for read in page.rows]


def duty_alerts(desk: Desk, *, message: str = "") -> DutyAlerts:
    """Ask for the block. Raises DatabaseUnavailable."""
    page = desk.alerts.page(WAITING, size=LOOKED_AT)
    waiting = sorted((read.body for read in page.rows), key=lambda episode: -LEVELS.index(episode.finding.level))  # else as they came
    return DutyAlerts(
        total=page.total,
        link=AlertsQuery(state=["open"]).link(),
        alerts=tuple(alert_item(desk, episode) for episode in waiting[:SHOWN]),
        health=health_view(desk.alerts.health(), desk.clock()),
        message=message,
    )
