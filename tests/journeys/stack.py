"""What the journeys know of the running portal: addresses, demo logins, where it keeps its data."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stack:
    """A portal that runs: `origin` and `store` are the only two origins a page may speak to."""

    origin: str
    store: str
    folder: Path
    log: Path

    def password(self, email: str) -> str:
        """The demo password printed for an address at start."""
        lines = (self.folder / "demo-logins.txt").read_text(encoding="utf-8").splitlines()
        return next(line.split("\t")[1] for line in lines if line.split("\t")[0] == email)
