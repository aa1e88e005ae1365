"""Child processes that die with us, the ports they use, and the place where another user can run them."""

import contextlib
import errno
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

GUARD = Path(__file__).with_name("_guard.py")
LOOPBACK = "127.0.0.1"


class CannotStart(Exception):
    """Something on this machine is in the way; the text is the one sentence to show, in both languages."""


def say(text: str) -> None:
    """One line for the person who started us."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now, below those the system lends to outgoing connections."""
    ports: list[int] = []
    while len(ports) < count:
        port = secrets.randbelow(17_000) + 15_000
        if port not in ports and port_is_free(port):
            ports.append(port)
    return ports


def kept_ports(folder: Path, count: int) -> list[int]:
    """The ports of the last start on this folder, each replaced by a free one if another program has it now.

    The store names its parts by port, so the same data are served under the same ports where possible.
    """
    path = folder / "ports.json"
    try:
        known = [int(port) for port in json.loads(path.read_text())][:count]
    except (OSError, ValueError):
        known = []
    spare = free_ports(count)
    known += spare[len(known) :]
    ports = [port if port_is_free(port) else spare[index] for index, port in enumerate(known)]
    path.write_text(json.dumps(ports))
    return ports


def port_is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a service could listen on this port now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
        return True


def require_free_port(port: int, setting: str) -> None:
    """Refuse to begin on a port that another program holds.

    Raises:
        CannotStart: the port is taken.
    """
    if not port_is_free(port):
        raise CannotStart(
            f"Cổng {port} đang được chương trình khác dùng; hãy tắt chương trình đó "
            f"hoặc đặt {setting} sang số khác. "
            f"(Port {port} is taken by another program; stop it or set {setting} to another number.)"
        )


def require_room(folder: Path, megabytes: int = 300) -> None:
    """Make the folder and check that it can be written and has room.

    Raises:
        CannotStart: it cannot be made or written, or the disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(b"\0" * 4096)
        probe.unlink()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CannotStart(disk_full(folder)) from error
        raise CannotStart(
            f"Không ghi được vào thư mục dữ liệu {folder}; hãy cấp quyền ghi "
            "hoặc đặt MOTCUA_VAR sang thư mục khác. "
            f"(The data folder {folder} cannot be written; allow it or set MOTCUA_VAR to another folder.)"
        ) from error
    if shutil.disk_usage(folder).free < megabytes * 1024 * 1024:
        raise CannotStart(disk_full(folder))


def disk_full(folder: Path) -> str:
    """The sentence for a full disk."""
    return (
        f"Ổ đĩa chứa {folder} đã đầy; hãy giải phóng ít nhất 300 MB. "
        f"(The disk that holds {folder} is full; free at least 300 MB.)"
    )


def service_uid() -> int:
    """The user the services run as: ourselves, or when we are root `nobody` (PostgreSQL refuses root)."""
    if os.geteuid() != 0:
        return os.geteuid()
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return 65534


def can_be_entered(path: Path) -> bool:
    """Whether any user may walk down to this path (all folders above it are open to others)."""
    return all(part.stat().st_mode & 0o001 for part in [path, *path.parents] if part.is_dir())


def place_for_services(folder: Path) -> Path:
    """Where the services keep their data: the folder itself, or for root under a closed home one outside it.

    A service of another user cannot walk through `/root`; its data then lie in a folder of /var/lib named
    after the data folder's path.
    """
    folder = folder.resolve()
    if os.geteuid() != 0:
        return folder
    if can_be_entered(folder):
        return folder
    name = "motcua-" + hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    for base in (Path("/var/lib"), Path("/var/tmp")):  # noqa: S108
        place = base / name
        with contextlib.suppress(OSError):
            place.mkdir(exist_ok=True, mode=0o711)
            place.chmod(0o711)
            if place.stat().st_uid == 0:
                return place
    raise CannotStart(
        "Không tìm được thư mục mà người dùng của dịch vụ vào được; "
        "hãy đặt MOTCUA_VAR ngoài thư mục riêng của root. "
        "(No folder can be entered by the services' user; set MOTCUA_VAR outside root's home.)"
    )


def reachable(root: Path, names: Sequence[str], place: Path, stamp: str) -> Path:
    """Where the services' user can run these files: `root`, or a copy when it lies in a closed home.

    Args:
        root: the folder that holds them.
        names: files or folders below it; a copy keeps their places, by which binaries find libraries.
        place: what `place_for_services` answered.
        stamp: names the version, so that an upgrade is copied anew.
    """
    root = root.resolve()
    if os.geteuid() != 0 or can_be_entered(root):
        return root
    home = place / "bin" / stamp
    if not (home / ".complete").exists():
        shutil.rmtree(home, ignore_errors=True)
        for name in names:
            target = home / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (root / name).is_dir():
                shutil.copytree(root / name, target, symlinks=True)
            else:
                shutil.copy2(root / name, target)
        for folder in [home.parent, home, *(path for path in home.rglob("*") if path.is_dir())]:
            folder.chmod(0o755)
        (home / ".complete").touch()
    return home


def package_folder(name: str) -> Path:
    """The folder of an installed package, found without running its code.

    Raises:
        CannotStart: it is not installed.
    """
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise CannotStart(
            f"Thiếu gói {name}; hãy chạy script/setup hoặc cài motcua[embedded]. "
            f"(The package {name} is missing; run script/setup or install motcua[embedded].)"
        )
    return Path(found.origin).parent


def owned_folder(path: Path, mode: int = 0o700) -> Path:
    """A folder of the services' user."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, service_uid(), service_uid())
    return path


