"""Clients on one side, kill -9 and broken lines on the other, and a portal between them."""

import contextlib
import os
import random
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from portal.core.db import Sessions
from portal.embedded import Embedded
from portal.embedded.process import CannotStart
from portal.embedded.supervisor import Portal
from tests.chaos.client import Client, GaveUp, new_submission
from tests.chaos.judge import waiting
from tests.chaos.ledger import Ledger
from tests.chaos.proxy import Proxy
from tests.chaos.schedule import Plan, Strike

STARTING = 8.0  # seconds that a web process may take to start on a busy machine
PATIENCE = 15.0  # seconds that a strike waits for something to be under way


@dataclass(frozen=True)
class Ground:
    """What the clients file, and with whom."""

    agency: UUID
    plain: str  # code of a procedure without papers
    papered: str  # code of one that wants a file
    requirement: str
    people: list[tuple[UUID, str, str]]  # account, e-mail, password


@dataclass(frozen=True)
class Lines:
    """What lies behind the portal, and the lines to it."""

    services: Embedded
    proxy: Proxy

    def kill_postgres(self) -> None:
        """kill -9 the postmaster and all its children (in sessions of their own); then start it again."""
        postgres = self.services.postgres
        assert postgres.child is not None
        family = [postgres.child.pid, *children_of(postgres.child.pid)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        postgres.child.kill()
        while any(Path(f"/proc/{pid}").exists() for pid in family):
            time.sleep(0.01)
        postgres.start()
        postgres.wait()


def children_of(parent: int) -> list[int]:
    """Processes whose parent this is."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                    found.append(int(entry.name))
    return found


class ChaosPortal(Portal):
    """The portal's processes, with impatient sweepers, failpoints, and maybe a fault in the web process."""

    fault: str | None = None
    lines: Lines
    plan: Plan | None = None
    rearm: bool = False  # while True, kill the web as a whole: it is to start with other failpoints
    webs: int = 1  # processes behind the web's socket
    fell: list[float]  # when what a failpoint killed was started again; of the run

    def command(self, *arguments: str) -> list[str]:
        name, *rest = arguments
        if name == "web" and self.fault:
            return [sys.executable, "-m", "tests.chaos.faulty", self.fault, "--port", str(self.port)]
        module = "tests.chaos.quick" if name in ("worker", "background") else "portal.cli"
        if name == "worker":
            rest += ["--concurrency", "2"]
        if name == "web" and self.webs > 1:
            rest += ["--workers", str(self.webs)]
        return [sys.executable, "-m", module, name, *rest]

    def start(self, name: str) -> None:
        armed = self.plan.arm(name) if self.plan else ""
        self.environment = {**self.environment, "MOTCUA_FAILPOINTS": armed}
        super().start(name)

    def listens(self) -> bool:
        """Whether the web process takes connections."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def serving(self) -> list[tuple[int, float]]:
        """The processes behind the web's socket, each with its age in seconds; [] where there is one."""
        up = float(Path("/proc/uptime").read_text().split()[0])
        found = []
        for pid in children_of(self.children["web"].pid):
            with contextlib.suppress(OSError):
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    began = float(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])
                    found.append((pid, up - began / os.sysconf("SC_CLK_TCK")))
        return found

    def kill(self, name: str) -> None:
        """kill -9 the process and its children, then start it anew; of several webs only one."""
        serving = self.serving() if name == "web" and self.webs > 1 else []
        if serving and not self.rearm:
            os.kill(random.choice(serving)[0], signal.SIGKILL)  # its supervisor starts another
            return
        self.children[name].kill()
        self.start(name)

    def raise_the_dead(self) -> None:
        """Start again what a failpoint has killed."""
        for name, child in list(self.children.items()):
            if not child.running():
                self.kill(name)
                self.fell.append(time.monotonic())

    def hits(self) -> Counter[str]:
        """How often each failpoint acted."""
        kept = self.logs / "hits"
        return Counter(kept.read_text().splitlines()) if kept.exists() else Counter()


@dataclass
class Outcome:
    """What happened in a run."""

    ledger: Ledger
    clients: list[Client]
    seconds: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)
    network: Counter[str] = field(default_factory=Counter)  # faults of lines, by target and mode
    harmed: Counter[str] = field(default_factory=Counter)  # connections that met one
    hits: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0  # requests under way at the kills
    ended: list[tuple[float, str]] = field(default_factory=list)  # when each fault was over
    fell: list[float] = field(default_factory=list)  # when what a failpoint killed was started again
    quiet: bool = False

    def slowest_recovery(self) -> float:
        """The longest time from the end of a fault to the next acknowledgement, in seconds.

        A fault upon a fault begins the wait anew: a process that meets its next failpoint while it recovers.
        """
        acked = sorted(self.ledger.acked_at)
        last = acked[-1] if acked else 0.0
        fell = [at for at in self.fell if at <= last]  # after it nobody files any more
        faults = sorted([*(at for at, _ in self.ended), *fell])
        waits = []
        for end, following in pairwise([*faults, float("inf")]):
            back = next((at for at in acked if at >= end), float("inf"))
            if back <= following:
                waits.append(back - end)
        return max(waits, default=0.0)


