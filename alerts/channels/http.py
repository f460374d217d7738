"""One POST and an honest reading of its answer, for every channel that speaks HTTP."""

import time
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import urllib3

from alerts.errors import SendFailed

TIMEOUT_S = 10.0  # to connect, and between two pieces of the answer: a receiver that hangs must not hold up the others
LONGEST_S = 30.0  # for the whole answer: one byte every nine seconds is none
LONGEST_ANSWER = 64 * 1024  # bytes; more is no answer to a notification
TRY_AGAIN = frozenset({408, 425, 429})  # the only refusals below 500 that a later try can turn


def post(url: str, body: bytes, headers: dict[str, str], now: datetime | None = None) -> bytes:
    """Send JSON and give the answer's body. Redirects are not followed: the address is to be right.

    Raises SendFailed: "unreachable", "answer_too_long" or "http_<status>", final where a later try would be refused too.
    """
    timeout = urllib3.Timeout(connect=TIMEOUT_S, read=TIMEOUT_S)
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "yuqing"} | headers
    try:
        with urllib3.PoolManager(retries=False, timeout=timeout) as pool:
            answer = pool.request("POST", url, body=body, headers=headers, redirect=False, preload_content=False)
            content = _read(answer)
    except urllib3.exceptions.LocationValueError as error:
        raise SendFailed("bad_address", f"the address can't be used: {_plain(error)}", final=True) from error
    except urllib3.exceptions.HTTPError as error:
        raise SendFailed("unreachable", f"no answer: {_plain(error)}") from error
    if not 200 <= answer.status < 300:  # noqa: PLR2004 the range of success
        raise _refused(answer.status, answer.headers.get("Retry-After"), content, now)
    if len(content) > LONGEST_ANSWER:
        raise SendFailed("answer_too_long", f"the answer is longer than {LONGEST_ANSWER:,} bytes; this is no receiver of notifications")
    return content


def _read(answer: urllib3.BaseHTTPResponse) -> bytes:
    """Read as much as a notification's answer can be, and no longer than a patient person would wait."""
    content, end = b"", time.monotonic() + LONGEST_S
    with closing(answer):
        while len(content) <= LONGEST_ANSWER and (piece := answer.read1(LONGEST_ANSWER)):
            content += piece
            if time.monotonic() > end:
                raise SendFailed("unreachable", f"the answer was not complete after {LONGEST_S:.0f} seconds")
    return content


def _refused(status: int, retry_after: str | None, content: bytes, now: datetime | None) -> SendFailed:
    said = content[:200].decode(errors="replace")
    final = 300 <= status < 500 and status not in TRY_AGAIN  # noqa: PLR2004 redirects and the caller's own faults
    return SendFailed(
        f"http_{status}", f"answered {status}: {said}", final=final, retry_after=wait_of(retry_after, now or datetime.now(UTC))
    )


def wait_of(header: str | None, now: datetime) -> float | None:
    """Read Retry-After, seconds or a date, as seconds from now; None where it says nothing that makes sense."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _plain(error: Exception) -> str:
    """Name the cause without the address: a robot's address holds its token."""
    reason = getattr(error, "reason", None)
    return type(reason).__name__ if isinstance(reason, Exception) else type(error).__name__
