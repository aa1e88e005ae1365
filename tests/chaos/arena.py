"""Clients on one side, kill -9 on the other, and a portal between them."""

import random
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from uuid import UUID

from portal.core.db import Sessions
from portal.embedded.supervisor import Portal
from tests.chaos.client import Client, GaveUp, new_submission
from tests.chaos.judge import done, waiting
from tests.chaos.ledger import Ledger


@dataclass(frozen=True)
class Plan:
    """How much of what; the run goes on until all of it has happened."""

    acknowledged: int
    web_kills: int = 0
    worker_kills: int = 0
    clients: int = 6
    attach: float = 0.0  # share of submissions that carry a file
    twins: float = 0.3  # share of submissions sent twice at once
    flows: float = 0.0  # share of submissions filed by two tabs at once, from the first step
    lost: float = 0.2  # share of answers thrown away unread
    pause: tuple[float, float] = (1.5, 3.0)  # seconds between kills
    limit: float = 300  # seconds; more means something hangs
    settle: bool = True  # wait for the consequences, and let `portal verify` judge too


@dataclass(frozen=True)
class Ground:
    """What the clients file, and with whom."""

    agency: UUID
    plain: str  # code of a procedure without papers
    papered: str  # code of one that wants a file
    requirement: str
    people: list[tuple[UUID, str, str]]  # account, e-mail, password


class ChaosPortal(Portal):
    """The portal's processes, with impatient sweepers, and a web process that may carry a fault."""

    fault: str | None = None
    quick: bool = True

    def command(self, *arguments: str) -> list[str]:
        name, *rest = arguments
        if name == "web" and self.fault:
            return [sys.executable, "-m", "tests.chaos.faulty", self.fault, "--port", str(self.port)]
        module = "tests.chaos.quick" if self.quick and name in ("worker", "background") else "portal.cli"
        return [sys.executable, "-m", module, name, *rest]

    def listens(self) -> bool:
        """Whether the web process takes connections."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self, name: str) -> None:
        """kill -9 the process and its children, then start it anew as a supervisor would."""
        self.children[name].kill()
        self.start(name)


@dataclass
class Outcome:
    """What happened in a run."""

    ledger: Ledger
    seconds: float = 0.0
    web_kills: int = 0
    worker_kills: int = 0
    in_flight: list[int] = field(default_factory=list)  # requests under way at each kill of the web
    quiet: bool = False

    def __str__(self) -> str:
        seen = ", ".join(f"{what}: {count}" for what, count in sorted(self.ledger.seen.items()))
        kept, sent = self.ledger.acknowledged(), len(self.ledger.submissions)
        return (
            f"{kept} acknowledged of {sent} in {self.seconds:.0f} s; "
            f"{self.web_kills} web kills with {sum(self.in_flight)} requests in flight, "
            f"{self.worker_kills} worker kills with work in hand; "
            f"longest wait {self.ledger.longest_wait:.1f} s; {seen}"
        )


def run(portal: ChaosPortal, ground: Ground, plan: Plan, sessions: Sessions) -> Outcome:
    """Let the clients file while processes are killed; ends at a quiet moment, if the plan has us wait."""
    ledger = Ledger()
    outcome = Outcome(ledger)
    clients = [
        Client(ledger, portal.port, account, email, password, plan.lost)
        for account, email, password in ground.people[: plan.clients]
    ]
    for client in clients:
        client.sign_in()
    enough = threading.Event()
    threads = [threading.Thread(target=_file_on, args=(client, ground, plan, enough)) for client in clients]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    try:
        _kill(portal, plan, outcome, sessions, begun)
    finally:
        enough.set()
        for thread in threads:
            thread.join()
    outcome.seconds = time.monotonic() - begun
    if plan.settle:
        outcome.quiet = _wait_quiet(sessions, begun + plan.limit)
    return outcome


def _file_on(client: Client, ground: Ground, plan: Plan, enough: threading.Event) -> None:
    while not enough.is_set():
        submission = new_submission(client)
        attach = random.random() < plan.attach
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


def _kill(portal: ChaosPortal, plan: Plan, outcome: Outcome, sessions: Sessions, begun: float) -> None:
    """Kill by turns, from the main thread, each time with something under way."""
    strike = time.monotonic() + random.uniform(*plan.pause)
    applied = 0  # effects when the worker was last started: it is at work again once there are more
    while time.monotonic() - begun < plan.limit:
        time.sleep(0.05)
        web_left = plan.web_kills - outcome.web_kills
        worker_left = plan.worker_kills - outcome.worker_kills
        if web_left <= 0 and worker_left <= 0 and outcome.ledger.acknowledged() >= plan.acknowledged:
            return
        if time.monotonic() < strike:
            continue
        if worker_left > 0:
            with sessions() as session:
                left, at_work = waiting(session), done(session)
            if left and at_work > applied:
                portal.kill("worker")
                outcome.worker_kills += 1
                applied = at_work
                strike = time.monotonic() + random.uniform(*plan.pause)
        if web_left > 0 and portal.listens() and (flying := outcome.ledger.in_flight):
            portal.kill("web")
            outcome.web_kills += 1
            outcome.in_flight.append(flying)
            strike = time.monotonic() + random.uniform(*plan.pause)


def _wait_quiet(sessions: Sessions, deadline: float) -> bool:
    while time.monotonic() < deadline:
        with sessions() as session:
            if not waiting(session):
                return True
        time.sleep(0.3)
    return False
