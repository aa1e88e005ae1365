"""What the clients were promised: every acknowledged submission, and everything odd they met."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID


@dataclass
class Submission:
    """One thing a person wanted to file, however often it was sent."""

    id: UUID
    applicant: UUID
    sha256: str | None = None  # of the file sent with it
    completed: dict[str, str] = field(
        default_factory=dict
    )  # file id -> sha256, where completion was answered
    dossiers: set[UUID] = field(default_factory=set)  # ids the portal gave out for it
    references: set[str] = field(default_factory=set)  # references it acknowledged it under

    @property
    def acknowledged(self) -> bool:
        return bool(self.references)


class Ledger:
    """Kept by all client threads together."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.submissions: dict[UUID, Submission] = {}
        self.in_flight = 0
        self.over = threading.Event()  # nobody waits any more for a file to be checked
        self.seen: Counter[str] = Counter()  # answers by status, lost answers, twins
        self.odd: list[str] = []  # what no client may ever see, such as a 500
        self.longest_wait = 0.0  # seconds for one act, over all its tries
        self.longest_answer = 0.0  # seconds for one answer (I13)
        self.acked_at: list[float] = []
        self.gone: list[str] = []  # what its owner could not read again

    def begun(self, submission: Submission) -> None:
        with self.lock:
            self.submissions[submission.id] = submission

    def acknowledged(self) -> int:
        with self.lock:
            return sum(submission.acknowledged for submission in self.submissions.values())

    def note(self, what: str) -> None:
        with self.lock:
            self.seen[what] += 1

    def answered(self, seconds: float) -> None:
        with self.lock:
            self.longest_answer = max(self.longest_answer, seconds)

    def strange(self, what: str) -> None:
        with self.lock:
            self.odd.append(what)

    @contextmanager
    def flying(self) -> Iterator[None]:
        """A request is under way: sent, and its answer not yet read."""
        with self.lock:
            self.in_flight += 1
        try:
            yield
        finally:
            with self.lock:
                self.in_flight -= 1
