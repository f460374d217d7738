"""What the duty page shows of incidents: those that matter now. Those first whose clocks end first, then the largest."""

from incidents.desk import Sort, Wanted
from web.desk import Desk
from web.pages.incidents import IncidentRow, incident_row
from web.views import View

LISTED = 5


class Pressing(View):
    """The incidents that matter now."""

    total: int  # that are going on, or are over with a clock that still runs
    incidents: tuple[IncidentRow, ...]


def pressing(desk: Desk) -> Pressing:
    """Ask for the incidents that matter now. Raises DatabaseUnavailable."""
    found = desk.incidents.find(Wanted(pressing=True), sort=Sort.URGENT, size=LISTED)
    return Pressing(total=found.total, incidents=tuple(incident_row(desk, row) for row in found.rows))
