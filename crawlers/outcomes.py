"""What can come of asking a page: the reasons that the coverage ledger gives, and how each is recognised."""

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

REASONS = {
    "not_found": "页面不存在（404/410），请检查来源地址",
    "forbidden": "网站拒绝访问（401/403）",
    "too_many_requests": "网站要求放慢（429/418），请加大 interval 或 delay",
    "server_error": "网站自身出错（5xx）",
    "bad_status": "网站返回了无法理解的状态码",
    "timeout": "等待超时",
    "unreachable": "无法连接网站",
    "cut_off": "内容传到一半中断",
    "too_large": "内容过大，已拒收",
    "sign_in_page": "被要求登录，未绕过",
    "captcha": "被要求输入验证码，未绕过",
    "html_instead_of_json": "应返回 JSON，却返回了网页",
    "html_instead_of_feed": "应返回 RSS/Atom，却返回了网页",
    "not_json": "返回的 JSON 无法解析",
    "not_a_feed": "返回的内容不是 RSS/Atom",
    "feed_bomb": "订阅源含实体定义（可能是实体炸弹），已拒收",
    "layout_changed": "页面结构与预期不符，可能已改版",
    "robots": "robots.txt 不允许抓取",
    "log_unavailable": "消息日志不可写，未确认的条目下次重取",
    "max_pages": "达到每次最多页数，更早的内容未取",
    "ended_early": "取到的少于网站声称的数量",
    "stopped": "运行被中止",
    "spider_error": "采集程序出错",
    "unusable_rows": "部分行无法使用，已转入死信",
    "disabled": "来源已停用",
    "no_right_stated": "尚未写明采集依据（right），未采集",
}

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
