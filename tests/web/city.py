"""Incidents and requests in the database of the pages: a made-up city's week, and what its citizens ask for."""

from collections.abc import Callable
from datetime import datetime

from incidents.people import Actor, Role
from nlp.segment import default
from tests.incidents.posted import City, post, stories
from web.desk import Desk

OFFICER = Actor("wang", Role.DUTY)
SECRET = "执法队收红包"
REPORT = f"举报市交通运输局{SECRET}，知情人不愿透露姓名"
ASKED = "请问东湖小区什么时候能来水"


class Town:
    """What stands in the database. `tell` says what time it is for the pages; `now` is that of one which has lived its week already."""

    def __init__(self, desk: Desk, tell: Callable[[datetime], None], now: datetime | None = None) -> None:
        self.desk, self.city, self._tell = desk, City(desk.reader, stamp=str(default().stamp)), tell
        if now is not None:
            self.city.now = now
            tell(now)

    def live(self, hostile: str) -> None:
        """Put in the posts of the week, one of them hostile, and let them be followed."""
        self.city.put(*stories(), *(post(f"hostile{n}", hostile, hours=0.2 + n / 10, title=hostile) for n in range(2)))
        self.city.put(post("question", ASKED, sentiment=0, hours=4), post("report", REPORT, accounts=("yunxi-ditie",), hours=5))
        self.follow()

    def follow(self) -> None:
        """Let the follower read what is there."""
        self.city.follow()
        self.city.refresh()
        self._tell(self.city.now)

    @property
    def water(self) -> str:
        """The incident of the water."""
        return self.city.incident_of("water0")

    @property
    def hostile(self) -> str:
        """An incident with a hostile title."""
        return self.city.incident_of("hostile0")

    @property
    def question(self) -> str:
        return next(request.id for request in self.city.requests() if request.post == "weibo:question")

    @property
    def report(self) -> str:
        return next(request.id for request in self.city.requests() if request.is_report)
