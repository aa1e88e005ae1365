"""Lines that read, over HTTP: ours and each reference in turn, round after round."""

import gc
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.ground import Ground, cookie
from tests.bench.load import Load, WrongAnswer, burst, request
from tests.bench.recording import Recorder
from tests.bench.servers import Server
from tests.bench.table import Line

CLIENTS = 8
SHOWN = "1.001193"  # of the seed: cases, papers, three offices


@dataclass
class Read:
    """One thing to read: our request, and what each reference is asked for the same."""

    name: str
    path: str
    who: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    usual: str = ""
    framework: str = "line"  # or "hello": cached bytes are held against an empty handler
    targets: dict[str, float] = field(default_factory=dict)
    by_cpu: bool = False
    fields: tuple[str, ...] = ()  # what ours and `usual` both have to answer


def reads(ground: Ground) -> list[Read]:
    """The reading lines of the product."""
    page = "/api/v1/procedures?limit=20"
    return [
        Read("catalogue, JSON", page, usual="/procedures", framework="hello",
             targets={"framework": 0.7, "usual": 15}, by_cpu=True, fields=("code", "name")),
        Read("catalogue, page", "/thu-tuc", framework="hello", targets={"framework": 0.7}, by_cpu=True),
        Read("catalogue, 304", page, status=304, framework="hello", targets={"framework": 0.7}, by_cpu=True),
        Read("procedure, JSON", f"/api/v1/procedures/{SHOWN}", framework="hello",
             targets={"framework": 0.7}, by_cpu=True),
        Read("procedure, page", f"/thu-tuc/{SHOWN}", framework="hello",
             targets={"framework": 0.7}, by_cpu=True),
        Read("procedure, page 304", f"/thu-tuc/{SHOWN}", status=304, framework="hello",
             targets={"framework": 0.7}, by_cpu=True),
        Read("sectors, page", "/thu-tuc/linh-vuc", framework="hello",
             targets={"framework": 0.7}, by_cpu=True),
        Read("dossier", f"/api/v1/dossiers/{ground.dossier}", "citizen", usual=f"/dossiers/{ground.dossier}",
             targets={"framework": 0.7, "usual": 4}, by_cpu=True, fields=("procedure_code", "status")),
        Read("desk, 20 in hand", "/api/v1/desk/dossiers?view=unit&limit=20", "clerk",
             usual=f"/dossiers?agency={ground.agency}", targets={"framework": 0.7, "usual": 6}, by_cpu=True),
        Read("desk, 20 of all", "/api/v1/desk/dossiers?view=all&limit=20", "clerk",
             targets={"framework": 0.7}, by_cpu=True),
        Read("desk, page", "/can-bo", "clerk"),
    ]  # fmt: skip


def record(ground: Ground, recorder: Recorder, each: list[Read]) -> dict[str, int]:
    """Run each once in this process to learn its statements."""
    counts = {}
    for place, one in enumerate(each):
        headers = cookie(ground, one.who) if one.who else {}
        counts[one.name] = recorder.record(f"r{place}", "GET", one.path, headers)
    return counts


def measure(
    ground: Ground,
    servers: dict[str, Server],
    each: list[Read],
    counts: dict[str, int],
    *,
    rounds: int,
    seconds: float,
) -> list[Line]:
    """Every line against its references, A B A B.

    Raises:
        WrongAnswer: a server answered something else than the line is about.
    """
    lines = []
    for place, one in enumerate(each):
        line = Line(one.name, "/s", statements=counts.get(one.name))
        asks = _asks(ground, servers, one, place)
        _fair(one, {name: ask(0.2) for name, ask in asks.items()})
        ours: list[Load] = []
        cpu: dict[str, list[float]] = {name: [] for name in asks}
        for _ in range(rounds):
            rates = {}
            gc.collect()
            for name, ask in asks.items():
                before = servers[name].cpu()
                load = ask(seconds)
                used = servers[name].cpu() - before
                cpu[name].append(1e6 * used / max(1, len(load.latencies)))
                rates[name] = load.per_second
                if name == "ours":
                    ours.append(load)
            for name, rate in rates.items():
                if name != "ours":
                    line.ratios.setdefault(name, []).append(rates["ours"] / rate)
                    line.references.setdefault(name, rate)
        _fill(line, ours, cpu)
        for name, target in one.targets.items():
            reached = line.cpu_ratio[name] if one.by_cpu else line.ratio(name)
            line.at_least(reached, target)
        line.target = ", ".join(f"≥ {target:g} × {name}" for name, target in one.targets.items())
        lines.append(line)
    return lines


def _asks(
    ground: Ground, servers: dict[str, Server], one: Read, place: int
) -> dict[str, Callable[[float], Load]]:
    headers = {**one.headers, **(cookie(ground, one.who) if one.who else {})}
    if one.status == 304:
        headers["If-None-Match"] = _etag(servers["ours"].port, one.path)
    asks = {"ours": (servers["ours"].port, request("GET", one.path, headers), one.status)}
    where = f"/{one.framework}/r{place}"
    asks["framework"] = (servers["framework"].port, request("GET", where), 200)
    asks["limit"] = (servers["limit"].port, request("GET", f"/line/r{place}"), 200)
    if one.usual and "usual" in servers:
        from auth.sessions import digest

        token = {"X-Token": digest(ground.tokens[one.who]).hex()} if one.who else {}
        asks["usual"] = (servers["usual"].port, request("GET", one.usual, token), 200)

    def bind(port: int, asked: bytes, status: int) -> Callable[[float], Load]:
        return lambda seconds: burst(
            port, itertools.repeat(asked), clients=CLIENTS, seconds=seconds, status=status
        )

    return {name: bind(*found) for name, found in asks.items()}


def _etag(port: int, path: str) -> str:
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.headers["ETag"])


def _fair(one: Read, answers: dict[str, Load]) -> None:
    """Ours and the usual one must be about the same thing."""
    if not one.fields or "usual" not in answers:
        return
    ours, usual = json.loads(answers["ours"].body), json.loads(answers["usual"].body)
    ours, usual = (_first(found) for found in (ours, usual))
    if "status" in one.fields:
        ours = {**ours, "status": ours["status"]["name"]}
    for name in one.fields:
        if name not in ours or name not in usual:
            raise WrongAnswer(f"{one.name}: {name} is not in both answers")
        if name != "name" and name != "code" and ours[name] != usual[name]:
            raise WrongAnswer(f"{one.name}: {name} differs: {ours[name]} and {usual[name]}")


def _first(found: dict[str, object]) -> dict[str, object]:
    listed = found.get("items", found.get("results"))
    if isinstance(listed, list):
        if len(listed) != 20:
            raise WrongAnswer(f"a page of {len(listed)}, not of 20")
        return dict(listed[0])
    return found


def _fill(line: Line, ours: list[Load], cpu: dict[str, list[float]]) -> None:
    loads = sorted(ours, key=lambda one: one.per_second)
    middle = loads[len(loads) // 2]
    line.ours = middle.per_second
    line.p50, line.p95, line.p99 = (middle.quantile(share) for share in (0.5, 0.95, 0.99))
    medians = {name: sorted(found)[len(found) // 2] for name, found in cpu.items()}
    line.cpu_us = medians["ours"]
    line.cpu_ratio = {
        name: used / medians["ours"] for name, used in medians.items() if name != "ours" and medians["ours"]
    }