def run(portal: ChaosPortal, ground: Ground, plan: Plan, sessions: Sessions) -> Outcome:
    """Let the clients file while things break; ends at a quiet moment, if the plan has us wait."""
    ledger = Ledger()
    clients = [
        Client(ledger, portal.port, account, email, password, plan.lost)
        for account, email, password in ground.people[: plan.clients]
    ]
    outcome = Outcome(ledger, clients)
    portal.fell = outcome.fell
    strikes = plan.draw()
    for client in clients:
        client.sign_in()
    if plan.points:
        portal.plan = plan
        portal.webs, portal.rearm = plan.webs, True
        for name in portal.children:
            portal.kill(name)  # so that it starts armed
        portal.rearm = False
        if not _until(portal, portal.answers if plan.webs > 1 else portal.listens, 120):
            raise CannotStart("the armed web process does not answer")
    enough = threading.Event()
    threads = [
        threading.Thread(target=_file_on, args=(client, ground, plan, enough, carries(plan, place)))
        for place, client in enumerate(clients)
    ]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    try:
        _strike(portal, plan, strikes, outcome, sessions, begun)
    finally:
        enough.set()
        if not plan.settle:
            ledger.over.set()
        while any(thread.is_alive() for thread in threads):
            portal.raise_the_dead()
            time.sleep(0.1)
    outcome.seconds = time.monotonic() - begun
    if plan.points == "drawn":  # the end is judged without more failpoints
        portal.plan = None
        for name in ("worker", "background"):
            portal.kill(name)
            outcome.kills[name] += 1
    if plan.settle:
        outcome.quiet = _wait_quiet(portal, sessions, begun + plan.limit)
    outcome.harmed, outcome.hits = portal.lines.proxy.harmed, portal.hits()
    portal.plan = None
    return outcome


def carries(plan: Plan, place: int) -> float:
    """The share of this client's submissions that carry a file."""
    return plan.attach if not plan.carriers or place < plan.carriers else 0.0


def _file_on(client: Client, ground: Ground, plan: Plan, enough: threading.Event, share: float) -> None:
    while not enough.is_set():
        submission = new_submission(client)
        attach = random.random() < share
        flows = 2 if not attach and random.random() < plan.flows else 1
        code = ground.papered if attach else ground.plain

        def flow(code: str = code, attach: bool = attach, submission=submission) -> None:  # type: ignore[no-untyped-def]
            try:
                client.file(
                    submission,
                    code,
                    ground.agency,
                    twins=random.random() < plan.twins,
                    attach=ground.requirement if attach else "",
                )
            except GaveUp as error:
                client.ledger.strange(str(error))

        tabs = [threading.Thread(target=flow) for _ in range(flows)]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()
        enough_for_now = client.ledger.acknowledged() >= plan.acknowledged  # strikes are still to come
        time.sleep(plan.pace * random.uniform(0.5, 1.5) * (8 if enough_for_now else 1))


def _strike(
    portal: ChaosPortal, plan: Plan, strikes: list[Strike], outcome: Outcome, sessions: Sessions, begun: float
) -> None:
    """Strike by strike, from the main thread; then until enough is acknowledged after the last."""
    for strike in strikes:
        _live(portal, time.monotonic() + strike.pause)
        if time.monotonic() - begun > plan.limit:
            return
        _until(portal, lambda what=strike.what: _at_work(portal, what, outcome, sessions))  # type: ignore[misc]
        outcome.in_flight += outcome.ledger.in_flight
        if strike.mode != "kill":
            portal.lines.proxy.set(strike.what, strike.mode)
            _live(portal, time.monotonic() + strike.lasts)
            portal.lines.proxy.set(strike.what, "pass")
            outcome.network[f"{strike.what} {strike.mode}"] += 1
        elif strike.what == "postgres":
            portal.lines.kill_postgres()
            outcome.kills["postgres"] += 1
        else:
            portal.kill(strike.what)
            outcome.kills[strike.what] += 1
        outcome.ended.append((time.monotonic(), f"{strike.what} {strike.mode}"))
    ledger, last = outcome.ledger, max((at for at, _ in outcome.ended), default=0.0)
    while time.monotonic() - begun < plan.limit:
        enough = ledger.acknowledged() >= plan.acknowledged
        if enough and (not outcome.ended or max(ledger.acked_at, default=0.0) > last):
            return
        if enough and time.monotonic() - last > plan.recovers:
            return
        _live(portal, time.monotonic() + 0.1)


def _live(portal: ChaosPortal, until: float) -> None:
    while (left := until - time.monotonic()) > 0:
        portal.raise_the_dead()
        time.sleep(min(left, 0.1))


def _until(portal: ChaosPortal, ready: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether it came to be so in time; what dies meanwhile, of a failpoint say, is started again."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ready():
            return True
        _live(portal, time.monotonic() + 0.05)
    return False


def _at_work(portal: ChaosPortal, what: str, outcome: Outcome, sessions: Sessions) -> bool:
    """Whether a strike at it would meet something under way."""
    if what in ("worker", "background", "queue"):
        with contextlib.suppress(SQLAlchemyError), sessions() as session:
            return waiting(session) > 0
    if what == "web" and portal.webs > 1:  # the other one serves meanwhile
        ages = [age for _, age in portal.serving()]
        return len(ages) == portal.webs and min(ages) > STARTING and outcome.ledger.in_flight > 0
    return portal.listens() and outcome.ledger.in_flight > 0


def _wait_quiet(portal: ChaosPortal, sessions: Sessions, deadline: float) -> bool:
    while time.monotonic() < deadline:
        portal.raise_the_dead()
        with sessions() as session:
            if not waiting(session):
                return True
        time.sleep(0.5)
    return False
