"""Starting `portal up` and Embedded in processes of their own, and seeing what they leave behind."""

import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment(**settings: str) -> dict[str, str]:
    """Our environment without any setting of the portal, then these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    return kept | {"PYTHONUNBUFFERED": "1"} | settings


@contextmanager
def data_folder() -> Iterator[Path]:
    """A folder that the services' user can walk into, unlike pytest's own when we are root."""
    with tempfile.TemporaryDirectory(prefix="motcua-house-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def processes_of(folder: Path) -> dict[int, str]:
    """The living processes that have this folder in their command line, environment or working directory."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
            traces = command + (entry / "environ").read_bytes() + os.fsencode(os.readlink(entry / "cwd"))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if state != "Z" and os.fsencode(folder) in traces:
            found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


def wait_until(fact: Callable[[], object], seconds: float = 20) -> bool:
    """Whether the fact came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if fact():
            return True
        time.sleep(0.1)
    return bool(fact())


class Running:
    """A child of the test with its output in a file."""

    def __init__(self, command: list[str], folder: Path, settings: Mapping[str, str]) -> None:
        self.output = folder.with_name(f"{folder.name}-{secrets.token_hex(3)}.out")
        self.begun = time.monotonic()
        with self.output.open("wb") as sink:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(**settings),
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def wait_for(self, pattern: str, seconds: float = 120) -> float:
        """Seconds from its start until it said this."""
        assert wait_until(
            lambda: re.search(pattern, self.said()) or self.process.poll() is not None, seconds
        ), self.said()
        assert re.search(pattern, self.said()), self.said()
        return time.monotonic() - self.begun

    def end(self, how: signal.Signals, seconds: float = 40) -> int:
        self.process.send_signal(how)
        return self.process.wait(seconds)

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.output.unlink(missing_ok=True)


def portal_up(folder: Path, **settings: str) -> Running:
    """`portal up` on this data folder."""
    return Running(
        [sys.executable, "-m", "portal.cli", "up"], folder, {"MOTCUA_VAR": str(folder), **settings}
    )
