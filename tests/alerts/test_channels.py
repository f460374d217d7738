"""Channels, against real receivers on loopback that take, refuse, hang up or talk nonsense."""

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from aiosmtpd.controller import Controller

from alerts.channels.base import SecretMissing, open_channels
from alerts.channels.http import LONGEST_ANSWER, wait_of
from alerts.channels.kinds import OPENERS, opened
from alerts.channels.mail import Mail
from alerts.channels.other import Other
from alerts.channels.robots import Robot, clipped, dingtalk_sign, feishu_sign
from alerts.channels.webhook import Webhook
from alerts.errors import SendFailed
from alerts.messages import render
from config.alerts import AppriseChannel, MailChannel, RobotChannel, WebhookChannel
from tests.alerts.examples import NOW, notice
from tests.alerts.receivers import receiver

MESSAGE = render(notice())
TAKEN = (200, {}, b'{"errcode":0,"errmsg":"ok"}')


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_webhook_is_signed_with_the_time() -> None:
    """A receiver that follows docs/alerts.md finds the signature right, and the key of the notice to tell a repeat by."""
    with receiver() as there, time_machine.travel(NOW, tick=False):
        Webhook(there.url, "s3cret").send(MESSAGE)
        (request,) = there.requests
    assert request.headers["X-Yuqing-Timestamp"] == str(int(NOW.timestamp()))
    signed = f"{int(NOW.timestamp())}.".encode() + request.body
    assert request.headers["X-Yuqing-Signature"] == "sha256=" + hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert request.headers["Idempotency-Key"] == MESSAGE.key
    body = json.loads(request.body)
    assert (body["key"], body["version"], body["notice"]["step"]) == (MESSAGE.key, 1, "opened")


@pytest.mark.parametrize(
    ("status", "reason", "final"),
    [(500, "http_500", False), (503, "http_503", False), (429, "http_429", False), (404, "http_404", True), (302, "http_302", True)],
)
def test_a_refusal_is_tried_again_where_that_can_help(status: int, reason: str, final: bool) -> None:
    """A server's trouble passes; a wrong address doesn't, and a redirect is not followed with a signed message."""
    with receiver((status, {"Retry-After": "7", "Location": "http://127.0.0.1:1/"}, b"no")) as there, pytest.raises(SendFailed) as caught:
        Webhook(there.url, "s").send(MESSAGE)
    assert (caught.value.reason, caught.value.final, caught.value.retry_after) == (reason, final, 7)
    assert len(there.requests) == 1


def test_a_receiver_that_is_down_is_unreachable_and_its_address_untold() -> None:
    """A closed port is a failure to be tried again; the error holds no token."""
    url = f"http://127.0.0.1:{_closed_port()}/?access_token=verysecret"
    with pytest.raises(SendFailed) as caught:
        Robot("dingtalk", url).send(MESSAGE)
    assert (caught.value.reason, caught.value.final) == ("unreachable", False)
    assert "verysecret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://127.0.0.1:99999999/"])
def test_an_address_that_is_none_is_final(url: str) -> None:
    """Nothing that is tried later makes an address of it."""
    with pytest.raises(SendFailed) as caught:
        Webhook(url, "s").send(MESSAGE)
    assert (caught.value.reason, caught.value.final) == ("bad_address", True)


def test_a_receiver_that_does_not_speak_http_or_hangs_up_is_unreachable() -> None:
    """Less than it promised: the answer can't be trusted."""
    with receiver((200, {"Content-Length": "99"}, b"{}")) as there, pytest.raises(SendFailed, match="no answer") as caught:
        Webhook(there.url, "s").send(MESSAGE)
    assert caught.value.reason == "unreachable"


def test_an_endless_answer_is_not_read() -> None:
    """A receiver that streams a film is no receiver."""
    with receiver((200, {}, b"x" * (LONGEST_ANSWER * 3))) as there, pytest.raises(SendFailed) as caught:
        Webhook(there.url, "s").send(MESSAGE)
    assert caught.value.reason == "answer_too_long"


