"""Finding procedures among 20,000: what people type, letter by letter, and while the catalogue changes."""

import itertools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from tests.bench.ground import Ground
from tests.bench.load import WrongAnswer, burst, request
from tests.bench.servers import Server
from tests.bench.table import Line
from tests.services_catalog.test_search_queries import ASKED

SEARCH = "/api/v1/procedures"
BLANKS = itertools.cycle(range(90))  # more of them at the end make an address that no answer is kept of
TYPED = 60  # queries that are typed letter by letter
PASSES = 3


def lines(ground: Ground, server: Server, folder: Path) -> list[Line]:
    """All lines about finding."""
    return [_queries(server), _letters(server), *_while_changing(ground, server), _memory(ground, folder)]


def _asked(queries: Iterator[str] | list[str], path: str = SEARCH) -> Iterator[bytes]:
    """Requests for addresses that nobody has asked for."""
    for query in queries:
        yield request("GET", f"{path}?query={quote(query + ' ' * next(BLANKS))}")


def _timed(server: Server, name: str, asked: list[bytes], target: str, most: float) -> Line:
    """One reader, one request after the other; the times are the reader's."""
    before = server.cpu()
    load = burst(server.port, iter(asked), clients=1, seconds=120, status=200)
    line = Line(name, "/s", ours=load.per_second, target=target)
    line.cpu_us = 1e6 * (server.cpu() - before) / len(asked)
    line.p50, line.p95, line.p99 = (load.quantile(share) for share in (0.5, 0.95, 0.99))
    line.at_most(line.p95, most)
    return line


def _queries(server: Server) -> Line:
    """The queries of tests/services_catalog/search_queries.tsv, none of them kept ready."""
    queries = [asked.query for asked in ASKED]
    burst(server.port, _asked(queries), clients=1, seconds=120, status=200)
    asked = [one for _ in range(PASSES) for one in _asked(queries)]
    return _timed(server, f"search, {len(queries)} real queries", asked, "p95 ≤ 5 ms", 5)


def _letters(server: Server) -> Line:
    """Suggestions for every beginning of some queries, as a browser asks for them."""
    begun = {asked.query[:end] for asked in ASKED[:TYPED] for end in range(2, len(asked.query) + 1)}
    asked = list(_asked(sorted(begun, key=hash), f"{SEARCH}/suggestions"))
    return _timed(server, f"suggestions, {len(asked)} beginnings", asked, "p95 ≤ 5 ms", 5)


def _while_changing(ground: Ground, server: Server) -> Iterator[Line]:
    """Another process publishes: how long until it is found here, and how others fare until then.

    Raises:
        WrongAnswer: it is not found in twenty seconds.
    """
    with ground.connect() as owner:
        owner.execute("UPDATE procedure SET name = name || ' Quyết Toán Xyzzyq' WHERE code = '8.000001'")
        owner.execute("UPDATE catalogue_version SET revision = revision + 1")
    begun = time.perf_counter()
    queries = itertools.cycle(asked.query for asked in ASKED)
    latencies: list[float] = []
    while True:
        load = burst(server.port, _asked([next(queries)]), clients=1, seconds=60, status=200)
        latencies += load.latencies
        found = burst(server.port, _asked(["xyzzyq"]), clients=1, seconds=60, status=200)
        if json.loads(found.body)["items"]:
            break
        if time.perf_counter() - begun > 20:
            raise WrongAnswer("what another process published is not found")
    soon = Line("published elsewhere → found", "s", ours=time.perf_counter() - begun, target="≤ 3 s")
    soon.at_most(soon.ours, 3)
    yield soon
    ordered = sorted(1000 * one for one in latencies)
    line = Line("search while an index is made", "ms", ours=ordered[len(ordered) // 2], target="p99 ≤ 50 ms")
    line.p50, line.p95, line.p99 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.95, 0.99))
    line.at_most(line.p99, 50)
    yield line


def _memory(ground: Ground, folder: Path) -> Line:
    """What the index adds to a process that has just started."""
    ours = [sys.executable, "-m", "portal.cli", "web", "--port", "{port}"]
    other = Server("index", ours, ground.environment, folder / "index.log", "/health/live")
    try:
        for path in ("/dang-nhap", "/api/v1/agencies"):
            burst(other.port, iter([request("GET", path)]), clients=1, seconds=60, status=200)
        before = other.memory()
        burst(other.port, _asked(["khai sinh"]), clients=1, seconds=60, status=200)
        line = Line("memory, search index", "MB", ours=other.memory() - before)
    finally:
        other.stop()
    return line
