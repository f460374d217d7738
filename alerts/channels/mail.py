"""Mail by SMTP."""

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate

from alerts.errors import SendFailed
from alerts.messages import Message
from config.alerts import MailChannel

TIMEOUT_S = 15.0
PERMANENT = 500  # SMTP codes from here on are refusals that a later try meets again


class Mail:
    """Sends one mail to all its receivers, with a Message-ID that is the same each time."""

    def __init__(self, entry: MailChannel) -> None:
        self._entry = entry
        self._password = None if entry.password is None else entry.revealed("password")

    def send(self, message: Message) -> None:
        mail = compose(self._entry, message)
        try:
            with self._connected() as server:
                refused = server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            raise _all_refused(error.recipients) from error
        except smtplib.SMTPResponseException as error:
            what = f"the mail server answered {error.smtp_code}: {_words(error.smtp_error)}"
            raise SendFailed(f"smtp_{error.smtp_code}", what, final=error.smtp_code >= PERMANENT) from error
        except smtplib.SMTPNotSupportedError as error:
            raise SendFailed("smtp_unsupported", f"the mail server can't do it: {error}", final=True) from error
        except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: an answer that is not SMTP
            raise SendFailed("unreachable", f"no mail server answers as one: {type(error).__name__}") from error
        if refused:
            raise SendFailed("partly_refused", f"refused for {', '.join(sorted(refused))}; taken for the others", final=True)

    def _connected(self) -> smtplib.SMTP:
        entry, context = self._entry, ssl.create_default_context()
        if entry.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(entry.host, entry.port, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(entry.host, entry.port, timeout=TIMEOUT_S)
        try:
            if entry.security == "starttls":
                server.starttls(context=context)
            if entry.user is not None and self._password is not None:
                server.login(entry.user, self._password)
        except BaseException:  # whatever it was, the connection must not stay open
            server.close()
            raise
        return server


def compose(entry: MailChannel, message: Message) -> EmailMessage:
    """Write the mail."""
    mail = EmailMessage()
    mail["Subject"] = message.title
    mail["From"] = entry.sender
    mail["To"] = ", ".join(entry.to)
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}.{entry.id}@{entry.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail.set_content(message.text.encode("utf-8", "replace").decode())
    return mail


def _all_refused(recipients: dict[str, tuple[int, bytes]]) -> SendFailed:
    code = min(code for code, _ in recipients.values())
    return SendFailed(f"smtp_{code}", f"every receiver is refused, first with {code}", final=code >= PERMANENT)


def _words(said: bytes | str) -> str:
    return (said.decode(errors="replace") if isinstance(said, bytes) else said)[:200]
