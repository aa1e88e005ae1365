"""A run's figures: for each line ours, the references, and their ratios; as text and as JSON."""

import json
import os
import platform
import statistics
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass
class Line:
    """One measured thing. `ratios` are ours / reference of each round, higher is better."""

    name: str
    unit: str
    ours: float = 0.0
    target: str = ""
    held: str = ""  # "yes", "floor" (half of the target), "no"; the worst of its targets
    statements: int | None = None
    database_ms: float | None = None
    cpu_us: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    references: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, list[float]] = field(default_factory=dict)
    cpu_ratio: dict[str, float] = field(default_factory=dict)

    def at_least(self, value: float, target: float) -> None:
        """Hold a figure to a target from above; half of it is the floor."""
        self._judge("yes" if value >= target else "floor" if value >= target / 2 else "no")

    def at_most(self, value: float, target: float) -> None:
        """Hold a figure to a bound; twice of it is the floor."""
        self._judge("yes" if value <= target else "floor" if value <= 2 * target else "no")

    def _judge(self, verdict: str) -> None:
        order = ("no", "floor", "yes", "")
        self.held = min(self.held, verdict, key=order.index)

    def ratio(self, reference: str) -> float:
        """The median ratio against a reference."""
        return statistics.median(self.ratios[reference])


def machine(size: Any, rounds: int) -> dict[str, Any]:
    """What the figures were taken on."""
    info = Path("/proc/cpuinfo").read_text()
    model = next((line.split(":")[1].strip() for line in info.splitlines() if "model name" in line), "?")
    names = ("litestar", "sqlalchemy", "psycopg", "msgspec", "uvicorn", "celery")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": f"{len(os.sched_getaffinity(0))} × {model}",
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in names},
        "rounds": rounds,
        "load": [round(one, 2) for one in os.getloadavg()],
        "size": asdict(size),
    }


def text(lines: list[Line], about: dict[str, Any]) -> str:
    """The table as Markdown."""
    told = [
        f"{about['date']}; {about['cpu']}, {about['memory_gb']} GB; Python {about['python']}; "
        + ", ".join(f"{name} {number}" for name, number in about["versions"].items())
        + f"; {about['rounds']} rounds; seed {about['size']['seed']}; "
        f"{about['size']['dossiers']:,} dossiers, {about['size']['procedures']:,} procedures.",
        "",
        "| line | ours | CPU µs | p50 / p95 / p99 ms | SQL | DB ms | against | target | held |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        latency = " / ".join(f"{one:.1f}" for one in (line.p50, line.p95, line.p99) if one is not None)
        against = "; ".join(
            f"{name} {line.ratio(name):.2f} ({min(found):.2f}–{max(found):.2f})"
            + (f", CPU {line.cpu_ratio[name]:.2f}" if name in line.cpu_ratio else "")
            for name, found in line.ratios.items()
        )
        told.append(
            f"| {line.name} | {line.ours:,.1f} {line.unit} | {_or(line.cpu_us, '.0f')} | {latency} | "
            f"{_or(line.statements, 'd')} | {_or(line.database_ms, '.2f')} | {against} | {line.target} | "
            f"{line.held} |"
        )
    return "\n".join(told) + "\n"


def _or(value: float | None, shape: str) -> str:
    return "" if value is None else format(value, shape)


def write_json(path: Path, lines: list[Line], about: dict[str, Any]) -> None:
    """The same for programs."""
    path.write_text(json.dumps({"about": about, "lines": [asdict(one) for one in lines]}, indent=1))
