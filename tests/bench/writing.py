"""Lines that write: filing, accepting, deciding, uploading; every request on a dossier of its own."""

import itertools
import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import urllib3

from auth.sessions import digest
from tests.bench.ground import Ground, cookie, drafts, random_key
from tests.bench.load import Load, burst, request
from tests.bench.recording import Recorder
from tests.bench.servers import Server
from tests.bench.table import Line

CLIENTS = 16


def _acts(
    ground: Ground, who: str, ids: list[UUID], act: str, body: dict[str, Any] | None = None
) -> list[bytes]:
    return [
        request(
            "POST",
            f"/api/v1/dossiers/{one}/{act}",
            {**cookie(ground, who), "Idempotency-Key": random_key()},
            json.dumps(body or {}).encode(),
        )
        for one in ids
    ]


def _filed(ground: Ground) -> Iterator[bytes]:
    """What the usual one is sent: the row and its event."""
    token = {"X-Token": digest(ground.tokens["citizen"]).hex()}
    while True:
        body = {
            "procedure_code": ground.plain[0],
            "agency_id": str(ground.agency),
            "status": "submitted",
            "answers": {"full_name": "Nguyễn Thị Ánh", "copies_count": 2},
        }
        yield request("POST", "/filed", token, json.dumps(body).encode())


def tables(ground: Ground) -> None:
    """The two tables the usual one writes to."""
    with ground.connect() as owner:
        owner.execute(
            """
            CREATE TABLE bench_filed (
                id uuid PRIMARY KEY, procedure_code text, agency_id uuid REFERENCES agency (id), status text,
                answers jsonb, created_at timestamptz
            );
            CREATE TABLE bench_noted (
                id uuid PRIMARY KEY, filed_id uuid REFERENCES bench_filed (id), name text, data jsonb,
                at timestamptz
            )
            """
        )


