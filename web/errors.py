"""What can go wrong with a request, and the status that says so."""

from collections.abc import Sequence

from config.errors import YuqingError


class WebError(YuqingError):
    """Base of the errors of this package. `http_status` answers the request, `word` names the sentence that people read."""

    http_status = 400
    word = "error.bad_request"


class NotSignedIn(WebError):
    """Nobody is signed in, or the sign-in has expired."""

    http_status = 401
    word = "error.signed_out"


class NotAllowed(WebError):
    """The role of the user may not do this; also for what no rule speaks of."""

    http_status = 403
    word = "error.not_allowed"


class ForeignRequest(WebError):
    """The request was made by another site's page."""

    http_status = 403
    word = "error.foreign"


class Conflict(WebError):
    """The step is not possible any more, or somebody was faster. `possible` names the steps that are."""

    http_status = 409
    word = "error.conflict"

    def __init__(self, what: str, *, possible: Sequence[str] = ()) -> None:
        self.possible = tuple(possible)
        super().__init__(what)


class Withheld(WebError):
    """It is a report (举报), whose text is for its readers alone."""

    http_status = 403
    word = "error.withheld"


class NotFound(WebError):
    """There is nothing under this address."""

    http_status = 404
    word = "error.not_found"


class BadInput(WebError):
    """What was given can't be used; the message says what."""

    word = "error.bad_input"


class TooMany(WebError):
    """Too many failed sign-ins; the same again is right after `retry_after` seconds."""

    http_status = 429
    word = "error.too_many"

    def __init__(self, what: str, *, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(what)


class NoSuchUser(WebError):
    """No user has this name."""

    http_status = 404
    word = "error.not_found"


class UserExists(WebError):
    """The name is given already."""

    http_status = 409
    word = "error.conflict"


class TooLarge(WebError):
    """The request is larger than is taken at once."""

    http_status = 413
    word = "error.too_large"


class FilesRefused(WebError):
    """A multipart form: no route takes one, and reading it would fill the disk."""

    http_status = 415
    word = "error.bad_input"


class WeakPassword(WebError):
    """The password is too short, or too well known."""

    word = "error.weak_password"
