"""What reports are made from: the database, the office's own files, and nothing else."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from config.accounts import MonitoredAccount
from config.check import Office
from config.incidents import IncidentRules
from incidents.withheld import Withheld
from indexers.reader import Reader
from indexers.records import Records


class Material(NamedTuple):
    """One for all parts of a report."""

    reader: Reader
    office: Office
    rules: IncidentRules
    name: str  # of the office

    @property
    def records(self) -> Records:
        return Records(self.reader.client, self.reader.names)

    @property
    def withheld(self) -> Withheld:
        """Knows which posts are reports (举报). A document goes to more people than may read one, so here nobody may."""
        nobody = self.rules.reports.model_copy(update={"readers": ()})
        return Withheld(self.reader, self.office, self.rules.model_copy(update={"reports": nobody}))

    @property
    def zone(self) -> ZoneInfo:
        return self.reader.zone

    @property
    def accounts(self) -> dict[str, MonitoredAccount]:
        """The monitored accounts by id."""
        return {account.id: account for account in self.office.accounts}

    def account(self, name: str) -> str:
        """What people call an account; one that is configured no more keeps its id."""
        found = self.accounts.get(name)
        return name if found is None else found.name

    def department(self, name: str | None) -> str | None:
        """What people call a department."""
        return next((department.name for department in self.office.departments if department.id == name), name)
