"""The servers that are measured, each a process tree of its own, pinned to one core where there are two."""

import os
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from portal.embedded.process import free_ports

TICK = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))


class Server:
    """One started server; `cpu()` counts its whole tree."""

    def __init__(
        self, name: str, command: list[str], environment: Mapping[str, str], log: Path, ready: str
    ) -> None:
        """Start it and wait until `ready` answers 200. `{port}` stands in the command for its port."""
        (self.port,) = free_ports(1)
        self.name = name
        begun = time.perf_counter()
        with log.open("wb") as told:
            self.process = subprocess.Popen(
                [part.replace("{port}", str(self.port)) for part in command],
                env={**environment},
                stdout=told,
                stderr=told,
                start_new_session=True,
            )
        self._wait(ready, log)
        self.start_seconds = time.perf_counter() - begun
        if len(CORES) > 1:
            for pid in tree(self.process.pid):
                for thread in os.listdir(f"/proc/{pid}/task"):
                    os.sched_setaffinity(int(thread), {CORES[0]})

    def _wait(self, ready: str, log: Path) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{ready}", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} did not start: {log.read_text()[-2000:]}")

    def cpu(self) -> float:
        """Seconds of processor time the tree has used."""
        return sum(cpu_of(pid) for pid in tree(self.process.pid))

    def memory(self) -> float:
        """Proportional memory of the heaviest process of the tree, MB."""
        return max(pss(pid) for pid in tree(self.process.pid))

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def tree(root: int) -> list[int]:
    """The process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parent = int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def cpu_of(pid: int, *, ended: bool = False) -> float:
    """Processor time of one process, seconds, with that of its ended children if asked; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11 : 15 if ended else 13])) / TICK


def pss(pid: int) -> float:
    """Proportional set size of one process, MB; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024
