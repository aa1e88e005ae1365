"""What a dossier's row must hold, folded from its events alone. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from dossiers.counting import paused_since
from dossiers.course import BY_MONEY, CLOCK_EVENTS, course_of
from dossiers.verification.money import Money
from dossiers.workflow import Status, way_back

NEAR: Final = timedelta(seconds=60)  # an older event does not repeat its instant; its own time is near it


class Event(msgspec.Struct, frozen=True):
    """An event as its bytes tell it; ids are text."""

    stream: str
    stream_id: str
    seq: int
    name: str
    actor_id: str | None
    at: datetime
    data: dict[str, Any]
    private: str | None


class Near(msgspec.Struct, frozen=True):
    """An instant a little before this one."""

    at: datetime


class File(msgspec.Struct):
    """What the events say of one file."""

    state: str
    kind: str | None = None
    size: int | None = None
    sha256: str | None = None
    reason: str | None = None


class Dossier(msgspec.Struct):
    """What follows from the events: columns, files, fees, the decision."""

    columns: dict[str, Any]
    files: dict[str, File]
    money: Money
    manifest: str | None = None
    decision: dict[str, Any] | None = None
    undone: int = 0  # decisions that a reopening undid
    delivery: dict[str, Any] | None = None  # sent_at, tracking_number, handed_at: those an event told
    ratings: int = 0
    complaints: dict[str, dict[str, Any]] = {}
    asked: dict[str, str] = {}  # open questions to other agencies: id to agency
    sent_files: frozenset[str] = frozenset()  # files that went with a message
    problem: str | None = None


# Columns that are empty until an event fills them.
_EMPTY: Final = [
    "reference", "number", "submitted_at", "reception_due_at", "accepted_at", "original_due_at",
    "due_at", "calendar", "form_set", "settled_at", "returned_at", "holder_id", "lease_until",
    "offered_to_id", "step", "extended_at", "forward_due_at", "forwarded_at",
    "competent_received_at",
]  # fmt: skip
_NONE: Final[Mapping[str, Any]] = {
    "way_back": [],
    "supplements": 0,
    "consulted_agency_ids": [],
    "asked_agency_ids": [],
}
_LEAVES: Final[Mapping[str, Status]] = {
    "dossier.opened": Status.DRAFT,
    "dossier.submitted": Status.SUBMITTED,
    "dossier.accepted": Status.ACCEPTED,
    "dossier.refused": Status.REFUSED,
    "dossier.claimed": Status.PROCESSING,
    "dossier.approved": Status.SETTLED,
    "dossier.rejected": Status.STOPPED,
    "dossier.delivered": Status.RETURNED,
    "dossier.supplement_asked": Status.SUPPLEMENT,
    "dossier.duty_asked": Status.FINANCIAL_DUTY,
    "dossier.withdrawal_asked": Status.WITHDRAWAL_ASKED,
    "dossier.stopped": Status.STOPPED,
    "dossier.reopened": Status.PROCESSING,
}
# Back to where the wait began (workflow.way_back).
_RETURNS: Final = frozenset(
    {
        "dossier.supplemented",
        "dossier.supplement_revoked",
        "dossier.duty_met",
        "dossier.duty_revoked",
        "dossier.kept",
    }
)
_ONCE: Final = ("dossier.opened", "dossier.submitted", "dossier.accepted")


def fold(events: Sequence[Event]) -> Dossier:
    """The dossier its events lead to."""
    made = Dossier(dict.fromkeys(_EMPTY) | dict(_NONE), {}, Money())
    names = [event.name for event in events]
    if not names or names[0] != "dossier.opened":
        made.problem = "has no opening event"
    for name in _ONCE:
        if names.count(name) > 1:
            made.problem = f"bears {name} more than once"
    if {"dossier.approved", "dossier.rejected"} <= set(names) and "dossier.reopened" not in names:
        made.problem = "was both approved and rejected"
    for event in events:
        _status(made, event)
        _consulted(made, event)
        if event.name.startswith("attachment."):
            _file(made, event)
        else:
            made.columns |= _columns(event) | _moved(event)
            if "step" in event.data:
                made.columns["step"] = event.data["step"]
            _beside(made, event)
    course = course_of(events)
    made.columns["paused_since"] = paused_since(course) if course else None
    return made


def _status(made: Dossier, event: Event) -> None:
    """Where the dossier stands after the event, and its way back from a wait."""
    before, way = made.columns.get("status"), [Status(one) for one in made.columns["way_back"]]
    after = _LEAVES.get(event.name)
    if event.name in _RETURNS or (event.name in BY_MONEY and event.data.get("resumes")):
        if not way:
            made.problem = f"came back by {event.name} from no wait"
            return
        after = way[-1]
    if after is None:
        return
    if before is not None:
        made.columns["way_back"] = [one.value for one in way_back(Status(before), after, way)]
    made.columns["status"] = after.value


def _consulted(made: Dossier, event: Event) -> None:
    """Which agencies were asked for an opinion, and which of them are waited for."""
    asked: dict[str, str] = made.asked
    match event.name.removeprefix("dossier."):
        case "consulted":
            asked[event.data["opinion_id"]] = event.data["agency_id"]
            known = {*made.columns["consulted_agency_ids"], event.data["agency_id"]}
            made.columns["consulted_agency_ids"] = sorted(known)
        case "opinion_given" | "opinion_revoked":
            if asked.pop(event.data["opinion_id"], None) is None:
                made.problem = f"bears {event.name} to no open question"
        case "approved" | "rejected" | "stopped":
            asked.clear()
    made.columns["asked_agency_ids"] = sorted(asked.values())


def _moved(event: Event) -> dict[str, Any]:
    """Where the clock stood after an event that touched it (dossiers/clocks.py)."""
    if event.name not in CLOCK_EVENTS or "original_due_at" not in event.data:
        return {}
    return {name: _instant(event.data[name]) for name in ("due_at", "original_due_at")}


def _columns(event: Event) -> dict[str, Any]:
    """The columns an event determines."""
    data = event.data
    match event.name.removeprefix("dossier."):
        case "opened":
            return {
                "applicant_id": None if "entered_by" in data else event.actor_id,
                "procedure_id": data["procedure_id"],
                "revision_id": data["revision_id"],
                "receiving_agency_id": data["agency_id"],
                "competent_agency_id": data.get("competent_agency_id", data["agency_id"]),
                "level": data["level"],
                "channel": data["channel"],
                "created_at": Near(event.at),
                "filed_as": ...,  # said again and again until it is filed
            }
        case "moved_to_revision":
            return {"revision_id": data["revision_id"], "level": ...}
        case "submitted":
            kept = {key: data[key] for key in ("return_way",) if key in data}
            return kept | {
                "reference": data["reference"],
                "procedure_id": data["procedure_id"],
                "revision_id": data["revision_id"],
                "receiving_agency_id": data["agency_id"],
                "level": data["level"],
                "channel": data["channel"],
                "reception_due_at": _instant(data["reception_due_at"]),
                "submitted_at": _told(event, "submitted_at"),
                "filed_as": data.get("filed_as", "self"),
            }
        case "accepted":
            return {
                "number": data["number"],
                "competent_agency_id": data["agency_id"],
                "accepted_at": _instant(data["accepted_at"]),
                "due_at": _instant(data["due_at"]),
                "original_due_at": _instant(data["due_at"]),
                "calendar": data.get("calendar", ...),
                "form_set": data.get("form_set"),
                "forward_due_at": _instant(data.get("forward_due_at")),
            }
        case "forwarded":
            return {"forwarded_at": _instant(data["forwarded_at"])}
        case "taken_over":
            return {"competent_received_at": _instant(data["at"]), "calendar": data["calendar"]}
        case "supplement_asked":
            return {"supplements": data["number"]}
        case "supplemented":
            kept = {key: _instant(data[key]) for key in ("reception_due_at",) if key in data}
            return kept | {"return_way": data["return_way"]}
        case "extended":
            return {"extended_at": _instant(data["at"])}
        case "refused" | "stopped":
            return _NOBODYS
        case "due_recounted":
            return {"calendar": data["calendar"]}
        case "claimed":
            return _held_by(event.actor_id, data)
        case "handed_over":
            return {"offered_to_id": data["to_id"]}
        case "handover_taken":
            return _held_by(event.actor_id, data)
        case "handover_declined":
            return {"offered_to_id": None}
        case "reassigned":
            return _held_by(data["to_id"], data)
        case "released":
            return _NOBODYS
        case "approved" | "rejected":
            return _NOBODYS | {"settled_at": _told(event, "settled_at")}
        case "reopened":
            return {"settled_at": None}
        case "return_chosen":
            return {"return_way": data["return_way"]}
        case "delivered":
            return {"returned_at": _told(event, "returned_at"), "return_way": data["return_way"]}
    return {}


_NOBODYS: Final = {"holder_id": None, "lease_until": None, "offered_to_id": None}


def _held_by(account_id: str | None, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"holder_id": account_id, "lease_until": _instant(data["until"]), "offered_to_id": None}


def _beside(made: Dossier, event: Event) -> None:
    """What an event determines in the tables beside the dossier."""
    made.money.take(event.seq, event.name, event.data)
    match event.name.removeprefix("dossier."):
        case "submitted":
            made.manifest = event.data["manifest"]
        case "supplemented":
            made.manifest = event.data["manifest"]
            for file_id in event.data["replaced"]:
                made.files.setdefault(file_id, File("ready")).state = "replaced"
        case "approved" | "rejected" as outcome:
            made.decision = {
                "outcome": outcome,
                "decided_by": event.actor_id,
                "decided_at": _told(event, "settled_at"),
                "on_time": event.data["on_time"],
            }
        case "reopened":
            if made.decision is None:
                made.problem = "was reopened without a decision"
            made.decision, made.undone = None, made.undone + 1
        case _:
            _after(made, event)


def _after(made: Dossier, event: Event) -> None:
    """The return of the result, what was said of it, and messages."""
    data = event.data
    match event.name.removeprefix("dossier."):
        case "result_sent":
            sent = {"tracking_number": data["tracking_number"], "sent_at": _instant(data["sent_at"])}
            made.delivery = (made.delivery or {}) | sent
        case "delivered" if "signature" in data:  # older events knew no row of the way
            made.delivery = (made.delivery or {}) | {"handed_at": _instant(data["returned_at"])}
        case "rated":
            made.ratings += 1
        case "complained":
            made.complaints = made.complaints | {
                data["complaint_id"]: {
                    "state": "open",
                    "due_at": _instant(data["due_at"]),
                    "answered_at": None,
                }
            }
        case "complaint_answered":
            _answered(made, event)
        case "message_sent":
            made.sent_files = made.sent_files | set(data["attachments"])


def _answered(made: Dossier, event: Event) -> None:
    asked = made.complaints.get(event.data["complaint_id"])
    if asked is None or asked["state"] != "open":
        made.problem = "bears an answer to no open complaint"
        return
    told = {"state": "answered", "answered_at": _instant(event.data["answered_at"])}
    made.complaints = made.complaints | {event.data["complaint_id"]: asked | told}


def _file(made: Dossier, event: Event) -> None:
    file = made.files.setdefault(event.data["attachment_id"], File("uploading"))
    match event.name:
        case "attachment.completed":
            file.state = "checking"
        case "attachment.ready":
            file.state = "ready"
            file.kind, file.size, file.sha256 = (event.data[key] for key in ("kind", "size", "sha256"))
        case "attachment.refused":
            file.state, file.reason = "refused", event.data["reason"]
        case "attachment.removed":
            file.state = "removed"


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _told(event: Event, key: str) -> datetime | Near | None:
    return _instant(event.data[key]) if key in event.data else Near(event.at)


def differs(expected: Any, value: Any) -> bool:
    """Whether a column is not what the events say; `...` says nothing."""
    if expected is ...:
        return False
    if isinstance(expected, Near):
        return value is None or not timedelta(0) <= expected.at - value <= NEAR
    return bool(expected != value)
