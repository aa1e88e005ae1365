"""Lines without HTTP: the database's own work, the folder, the relay, the verifier, the press, memory."""

import gc
import hashlib
import statistics
import time
from typing import Any

import sqlalchemy as sa

from dossiers.documents_contents import context
from dossiers.documents_pdf import Press
from dossiers.models import DocumentKind
from dossiers.rollups import fold_once
from dossiers.verification import journal
from dossiers.verification.report import Findings
from portal import worker
from portal.core import events, outbox
from portal.core.clock import now
from portal.core.db import new_id
from portal.core.work import unit_of_work
from tests import factories
from tests.bench.ground import Ground
from tests.bench.load import WrongAnswer
from tests.bench.servers import Server, cpu_of, pss, tree
from tests.bench.table import Line
from tests.dossiers.test_documents_contents import facts


def desk_in_database(ground: Ground, recorded: dict[str, Any], name: str) -> Line:
    """Time and buffers of the page's list in the database, warm."""
    statement, values = max(recorded[name]["statements"], key=lambda one: "dossier.due_at" in one[0])
    times, buffers = [], 0
    with ground.app() as session:
        factories.act_as(session, ground.clerk.id, ground.clerk.agency_ids)
        connection = session.connection().connection.driver_connection
        assert connection is not None
        for _ in range(5):
            explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
            plan = connection.execute(explain, values).fetchone()
            assert plan is not None
            times.append(plan[0][0]["Execution Time"])
            top = plan[0][0]["Plan"]
            buffers = top["Shared Hit Blocks"] + top["Shared Read Blocks"]
    line = Line("desk, 20 in hand, in the database", "buffers", ours=buffers, target="≤ 100 buffers, ≤ 1 ms")
    line.database_ms = statistics.median(times)
    line.at_most(buffers, 100)
    line.at_most(line.database_ms, 1)
    return line


def fold_beside_filing(lines: list[Line]) -> Line:
    """What share of a processor the folder needs to keep up with filing at its measured rate."""
    rates = {line.name: line.ours for line in lines}
    line = Line("fold, share of a core at full filing", "%", target="≤ 10 %")
    line.ours = 100 * rates.get("submission", 0.0) / rates["fold"]
    line.at_most(line.ours, 10)
    return line


def _append(ground: Ground, count: int) -> int:
    """So many events of small streams, through the journal's own door."""
    made = 0
    while made < count:
        with ground.worker() as session:
            for _ in range(20):
                agency = factories.agency(session)
                for _ in range(25):
                    events.record(session, agency, "agency.renamed", None, {"name_at": "x"})
                    made += 1
                session.add(agency)
            session.commit()
    return made


def journal_lines(ground: Ground, *, count: int) -> list[Line]:
    """Appending, relaying, folding and checking the same events."""
    begun = time.perf_counter()
    made = _append(ground, count)
    append = Line("append events", "/s", ours=made / (time.perf_counter() - begun))
    relay = Line("relay", "rows/s", target="≥ 2,000 rows/s")
    begun, taken = time.perf_counter(), 0
    sent = _Queue()
    while True:
        with unit_of_work() as session:
            got = outbox.relay_once(session, {"agency.renamed": ["portal.worker.nothing"]}, sent)
        taken += got
        if not got:
            break
    relay.ours = taken / (time.perf_counter() - begun)
    relay.at_least(relay.ours, 2000)
    fold = Line("fold", "events/s", target="≥ 5,000 events/s")
    begun = time.perf_counter()
    with unit_of_work() as session:
        folded = fold_once(session)
    fold.ours = folded / (time.perf_counter() - begun)
    fold.at_least(fold.ours, 5000)
    return [append, relay, fold, _verified(ground, count * 20)]


def _verified(ground: Ground, count: int) -> Line:
    """The check of every chain, over so many events more."""
    _chains(ground, count)
    gc.collect()
    line = Line("verify the chains", "events/s", target="≥ 100,000 events/s")
    with ground.worker() as session:
        session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        total = session.execute(sa.text("SELECT count(*) FROM event")).scalar_one()
        found = Findings([])
        begun = time.perf_counter()
        journal.check(session, found)
        line.ours = total / (time.perf_counter() - begun)
        if found.lines and found.broken:
            raise WrongAnswer(f"the journal is not whole: {found.lines[:3]}")
    line.at_least(line.ours, 100_000)
    return line


