"""Web processes behind one socket, and clients that keep their connections and forgive nothing."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from tests.house.running import ROOT


class Front:
    """A listening socket that outlives the processes behind it, as systemd's does."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self.listening.getsockname()[1]
        self.ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ready.bind(f"\0motcua-test-{os.getpid()}-{self.port}")
        self.ready.settimeout(120)
        told = "@" + self.ready.getsockname()[1:].decode()
        self.environment = {**environment, "NOTIFY_SOCKET": told}
        self.log = (folder / "web.log").open("ab")
        self.children: list[subprocess.Popen[bytes]] = []

    def start(self, module: str = "portal.cli") -> subprocess.Popen[bytes]:
        """Start a process and wait until it says that it serves."""
        fd = self.listening.fileno()
        name = ["web"] if module == "portal.cli" else []
        child = subprocess.Popen(
            [sys.executable, "-m", module, *name, "--fd", str(fd)],
            pass_fds=[fd],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
        )
        self.children.append(child)
        while self.ready.recv(64) != b"READY=1":
            continue
        return child

    def __enter__(self) -> "Front":
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
        self.listening.close()
        self.ready.close()
        self.log.close()


class Visitors:
    """Clients that together send about `rate` requests a second until told to stop; no retries."""

    PATHS = ("/health/live", "/api/v1/procedures?limit=5", "/dang-nhap", "/api/v1/agencies")

    def __init__(self, port: int, *, count: int = 10, rate: float = 50) -> None:
        self.port, self.pause = port, count / rate
        self.answered = 0
        self.failed: list[str] = []
        self.closed = 0
        self.lock = threading.Lock()
        self.enough = threading.Event()
        self.threads = [threading.Thread(target=self._visit, args=(place,)) for place in range(count)]

    def _visit(self, place: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        while not self.enough.wait(self.pause):
            place += 1
            try:
                connection.request("GET", self.PATHS[place % len(self.PATHS)])
                answer = connection.getresponse()
                answer.read()
                wrong = "" if answer.status == 200 else f"status {answer.status}"
                politely = answer.getheader("connection", "").lower() == "close"
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                wrong, politely = type(error).__name__, False
            with self.lock:
                self.answered += not wrong
                self.closed += politely
                if wrong:
                    self.failed.append(wrong)
        connection.close()

    def __enter__(self) -> "Visitors":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        for thread in self.threads:
            thread.join()


def ended(child: subprocess.Popen[bytes], seconds: float = 40) -> int:
    """Ask it to end, as systemd does; its exit code."""
    child.send_signal(signal.SIGTERM)
    return child.wait(seconds)


def until(fact: object, seconds: float = 60) -> bool:
    """Whether the fact came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if fact():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False