@pytest.mark.parametrize(
    ("header", "expected"),
    [("7", 7), ("Mon, 01 Jun 2026 08:01:00 GMT", 60), ("Mon, 01 Jun 2026 07:00:00 GMT", 0), ("soon", None), ("-3", None), (None, None)],
)
def test_retry_after_is_read_in_both_its_forms(header: str | None, expected: float | None) -> None:
    """Seconds or a date; nonsense says nothing."""
    assert wait_of(header, NOW) == expected


def test_dingtalk_gets_text_with_a_signed_address() -> None:
    """The text is in the body, time and signature in the address, beside the token that was there."""
    with receiver(TAKEN) as there, time_machine.travel(NOW, tick=False):
        Robot("dingtalk", there.url, "SEC1").send(MESSAGE)
        (request,) = there.requests
    asked = parse_qs(urlsplit(request.path).query)
    stamp = str(round(NOW.timestamp() * 1000))
    assert asked == {"access_token": ["t"], "timestamp": [stamp], "sign": [dingtalk_sign("SEC1", stamp)]}
    assert json.loads(request.body)["text"]["content"].startswith("【预警】账号声量突增")


def test_feishu_gets_text_with_a_signed_body() -> None:
    """Time and signature stand in the body."""
    with receiver((200, {}, b'{"code":0,"msg":"success"}')) as there, time_machine.travel(NOW, tick=False):
        Robot("feishu", there.url, "SEC2").send(MESSAGE)
        body = json.loads(there.requests[0].body)
    stamp = str(int(NOW.timestamp()))
    assert (body["msg_type"], body["timestamp"], body["sign"]) == ("text", stamp, feishu_sign("SEC2", stamp))
    assert "spikes-1" in body["content"]["text"]


def test_wecom_gets_no_more_than_it_takes() -> None:
    """A long text is cut at a whole character."""
    with receiver(TAKEN) as there:
        Robot("wecom", there.url).send(render(notice(why="长" * 3000)))
        content = json.loads(there.requests[0].body)["text"]["content"]
    assert len(content.encode()) <= 2000
    assert content.endswith("…")
    assert clipped("短", 10) == "短"


@pytest.mark.parametrize(
    ("answer", "reason", "final"),
    [
        (b'{"errcode":310000,"errmsg":"keywords not in content"}', "robot_310000", True),
        (b'{"errcode":130101,"errmsg":"send too fast"}', "busy", False),
        (b'{"errcode":77,"errmsg":"?"}', "robot_77", False),
        (b'{"errcode":"0"}', "no_robot", False),
        (b"{}", "no_robot", False),
        (b"<html>sign in</html>", "no_robot", False),
        (b"", "no_robot", False),
        (b"[1]", "no_robot", False),
    ],
)
def test_only_the_robots_own_word_counts_as_taken(answer: bytes, reason: str, final: bool) -> None:
    """A robot that answers 200 and throws the message away has not taken it, and a sign-in page is no robot."""
    with receiver((200, {}, answer)) as there, pytest.raises(SendFailed) as caught:
        Robot("dingtalk", there.url).send(MESSAGE)
    assert (caught.value.reason, caught.value.final) == (reason, final)


