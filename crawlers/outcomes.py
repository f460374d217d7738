"""How what came of asking a page is recognised: each outcome has a reason of `crawlers.reasons`."""

import re

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError

from crawlers.errors import PageError

GONE = frozenset({404, 410})
FORBIDDEN = frozenset({401, 403})
SLOW_DOWN = frozenset({418, 429})  # Weibo says 418
SERVER_ERROR = 500

_SIGN_IN_ADDRESS = re.compile(
    r"^https?://(?:passport|login|sso|auth|account)\.|/(?:passport|login|signin|sign_in|sso|wp-login\.php|visitor)(?:[/?.]|$)",
    re.IGNORECASE,
)
_CAPTCHA_ADDRESS = re.compile(r"captcha|/verify(?:[/?]|$)|yanzheng", re.IGNORECASE)
_PASSWORD = re.compile(r"<input[^>]*type\s*=\s*[\"']?password", re.IGNORECASE)
_CAPTCHA = re.compile(r"captcha|geetest|验证码|安全验证|滑块", re.IGNORECASE)
_HTML = re.compile(r"^(?:﻿)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)", re.IGNORECASE | re.DOTALL)
HEAD = 20_000  # characters in which a page shows what it is

_FAILURES: tuple[tuple[type[BaseException], str], ...] = (
    (DownloadTimeoutError, "timeout"),
    (ResponseDataLossError, "cut_off"),
    (DownloadCancelledError, "too_large"),
    (CannotResolveHostError, "unreachable"),
    (DownloadConnectionRefusedError, "unreachable"),
    (DownloadFailedError, "cut_off"),
)


def of_status(status: int) -> str:
    """The reason that an HTTP status means."""
    if status in GONE:
        return "not_found"
    if status in FORBIDDEN:
        return "forbidden"
    if status in SLOW_DOWN:
        return "too_many_requests"
    return "server_error" if status >= SERVER_ERROR else "bad_status"


def of_failure(error: BaseException) -> str:
    """The reason that an error of a download means."""
    if isinstance(error, PageError):
        return error.reason
    if isinstance(error, HttpError):
        return of_status(error.response.status)
    if isinstance(error, IgnoreRequest):
        return "robots" if "robots" in str(error) else "too_large"  # the other one is a body that grows too large unpacked
    return next((reason for kind, reason in _FAILURES if isinstance(error, kind)), "unreachable")


def of_address(url: str) -> str | None:
    """The reason where an address is that of a sign-in page or a captcha; None where it is neither."""
    if _CAPTCHA_ADDRESS.search(url):
        return "captcha"
    return "sign_in_page" if _SIGN_IN_ADDRESS.search(url) else None


def of_html(text: str, expected: str) -> str | None:
    """The reason where a text is a web page though `expected` ("json", "feed") was due; None where it is no web page."""
    head = text[:HEAD]
    if not _HTML.match(head):
        return None
    if _PASSWORD.search(head):
        return "sign_in_page"
    return "captcha" if _CAPTCHA.search(head) else f"html_instead_of_{expected}"
