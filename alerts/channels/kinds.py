"""Which class is behind each kind of channel in alerts.yaml."""

from collections.abc import Mapping

from alerts.channels.base import Channel, Opener
from alerts.channels.mail import Mail
from alerts.channels.other import Other
from alerts.channels.robots import Robot
from alerts.channels.webhook import Webhook
from config.alerts import AnyChannel, AppriseChannel, MailChannel, RobotChannel


def opened(entry: AnyChannel) -> Channel:
    """Open one configured channel. Raises KeyError with the name of a variable that is not set."""
    if isinstance(entry, MailChannel):
        return Mail(entry)
    if isinstance(entry, RobotChannel):
        return Robot.of(entry)
    if isinstance(entry, AppriseChannel):
        return Other.of(entry)
    return Webhook.of(entry)


OPENERS: Mapping[str, Opener] = dict.fromkeys(("mail", "webhook", "dingtalk", "wecom", "feishu", "apprise"), opened)
