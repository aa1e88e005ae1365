"""One row of a file on its way in, and what became of it."""

from typing import Any, Final, Literal

from msgspec import Struct

Outcome = Literal["created", "updated", "unchanged", "refused"]
OUTCOMES: Final = ("created", "updated", "unchanged", "refused")


class Refused(Exception):
    """A row or a file that is not taken; `reason` says why, in words for whoever sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GivenRow(Struct, frozen=True):
    """A row as it was read: its line in the file, what it says, or why it cannot be read."""

    line: int
    values: Any = None
    broken: str | None = None


class ImportRow(Struct, frozen=True, omit_defaults=True):
    """What became of one row. `reason`: why it was refused, or what is worth knowing of one taken."""

    code: str
    outcome: Outcome
    reason: str | None = None
    line: int = 0
    name: str = ""


class ImportReport(Struct):
    """What became of a file; `refused` names each row that was not taken."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0  # published here: its name and revision stay
    refused: list[ImportRow] = []

    @property
    def total(self) -> int:
        """Rows read."""
        return self.created + self.updated + self.unchanged + self.kept + len(self.refused)
