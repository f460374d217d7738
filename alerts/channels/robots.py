"""Group robots of DingTalk, WeCom and Feishu.

All three answer 200 to a message that they throw away (a wrong signature, a missing keyword, too many a minute) and say so in
the body only. So the body is read here, and only their word for "taken" counts.
"""

import base64
import hashlib
import hmac
import time
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec

from alerts.channels.http import post
from alerts.errors import SendFailed
from alerts.messages import Message
from config.alerts import RobotChannel

Platform = Literal["dingtalk", "wecom", "feishu"]

LONGEST = {"dingtalk": 18_000, "wecom": 2_000, "feishu": 18_000}  # bytes of text that each takes, and some to spare
CODES = {"dingtalk": "errcode", "wecom": "errcode", "feishu": "code"}
BUSY = frozenset({-1, 130101, 45009, 45033, 11232, 99991400})  # "busy" and "too many messages": try again later
# A wrong token, signature, keyword or sender's address: only the office can put it right, in the robot or in alerts.yaml.
REFUSED = frozenset({300001, 310000, 93000, 19001, 19021, 19022, 19024})
BUSY_WAIT_S = 60.0  # all three count by the minute


class Robot:
    """Posts the message as text to a group."""

    def __init__(self, platform: Platform, url: str, secret: str | None = None) -> None:
        self._platform: Platform = platform
        self._url, self._secret = url, secret

    @classmethod
    def of(cls, entry: RobotChannel) -> "Robot":
        """Open the configured one."""
        return cls(entry.kind, entry.revealed("url"), None if entry.secret is None else entry.revealed("secret"))

    def send(self, message: Message) -> None:
        text = clipped(f"{message.title}\n{message.text}", LONGEST[self._platform])
        url, body = self._signed({"msg_type": "text", "content": {"text": text}} if self._platform == "feishu" else _plain(text))
        check(self._platform, post(url, msgspec.json.encode(body), {}))

    def _signed(self, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if self._secret is None:
            return self._url, body
        if self._platform == "feishu":
            stamp = str(int(time.time()))
            return self._url, body | {"timestamp": stamp, "sign": feishu_sign(self._secret, stamp)}
        stamp = str(round(time.time() * 1000))
        joint = "&" if "?" in self._url else "?"
        return self._url + joint + urlencode({"timestamp": stamp, "sign": dingtalk_sign(self._secret, stamp)}), body


def dingtalk_sign(secret: str, stamp: str) -> str:
    r"""Sign as DingTalk asks: the secret signs "<milliseconds>\n<secret>"."""
    return base64.b64encode(hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()).decode()


def feishu_sign(secret: str, stamp: str) -> str:
    r"""Sign as Feishu asks: "<seconds>\n<secret>" signs nothing at all."""
    return base64.b64encode(hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()


def check(platform: Platform, answer: bytes) -> None:
    """Read what a robot answered. Raises SendFailed where it is not its word for "taken"."""
    try:
        said = msgspec.json.decode(answer, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise SendFailed("no_robot", f"the answer is not a robot's: {answer[:100].decode(errors='replace')!r}") from error
    code = said.get(CODES[platform])
    if code == 0:
        return
    what = f"{platform} answered {code!r}: {str(said.get('errmsg', said.get('msg', '')))[:200]}"
    if not isinstance(code, int):
        raise SendFailed("no_robot", what)
    if code in BUSY:
        raise SendFailed("busy", what, retry_after=BUSY_WAIT_S)
    raise SendFailed(f"robot_{code}", what, final=code in REFUSED)


def clipped(text: str, most: int) -> str:
    """Shorten a text to a number of bytes in UTF-8, at a whole character."""
    encoded = text.encode("utf-8", "replace")
    return text if len(encoded) <= most else encoded[: most - 3].decode("utf-8", "ignore") + "…"


def _plain(text: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": text}}