class Child:
    """One running process of ours, in its own process group, tied to our life."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | os.PathLike[str]],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        as_service: bool = True,
        death: signal.Signals = signal.SIGKILL,
    ) -> None:
        """Start it.

        Args:
            name: what people call it.
            command: program and arguments.
            log: file that takes its output, appended to.
            environment: the whole environment; a bare one when not given.
            folder: the working directory.
            as_service: as root, run it as the services' user.
            death: the signal the kernel sends it when we die without stopping it.

        Raises:
            RuntimeError: not called from the main thread, with which the kernel ties the child's life.
        """
        if sys.platform == "linux" and threading.current_thread() is not threading.main_thread():
            raise RuntimeError(
                "start services from the main thread: the kernel ties them to the thread that did"
            )
        self.name = name
        self.log = log
        uid = service_uid() if as_service else 0
        self._sink = log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", GUARD, str(os.getpid()), str(int(death)), str(uid), *command],
            stdin=subprocess.DEVNULL,
            stdout=self._sink,
            stderr=self._sink,
            cwd=folder or "/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **(environment or {})},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Its process id (the guard becomes the service, so the id stays)."""
        return self.process.pid

    def running(self) -> bool:
        """Whether it lives."""
        return self.process.poll() is None

    def ask_to_stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Send the signal that ends it in good order."""
        if self.running():
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(how)

    def wait_stopped(self, seconds: float) -> None:
        """Wait until it ended; then end by force whatever is left of its group."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End it and all processes of its group at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
        self._sink.close()

    def last_words(self, lines: int = 8) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def wait_ready(self, probe: Callable[[], bool], seconds: float = 40) -> None:
        """Wait until the probe, a real operation, succeeds.

        Raises:
            CannotStart: the process ended or did not answer in time; the end of its log is in the text.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.running():
                break
            with contextlib.suppress(Exception):
                if probe():
                    return
            time.sleep(0.05)
        words = self.last_words()
        if "No space left on device" in words:
            raise CannotStart(disk_full(self.log.parent))
        raise CannotStart(
            f"Dịch vụ {self.name} không khởi động được; xem {self.log}. "
            f"({self.name} did not start; see {self.log}.)\n{words}"
        )
