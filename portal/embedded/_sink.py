"""The program of the mail sink: `python -I _sink.py PORT FOLDER`; needs aiosmtpd, nothing of the portal."""

import asyncio
import secrets
import signal
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 35 * 1024 * 1024  # bytes of one message


class Keeper:
    """Writes each message to the folder, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep one message; the recipients that SMTP named stand in a header of our own."""
        name = f"{time.time_ns()}-{secrets.token_hex(4)}.eml"
        head = "".join(f"X-Envelope-To: {address}\r\n" for address in envelope.rcpt_tos).encode("utf-8")
        fresh = self.folder / f".{name}"
        fresh.write_bytes(head + (envelope.original_content or b""))
        fresh.rename(self.folder / name)
        return "250 kept"


async def serve(port: int, folder: Path) -> None:
    """Take messages until SIGTERM."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(
        lambda: SMTP(Keeper(folder), enable_SMTPUTF8=True, data_size_limit=LARGEST, loop=loop),
        host="127.0.0.1",
        port=port,
    )
    async with server:
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
