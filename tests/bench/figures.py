"""The published figures over a year of five million dossiers, and whether they grow with more of them."""

import statistics
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from tests.bench.ground import Ground
from tests.bench.load import burst, request
from tests.bench.recording import Recorder
from tests.bench.servers import Server
from tests.bench.table import Line

EACH = 100  # procedures that an agency receives dossiers of
MONTHS = 12
DOSSIERS = 5_000_000


def fill(ground: Ground, *, dossiers: int = DOSSIERS) -> int:
    """Rollups as that many dossiers leave them: agency × procedure × month. Returns the number of rows."""
    with ground.connect() as owner:
        owner.execute("DELETE FROM rollup")
        made = owner.execute(
            """
            WITH place AS (
                SELECT a.id AS agency_id, p.id AS procedure_id, m.month::date AS month,
                       count(*) OVER () AS places
                FROM unnest(%s::uuid[]) AS a (id)
                CROSS JOIN (SELECT id FROM procedure WHERE origin = 'own' ORDER BY code LIMIT %s) p
                CROSS JOIN generate_series(date_trunc('month', now()) - make_interval(months => %s - 1),
                                           date_trunc('month', now()), '1 month') AS m (month)
            )
            INSERT INTO rollup (month, agency_id, procedure_id, level, channel, submitted, received, refused,
                                settled, approved, on_time, returned)
            SELECT month, agency_id, procedure_id, 'full', 'online', n, n - n / 20, n / 20, n - n / 10,
                   n - n / 8, n - n / 9, n - n / 10
            FROM place CROSS JOIN LATERAL (SELECT GREATEST(1, %s / places) AS n) AS share
            """,
            [ground.agencies, EACH, MONTHS, dossiers],
        )
        owner.execute("VACUUM ANALYZE rollup")
        return made.rowcount


def _asked(ground: Ground) -> dict[str, str]:
    with ground.worker() as session:
        code = session.execute(
            sa.text("SELECT code FROM agency WHERE id = :id"), {"id": ground.agency}
        ).scalar_one()
        month = session.execute(sa.text("SELECT to_char(now(), 'YYYY-MM')")).scalar_one()
        year = month[:4]
    base = "/api/v1/statistics"
    return {
        "figures, province, year": f"{base}/online-rates?period={year}",
        "figures, an agency's month": f"{base}/online-rates?period={month}&agency={quote(code)}",
        "figures, series": f"{base}/dossiers?period={year}",
    }


def record(ground: Ground, recorder: Recorder) -> dict[str, int]:
    """Learn the statements of each."""
    return {name: recorder.record(name, "GET", path, {}) for name, path in _asked(ground).items()}


def measure(
    ground: Ground, server: Server, recorded: dict[str, Any], counts: dict[str, int], *, times: int = 60
) -> list[Line]:
    """Each figure as one reader gets it, and its time in the database with one and with five million."""
    rows = {dossiers: fill(ground, dossiers=dossiers) for dossiers in (DOSSIERS // 5, DOSSIERS)}
    lines = []
    for name, path in _asked(ground).items():
        asked = request("GET", path)
        burst(server.port, iter([asked] * 10), clients=1, seconds=30, status=200)
        before = server.cpu()
        load = burst(server.port, iter([asked] * times), clients=1, seconds=60, status=200)
        line = Line(f"{name} ({rows[DOSSIERS]:,} rows of counts)", "/s", ours=load.per_second)
        line.cpu_us = 1e6 * (server.cpu() - before) / times
        line.statements = counts[name]
        line.p50, line.p95, line.p99 = (load.quantile(share) for share in (0.5, 0.95, 0.99))
        line.database_ms = _in_database(ground, recorded[name]["statements"])
        line.target = "≤ 10 ms in all, ≤ 30 ms in the database, whatever the number of dossiers"
        line.at_most(line.p50, 10)
        line.at_most(line.database_ms, 30)
        lines.append(line)
    fill(ground, dossiers=DOSSIERS // 5)
    few = {line.name: line.database_ms or 0.0 for line in lines}
    for line, name in zip(lines, _asked(ground), strict=True):
        fewer = _in_database(ground, recorded[name]["statements"])
        line.ratios["a fifth of the dossiers, DB time"] = [few[line.name] / fewer]
    return lines


def _in_database(ground: Ground, statements: list[tuple[str, Any]], *, times: int = 5) -> float:
    """Milliseconds that the statements take in the database, warm; the median."""
    found = []
    with ground.app() as session:
        connection = session.connection().connection.driver_connection
        assert connection is not None
        for _ in range(times):
            total = 0.0
            for statement, values in statements:
                if not statement.lstrip().upper().startswith(("SELECT", "WITH")) or "set_config" in statement:
                    continue
                plan = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values).fetchone()
                assert plan is not None
                total += plan[0][0]["Execution Time"] + plan[0][0]["Planning Time"]
            found.append(total)
    return statistics.median(found)
