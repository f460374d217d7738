"""A signed JSON webhook. docs/alerts.md tells receivers how to check the signature."""

import hashlib
import hmac
import time

import msgspec

from alerts.channels.http import post
from alerts.messages import Message
from config.alerts import WebhookChannel

SIGNATURE = "X-Yuqing-Signature"
TIMESTAMP = "X-Yuqing-Timestamp"
KEY = "Idempotency-Key"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign what is sent, with the time in it so that an old one can't be sent again: "sha256=<hex>" of "<timestamp>.<body>"."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Webhook:
    """Posts the message as JSON: title, text, key and data."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret

    @classmethod
    def of(cls, entry: WebhookChannel) -> "Webhook":
        """Open the configured one."""
        return cls(entry.url, entry.revealed("secret"))

    def send(self, message: Message) -> None:
        body = msgspec.json.encode({"key": message.key, "title": message.title, "text": message.text} | message.data)
        timestamp = str(int(time.time()))
        headers = {TIMESTAMP: timestamp, SIGNATURE: signature(self._secret, timestamp, body), KEY: message.key}
        post(self._url, body, headers)
