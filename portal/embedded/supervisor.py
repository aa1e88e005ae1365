"""`portal up`: everything on this machine under one supervisor, until Ctrl-C."""

import argparse
import contextlib
import fcntl
import os
import shlex
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from portal.embedded import Embedded
from portal.embedded.process import CannotStart, Child, require_free_port, require_room, say

PATIENCE = 240  # seconds until the portal must answer
RESTARTS = 5  # of one process within a minute: more means that it cannot live


class Stop(BaseException):
    """A person or the system asked us to end."""


class Portal:
    """The portal's own three processes: web, worker and background (relay, folder, timetable)."""

    def __init__(self, environment: Mapping[str, str], logs: Path, port: int) -> None:
        """Prepare; starts nothing yet.

        Args:
            environment: the whole environment, with every `MOTCUA_*` setting.
            logs: folder of their logs.
            port: where the web process listens, on the loopback address.
        """
        self.environment = environment
        self.logs = logs
        self.port = port
        self.children: dict[str, Child] = {}
        self.restarts: dict[str, list[float]] = {}

    def command(self, *arguments: str) -> list[str]:
        """A call of our own command line."""
        return [sys.executable, "-m", "portal.cli", *arguments]

    def start(self, name: str) -> None:
        """Start (again) one of: web, worker, background."""
        arguments = ["--host", "127.0.0.1", "--port", str(self.port)] if name == "web" else []
        self.children[name] = Child(
            name,
            self.command(name, *arguments),
            log=self.logs / f"{name}.log",
            environment=self.environment,
            folder=Path.cwd(),
            as_service=False,
        )

    def answers(self) -> bool:
        """Whether the web process reaches everything it needs."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def revive(self) -> None:
        """Start again whatever died.

        Raises:
            CannotStart: one of them dies again and again.
        """
        for name, child in list(self.children.items()):
            if child.running():
                continue
            child.kill()  # what is left of its group
            recent = [at for at in self.restarts.get(name, []) if time.monotonic() - at < 60]
            if len(recent) >= RESTARTS:
                raise CannotStart(
                    f"Tiến trình {name} dừng liên tục; xem {child.log}. "
                    f"({name} keeps ending; see {child.log}.)\n{child.last_words()}"
                )
            self.restarts[name] = [*recent, time.monotonic()]
            say(f"! {name} đã dừng, khởi động lại / {name} ended, starting it again ({child.log})")
            self.start(name)

    def stop(self) -> None:
        """End all three: each finishes what it has in hand, for ten seconds at most."""
        for child in self.children.values():
            child.ask_to_stop()
        for child in self.children.values():
            child.wait_stopped(10)
        self.children.clear()


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder for ourselves.

    Raises:
        CannotStart: another supervisor holds it.
    """
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(
                f"Motcua đang chạy trên thư mục dữ liệu {folder}. "
                f"(Motcua already runs on the data folder {folder}.)"
            ) from error
        yield


@contextlib.contextmanager
def step(vietnamese: str, english: str) -> Iterator[None]:
    """A line for a step that takes a while, with the time it took."""
    begun = time.monotonic()
    sys.stdout.write(f"· {vietnamese} / {english} … ")
    sys.stdout.flush()
    try:
        yield
    except BaseException:
        say("✗")
        raise
    say(f"{time.monotonic() - begun:.1f} s")


def run_to_end(portal: Portal, name: str, logs: Path) -> str:
    """Run one short command of ours and answer what it printed.

    Raises:
        CannotStart: it failed; the end of what it said is in the text.
    """
    log = logs / f"{name}.log"
    log.write_bytes(b"")
    child = Child(
        name,
        portal.command(name),
        log=log,
        environment=portal.environment,
        folder=Path.cwd(),
        as_service=False,
    )
    try:
        code = child.process.wait()
    finally:
        child.kill()
    if code != 0:
        raise CannotStart(
            f"Bước {name} không xong; xem {log}. (The step {name} failed; see {log}.)\n{child.last_words(20)}"
        )
    return log.read_text(encoding="utf-8", errors="replace")


def require_safe_address(public_url: str) -> None:
    """Browsers keep our sign-in cookie on https and on this machine's own http only.

    Raises:
        CannotStart: the address is plain http on another host.
    """
    address = urlsplit(public_url)
    if address.scheme == "http" and address.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise CannotStart(
            f"Địa chỉ {public_url} cần https: trình duyệt không giữ phiên đăng nhập qua http ngoài máy này. "
            f"(The address {public_url} needs https: browsers keep no session over http off this machine.)"
        )


def write_private(path: Path, lines: Sequence[str]) -> None:
    """Write a file that only its owner reads."""
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write("\n".join(lines) + "\n")


def write_environment(folder: Path, environment: Mapping[str, str]) -> Path:
    """Keep the settings as a file for shells, so that `portal verify` and others work beside us."""
    path = folder / "motcua.env"
    lines = [f"export {name}={shlex.quote(value)}" for name, value in sorted(environment.items())]
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write("\n".join(lines) + "\n")
    return path