class _Postman:
    """A mail server's handler that keeps what it gets, or refuses."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.refuse: dict[str, str] = {}

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 aiosmtpd's name
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd's name
        self.mails.append(envelope.content)
        return "250 taken"


@pytest.fixture
def postman() -> Iterator[tuple[_Postman, int]]:
    handler, port = _Postman(), _closed_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def _mail(port: int, **given: Any) -> Mail:
    to = ["duty@yunxi.example", "boss@yunxi.example"]
    plain = {"id": "m", "kind": "mail", "host": "127.0.0.1", "port": port, "security": "none", "sender": "yuqing@yunxi.example", "to": to}
    return Mail(MailChannel.model_validate(plain | given))


def test_mail_arrives_with_the_same_id_each_time(postman: tuple[_Postman, int]) -> None:
    """Subject and text are readable, and a repeat has the same Message-ID, so that mail programs show it once."""
    handler, port = postman
    _mail(port).send(MESSAGE)
    _mail(port).send(MESSAGE)
    first, second = (message_from_bytes(content, policy=default) for content in handler.mails)
    assert first["Subject"] == MESSAGE.title
    assert MESSAGE.text in first.get_content().replace("\r\n", "\n")
    assert first["Message-ID"] == second["Message-ID"]
    assert first["To"] == "duty@yunxi.example, boss@yunxi.example"


@pytest.mark.parametrize(
    ("refuse", "reason", "final"),
    [
        ({"duty@yunxi.example": "550 nobody"}, "partly_refused", True),
        ({"duty@yunxi.example": "550 no", "boss@yunxi.example": "550 no"}, "smtp_550", True),
        ({"duty@yunxi.example": "450 later", "boss@yunxi.example": "450 later"}, "smtp_450", False),
    ],
)
def test_refused_receivers_are_told(postman: tuple[_Postman, int], refuse: dict[str, str], reason: str, final: bool) -> None:
    """One refused among several is told and not sent to the others twice; "later" is tried again."""
    handler, port = postman
    handler.refuse = refuse
    with pytest.raises(SendFailed) as caught:
        _mail(port).send(MESSAGE)
    assert (caught.value.reason, caught.value.final) == (reason, final)


@pytest.mark.parametrize("given", [{"security": "starttls"}, {"user": "u", "password": "p"}])
def test_a_mail_server_that_can_not_do_what_is_asked(postman: tuple[_Postman, int], given: dict[str, str]) -> None:
    """No encryption or no sign-in where the office asks for it: not sent without."""
    handler, port = postman
    with pytest.raises(SendFailed) as caught:
        _mail(port, **given).send(MESSAGE)
    assert caught.value.reason == "smtp_unsupported"
    assert handler.mails == []


def test_no_mail_server_there() -> None:
    """A closed port, and a web server on the mail port."""
    with pytest.raises(SendFailed) as caught:
        _mail(_closed_port()).send(MESSAGE)
    assert (caught.value.reason, caught.value.final) == ("unreachable", False)


def test_any_other_service_goes_through_apprise() -> None:
    """An address of apprise is sent to; its bare "no" is a failure to be tried again; an address of nothing is final."""
    with receiver() as there:
        Other(there.url.replace("http://", "json://")).send(MESSAGE)
        assert MESSAGE.title in json.loads(there.requests[0].body)["title"]
    with receiver((500, {}, b"")) as there, pytest.raises(SendFailed) as caught:
        Other(there.url.replace("http://", "json://")).send(MESSAGE)
    assert (caught.value.reason, caught.value.final) == ("refused", False)
    with pytest.raises(SendFailed) as caught:
        Other("nothing://at.all").send(MESSAGE)
    assert caught.value.final


def test_the_configured_channels_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind by its class; what is off is left out; a secret that went missing since the check is said by its name."""
    hook = WebhookChannel(id="hook", kind="webhook", url="http://127.0.0.1:1/", secret="env:HOOK_KEY")
    robot = RobotChannel(id="robot", kind="wecom", url="http://127.0.0.1:1/")
    off = AppriseChannel(id="off", kind="apprise", url="json://127.0.0.1", off=True)
    with pytest.raises(SecretMissing, match="HOOK_KEY"):
        open_channels([hook], OPENERS)
    monkeypatch.setenv("HOOK_KEY", "k")
    found = open_channels([hook, robot, off], OPENERS)
    assert {name: type(channel) for name, channel in found.items()} == {"hook": Webhook, "robot": Robot}
    assert isinstance(opened(off), Other)
