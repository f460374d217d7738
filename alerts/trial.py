"""A test message by the office's channels, so that one knows before it matters."""

import time
from collections.abc import Iterable, Iterator, Sequence

from alerts.channels.base import open_channels
from alerts.channels.kinds import OPENERS
from alerts.errors import NoSuchChannel, SendFailed
from alerts.messages import VERSION, Message
from config.alerts import AnyChannel


def trial(configured: Iterable[AnyChannel], wanted: Sequence[str]) -> Iterator[tuple[str, SendFailed | None]]:
    """Send it by the wanted channels, or by all that are not off; gives for each what went wrong, if anything did.

    Raises NoSuchChannel before anything is sent, and SecretMissing.
    """
    channels = open_channels(configured, OPENERS)
    for name in wanted:
        if name not in channels:
            raise NoSuchChannel(f"no channel {name!r} in alerts.yaml, or it is off; there are: {', '.join(channels) or 'none'}")
    for name in wanted or channels:
        key = f"test.{time.time_ns()}"
        message = Message(
            key=key, title="【测试】预警通知", text="这是一条测试消息，收到即表示渠道可用。", data={"version": VERSION, "test": True}
        )
        try:
            channels[name].send(message)
        except SendFailed as error:
            yield name, error
        else:
            yield name, None
