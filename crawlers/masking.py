"""Names of private persons inside texts and addresses, taken out before anything is kept.

What a text says stays; whom it calls by a user name does not, unless that is one of the office's own accounts.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from config.accounts import MonitoredAccount
from matching.fold import fold

SOMEBODY = "@用户"
LONGEST_NAME = 40  # characters
SHORTEST_TELLING = 3  # a shorter id or name in an address may be anything

# A user name ends where its platform ends it: at a blank or at any punctuation that names can't have.
_NAME = r"[^\s@＠:：,，。!！?？;；、()（）\[\]【】<>《》{}\"“”'‘’/\\|#＃…~～*&+=^%$￥•\u200b\ufeff]"
_CALL = re.compile(
    rf"(?P<mail>[A-Za-z0-9._%+-]{{1,64}})?[@＠](?P<name>{_NAME}{{1,{LONGEST_NAME}}})(?:@(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+))?"
)
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PROFILE = re.compile(r"(?P<site>(?:m\.)?weibo\.(?:com|cn)/(?:u|n|profile|p)/)[^\s/?#，。）)]+")
_AUTHOR_IN_WEIBO = re.compile(r"(?P<site>(?:www\.)?weibo\.com)/\d{5,}/(?P<post>[0-9A-Za-z]{6,})")
_CARD = r"的微博(?:视频|直播|文章|全景图片|投票)"  # what Weibo appends to a post: the author's name and this

# What follows a name where somebody went on writing without a blank; no user name begins its rest so.
_SENTENCE = re.compile(r"你|您|我们?|请|能不能|怎么|什么|为什么|为啥|管不管|啊|吧|呢|吗|求|这|那")


class Masking:
    """Takes user names out of texts; `accounts` are those whose names stay."""

    def __init__(self, accounts: Iterable[MonitoredAccount]) -> None:
        known = {fold(name) for account in accounts for name in (*account.names, *account.platforms.values())}
        self._known = frozenset(known)
        self._longest_first = sorted(known, key=len, reverse=True)

    def text(self, text: str, names: Iterable[str] = ()) -> str:
        """Replace every `@name`, every `//@name:` of a chain of reposts, mail addresses, addresses of profiles.

        `names` are private persons known to have to do with the text: its author, whom it answers.
        """
        if "@" in text or "＠" in text:
            text = _CALL.sub(self._call, text)
        if "weibo." in text:
            text = _PROFILE.sub(r"\g<site>用户", _AUTHOR_IN_WEIBO.sub(r"m.weibo.cn/status/\g<post>", text))
        for name in names:
            if name and not self.knows(name):
                text = re.sub(rf"{re.escape(name)}(?={_CARD})", "用户", text)
        return text

    def knows(self, name: str) -> bool:
        """Whether a name is one of the monitored accounts'."""
        return fold(name.strip()) in self._known

    def _call(self, match: re.Match[str]) -> str:
        before, name = match["mail"] or "", match["name"]
        if before and _DOMAIN.match(name):
            return match[0] if name.casefold().rstrip(".").endswith(".gov.cn") else SOMEBODY + _DOMAIN.sub("", name, count=1)
        folded = fold(name)
        if match["host"] is None and folded in self._known:
            return match[0]
        for known in self._longest_first:
            if folded.startswith(known) and _SENTENCE.match(name, len(known)):
                return match[0]
        return before + SOMEBODY


_HANDLE = re.compile(r"^/(?:@[^/]+|users/[^/]+/statuses)/(?P<post>\d+)/?$")
_WEIBO_POST = re.compile(r"^/(?:\d+|n/[^/]+)/(?P<post>[0-9A-Za-z]+)/?$")
_WEIBO_HOSTS = frozenset({"weibo.com", "www.weibo.com", "weibo.cn", "m.weibo.cn"})


def faceless(url: str | None, names: Iterable[str]) -> str | None:
    """Write the address of a private author's post without who it is; None where it can't be said without.

    Weibo and servers with the Mastodon API show a post under its number alone, so the link still leads there. `names` are
    the author's id, name and handle.
    """
    if not url:
        return None
    parts = urlsplit(url)
    if parts.hostname in _WEIBO_HOSTS and (match := _WEIBO_POST.match(parts.path)):
        return f"https://m.weibo.cn/status/{match['post']}"
    if match := _HANDLE.match(parts.path):
        return f"{parts.scheme}://{parts.netloc}/statuses/{match['post']}"
    if parts.username or "@" in parts.path:
        return None
    words = {word.casefold() for word in re.split(r"[/?&=.~_#:]", unquote(url)) if word}
    telling = {name.strip().casefold().lstrip("@") for name in names if len(name.strip()) >= SHORTEST_TELLING}
    return None if words & telling else url
