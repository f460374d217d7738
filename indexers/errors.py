"""What can go wrong with the database, and the one place that tells a pause from a fault."""

from collections.abc import Iterator
from contextlib import contextmanager

from elastic_transport import ConnectionError as Unreachable
from elastic_transport import TlsError, TransportError
from elasticsearch import ApiError, UnsupportedProductError

from config.errors import YuqingError

# 401 and 403: signed out, no right, or a write block; 408, 429: overload or a full disk; 502 to 504: nobody there now. None of
# these says anything of what was sent, so it waits.
PAUSES = frozenset({401, 403, 408, 429, 502, 503, 504})
RETRY_AFTER_S = 1.0
_SIGN_IN = {
    401: "look at YUQING_ELASTICSEARCH__USER and YUQING_ELASTICSEARCH__PASSWORD, or at YUQING_ELASTICSEARCH__API_KEY",
    403: "give the user the rights that docs/database.md lists",
}


class IndexerError(YuqingError):
    """Base of the errors of this package."""


class DatabaseUnavailable(IndexerError):
    """The database takes or answers nothing now: no connection, a write block, overload, a full disk, no right.

    Nothing counts as written; the same again after `retry_after` seconds is right.
    """

    def __init__(self, what: str, *, status: int | None = None, retry_after: float = RETRY_AFTER_S) -> None:
        self.http_status = status
        self.retry_after = retry_after
        super().__init__(what)


class DatabaseError(IndexerError):
    """The database refused a request that it would refuse again. `reason` is the server's constant, e.g. "parsing_exception"."""

    def __init__(self, what: str, *, status: int, reason: str) -> None:
        self.http_status = status
        self.reason = reason
        super().__init__(what)


class SetupMismatch(IndexerError):
    """The indices were made by another version of the documents or cut with another segmenter than this program uses."""

    status = 2


class CorrectionError(IndexerError):
    """A correction of a post, field or value that there is not."""

    status = 2


class SearchBoxError(IndexerError):
    """What stands in the search box can't be read. `position` counts characters from 0."""

    status = 2

    def __init__(self, what: str, position: int) -> None:
        self.position = position
        super().__init__(f"第 {position + 1} 个字符处：{what}")


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn the client's errors into ours; `doing` says in the message what was tried.

    Raises DatabaseUnavailable where waiting helps, DatabaseError otherwise.
    """
    try:
        yield
    except TlsError as error:
        what = f"{doing}: no encrypted connection to the database: {error.message}"
        advice = (
            "YUQING_ELASTICSEARCH__CA must be the authority that signed its certificate, and YUQING_ELASTICSEARCH__URL an address in that"
        )
        raise DatabaseUnavailable(f"{what}; {advice}") from error
    except Unreachable as error:
        raise DatabaseUnavailable(f"{doing}: no connection to the database: {error.message}") from error
    except TransportError as error:
        raise DatabaseUnavailable(f"{doing}: the database broke off: {error.message}") from error
    except UnsupportedProductError as error:  # a success without Elasticsearch's own header
        what = f"{doing}: what answers is no Elasticsearch 9; look at YUQING_ELASTICSEARCH__URL and at proxies on the way"
        raise DatabaseError(what, status=error.meta.status, reason="no_elasticsearch") from error
    except ApiError as error:
        status, reason = error.meta.status, error_type(error.body)
        if status in PAUSES:
            retry_after = _seconds(error.meta.headers.get("retry-after"))
            advice = f"; {_SIGN_IN[status]}" if reason == "security_exception" and status in _SIGN_IN else ""
            raise DatabaseUnavailable(
                f"{doing}: the database says {status} {reason}{advice}", status=status, retry_after=retry_after
            ) from error
        raise DatabaseError(
            f"{doing}: the database says {status} {reason}: {error_reason(error.body)}", status=status, reason=reason
        ) from error


def error_type(body: object) -> str:
    """Find the server's constant for what was wrong in the body of an error or in an item of a bulk answer."""
    return _said(body, "type") or "unknown"


def error_reason(body: object) -> str:
    """Find the server's words for what was wrong, without the piece of the document that it may quote: no text in messages."""
    return (_said(body, "reason") or "").partition(" Preview of field")[0]


def _said(body: object, key: str) -> str | None:
    said = _error(body).get(key)
    return said if isinstance(said, str) else None


def _error(body: object) -> dict[str, object]:
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _seconds(header: str | None) -> float:
    return float(header) if header is not None and header.isdigit() else RETRY_AFTER_S
