"""Exports of a world, and the program that judges them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from dossiers.verification import export
from tests.conftest import ROOT

PROGRAM = ROOT / "script" / "verify-journal"


def run(*arguments: object) -> tuple[int, str]:
    """The program alone: isolated, in an empty environment."""
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={"PATH": "", "LC_ALL": "C.UTF-8"},
        cwd="/",
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def written(world: Any, path: Path, receipt: str = "") -> Path:
    """An export of the world."""
    with world.worker() as session, path.open("wb") as out:
        export.write(session, out, world.settings, receipt=receipt, progress=lambda _: None)
    return path