def fresh_folder(path: Path) -> Path:
    """An empty folder, whatever an earlier run left in it."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o700)
    return path


def _ask(number: int, _frame: FrameType | None) -> None:
    raise Stop(signal.Signals(number).name)


def up(_: argparse.Namespace | None = None) -> int:
    """Start the services, migrate, seed, start the portal, and keep it all running until asked to stop.

    The environment may say where: `MOTCUA_VAR` (data folder), `MOTCUA_PORT` and `MOTCUA_STORE_PORT`.

    Returns:
        The exit code: 0 after a clean stop, 1 when something was in the way (one sentence says what).
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if (
            signal.getsignal(number) is not signal.SIG_IGN or number is not signal.SIGHUP
        ):  # nohup is respected
            signal.signal(number, _ask)
    try:
        _run(Path(os.environ.get("MOTCUA_VAR") or "var"), _port("MOTCUA_PORT", 8000))
    except Stop:
        return 0
    except CannotStart as error:
        say(f"✗ {error}")
        return 1
    return 0


def _port(variable: str, default: int) -> int:
    value = os.environ.get(variable, str(default))
    if not value.isdecimal() or not 0 < int(value) < 65_536:
        raise CannotStart(
            f"{variable} phải là số cổng từ 1 đến 65535. ({variable} must be a port from 1 to 65535.)"
        )
    return int(value)


def _run(folder: Path, port: int) -> None:
    begun = time.monotonic()
    public_url = os.environ.get("MOTCUA_PUBLIC_URL", f"http://localhost:{port}")
    store_port = _port("MOTCUA_STORE_PORT", 8333)
    require_safe_address(public_url)
    folder = folder.absolute()
    require_room(folder)
    with contextlib.ExitStack() as held:
        held.enter_context(only_one(folder))
        require_free_port(port, "MOTCUA_PORT")
        require_free_port(store_port, "MOTCUA_STORE_PORT")
        services = Embedded(folder, public_url=public_url, store_port=store_port)
        if services.place != services.folder:
            say(f"· Dữ liệu của các dịch vụ nằm ở / the services' data lie in {services.place}")
        ours = {name: value for name, value in os.environ.items() if not name.startswith("VIRTUAL_ENV")}
        settings = services.settings_environment()
        settings["MOTCUA_DEMO"] = os.environ.get("MOTCUA_DEMO", "1")
        settings["MOTCUA_VAR"] = str(folder)
        kept = write_environment(folder, settings)
        measures = fresh_folder(folder / "measures")  # of all three processes, answered by the web
        ours["PROMETHEUS_MULTIPROC_DIR"] = str(measures)
        portal = Portal(ours | settings, services.place / "log", port)

        held.callback(_stop_quietly, portal, services)
        with step("Khởi động PostgreSQL, kho tệp, hàng đợi, hộp thư", "starting the services"):
            services.start()
        with step("Cập nhật cơ sở dữ liệu", "migrating the database"):
            run_to_end(portal, "migrate", portal.logs)
        for name in ("web", "worker", "background"):  # they read their code while the seed works
            portal.start(name)
        with step("Nạp danh mục thủ tục và người dùng mẫu", "loading the sample catalogue and people"):
            seeded = run_to_end(portal, "seed", portal.logs)
        with step("Khởi động cổng", "starting the portal"):
            portal.children["web"].wait_ready(portal.answers, PATIENCE)
        say(f"\nMotcua sẵn sàng sau / ready after {time.monotonic() - begun:.1f} s")
        say(f"  Cổng dịch vụ công / portal    {public_url}")
        say(f"  Hộp thư thử nghiệm / inbox    {public_url}/hop-thu")
        say(f"  API                           {public_url}/docs")
        say(f"  Nhật ký / logs                {portal.logs}")
        say(f"  Biến môi trường / settings    {kept}")
        people = [line.split("\t") for line in logins(folder, seeded)]
        if people:
            say("\nTài khoản thử nghiệm / demo accounts")
            for email, password, role in people:
                say(f"  {email:<36} {password:<20} {role}")
            say("")
        say("Nhấn Ctrl-C để dừng. / Press Ctrl-C to stop.")
        _watch(portal, services)


def logins(folder: Path, seeded: str) -> list[str]:
    """The demo logins: those the seed made just now and those of earlier starts, which only we have kept."""
    path = folder / "demo-logins.txt"
    kept = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    fresh = [line for line in seeded.splitlines() if line.count("\t") == 2 and "@" in line.split("\t")[0]]
    replaced = {line.split("\t")[0] for line in fresh}
    kept = [line for line in kept if line.split("\t")[0] not in replaced] + fresh
    if fresh:
        write_private(path, kept)
    return kept


def _watch(portal: Portal, services: Embedded) -> None:
    """Look after everything, twice a second."""
    while True:
        time.sleep(0.5)
        services.revive()
        portal.revive()


def _stop_quietly(portal: Portal, services: Embedded) -> None:
    """Stop everything, undisturbed by an impatient second Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    say("\nĐang dừng / stopping …")
    portal.stop()
    services.stop()
    say("Đã dừng / stopped")
