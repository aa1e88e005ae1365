"""The embedded default: real PostgreSQL, S3 store, queue broker and mail sink as our child processes.

Nothing here is a toy: each part is the server a province would run, taken from a package, kept in one data
folder and reachable from this machine only.
"""

import shutil
import tempfile
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, Self

from portal.embedded.broker import Broker
from portal.embedded.mail import MailSink
from portal.embedded.postgres import Postgres
from portal.embedded.process import (
    CannotStart,
    Child,
    can_be_entered,
    kept_ports,
    place_for_services,
    require_room,
    say,
)
from portal.embedded.secrets import kept_in, require_same_secrets
from portal.embedded.store import Store

__all__ = ["CannotStart", "Child", "Embedded", "say"]

PARTS = ("postgres", "store", "broker", "smtp")


class Part(Protocol):
    """One service: started, waited for by a real operation, stopped."""

    child: Child | None

    def start(self) -> None: ...
    def wait(self) -> None: ...
    def ask_to_stop(self) -> None: ...
    def wait_stopped(self) -> None: ...
    def environment(self) -> dict[str, str]: ...


class Embedded:
    """The services of one data folder."""

    def __init__(
        self,
        folder: Path,
        *,
        fast: bool = False,
        public_url: str = "http://localhost:8000",
        store_port: int | None = None,
        remove: bool = False,
    ) -> None:
        """Read or make the folder and its secrets; starts nothing yet.

        Args:
            folder: holds the secrets, the messages and, where the services' user can go, all data.
            fast: tests only: no fsync, so that a power cut may lose data.
            public_url: the one origin that browsers may use the store from.
            store_port: the port of the S3 store, which browsers see; any free one when not given.
            remove: delete the folder at the end.

        Raises:
            CannotStart: the folder cannot be written, the disk is full, or its data have other secrets.
        """
        self.folder = folder.absolute()
        self.fast = fast
        self.remove = remove
        require_room(self.folder)
        self.secrets = kept_in(self.folder)
        self.place = place_for_services(self.folder)
        require_same_secrets(self.place, self.secrets)
        (self.place / "log").mkdir(exist_ok=True)
        database, broker, smtp, *store = kept_ports(self.folder, 13)
        self.postgres = Postgres(self.place, self.secrets, database, fast=fast)
        self.broker = Broker(self.place, self.secrets, broker)
        self.smtp = MailSink(self.folder, self.place, smtp)
        self.store = Store(self.place, self.secrets, store_port or store[0], store[1:], public_url)
        self.public_url = public_url

    @classmethod
    def temporary(cls, *, fast: bool = True, public_url: str = "http://localhost:8000") -> Self:
        """Services on a throw-away folder that is removed when they stop: for tests."""
        base = Path(tempfile.gettempdir())
        folder = Path(tempfile.mkdtemp(prefix="motcua-", dir=base if can_be_entered(base) else "/var/tmp"))  # noqa: S108
        folder.chmod(0o755)
        return cls(folder, fast=fast, public_url=public_url, remove=True)

    def part(self, name: str) -> Part:
        """The service of this name: postgres, store, broker or smtp."""
        known: dict[str, Part] = {
            "postgres": self.postgres,
            "store": self.store,
            "broker": self.broker,
            "smtp": self.smtp,
        }
        return known[name]

    def start(self, parts: Collection[str] = PARTS) -> Self:
        """Start these parts side by side, leave running ones alone, and wait until each does real work.

        Call it from the main thread: the kernel ends the services when the thread that started them ends.

        Raises:
            CannotStart: a part did not come up; those that did are stopped again.
        """
        wanted = [self.part(name) for name in PARTS if name in parts]
        waiting = [part for part in wanted if part.child is None or not part.child.running()]
        try:
            for part in waiting:
                part.start()
            with ThreadPoolExecutor(max_workers=len(PARTS)) as threads:
                results = [threads.submit(part.wait) for part in waiting]
                try:
                    for done in results:
                        done.result()
                except BaseException:  # also Ctrl-C: end them, so that nobody waits for their readiness
                    for part in waiting:
                        part.ask_to_stop()
                    raise
        except BaseException:
            self.stop()
            raise
        return self

    def settings_environment(self) -> dict[str, str]:
        """The `MOTCUA_*` variables by which the portal reaches these services."""
        environment = {
            "MOTCUA_DEMO": "1",
            "MOTCUA_PUBLIC_URL": self.public_url,
            "MOTCUA_DATA_KEY": self.secrets.data_key,
            "MOTCUA_INDEX_KEY": self.secrets.index_key,
            "MOTCUA_TOKEN_KEY": self.secrets.token_key,
            "MOTCUA_ANCHOR_KEY": self.secrets.anchor_key,
            "MOTCUA_PAYMENT_GATEWAY": "sandbox",
            "MOTCUA_PAYMENT_SECRET": self.secrets.payment_secret,
        }
        for name in PARTS:
            environment |= self.part(name).environment()
        return environment

    def revive(self) -> None:
        """Start again every service that ended although we did not ask it to.

        Raises:
            CannotStart: it does not come up again.
        """
        fallen = {name for name in PARTS if (child := self.part(name).child) and not child.running()}
        if fallen:
            say(f"! Khởi động lại / starting again: {', '.join(sorted(fallen))}")
            self.start(fallen)

    def stop(self) -> None:
        """Stop everything in good order, then be sure that nothing is left."""
        parts = [self.part(name) for name in PARTS]
        for part in parts:
            part.ask_to_stop()
        for part in parts:
            part.wait_stopped()
        if self.remove:
            shutil.rmtree(self.folder, ignore_errors=True)
            if self.place != self.folder:
                shutil.rmtree(self.place, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
