"""The demo's receiver: what docs/alerts.md asks of every receiver."""

import time

import pytest

from alerts.channels.webhook import KEY, SIGNATURE, TIMESTAMP, Webhook, signature
from alerts.errors import SendFailed
from alerts.messages import Message
from services.receiver import Receiver

MESSAGE = Message(key="e.1", title="【预警】测试", text="情况：一", data={"version": 1})


def test_each_key_counts_once() -> None:
    """A repeat is taken, so that it is not sent again, and dropped."""
    with Receiver("s") as receiver:
        hook = Webhook(f"http://127.0.0.1:{receiver.port}/", "s")
        hook.send(MESSAGE)
        hook.send(MESSAGE)
        assert [(told.key, told.title, told.text) for told in receiver.received] == [("e.1", "【预警】测试", "情况：一")]
        assert receiver.repeats == 1


def test_a_wrong_secret_is_refused() -> None:
    """As final: trying again can't help."""
    with Receiver("s") as receiver:
        with pytest.raises(SendFailed, match="401") as error:
            Webhook(f"http://127.0.0.1:{receiver.port}/", "other").send(MESSAGE)
        assert error.value.final
        assert (receiver.received, receiver.refused) == ([], 1)


@pytest.mark.parametrize(
    ("age_s", "body", "status"), [(0, b'{"title": "t"}', 204), (3600, b'{"title": "t"}', 401), (0, b"[not json", 400), (0, b"", 400)]
)
def test_old_and_broken_ones_are_refused(age_s: int, body: bytes, status: int) -> None:
    """Who listened can't send again later; what is no JSON object is told so."""
    stamp = str(int(time.time()) - age_s)
    headers = {TIMESTAMP.lower(): stamp, SIGNATURE.lower(): signature("s", stamp, body), KEY.lower(): "k"}
    with Receiver("s") as receiver:
        assert receiver.take(headers, body) == status


def test_a_request_without_headers_is_refused() -> None:
    """Nobody signed it."""
    with Receiver("s") as receiver:
        assert receiver.take({}, b"{}") == 401
