"""The portal behind uvicorn, as it is served, and a socket that says whatever one likes."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


class Wire:
    """A served application: its port, and whether it is still at work on a request."""

    def __init__(self, app: Any) -> None:
        config = uvicorn.Config(
            app,
            port=0,
            loop="uvloop",
            http="httptools",
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
        self.server = uvicorn.Server(config)
        self.listening = config.bind_socket()
        self.port: int = self.listening.getsockname()[1]
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self.listening]}, daemon=True
        )

    def said(self, sent: bytes) -> bytes:
        """Everything the portal answers to these bytes, until it closes or has nothing more to do."""
        heard, silent = b"", 0
        with socket.create_connection(("127.0.0.1", self.port), 5) as line:
            line.settimeout(0.05)
            try:
                line.sendall(sent)
            except ConnectionError:
                return b""  # closed while we spoke
            while silent < (2 if heard else 6) or (self.server.server_state.tasks and silent < 16):
                try:
                    piece = line.recv(65_536)
                except TimeoutError:
                    silent += 1
                    continue
                except ConnectionError:
                    break
                if not piece:
                    break
                heard, silent = heard + piece, 0
        for _ in range(200):
            if not self.server.server_state.tasks and not self.server.server_state.connections:
                break
            time.sleep(0.01)
        return heard


@contextmanager
def served(app: Any) -> Iterator[Wire]:
    """The application on a free port, with the HTTP parser and options of `portal.operations.serving`."""
    wire = Wire(app)
    wire.thread.start()
    while not wire.server.started:
        time.sleep(0.01)
    try:
        yield wire
    finally:
        wire.server.should_exit = True
        wire.thread.join(15)
        wire.listening.close()


def statuses(heard: bytes) -> list[int]:
    """The status codes of the answers in what was heard."""
    return [int(line.split(b" ")[1]) for line in heard.split(b"\r\n") if line.startswith(b"HTTP/1.")]
