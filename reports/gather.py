"""Makes the value of a report from the database alone."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from accounts.indicators import MODEL as INDICATORS
from config.check import Office
from config.incidents import load_incidents
from config.settings import Settings
from crawlers.fare import RULE as SILENCE
from incidents.follow import RECIPE
from indexers.queries import COUNTED
from indexers.reader import Reader
from indexers.series import began
from reports import asked, cases, covered, own, posts, told
from reports.content import Alerts, Basis, ClockRow, Content, Incidents, Own, Requests
from reports.material import Material
from reports.period import Period


def material(settings: Settings, reader: Reader, office: Office) -> Material:
    """Give what reports are made from. Raises ConfigError where the rules of incidents have problems."""
    return Material(reader, office, office.incidents or load_incidents(settings), settings.office.name)


def gather(given: Material, period: Period, made_at: datetime) -> Content:
    """Ask for everything that a report says. Raises DatabaseUnavailable and DatabaseError."""
    since = began(given.reader)
    scope = posts.Scope.of(given, period, since)
    incidents, clocks = cases.look(given, period)
    requests, alerts, ours = asked.look(given, period), told.look(given, period), own.look(given, period)
    return Content(
        kind=period.kind,
        office=given.name,
        timezone=given.zone.key,
        start=period.window.start,
        end=period.window.end,
        until=period.until,
        made_at=made_at,
        quiet=quiet(incidents, clocks, requests, alerts, ours),
        volume=posts.volume(scope),
        topics=posts.topics(scope),
        accounts=posts.accounts(scope),
        led=posts.led(scope),
        incidents=incidents,
        clocks=clocks,
        requests=requests,
        alerts=alerts,
        coverage=covered.look(given, period, since),
        own=ours,
        bases=tuple(_bases(scope, alerts)),
    )


def quiet(incidents: Incidents, clocks: Iterable[ClockRow], requests: Requests, alerts: Alerts, ours: Own) -> bool:
    """Whether there is nothing to tell but what was collected. Posts alone, also negative ones, are no news while nothing came of them."""
    return not (
        incidents.found_total
        or incidents.moved_total
        or any(clocks)
        or requests.received
        or requests.passed_on + requests.answered + requests.returned + requests.dismissed
        or requests.overdue_total
        or requests.due_soon_total
        or alerts.raised_total
        or alerts.acknowledged
        or alerts.unacknowledged_total
        or alerts.undelivered_total
        or any(account.veto in {"vetoed", "near"} for account in ours.rows)
    )


def _bases(scope: posts.Scope, alerts: Alerts) -> Iterator[Basis]:
    """Name the rules and models on which the numbers rest."""
    yield Basis(what="计数", version=COUNTED)
    for model, number in posts.tagged_by(scope).items():
        yield Basis(what=f"主题与情感（{number} 条）", version=model)
    yield Basis(what="事件归并", version=RECIPE.stamp)
    yield Basis(what="来源判定", version=SILENCE)
    yield Basis(what="账号未更新", version=INDICATORS)
    shown = {(row.rule, row.model) for row in (*alerts.raised, *alerts.unacknowledged)}
    yield from (Basis(what=f"预警 {rule}", version=model) for rule, model in sorted(shown))
