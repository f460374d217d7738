"""Any other service, through apprise. It says only whether it worked, so every failure is tried again."""

from apprise import Apprise, AppriseAsset

from alerts.errors import SendFailed
from alerts.messages import Message
from config.alerts import AppriseChannel


class Other:
    """Sends by an address of apprise, such as "ntfy://host/topic"."""

    def __init__(self, url: str) -> None:
        # No files between two messages, and no second guess at what the address means.
        self._sender = Apprise(asset=AppriseAsset(app_id="yuqing", app_desc="yuqing", async_mode=False))
        self._usable = self._sender.add(url)

    @classmethod
    def of(cls, entry: AppriseChannel) -> "Other":
        """Open the configured one."""
        return cls(entry.revealed("url"))

    def send(self, message: Message) -> None:
        if not self._usable:
            raise SendFailed("bad_address", "apprise knows no service of this address; correct it in alerts.yaml", final=True)
        if not self._sender.notify(title=message.title, body=message.text):
            raise SendFailed("refused", "the service did not take it, or could not be reached; apprise doesn't say which")
