"""The desk's lists, days and loads in the database alone: time and buffers of each, along what index."""

import statistics
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from dossiers import desk_figures, inbox
from portal.core.clock import local, now
from tests import factories
from tests.bench.ground import Ground
from tests.bench.table import Line

TIMES = 7


def lines(ground: Ground) -> list[Line]:
    """One line a list; what a desk asks all day is held to 1 ms and 100 buffers."""
    head = Actor(
        id=ground.clerk.id,
        roles=ground.clerk.roles,
        agency_ids=ground.clerk.agency_ids,
        headed_ids=ground.clerk.agency_ids,
        name=ground.clerk.name,
    )
    end = now() + timedelta(hours=9)

    def listed(view: str, **more: Any) -> Callable[[Session], object]:
        return lambda session: inbox.desk(session, head, view=view, day_end=end, **more)

    with ground.app() as session:
        factories.act_as(session, head.id, head.agency_ids)
        page = inbox.desk(session, head, view="all", day_end=end)
        behind = inbox.desk(session, head, view="unit", day_end=end, limit=100).next
        name = str(page.items[0].applicant_name)
        number = str(next(one.number for one in page.items if one.number))
    with ground.connect() as owner:
        row = owner.execute("SELECT count(*) FROM dossier").fetchone()
    assert row is not None
    today = local(now()).date()
    held: dict[str, Callable[[Session], object]] = {
        **{f"list, {view}": listed(view) for view in inbox.VIEWS if view not in ("watched", "asked")},
        "list, unit, behind 100": listed("unit", after=behind),
        "list, all, by a whole name": listed("all", query=name),
        "list, unit, by a whole name": listed("unit", query=name),
        "list, all, by a family name": listed("all", query=name.split(maxsplit=1)[0]),
        "list, all, by a number": listed("all", query=number),
        "counts of the lists": lambda session: inbox.desk_counts(session, head, day_end=end),
        "days of a month": lambda session: desk_figures.due_days(
            session, head, today.replace(day=1), today.replace(day=28)
        ),
        "loads of a unit": lambda session: desk_figures.workload(session, head, ground.agency),
    }
    return [_line(ground, head, f"{name}, {row[0]:,} dossiers", call) for name, call in held.items()]


def _line(ground: Ground, who: Actor, name: str, call: Callable[[Session], object]) -> Line:
    """The statements that the call sends, each under EXPLAIN ANALYZE, warm; the sum of the medians."""
    heard: list[tuple[str, Any]] = []
    line = Line(name, "buffers")
    with ground.app() as session:
        factories.act_as(session, who.id, who.agency_ids)
        connection = session.connection()
        engine = connection.engine

        def hear(_c: Any, _cur: Any, statement: str, values: Any, *_: Any) -> None:
            if statement.lstrip().startswith(("SELECT", "WITH")):
                heard.append((statement, values))

        sa.event.listen(engine, "before_cursor_execute", hear)
        call(session)
        sa.event.remove(engine, "before_cursor_execute", hear)
        driver = connection.connection.driver_connection
        assert driver is not None
        line.statements, line.database_ms = len(heard), 0.0
        for statement, values in heard:
            times = []
            for _ in range(TIMES):
                explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
                plan = driver.execute(explain, values).fetchone()
                assert plan is not None
                times.append(plan[0][0]["Execution Time"])
                top = plan[0][0]["Plan"]
            line.ours += top["Shared Hit Blocks"] + top["Shared Read Blocks"]
            line.database_ms += statistics.median(times)
    if " name" in name:
        line.target = "≤ 25 ms"
        line.at_most(line.database_ms, 25)
    elif name.startswith("list"):
        line.target = "≤ 100 buffers, ≤ 1 ms"
        line.at_most(line.ours, 100)
        line.at_most(line.database_ms, 1)
    return line
