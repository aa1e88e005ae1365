"""What `portal verify` found: lines for an operator, findings for a program, what is known to be broken."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from portal.core.clock import now

MOST = 50  # findings written out of one kind; the rest are counted
LATE = timedelta(minutes=15)  # a consequence that is not there by then is reported
STRAY = timedelta(hours=26)  # an object that no row names may be a day old, and then the sweeper has its hour

Progress = Callable[[str], None]


class Finding(msgspec.Struct, frozen=True):
    """One difference. `kind` is the check's name, `subject` the id or key it is about."""

    kind: str
    subject: str
    what: str


class Findings:
    """Lines to read, findings, and whether nothing differs."""

    def __init__(self, at: datetime | None = None, progress: Progress = lambda _: None) -> None:
        self.at = at or now()
        self.progress = progress
        self.lines: list[str] = []
        self.findings: list[Finding] = []
        self.checked: dict[str, int] = {}
        self.broken = Broken()
        self.doubted: set[str] = set()  # files whose rows are wrong: their bytes are not judged by them
        self._count: Counter[str] = Counter()

    def __repr__(self) -> str:
        return "\n".join(["Findings:", *self.lines])

    @property
    def green(self) -> bool:
        """Whether nothing differs."""
        return not self._count

    def bad(self, kind: str, subject: str, what: str) -> None:
        """Something differs."""
        self._count[kind] += 1
        if self._count[kind] <= MOST:
            self.lines.append(f"✗ {kind}: {what}")
            self.findings.append(Finding(kind, subject, what))
        elif self._count[kind] == MOST + 1:
            self.lines.append(f"✗ {kind}: more of the same follow and are only counted")

    def note(self, kind: str, what: str) -> None:
        """Something to know that is no difference by itself."""
        self.lines.append(f"· {kind}: {what}")

    def end(self, kind: str, count: int, line: str) -> None:
        """A check is through: `line` when it found nothing, else how much it found."""
        self.checked[kind] = self.checked.get(kind, 0) + count
        if self._count[kind]:
            self.lines.append(f"· {kind}: {self._count[kind]} found, {count} looked at")
        else:
            self.lines.append(f"✓ {kind}: {line}")

    def has(self, kind: str) -> bool:
        """Whether this kind differs anywhere."""
        return bool(self._count[kind])

    def document(self) -> dict[str, object]:
        """All of it for a program (`portal verify --json`)."""
        return {
            "green": self.green,
            "at": self.at,
            "checked": self.checked,
            "found": dict(self._count),
            "findings": self.findings,
            "lines": self.lines,
        }


class Broken:
    """Streams whose events cannot be trusted: what is derived from them is not reported again."""

    def __init__(self) -> None:
        self.streams: set[str] = set()

    def add(self, stream_id: str) -> None:
        """Distrust the stream."""
        self.streams.add(stream_id)

    def __contains__(self, stream_id: object) -> bool:
        return stream_id in self.streams

    def __bool__(self) -> bool:
        return bool(self.streams)
