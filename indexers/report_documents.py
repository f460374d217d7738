"""The documents of reports: what each said when it was made, the words of the officers, and who signed it."""

from typing import Any

from elasticsearch.dsl import Boolean, Date, Document, Keyword, Long, MetaField

from indexers.desk_documents import RecordDocument

LONGEST = 256  # characters


def _keyword() -> Any:
    return Keyword(ignore_above=LONGEST)


class ReportDocument(RecordDocument):
    """`reports.archive.Report` is its body: one version of a report. What it says of the posts is never changed."""

    kind = _keyword()
    name = _keyword()  # what all versions of a report have in common
    version = Long()
    start = Date()
    end = Date()
    made_at = Date()
    made_by = _keyword()
    signed = Boolean()

    class Meta:
        """Strict: a field that is not named above is refused."""

        dynamic = MetaField("strict")


FAMILIES: dict[str, type[Document]] = {"reports": ReportDocument}
