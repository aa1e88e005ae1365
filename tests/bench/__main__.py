"""`script/bench`: every line of docs/performance.md, measured in one run."""

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

from portal import worker
from portal.core import runtime
from portal.embedded.supervisor import Portal
from tests.bench import desk, figures, finding, inside, reading, start, writing
from tests.bench.ground import ROOT, Ground, Size, prepared
from tests.bench.load import WrongAnswer
from tests.bench.recording import Recorder
from tests.bench.servers import Server
from tests.bench.table import Line, machine, text, write_json

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- table: made by script/bench --write -->", "<!-- end of table -->"
LOGIN = ("BENCH_USER", "BENCH_PASSWORD", "BENCH_PORT", "BENCH_NAME")
PARTS = ("reading", "desk", "finding", "writing", "inside")
OTHERS = ROOT / ".venv-bench" / "bin"


def servers(ground: Ground, logs: Path, replay: Path) -> dict[str, Server]:
    """Ours and the references, one process each."""
    plain = str(ground.settings.database_url.get_secret_value()).replace("+psycopg", "")
    owner = ground.settings.database_url_owner
    assert owner is not None
    parts = re.match(r"postgresql\+psycopg://([^:]+):([^@]+)@[^:]+:(\d+)/(\w+)", owner.get_secret_value())
    assert parts is not None
    beside = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "BENCH_REPLAY": str(replay),
        "BENCH_DATABASE": plain,
        **dict(zip(LOGIN, parts.groups(), strict=True)),
    }
    python = str(OTHERS / "python")
    ours = [sys.executable, "-m", "portal.cli", "web", "--port", "{port}"]
    gunicorn = [str(OTHERS / "gunicorn"), "-w", "1", "--threads", "16", "-b", "127.0.0.1:{port}",
                "tests.bench.usual:application"]  # fmt: skip
    refer = [python, "-m", "tests.bench.references"]
    return {
        "ours": Server("ours", ours, ground.environment, logs / "ours.log", "/health/live"),
        "limit": Server("limit", [*refer, "limit", "{port}"], beside, logs / "limit.log", "/line/r0"),
        "framework": Server(
            "framework", [*refer, "framework", "{port}"], beside, logs / "framework.log", "/line/r0"
        ),
        "usual": Server("usual", gunicorn, beside, logs / "usual.log", "/procedures"),
    }


def run(
    ground: Ground, folder: Path, parts: list[str], *, rounds: int, seconds: float, named: str = ""
) -> list[Line]:
    """All lines of the parts asked for, in order; `named`: only reading lines that hold these words."""
    if parts == ["desk"]:
        return desk.lines(ground)  # needs no server
    recorder = Recorder(ground)
    each = [one for one in reading.reads(ground) if named in one.name]
    counts = reading.record(ground, recorder, each)
    if named:
        return _only(ground, folder, recorder, each, counts, rounds=rounds, seconds=seconds)
    acted = writing.count(ground, recorder)
    figures.fill(ground)
    told = figures.record(ground, recorder)
    recorder.write(folder / "replay")
    worker.configure(ground.settings)
    runtime.install(ground.settings, ground.worker, ground.storage)  # the recorder's application put its own
    writing.tables(ground)
    started = servers(ground, folder, folder / "replay")
    lines: list[Line] = []

    def say(found: list[Line]) -> None:
        for line in found:
            against = "; ".join(
                f"{name} {line.ratio(name):.2f}, CPU {line.cpu_ratio.get(name, 0):.2f}"
                for name in line.ratios
            )
            print(
                f"  {line.name}: {line.ours:,.1f} {line.unit}, CPU {line.cpu_us or 0:,.0f} µs; "
                f"{against} {line.held}",
                flush=True,
            )
        lines.extend(found)

    try:
        if "reading" in parts:
            print("· reading", flush=True)
            say(reading.measure(ground, started, each, counts, rounds=rounds, seconds=seconds))
            in_hand = next(n for n, one in enumerate(each) if one.name == "desk, 20 in hand")
            say([inside.desk_in_database(ground, recorder.lines, f"r{in_hand}")])
            say(figures.measure(ground, started["ours"], recorder.lines, told))
        if "desk" in parts:
            print("· desk", flush=True)
            say(desk.lines(ground))
        if "finding" in parts:
            print("· finding", flush=True)
            say(finding.lines(ground, started["ours"], folder))
        if "writing" in parts:
            print("· writing", flush=True)
            written = writing.acts(ground, started, rounds=rounds, seconds=seconds)
            for line in written:
                line.statements = acted.get(line.name)
            say(written)
            say(writing.uploads(ground, started["ours"], rounds=min(rounds, 3)))
        if "inside" in parts:
            print("· inside", flush=True)
            say(inside.journal_lines(ground, count=max(2_000, ground.size.dossiers // 20)))
            say([inside.fold_beside_filing(lines)])
            say(inside.pdf())
            say(_beside(ground, folder, started))
            say([Line("web process, start to first answer", "s", ours=started["ours"].start_seconds)])
            say(start.lines())
    finally:
        for server in started.values():
            server.stop()
    return lines


def _only(
    ground: Ground,
    folder: Path,
    recorder: Recorder,
    each: list[reading.Read],
    counts: dict[str, int],
    *,
    rounds: int,
    seconds: float,
) -> list[Line]:
    """A few reading lines by themselves."""
    recorder.write(folder / "replay")
    started = servers(ground, folder, folder / "replay")
    try:
        return reading.measure(ground, started, each, counts, rounds=rounds, seconds=seconds)
    finally:
        for server in started.values():
            server.stop()


def _beside(ground: Ground, folder: Path, started: dict[str, Server]) -> list[Line]:
    """What needs the worker and the relay to run, and nothing that does not belong to the portal."""
    for name in ("limit", "framework", "usual"):
        started[name].stop()
    portal = Portal({**os.environ, **ground.environment}, folder, started["ours"].port)
    try:
        for name in ("worker", "background"):
            portal.start(name)
        waits = inside.delivery(ground)
        pids = {name: child.pid for name, child in portal.children.items()}
        return [waits, *inside.memory(ground, started["ours"], pids)]
    finally:
        portal.stop()


def main() -> int:
    """Measure, print, and keep what was asked for."""
    asked = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--quick", action="store_true", help="a tenth of the rows, two rounds")
    asked.add_argument("--dossiers", type=int, default=200_000)
    asked.add_argument("--only", choices=PARTS, action="append", help="one part; may be given again")
    asked.add_argument("--named", default="", help="only the reading lines that hold these words")
    asked.add_argument("--json", type=Path)
    asked.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    given = asked.parse_args()
    size = Size(dossiers=given.dossiers)
    rounds, seconds = given.rounds, 1.0
    if given.quick:
        size, rounds, seconds = Size(procedures=6_000, published=100, dossiers=20_000, drafts=200), 2, 0.5
    with tempfile.TemporaryDirectory() as folder:
        try:
            with prepared(size) as ground:
                parts = given.only or [*PARTS]
                lines = run(ground, Path(folder), parts, rounds=rounds, seconds=seconds, named=given.named)
        except WrongAnswer as error:
            print(f"Nothing is published: {error}", file=sys.stderr)
            return 1
    about = machine(size, rounds)
    told = text(lines, about)
    print("\n" + told)
    if given.json:
        write_json(given.json, lines, about)
    if given.write:
        page = PAGE.read_text("utf-8")
        head, tail = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{head}{BEGIN}\n{told}{END}{tail}", "utf-8")
    return 1 if any(line.held == "no" for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
