"""The demo's mail server: takes messages over real SMTP, keeps them as files and sends nothing anywhere."""

import smtplib
import sys
from pathlib import Path

from portal.embedded.process import LOOPBACK, Child

SINK = Path(__file__).with_name("_sink.py")


class MailSink:
    """One SMTP server on the loopback address; each message becomes a file `<instant>-<random>.eml`."""

    def __init__(self, folder: Path, place: Path, port: int) -> None:
        self.folder = folder / "mail"
        self.log = place / "log" / "mail.log"
        self.port = port
        self.child: Child | None = None

    def environment(self) -> dict[str, str]:
        """The settings by which the portal sends, and the demo's inbox page reads, messages."""
        return {
            "MOTCUA_SMTP_HOST": LOOPBACK,
            "MOTCUA_SMTP_PORT": str(self.port),
            "MOTCUA_MAIL_SINK": str(self.folder),
        }

    def start(self) -> None:
        """Start the server; `wait` follows."""
        self.folder.mkdir(exist_ok=True, mode=0o700)
        self.child = Child(
            "SMTP",
            [sys.executable, "-I", SINK, str(self.port), self.folder],
            log=self.log,
            as_service=False,
        )

    def wait(self) -> None:
        """Wait until it holds a conversation."""
        assert self.child is not None
        self.child.wait_ready(self._answers)

    def _answers(self) -> bool:
        with smtplib.SMTP(LOOPBACK, self.port, timeout=5) as connection:
            return connection.noop()[0] == 250

    def ask_to_stop(self) -> None:
        """Begin its shutdown."""
        if self.child:
            self.child.ask_to_stop()

    def wait_stopped(self) -> None:
        """Wait for its end."""
        if self.child:
            self.child.wait_stopped(5)
            self.child = None
