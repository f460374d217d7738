"""What can go wrong in this room."""

from collections.abc import Sequence

from config.errors import YuqingError


class IncidentError(YuqingError):
    """Base of the errors of this package. `reason` is a short constant for counting and for choosing a status."""

    reason: str = "incident_error"


class NotAllowed(IncidentError):
    """A step that the table, the role or the given facts do not allow.

    `reason` is one of "no_such_step" (the table has none from here to there), "not_yours" (another role or department),
    "missing" (something must be given; `missing` names it), "wrong" (something given can't be right; `wrong` names it),
    "merged" (the incident is part of another by now), "judged" (the machine may no longer merge it) or "reported" (a report
    can't go to whom it is against). `possible` names the steps that this person could take instead.
    """

    def __init__(
        self, reason: str, what: str, *, possible: Sequence[str] = (), missing: Sequence[str] = (), wrong: Sequence[str] = ()
    ) -> None:
        self.reason = reason
        self.possible = tuple(possible)
        self.missing = tuple(missing)
        self.wrong = tuple(wrong)
        instead = f"; possible now: {', '.join(possible)}" if possible else "; nothing is possible for you here now"
        super().__init__(what + instead)


class Superseded(IncidentError):
    """Another follower has taken the next turn: this one reads anew what is kept, and goes on from there."""

    reason = "superseded"


class NoSuchCase(IncidentError):
    """There is no incident or request with this id."""

    reason = "no_such_case"


class Conflict(IncidentError):
    """Somebody else was faster: the case has moved since it was looked at. `possible` names what can be done now.

    `by` is who took the last step, and `to` where it led.
    """

    reason = "conflict"

    def __init__(self, what: str, *, possible: Sequence[str] = (), by: str | None = None, to: str | None = None) -> None:
        self.possible = tuple(possible)
        self.by, self.to = by, to
        instead = f"; possible now: {', '.join(possible)}" if possible else "; nothing is possible for you here now"
        super().__init__(what + instead)


class StateRefused(IncidentError):
    """A stored grouping state was made by another recipe or segmenter, or is damaged: start from an empty one."""

    reason = "state_refused"


class BadLine(IncidentError):
    """A line of a file of posts that can't be used; `reason` says why in a short constant."""

    def __init__(self, reason: str, what: str) -> None:
        self.reason = reason
        super().__init__(what)


class LabelledError(IncidentError):
    """A file of labelled posts is missing, damaged or not what it should be."""

    reason = "labelled_unreadable"


class BackgroundError(IncidentError):
    """The shipped file that says how rare terms are is missing or damaged."""

    reason = "background_unreadable"
