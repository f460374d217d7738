"""What the page of alerts takes, checked. Values of one field are alternatives, fields add up; a field that isn't here is refused."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from alerts.book import Wanted
from config.alerts import Level
from web.errors import BadInput
from web.links import address

PATH = "/alerts"
FIELDS = {"status": "state", "level": "level", "rule": "rule", "accounts": "account", "topic": "topic"}  # column → field
Values = Annotated[list[Annotated[str, Field(max_length=256)]], Field(max_length=50)]
Status = Literal["open", "acknowledged", "resolved"]


class AlertsQuery(BaseModel):
    """The query of the page of alerts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: Annotated[list[Status], Field(max_length=3)] = []
    level: Annotated[list[Level], Field(max_length=3)] = []
    rule: Values = []
    account: Values = []
    topic: Values = []
    after: Annotated[str, Field(max_length=600, description="Where the page before ended; as given by it.")] = ""

    def wanted(self) -> Wanted:
        """Give what narrows the alerts down."""
        return Wanted(statuses=self.state, levels=self.level, rules=self.rule, accounts=self.account, topics=self.topic)

    def place(self) -> tuple[int, str] | None:
        """Read where the page before ended. Raises BadInput."""
        if not self.after:
            return None
        try:
            return msgspec.json.decode(self.after, type=tuple[int, str])
        except msgspec.DecodeError as error:
            raise BadInput("翻页位置无法识别，请从第一页开始") from error

    def pairs(self) -> list[tuple[str, str]]:
        """Give the query as it stands in an address, without the page."""
        return [(name, str(value)) for name in FIELDS.values() for value in getattr(self, name)]

    def link(self, *, after: Sequence[object] | None = None) -> str:
        """Give the address of these alerts, or of the page after."""
        place = [] if after is None else [("after", msgspec.json.encode(list(after)).decode())]
        return address(PATH, [*self.pairs(), *place])

    def toggled(self, name: str, value: str) -> str:
        """Give the address with one value chosen, or no longer chosen."""
        pairs, chosen = self.pairs(), (name, value)
        return address(PATH, [pair for pair in pairs if pair != chosen] if chosen in pairs else [*pairs, chosen])
