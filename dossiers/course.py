"""The course of a dossier on the clock, folded from its events: start, pauses, extension. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, Protocol

import msgspec


class Told(Protocol):
    """An event of a dossier, as `portal.core.events.EventRow` reads it."""

    @property
    def name(self) -> str: ...
    @property
    def at(self) -> dt.datetime: ...
    @property
    def data(self) -> dict[str, Any]: ...


class PauseReason(StrEnum):
    """Why the clock stands still."""

    SUPPLEMENT = "supplement"  # the applicant adds to the dossier
    DUTY = "duty"  # the applicant meets a financial duty
    WITHDRAWAL = "withdrawal"  # the applicant wants it back; the desk looks whether that can be
    INCIDENT = "incident"  # the system failed
    OTHER_AGENCY = "other_agency"  # another agency is asked, and the procedure's rule lets that count


class Pause(msgspec.Struct, frozen=True):
    """A time not counted; `until` None: it has not ended."""

    reason: PauseReason
    since: dt.datetime
    until: dt.datetime | None = None


class Extension(msgspec.Struct, frozen=True):
    """The one apology: made at an instant, naming the new day."""

    at: dt.datetime
    until: dt.date


class Recount(msgspec.Struct, frozen=True):
    """A later calendar revision counted the dossier anew."""

    at: dt.datetime
    calendar: str


class Course(msgspec.Struct, frozen=True):
    """What the clock needs of a dossier's life. `calendar`: the revision that counted it first."""

    started_at: dt.datetime
    pauses: tuple[Pause, ...] = ()
    extension: Extension | None = None
    calendar: str | None = None
    recounts: tuple[Recount, ...] = ()

    @property
    def counted_on(self) -> str | None:
        """The calendar revision that counted it last."""
        return self.recounts[-1].calendar if self.recounts else self.calendar


_BEGINS: Final[Mapping[str, PauseReason]] = {
    "dossier.supplement_asked": PauseReason.SUPPLEMENT,
    "dossier.duty_asked": PauseReason.DUTY,
    "dossier.withdrawal_asked": PauseReason.WITHDRAWAL,
}
_ENDS: Final[Mapping[str, PauseReason]] = {
    "dossier.supplemented": PauseReason.SUPPLEMENT,
    "dossier.supplement_revoked": PauseReason.SUPPLEMENT,
    "dossier.duty_met": PauseReason.DUTY,
    "dossier.duty_revoked": PauseReason.DUTY,
    "dossier.kept": PauseReason.WITHDRAWAL,
}

# Money of which nothing of a duty is owed any more.
BY_MONEY: Final = ("dossier.payment_received", "dossier.fee_settled", "dossier.fee_waived")

CLOCK_EVENTS: Final = frozenset(
    {
        "dossier.accepted",
        "dossier.taken_over",
        "dossier.extended",
        "dossier.due_recounted",
        "dossier.incident_passed",
        "dossier.consulted",
        "dossier.opinion_given",
        "dossier.opinion_revoked",
        *BY_MONEY,
        "dossier.clock_paused",
        "dossier.clock_resumed",
        *_BEGINS,
        *_ENDS,
    }
)


def course_of(events: Sequence[Told]) -> Course | None:
    """The course that a dossier's events (oldest first) tell; None while no clock has started.

    The clock starts at acceptance or, where another agency is competent (`dossier.accepted` then has no
    `due_at`), when that one takes the dossier over. A pause that ended before counts for nothing.

    Source: Decree 118/2025/NĐ-CP, art. 17(3) as amended by Decree 309/2026, art. 8(3).
    """
    started: dt.datetime | None = None
    calendar: str | None = None
    open_: dict[PauseReason, dt.datetime] = {}
    pauses: list[Pause] = []
    extension: Extension | None = None
    recounts: list[Recount] = []
    for event in events:
        data = event.data
        if event.name == "dossier.accepted" and data.get("due_at") is not None:
            started, calendar = _instant(data["accepted_at"]), data.get("calendar")
        elif event.name == "dossier.taken_over":
            started, calendar = _instant(data["at"]), data.get("calendar")
        elif event.name == "dossier.extended":
            extension = Extension(_at(event), dt.date.fromisoformat(data["until"]))
        elif event.name == "dossier.due_recounted":
            recounts.append(Recount(_at(event), data["calendar"]))
        elif event.name == "dossier.incident_passed":
            pauses.append(Pause(PauseReason.INCIDENT, _instant(data["from"]), _instant(data["to"])))
        elif (begun := _begun(event)) is not None:
            open_.setdefault(begun, _at(event))
        elif (ended := _ended(event)) is not None and ended in open_:
            pauses.append(Pause(ended, open_.pop(ended), _at(event)))
    if started is None:
        return None
    pauses += [Pause(reason, since) for reason, since in open_.items()]
    return Course(
        started,
        tuple(sorted(pauses, key=lambda one: (one.since, one.reason))),
        extension,
        calendar,
        tuple(recounts),
    )


def _begun(event: Told) -> PauseReason | None:
    if event.name == "dossier.consulted":
        return PauseReason.OTHER_AGENCY if event.data.get("pauses") else None
    if event.name == "dossier.clock_paused":
        return PauseReason(event.data["reason"])
    return _BEGINS.get(event.name)


def _ended(event: Told) -> PauseReason | None:
    if event.name in ("dossier.opinion_given", "dossier.opinion_revoked"):
        return PauseReason.OTHER_AGENCY if event.data.get("resumes") else None
    if event.name in BY_MONEY:
        return PauseReason.DUTY if event.data.get("resumes") else None
    if event.name == "dossier.clock_resumed":
        return PauseReason(event.data["reason"])
    return _ENDS.get(event.name)


def _at(event: Told) -> dt.datetime:
    """The instant an event speaks of: that of its data, else its own."""
    told: Any = event.data.get("at")
    return _instant(told) if told else event.at


def _instant(value: str | dt.datetime) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
