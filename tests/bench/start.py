"""From nothing to the first page, and from a stop to it: `portal up` as script/server runs it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from portal.embedded.process import free_ports
from tests.bench.ground import ROOT
from tests.bench.servers import pss, tree
from tests.bench.table import Line

REST = 8.0  # seconds of quiet before memory is read


def lines() -> list[Line]:
    """The first start (services made, migrated, seeded), a later one, and the whole stack idle."""
    first = Line("script/server, first start to first page", "s", target="≤ 60 s")
    later = Line("script/server, later start to first page", "s", target="≤ 15 s")
    idle = Line("memory, whole stack idle", "MB", target="≤ 900 MB")
    with tempfile.TemporaryDirectory(prefix="motcua-start-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        first.ours, _ = _up(folder)
        later.ours, idle.ours = _up(folder)
    first.at_most(first.ours, 60)
    later.at_most(later.ours, 15)
    idle.at_most(idle.ours, 900)
    return [first, later, idle]


def _up(folder: str) -> tuple[float, float]:
    """Seconds to the first page, and megabytes after a rest; stopped as Ctrl-C does."""
    port, store = free_ports(2)
    given = {"MOTCUA_VAR": folder, "MOTCUA_PORT": str(port), "MOTCUA_STORE_PORT": str(store)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    begun = time.perf_counter()
    with Path(folder, "up.log").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "up"], cwd=ROOT, env=kept | given, stdout=said, stderr=said
        )
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - begun > 300:
                raise RuntimeError(Path(folder, "up.log").read_text()[-2000:])
            time.sleep(0.1)
        taken = time.perf_counter() - begun
        time.sleep(REST)
        return taken, sum(pss(pid) for pid in tree(process.pid))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