def acts(ground: Ground, servers: dict[str, Server], *, rounds: int, seconds: float) -> list[Line]:
    """Filing, accepting, claiming and approving, each interleaved with the usual one's insert."""
    ours = servers["ours"]
    each = ground.size.drafts // rounds
    lines = {
        name: Line(name, "/s")
        for name in ("submission", "acceptance", "claim", "approval", "submission, 50 agencies")
    }
    cpu: dict[str, list[float]] = {name: [] for name in (*lines, "usual")}
    loads: dict[str, list[Load]] = {name: [] for name in lines}
    for _ in range(rounds):
        ids, spread = drafts(ground, each), drafts(ground, each, agencies=len(ground.agencies))
        before = servers["usual"].cpu()
        usual = burst(
            servers["usual"].port,
            itertools.islice(_filed(ground), each),
            clients=CLIENTS,
            seconds=60,
            status=201,
        )
        cpu["usual"].append(1e6 * (servers["usual"].cpu() - before) / max(1, len(usual.latencies)))
        steps = {
            "submission": _acts(ground, "citizen", ids, "submission"),
            "submission, 50 agencies": _acts(ground, "citizen", spread, "submission"),
            "acceptance": _acts(ground, "officer", ids, "reception"),
            "claim": _acts(ground, "officer", ids, "claim"),
            "approval": _acts(ground, "officer", ids, "approval", {"ground": "Đủ điều kiện"}),
        }
        for name, asked in steps.items():
            start = ours.cpu()
            load = burst(ours.port, iter(asked), clients=CLIENTS, seconds=60, status=200)
            cpu[name].append(1e6 * (ours.cpu() - start) / max(1, len(load.latencies)))
            loads[name].append(load)
            lines[name].ratios.setdefault("usual", []).append(load.per_second / usual.per_second)
    for name, line in lines.items():
        found = sorted(loads[name], key=lambda one: one.per_second)[rounds // 2]
        line.ours, line.cpu_us = found.per_second, sorted(cpu[name])[rounds // 2]
        line.p50, line.p95, line.p99 = (found.quantile(share) for share in (0.5, 0.95, 0.99))
        line.cpu_ratio = {"usual": sorted(cpu["usual"])[rounds // 2] / line.cpu_us}
    for name in ("submission", "acceptance"):
        lines[name].target = "≥ 0.6 × usual's bare insert, ≤ 2.3 CPU-ms"
        lines[name].at_least(lines[name].ratio("usual"), 0.6)
        lines[name].at_most((lines[name].cpu_us or 0) / 1000, 2.3)
    crowd = lines["submission"].ours / lines["submission, 50 agencies"].ours
    lines["submission, 50 agencies"].ratios["one agency over 50"] = [crowd]
    lines["submission, 50 agencies"].target = "one agency ≥ 0.7 of spread"
    lines["submission, 50 agencies"].at_least(crowd, 0.7)
    del seconds
    return list(lines.values())


def count(ground: Ground, recorder: Recorder) -> dict[str, int]:
    """The statements of each act."""
    (one,) = drafts(ground, 1)
    counts = {}
    for name, act, who in (
        ("submission", "submission", "citizen"),
        ("acceptance", "reception", "officer"),
        ("claim", "claim", "officer"),
        ("approval", "approval", "officer"),
    ):
        counts[name] = recorder.record(
            f"w-{name}", "POST", f"/api/v1/dossiers/{one}/{act}", cookie(ground, who), json={}
        )
    return counts


def uploads(ground: Ground, server: Server, *, rounds: int, sizes: tuple[int, ...] = (1, 50)) -> list[Line]:
    """A file through the portal's plan against the same client straight to the store; MB/s."""
    pool = urllib3.PoolManager()
    lines = []
    for megabytes in sizes:
        data = b"%PDF-1.7\n" + b"x" * (megabytes * 1_000_000)
        line = Line(f"upload, {megabytes} MB", "MB/s", target="≥ 0.85 × store")
        times = 20 if megabytes == 1 else 1
        rates = []
        for _ in range(rounds):
            straight = _timed(lambda: _straight(ground, pool, data), times)  # noqa: B023
            planned = _timed(lambda: _planned(ground, pool, server, data), times)  # noqa: B023
            line.ratios.setdefault("store", []).append(straight / planned)
            rates.append(megabytes / planned)
        line.ours = sorted(rates)[rounds // 2]
        line.at_least(line.ratio("store"), 0.85)
        lines.append(line)
    return lines


def _timed(act: Any, times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - begun) / times


def _straight(ground: Ground, pool: urllib3.PoolManager, data: bytes) -> None:
    """The same parts, with nobody in between."""
    key, part = f"bench/{uuid4()}", 5 * 1024 * 1024
    upload = ground.storage.create_multipart(key)
    for number, start in enumerate(range(0, len(data), part), 1):
        _put(pool, ground.storage.part_url(key, upload, number, seconds=60), data[start : start + part])
    ground.storage.complete_multipart(key, upload, ground.storage.parts(key, upload))


def _planned(ground: Ground, pool: urllib3.PoolManager, server: Server, data: bytes) -> None:
    base = f"http://127.0.0.1:{server.port}/api/v1/dossiers/{ground.papered}/attachments"
    headers = {**cookie(ground, "citizen"), "Content-Type": "application/json"}
    asked = {"requirement_key": "proof", "filename": "a.pdf", "size": len(data)}
    answer = pool.request("POST", base, body=json.dumps(asked).encode(), headers=headers)
    if answer.status != 201:
        raise RuntimeError(f"upload: {answer.status} {answer.data[:300]!r}")
    plan = answer.json()
    for part in plan["parts"]:
        start = (part["number"] - 1) * plan["part_size"]
        _put(pool, part["url"], data[start : start + plan["part_size"]])
    one = f"{base}/{plan['attachment_id']}"
    done = pool.request("POST", f"{one}/completion", body=b"{}", headers=headers)
    if done.status != 202:
        raise RuntimeError(f"upload: {done.status} {done.data[:300]!r}")
    pool.request("DELETE", one, headers=headers)


def _put(pool: urllib3.PoolManager, url: str, data: bytes) -> None:
    answer = pool.request("PUT", url, body=data)
    if answer.status != 200:
        raise RuntimeError(f"store: {answer.status} {answer.data[:200]!r}")
