"""A word with clamd (INSTREAM), when the settings name one. No answer is no verdict: the file waits."""

import socket
import struct
from pathlib import Path

from portal.core.errors import Unavailable

SECONDS = 30
PIECE = 64 * 1024  # bytes; clamd's StreamMaxLength must be at least the upload limit


class ScannerUnavailable(Unavailable):
    """clamd does not answer, or could not judge: the file stays unserved and is looked at again."""

    title = "Bộ quét mã độc tạm gián đoạn"


def infected(address: str, path: Path) -> bool:
    """Whether clamd at host:port finds malware in the file.

    Raises:
        ScannerUnavailable: it did not say OK or FOUND.
    """
    host, _, port = address.rpartition(":")
    answer = b""
    try:
        with (
            socket.create_connection((host.strip("[]"), int(port)), SECONDS) as line,
            path.open("rb") as file,
        ):
            line.sendall(b"zINSTREAM\0")
            while piece := file.read(PIECE):
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(struct.pack(">I", 0))
            while not answer.endswith(b"\0") and (heard := line.recv(4096)):
                answer += heard
    except OSError as error:
        raise ScannerUnavailable("Bộ quét mã độc không trả lời.") from error
    verdict = answer.rstrip(b"\0\n")
    if verdict.endswith(b" FOUND"):
        return True
    if verdict == b"stream: OK":
        return False
    raise ScannerUnavailable("Bộ quét mã độc chưa kết luận được.")
