"""The bad modes: what a site answers when it is broken, closed, or hostile."""

import enum
import gzip
import re
from collections.abc import Callable
from dataclasses import replace

from city.answers import Answer, Request, Route, as_html, not_found

BIG = 50 * 1024 * 1024  # bytes
_KEY = re.compile(rb'"(\w+)":')
_ALL = re.compile(r"/faults/(?P<name>[a-z0-9-]+)(?:/.*)?")


class Fault(enum.StrEnum):
    """One way in which a source goes wrong. The value is also its path: /faults/<value>."""

    NOT_FOUND = "404"
    SERVER_ERROR = "500"
    TIMEOUT = "timeout"
    SIGN_IN = "sign-in"
    CAPTCHA = "captcha"
    HTML = "html"
    CUT_OFF = "cut-off"
    GB18030 = "gb18030"
    WRONG_CHARSET = "wrong-charset"
    BIG_BODY = "big-body"
    ZIP_BOMB = "zip-bomb"
    FEED_BOMB = "feed-bomb"
    ROBOTS = "robots"
    NOT_JSON = "not-json"
    OTHER_LAYOUT = "other-layout"
    SLOW_DOWN = "429"


SIGN_IN_PAGE = (
    "<!DOCTYPE html><html><head><title>登录</title></head><body><form action='/passport/login' method='post'>"
    "<input name='user'><input name='password' type='password'><button>登录</button></form></body></html>"
)
_CAPTCHA_PAGE = "<!DOCTYPE html><html><head><title>安全验证</title></head><body>请完成滑块验证码后继续访问</body></html>"
_HTML_PAGE = "<!DOCTYPE html><html><head><title>维护公告</title></head><body><h1>系统升级中，请稍后再来</h1></body></html>"
_BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE rss [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">'
    + "".join(f'<!ENTITY {chr(98 + level)} "{f"&{chr(97 + level)};" * 10}">' for level in range(9))
    + "]>\n<rss version='2.0'><channel><title>&j;</title><item><title>&j;</title><description>&j;</description></item></channel></rss>"
)


def spoil(fault: Fault, answer: Answer) -> Answer:
    """Make of a good answer what a site with this fault would give."""
    return _SPOILT[fault](answer)


def _in_gb18030(answer: Answer) -> Answer:
    text = answer.body.decode().replace("utf-8", "gb18030")
    return replace(answer, body=text.encode("gb18030"), content_type=_charset(answer, "gb18030"))


def _wrong_charset(answer: Answer) -> Answer:
    """Say UTF-8, be GB18030."""
    return replace(answer, body=answer.body.decode().encode("gb18030"), content_type=_charset(answer, "utf-8"))


def _zip_bomb(answer: Answer) -> Answer:
    packed = gzip.compress(answer.body + b" " * BIG, 9)
    return replace(answer, body=packed, headers={**answer.headers, "Content-Encoding": "gzip"})


def _charset(answer: Answer, name: str) -> str:
    return f"{answer.content_type.partition(';')[0]}; charset={name}"


_SPOILT: dict[Fault, Callable[[Answer], Answer]] = {
    Fault.NOT_FOUND: lambda _: not_found(),
    Fault.SERVER_ERROR: lambda _: as_html("<h1>500 Internal Server Error</h1>", status=500),
    Fault.SLOW_DOWN: lambda _: replace(as_html("<h1>429</h1>", status=429), headers={"Retry-After": "60"}),
    Fault.TIMEOUT: lambda answer: replace(answer, wait_s=3600.0),
    Fault.SIGN_IN: lambda _: Answer(b"", "text/html", 302, {"Location": "/passport/login"}),
    Fault.CAPTCHA: lambda _: as_html(_CAPTCHA_PAGE),
    Fault.HTML: lambda _: as_html(_HTML_PAGE),
    Fault.ROBOTS: lambda answer: answer,  # robots.txt says no; who asks all the same gets it
    Fault.CUT_OFF: lambda answer: replace(answer, sent=len(answer.body) // 2),
    Fault.GB18030: _in_gb18030,
    Fault.WRONG_CHARSET: _wrong_charset,
    Fault.BIG_BODY: lambda answer: replace(answer, body=answer.body + b" " * BIG),
    Fault.ZIP_BOMB: _zip_bomb,
    Fault.FEED_BOMB: lambda _: Answer(_BOMB.encode(), "application/rss+xml; charset=utf-8"),
    Fault.NOT_JSON: lambda answer: replace(answer, body=b"{ok: 1, data: <!-- -->"),
    Fault.OTHER_LAYOUT: lambda answer: replace(answer, body=_KEY.sub(rb'"new_\1":', answer.body)),
}


def routes(sample: Answer) -> list[Route]:
    """/faults/<name> answers with a sample that has the fault; robots.txt forbids /faults/robots."""
    names = set(Fault)

    def fault(_request: Request, name: str) -> Answer:
        return spoil(Fault(name), sample) if name in names else not_found()

    return [
        Route(_ALL, fault),
        Route(re.compile(r"/passport/login"), lambda _request: as_html(SIGN_IN_PAGE)),
    ]
