"""What will go wrong, and when: drawn from the seed before the run begins."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

WEB = (
    "http.before_commit",
    "http.after_commit",
    "idempotency.after_claim",
    "attachments.after_begin",
    "attachments.after_join",
)
WORKER = (
    "work.before_commit",
    "work.after_commit",
    "worker.before_ack",
    "inspection.before_verdict",
    "inspection.after_verdict",
    "documents.after_store",
    "mail.after_send",
    "discard.after_remove",
)
BACKGROUND = (
    "outbox.before_send",
    "outbox.before_mark",
    "outbox.after_mark",
    "rollups.after_fold",
    "anchors.before_sign",
    "anchors.after_commit",
    "anchors.before_root",
)
PLACES: Mapping[str, tuple[str, ...]] = {"web": WEB, "worker": WORKER, "background": BACKGROUND}
BUSY = (
    "idempotency.after_claim",
    "worker.before_ack",
    "mail.after_send",
    "documents.after_store",
    "http.before_commit",
    "http.after_commit",
    "work.before_commit",
    "work.after_commit",
)


@dataclass(frozen=True)
class Strike:
    """One fault: a kill, or a line that breaks for a while."""

    what: str  # web, worker, background, postgres; or database, store, queue
    mode: str = "kill"
    pause: float = 1.0  # seconds since the one before
    lasts: float = 0.0  # seconds of a broken line


@dataclass(frozen=True)
class Plan:
    """How much of what; the run goes on until all of it has happened."""

    acknowledged: int
    kills: Mapping[str, int] = field(default_factory=dict)
    network: Mapping[str, int] = field(default_factory=dict)  # "database reset" -> times
    clients: int = 6
    attach: float = 0.0  # share of submissions that carry a file
    carriers: int = 0  # if not 0, only so many clients send files: each waits until the worker has looked
    twins: float = 0.3  # share of submissions sent twice at once
    flows: float = 0.0  # share of submissions filed by two tabs at once, from the first step
    lost: float = 0.2  # share of answers thrown away unread
    pause: tuple[float, float] = (1.5, 3.0)  # seconds between strikes
    lasts: tuple[float, float] = (0.5, 2.0)  # seconds that a line stays broken
    pace: float = 0.0  # seconds that a client rests after each submission
    webs: int = 1  # processes behind the web's socket
    points: str = ""  # failpoints: "" none, "once" each kills once, "drawn" one drawn at each start
    limit: float = 300  # seconds; more means something hangs
    recovers: float = 30  # seconds from the end of a fault to the next acknowledgement (I12)
    settle: bool = True  # wait for the consequences, and let `portal verify` judge too

    def draw(self) -> list[Strike]:
        """The strikes of a run, in order."""
        wanted = [(name, "kill") for name, times in self.kills.items() for _ in range(times)]
        wanted += [
            (name.split()[0], name.split()[1]) for name, times in self.network.items() for _ in range(times)
        ]
        random.shuffle(wanted)
        return [
            Strike(
                what, mode, random.uniform(*self.pause), 0 if mode == "kill" else random.uniform(*self.lasts)
            )
            for what, mode in wanted
        ]

    def arm(self, process: str) -> str:
        """`MOTCUA_FAILPOINTS` of a process that starts."""
        places = PLACES[process]
        if self.points == "once":
            return ",".join(f"{place}=kill|once" for place in places)
        if self.points == "drawn":
            if process == "web" and self.webs > 1:  # its supervisor hands the same to each that follows
                return ",".join(
                    f"{place}={random.choice(('kill', 'raise', 'sleep:0.5'))}|every:{random.randint(40, 200)}"
                    for place in places
                )
            place = random.choice(places)
            act = random.choice(("kill", "raise", "sleep:0.5"))
            return f"{place}={act}|every:{random.randint(60, 120) if place in BUSY else random.randint(2, 6)}"
        return ""
