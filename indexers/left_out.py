"""Posts that somebody may not see, in a form that a query takes: nothing is listed that a field of the post says."""

from typing import Any

import msgspec
from elasticsearch.dsl import Search

from indexers.names import document_id
from streams.messages import AskKind


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a query over posts leaves out; nothing, if nothing is said."""

    reports: bool = False  # all reports (举报), by the office's words or by a person's correction
    ids: tuple[str, ...] = ()

    def narrow(self, query: Search[Any]) -> Search[Any]:
        """Leave them out of a query."""
        if self.reports:
            query = query.exclude("term", is_report=True).exclude("term", asks=AskKind.REPORT.value)
        return query.exclude("ids", values=[document_id(name) for name in self.ids]) if self.ids else query


NOTHING = LeftOut()
