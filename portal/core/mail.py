"""E-mail over SMTP; in the demo, reading the local sink that keeps messages instead of sending them.

Messages say that something happened and where to sign in; they carry no answers, papers or addresses
of files.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, parseaddr
from pathlib import Path

import msgspec

from portal.core.clock import now
from portal.core.errors import DomainError, Unavailable
from portal.core.settings import Settings

SECONDS = 10  # patience with the relay, per step of the conversation
_SUBJECT_MAX = 200


class MailRefused(DomainError):
    """The relay will never take this message (bad address, 5xx): trying again is of no use."""

    title = "Không gửi được thư"


class MailUnavailable(Unavailable):
    """The relay does not answer, or says to come back later (4xx)."""

    title = "Máy chủ thư tạm gián đoạn"


class _Policy(policy.EmailPolicy):
    """SMTP's rules, with subjects folded by the older, sound code.

    Python 3.11 to 3.13 lose the space at a fold between two encoded words ("từ chối" became "từchối").
    """

    def fold(self, name: str, value: str) -> str:
        if name.lower() != "subject":
            plain: str = super().fold(name, value)
            return plain
        folded = Header(value, "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {folded}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() != "subject":
            raw: bytes = super().fold_binary(name, value)
            return raw
        return self.fold(name, value).encode("ascii")


_POLICY = _Policy(linesep="\r\n")


class Mailer:
    """Sends one message at a time through the relay of the settings; holds no connection."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        name, address = parseaddr(settings.mail_from)
        self._sender = Address(display_name=name, addr_spec=address)

    def send(self, *, to: str, subject: str, text: str, html: str | None = None, message_id: str) -> None:
        """Send a message to one person.

        Args:
            to: the bare address.
            text: the plain body; html says the same when given.
            message_id: a stable id (the event's), so that a repeated sending is recognised as one.

        Raises:
            MailRefused: the address or the message is refused for good.
            MailUnavailable: the relay is not reachable, busy, or refuses our sign-in: try later.
        """
        message = self._compose(to, subject, text, html, message_id)
        with self._conversation() as relay:
            relay.send_message(message, to_addrs=[to])

    def _compose(self, to: str, subject: str, text: str, html: str | None, message_id: str) -> EmailMessage:
        message = EmailMessage(policy=_POLICY)
        try:
            message["From"] = self._sender
            message["To"] = Address(addr_spec=to)
            message["Subject"] = " ".join(subject.split())[:_SUBJECT_MAX]
        except (ValueError, IndexError, MessageError) as error:
            raise MailRefused("Địa chỉ thư không dùng được.") from error
        message["Date"] = format_datetime(now())
        message["Message-ID"] = f"<{message_id}@{self._sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text, cte="base64")
        if html is not None:
            message.add_alternative(html, subtype="html", cte="base64")
        return message

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        settings = self._settings
        try:
            with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS) as relay:
                if settings.smtp_tls:
                    relay.starttls(context=ssl.create_default_context())
                if settings.smtp_user:
                    relay.login(settings.smtp_user, settings.smtp_password.get_secret_value())
                yield relay
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _failure(max(codes, default=550)) from error
        except smtplib.SMTPAuthenticationError as error:  # our settings are wrong, not the message
            raise MailUnavailable("Máy chủ thư không nhận tài khoản của cổng.") from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused("Máy chủ thư không nhận địa chỉ có dấu.") from error
        except smtplib.SMTPResponseException as error:
            raise _failure(error.smtp_code) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailable("Chưa nối được với máy chủ thư.") from error


def _failure(code: int) -> DomainError:
    if code >= 500:
        return MailRefused("Máy chủ thư không nhận thư này.", code=code)
    return MailUnavailable("Máy chủ thư đang bận.", code=code)


class SunkMessage(msgspec.Struct, frozen=True):
    """A message in the demo's sink, as its inbox page shows it."""

    name: str
    at: datetime
    to: str
    subject: str
    text: str


def inbox(folder: str, *, limit: int = 50) -> list[SunkMessage]:
    """The newest messages of the demo's sink, latest first; [] when there is no sink."""
    if not folder or not Path(folder).is_dir():
        return []
    files = sorted(Path(folder).glob("*.eml"), key=lambda file: file.name, reverse=True)[:limit]
    return [_read(file) for file in files]


def _read(file: Path) -> SunkMessage:
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(file.read_bytes())
    body = message.get_body(("plain",))
    return SunkMessage(
        name=file.stem,
        at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        to=str(message["X-Envelope-To"] or message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=body.get_content().replace("\r\n", "\n") if body else "",
    )