def _chains(ground: Ground, count: int, *, each: int = 25) -> None:
    """True chains by COPY: `each` events on an agency of their own."""
    columns = "stream_id, seq, stream, name, actor_id, at, prev_hash, hash, body"
    at, heads = now(), []
    with ground.connect() as owner, owner.transaction(), owner.cursor() as cursor:
        with cursor.copy(f"COPY event ({columns}) FROM STDIN") as copy:
            for _ in range(count // each):
                stream_id, head = new_id(), events.GENESIS
                for seq in range(1, each + 1):
                    shape = events._Body(
                        "agency", stream_id, seq, "agency.renamed", None, at, {"name_at": "x"}, None
                    )
                    body = events._encode(shape)
                    after = hashlib.sha256(events.TAG + head + body).digest()
                    copy.write_row((stream_id, seq, "agency", shape.name, None, at, head, after, body))
                    head = after
                heads.append((stream_id, f"A00.{len(heads):07d}", each, head))
        with cursor.copy(
            "COPY agency (id, code, name, kind, address, phone, valid_from, seq, head) FROM STDIN"
        ) as copy:
            for stream_id, code, seq, head in heads:
                copy.write_row((stream_id, code, "Đo", "commune", "", "", "2025-07-01", seq, head))


class _Queue:
    """The real broker, with one connection kept."""

    def __init__(self) -> None:
        self.sent = 0

    def __call__(self, task: str, stream_id: str, seq: int) -> None:
        worker.celery_app.send_task(task, args=[stream_id, seq], retry=False, queue="bench")
        self.sent += 1


def delivery(ground: Ground, *, times: int = 40) -> Line:
    """From the commit of an event to the end of its task, with the real relay, queue and worker."""
    line = Line("commit → task done", "ms", target="p95 ≤ 250 ms")
    waits = []
    with ground.worker() as session:
        for _ in range(times):
            account = factories.account(session)
            events.record(session, account, "account.registration_repeated", None)
            key = f"auth.tasks.tell_owner:{account.id}:{account.seq}"
            session.commit()
            begun = time.perf_counter()
            while not outbox.done(session, key):
                session.commit()
                if time.perf_counter() - begun > 20:
                    raise WrongAnswer(f"{key} was not done in 20 s")
                time.sleep(0.005)
            session.commit()
            waits.append(time.perf_counter() - begun)
    ordered = sorted(waits[2:])  # the first wake the worker
    line.ours = 1000 * statistics.median(ordered)
    line.p50, line.p95, line.p99 = (1000 * ordered[int(len(ordered) * q)] for q in (0.5, 0.95, 0.99))
    line.at_most(line.p95, 250)
    return line


def pdf(*, times: int = 7) -> list[Line]:
    """Processor time of one acknowledgement in the drawing child, and the child's memory after it."""
    press = Press()
    told = context(DocumentKind.ACKNOWLEDGEMENT, facts())
    press.template("acknowledgement.html", told)
    assert press._process is not None
    used = []
    for _ in range(times):
        before = cpu_of(press._process.pid, ended=True)
        press.template("acknowledgement.html", told)
        used.append(1000 * (cpu_of(press._process.pid, ended=True) - before))
    line = Line("PDF receipt", "ms CPU", ours=statistics.median(used), target="≤ 250 ms CPU")
    line.at_most(line.ours, 250)
    memory = Line("PDF child, memory", "MB", ours=pss(press._process.pid))
    press.close()
    return [line, memory]


def memory(ground: Ground, web: Server, others: dict[str, int]) -> list[Line]:
    """Proportional memory after the work."""
    lines = []
    one = Line("memory, web process", "MB", ours=web.memory(), target="≤ 130 MB")
    one.at_most(one.ours, 130)
    lines.append(one)
    child = max((pss(pid) for pid in tree(others["worker"])), default=0.0)
    two = Line("memory, Celery child", "MB", ours=child, target="≤ 150 MB")
    two.at_most(child, 150)
    lines.append(two)
    services = [ground.services.part(name).child for name in ("postgres", "store", "broker", "smtp")]
    whole = sum(pss(pid) for part in services if part for pid in tree(part.pid))
    whole += sum(pss(pid) for pid in tree(web.process.pid))
    whole += sum(pss(pid) for root in others.values() for pid in tree(root))
    three = Line("memory, whole stack", "MB", ours=whole, target="≤ 900 MB")
    three.at_most(whole, 900)
    lines.append(three)
    return lines
