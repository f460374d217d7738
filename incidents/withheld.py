"""Which posts are reports (举报) that are not for whoever looks: asked wherever a post's text is shown, found or counted.

A post is a report as soon as it says so, not only once the follower has made a request of it; what stands in the request counts
as well, since a reader may have added whom it is against.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from elasticsearch.dsl import Search

from config.check import Office
from config.incidents import IncidentRules
from incidents.asks import Asks, RequestKind
from incidents.filed import REQUESTS
from incidents.people import Actor
from incidents.reports import may_read, reported_departments
from incidents.requests import Request, request_id
from indexers.left_out import NOTHING, LeftOut
from indexers.merge import StoredPost
from indexers.reader import Reader
from indexers.records import Records
from indexers.series import called_reports, newest_reports
from nlp.tagger import text_of
from streams.messages import AskKind, Standing

MOST_UNSORTED = 1000  # of the newest reports; the follower sorts them within seconds


class _Report(NamedTuple):
    """A post that says that it is one."""

    reported: tuple[str, ...]
    is_report: bool = True


class Withheld:
    """Knows the office's words for reports, and the requests. All methods raise DatabaseUnavailable and DatabaseError."""

    def __init__(self, reader: Reader, office: Office, rules: IncidentRules) -> None:
        self._reader, self._records = reader, Records(reader.client, reader.names)
        self._asks = Asks(rules.requests.kinds)
        self._departments, self._rules = office.departments, rules.reports
        self._matrix = {account.id: account for account in office.accounts}

    def among(self, posts: Iterable[StoredPost], by: Actor) -> frozenset[str]:
        """The ids of those posts that somebody may not see."""
        if self.sees_all(by):
            return frozenset()
        found = self._found(posts)
        return frozenset(name for name, reports in found.items() if any(not may_read(report, by, self._rules) for report in reports))

    def reports(self, posts: Iterable[StoredPost]) -> frozenset[str]:
        """The ids of those posts that are reports, whoever may see them."""
        return frozenset(name for name, reports in self._found(posts).items() if any(report.is_report for report in reports))

    def _found(self, posts: Iterable[StoredPost]) -> dict[str, list[Request | _Report]]:
        """What is known of each post that a private person wrote: what it says itself, and the request that was made of it."""
        private = [post for post in posts if post.author.standing is Standing.PRIVATE]
        if not private:
            return {}
        requests = self._records.get_all(REQUESTS, [request_id(post.id) for post in private])
        made = {post.id: requests.get(request_id(post.id)) for post in private}
        return {post.id: [*filter(None, [self._report(post)]), *(read.body for read in [made[post.id]] if read)] for post in private}

    def left_out(self, by: Actor) -> LeftOut:
        """The posts that somebody may not see, for queries: then nobody learns by searching what a report says."""
        if self.sees_all(by):
            return NOTHING
        return LeftOut(ids=tuple(self._against(by))) if by.role.value in self._rules.readers else LeftOut(reports=True)

    def sees_all(self, by: Actor) -> bool:
        """Whether somebody may see every report there can be: a reader who is within no department."""
        return by.role.value in self._rules.readers and by.department is None

    def _against(self, by: Actor) -> Iterator[str]:
        """Those reports that are against a reader's own department, also those that are no requests yet."""
        theirs = Search().filter("term", report=True).filter("term", reported=by.department)
        yield from (read.body.post for read in self._records.walk(REQUESTS, theirs, {"received_at": "asc"}))
        yield from self.among(self._unsorted(), by)

    def _unsorted(self) -> Iterator[StoredPost]:
        """Reports that are no requests yet: the newest, back to where all of a page are; and what a person called so, which none is made of."""
        yield from called_reports(self._reader, most=MOST_UNSORTED)
        for page in newest_reports(self._reader, most=MOST_UNSORTED):
            made = self._records.get_all(REQUESTS, [request_id(post.id) for post in page])
            known = {name for name, read in made.items() if read.body.is_report}
            if all(request_id(post.id) in known for post in page):
                return
            yield from page

    def _report(self, post: StoredPost) -> _Report | None:
        ask = self._asks.find(text_of(post))
        said = ask is not None and ask.kind is RequestKind.REPORT
        if not (said or post.is_report or post.asks is AskKind.REPORT):
            return None
        return _Report(reported_departments(text_of(post), post.accounts, self._departments, self._matrix, self._rules))
