"""What a report says, as one value: its text, its document and its JSON are made from it, and it is kept as it was.

Everything in it is counted up to `until`. What is not known is None, never 0. No private author is in it, neither by name nor by
pseudonym, and no text of a report (举报).
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from reports.period import Kind

FORMAT = 1  # raise it when an older reader could misread a kept value


class Piece(BaseModel):
    """Base of what a report is made of."""

    model_config = ConfigDict(frozen=True)


class Number(Piece):
    """A number of posts, and the address of the page that lists them, within our pages."""

    n: int
    link: str


class Compared(Piece):
    """A number of posts beside that of the same hours before. Days before collection began are left out."""

    now: Number
    before: Number | None  # the day before
    week: tuple[Number, ...]  # the seven days before, the latest first
    mean: float | None  # of those


class Volume(Piece):
    """How many posts there were, and how they sounded."""

    all: Compared
    negative: Compared
    neutral: Compared
    positive: Compared
    withheld: int  # reports (举报) of the period, which are in none of these numbers


class Share(Piece):
    """Posts of one topic, or that concern one account."""

    id: str
    name: str
    posts: Number
    negative: Number
    spread: int  # forwards and comments together
    before: Number | None  # posts in the same hours the day before


class Shares(Piece):
    """The largest of them, and how many more there are."""

    rows: tuple[Share, ...]
    total: int


class Led(Piece):
    """A post that came far."""

    page: str  # the address of its page here
    url: str | None  # of the original
    text: str  # its beginning
    published_at: datetime
    platform: str
    author: str | None  # of an organisation, of media or of an account of ours; None for private authors
    topic: str | None
    sentiment: int | None
    spread: int


class Step(Piece):
    """A record of an incident: who, when, from, to, why."""

    number: int
    at: datetime
    by: str
    source: str
    to: str
    milestone: str | None
    why: str  # what was given with it, in words


class IncidentRow(Piece):
    """An incident as it stood, and what was done about it in the period."""

    id: str
    page: str  # the address of its page here
    title: str
    found_at: datetime
    state: str
    level: str | None
    lead: str | None  # name of the department
    topic: str | None
    posts: Number  # in all, when the report was made
    posts_in_period: Number
    steps: tuple[Step, ...]


class Incidents(Piece):
    """Incidents that were found, moved and ended. One may be in several of the lists."""

    found: tuple[IncidentRow, ...]
    found_total: int
    moved: tuple[IncidentRow, ...]
    moved_total: int
    closed: tuple[IncidentRow, ...]
    closed_total: int
    going_on: int  # neither closed nor dismissed, when the report was made


class ClockRow(Piece):
    """A clock of an incident, as it stood."""

    incident: str
    page: str  # of the incident
    title: str
    name: str
    statutory: bool
    source: str  # of the rule
    started_at: datetime
    due_at: datetime
    state: str  # "running", "warning", "passed", "met"
    late: bool  # met after its end
    happened: tuple[str, ...]  # in the period: "warned", "passed", "met"


class RequestRow(Piece):
    """A request (诉求) that waits. Of a report (举报) neither text nor department."""

    id: str
    page: str  # the address of its page here
    kind: str
    state: str
    department: str | None
    received_at: datetime
    due_at: datetime
    text: str


class Requests(Piece):
    """What citizens asked for, and what became of it."""

    received: dict[str, int]  # by kind
    passed_on: int
    answered: int
    returned: int
    dismissed: int
    waiting: int
    overdue: tuple[RequestRow, ...]
    overdue_total: int
    due_soon: tuple[RequestRow, ...]
    due_soon_total: int


class AlertRow(Piece):
    """An alert, as it stood."""

    id: str
    page: str  # the address of its page here
    level: str
    rule: str
    model: str
    name: str
    about: str
    why: str
    opened_at: datetime
    status: str
    by: str | None  # who acknowledged it


class Undelivered(Piece):
    """A notification that nobody tries to send any more."""

    alert: str
    page: str
    title: str
    channel: str
    reason: str
    at: datetime


class Alerts(Piece):
    """What was alerted to, and whether anybody has seen it."""

    raised: tuple[AlertRow, ...]
    raised_total: int
    ended_unseen: int  # of those raised: over by then, and nobody had acknowledged them
    acknowledged: int  # in the period
    unacknowledged: tuple[AlertRow, ...]  # at its end, whenever they were raised
    unacknowledged_total: int
    undelivered: tuple[Undelivered, ...]
    undelivered_total: int


class Gap(Piece):
    """A stretch in which a source brought less than it should."""

    source: str
    page: str
    state: str  # "failed", "partial", "silent", "never"
    since: datetime | None  # it may have begun before the period; None: it never was complete
    until: datetime | None  # None: it lasts
    runs: int  # that brought less
    why: str
    mended_at: datetime | None  # a complete run ended then, which reads back what the source still shows
    scattered: bool  # several such stretches, told as one


class Coverage(Piece):
    """What was collected, and what was not."""

    sources: int  # in use
    runs: int
    whole: tuple[str, ...]  # sources without a gap
    gaps: tuple[Gap, ...]
    unused: tuple[str, ...]  # that are configured, but off
    began: datetime | None  # when the first post of all was collected


class OwnPost(Piece):
    """A post of one of the office's own accounts."""

    page: str
    published_at: datetime


class OwnAccount(Piece):
    """An account of ours: what it published, and how far it is from the veto on silence."""

    id: str
    name: str
    page: str  # the address of its page here, for the days of the period
    posts: int
    listed: tuple[OwnPost, ...]
    last_post_at: datetime | None
    veto: str  # "vetoed", "near", "unknown" (the days before were not covered), "" where there is nothing to say
    days_left: int | None  # until the veto, where it is near


class Own(Piece):
    """The office's own accounts: those that published, and those that must be looked at."""

    accounts: int
    posts: int
    rows: tuple[OwnAccount, ...]
    silent_days: int  # of the rule


class Basis(Piece):
    """On which rule or model numbers rest."""

    what: str
    version: str


class Content(Piece):
    """All that a report says but the words of the officers."""

    format: int = FORMAT
    kind: Kind
    office: str
    timezone: str
    start: datetime
    end: datetime
    until: datetime
    made_at: datetime
    quiet: bool  # nothing but what was collected is to be told: 零报告
    volume: Volume
    topics: Shares
    accounts: Shares
    led: tuple[Led, ...]
    incidents: Incidents
    clocks: tuple[ClockRow, ...]
    requests: Requests
    alerts: Alerts
    coverage: Coverage
    own: Own
    bases: tuple[Basis, ...]
