"""Named places where the portal can be made to die, fail or dawdle, to prove that nothing is lost there.

`MOTCUA_FAILPOINTS="outbox.before_mark=kill|once, mail.after_send=sleep:0.5"` arms them; settings refuse
it outside the demo. Unarmed, a place costs one comparison. docs/chaos.md has the table.
"""

import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Final

import msgspec

from portal.core.errors import Unavailable

POINTS: Final[dict[str, str]] = {
    "http.before_commit": "the answer is built, its transaction not committed",
    "http.after_commit": "committed, the answer not sent",
    "idempotency.after_claim": "the key is taken, the act not done",
    "work.before_commit": "a task's or a step's work is done, not committed",
    "work.after_commit": "a task's or a step's work is committed, nothing after it done",
    "outbox.before_send": "rows are locked, nothing handed to the queue",
    "outbox.before_mark": "handed to the queue, the rows not deleted",
    "outbox.after_mark": "rows deleted, not committed",
    "worker.before_ack": "a task has had its effect, the queue does not know",
    "attachments.after_begin": "the store has begun an upload, no row names it",
    "attachments.after_join": "the store has made the parts one object, the row does not say so",
    "inspection.before_verdict": "a file is judged, the verdict not written",
    "inspection.after_verdict": "the verdict is committed, its effect key is not",
    "documents.after_store": "a document lies in the store, no row names it",
    "mail.after_send": "the relay took a message, its effect key is not written",
    "discard.after_remove": "bytes are removed, the effect key is not written",
    "rollups.after_fold": "figures are folded, not committed",
    "anchors.before_sign": "leaves are read, the root is not signed",
    "anchors.after_commit": "a root is committed, not taken to the second place",
    "anchors.before_root": "leaves lie in the second place, their root does not",
}


class FailpointReached(Unavailable):
    """What `raise` raises: as if a part of the portal did not answer just then."""


class Unknown(ValueError):
    """`MOTCUA_FAILPOINTS` cannot be read; the text says where."""


class _Act(msgspec.Struct, frozen=True):
    """What to do at a place: kill, raise or sleep, at every n-th visit, or once in the life of the folder."""

    what: str
    seconds: float = 0.0
    every: int = 1
    once: bool = False


_armed: dict[str, _Act] = {}
_kept: Path | None = None
_visits: Counter[str] = Counter()


def read(text: str) -> dict[str, _Act]:
    """The acts by place: `name=kill|raise|sleep:SECONDS`, then `|once` or `|every:N`; commas between.

    Raises:
        Unknown: no such place, or no such act.
    """
    acts: dict[str, _Act] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, wish = part.partition("=")
        if name not in POINTS:
            raise Unknown(f"{name}: no such failpoint")
        what, *habits = wish.split("|")
        what, _, amount = what.partition(":")
        every = [habit.removeprefix("every:") for habit in habits if habit != "once"]
        try:
            acts[name] = _Act(what, float(amount or 0), int(every[0]) if every else 1, "once" in habits)
        except ValueError as error:
            raise Unknown(f"{part}: cannot be read") from error
        if what not in ("kill", "raise", "sleep") or acts[name].every < 1:
            raise Unknown(f"{part}: kill, raise or sleep:SECONDS, then |once or |every:N")
    return acts


def arm(text: str, kept: str = "") -> None:
    """Arm these places and no others. `kept` is a folder that remembers hits over the life of processes.

    Raises:
        Unknown: the text cannot be read.
    """
    global _armed, _kept
    _armed, _kept = read(text), Path(kept) if kept else None


def failpoint(name: str) -> None:
    """Do what is armed at this place; nothing in production."""
    if _armed:
        _reach(name)


def _reach(name: str) -> None:
    act = _armed.get(name)
    if act is None:
        return
    _visits[name] += 1
    if _visits[name] % act.every or (act.once and not _first(name)):
        return
    if _kept is not None:
        with (_kept / "hits").open("a") as hits:
            hits.write(f"{name} {act.what}\n")
    if act.what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif act.what == "raise":
        raise FailpointReached(f"Điểm lỗi thử nghiệm {name}.")
    time.sleep(act.seconds)


def _first(name: str) -> bool:
    """Whether no process got here before."""
    if _kept is None:
        return _visits[name] == 1
    try:
        (_kept / f"once-{name}").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
