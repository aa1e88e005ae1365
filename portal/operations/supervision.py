"""Speaking with the system's supervisor: readiness, and the sockets it keeps open for us."""

import os
import socket

FIRST_PASSED = 3  # systemd passes its sockets from this descriptor on


def notify(message: str) -> None:
    """Tell systemd (`Type=notify`); nothing happens under any other supervisor."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect("\0" + address[1:] if address.startswith("@") else address)
        line.sendall(message.encode())


def passed_socket() -> int | None:
    """The descriptor of the socket that systemd passed to this process, if it did."""
    mine = os.environ.get("LISTEN_PID") == str(os.getpid())
    return FIRST_PASSED if mine and int(os.environ.get("LISTEN_FDS", "0")) > 0 else None
