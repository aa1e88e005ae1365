"""What `portal doctor` says of one part."""

from typing import Literal

import msgspec

Mark = Literal["✓", "!", "✗"]


class Result(msgspec.Struct, frozen=True):
    """One line: the part, whether it is well, what was seen, and what to do when it is not."""

    part: str
    mark: Mark
    seen: str
    do: str = ""

    @property
    def line(self) -> str:
        """As people read it."""
        return f"{self.mark} {self.part}: {self.seen}" + (f" → {self.do}" if self.do else "")


def well(part: str, seen: str) -> Result:
    """It is as it should be."""
    return Result(part, "✓", seen)


def doubtful(part: str, seen: str, do: str) -> Result:
    """It works, and somebody should look at it."""
    return Result(part, "!", seen, do)


def broken(part: str, seen: str, do: str) -> Result:
    """It does not work, or is not safe."""
    return Result(part, "✗", seen, do)
