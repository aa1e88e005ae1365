"""The portal as `portal up` really starts it, and a browser: one of each in a process of tests."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.journeys.browser import ARGUMENTS
from tests.journeys.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240  # seconds for services, migrations and the seed on a loaded machine


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def up(folder: Path, port: int, store_port: int, **more: str) -> Iterator[Stack]:
    """`portal up` on a data folder and two ports, stopped as Ctrl-C stops it; `more`: further settings."""
    settings = {"MOTCUA_VAR": str(folder), "MOTCUA_PORT": str(port), "MOTCUA_STORE_PORT": str(store_port)}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MOTCUA_")}
    log = folder / "up.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "up"],
            cwd=ROOT,
            env=inherited | settings | more,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_ready(process, log)
        yield Stack(
            origin=f"http://localhost:{port}",
            store=f"http://localhost:{store_port}",
            folder=folder,
            log=log,
        )
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """`portal up` on a new data folder and free ports, stopped as Ctrl-C stops it."""
    with tempfile.TemporaryDirectory(prefix="motcua-journey-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with up(Path(folder), free_port(), free_port()) as running:
            yield running


def wait_until_ready(process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait for the line that says the portal is ready.

    Raises:
        AssertionError: it ended or took too long; what it said is in the text.
    """
    until = time.monotonic() + PATIENCE
    while "Motcua sẵn sàng" not in (said := log.read_text()):
        assert process.poll() is None, said
        assert time.monotonic() < until, said
        time.sleep(0.3)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's chromium, or the one MOTCUA_CHROMIUM names."""
    path = os.environ.get("MOTCUA_CHROMIUM", "/usr/bin/chromium")
    browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield browser
    browser.close()
