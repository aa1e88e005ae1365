"""What forms 02, 04, 05 and 06 and the hand-over slip say: from what their event told to text. Pure.

Field lists follow annex I of Circular 03/2025/TT-VPCP, after that of Circular 01/2018/TT-VPCP.
"""

from datetime import datetime
from typing import Any

from dossiers.documents_acts import Passing, Told, Wanted
from dossiers.words import dong_words, hour_and_date, local


def form02(told: Told) -> dict[str, Any]:
    """Form 02: all that is to be supplied, in one go. Source: Decree 309/2026/NĐ-CP, art. 8(1)."""
    return {
        "wanted": [_wanted(one) for one in told.wanted],
        "due": hour_and_date(told.due_at) if told.due_at else "",
        "note": told.note,
    }


def _wanted(one: Wanted) -> dict[str, str]:
    counts = {"originals": one.originals, "certified": one.certified, "copies": one.copies}
    return {
        "name": one.name,
        "reason": ". ".join(word.rstrip(". ") for word in (one.reason, one.why) if word) + ".",
        **{key: f"{count:02d}" if count else "–" for key, count in counts.items()},
    }


def form04(told: Told, reason: str) -> dict[str, Any]:
    """Form 04: the apology and the new date. Source: Decree 61/2018/NĐ-CP, art. 19(9)."""
    return {
        "was_due": hour_and_date(told.was_due_at) if told.was_due_at else "",
        "due": hour_and_date(told.due_at) if told.due_at else "",
        "reason": reason,
    }


def form05(told: Told) -> dict[str, Any]:
    """Form 05: the dossier is stopped. Source: Circular 03/2025/TT-VPCP, art. 7."""
    return {
        "cause": told.cause,
        "asked": hour_and_date(told.asked_at) if told.asked_at else "",
        "stood": told.stood,
        "note": told.note,
        "paid": _dong(told.paid_vnd) if told.paid_vnd else "",
        "paid_words": dong_words(told.paid_vnd) if told.paid_vnd else "",
    }


def form06(told: Told, limit: str) -> dict[str, Any]:
    """The control slip. Source: Circular 03/2025/TT-VPCP, annex I, form 06; 2018: form 05."""
    return {"limit": limit, "passings": [_passing(one) for one in told.passings]}


def hand_over(told: Told, limit: str, abstract: str) -> dict[str, Any]:
    """The slip that goes with a dossier, or with its result."""
    last = told.passings[-1] if told.passings else None
    return {
        "result": told.result,
        "abstract": abstract,
        "limit": limit,
        "passing": _passing(last) if last else None,
        "due": hour_and_date(last.due_at) if last and last.due_at else "",
        "paid": _dong(told.paid_vnd) if told.paid_vnd else "Không",
    }


def _passing(one: Passing) -> dict[str, str]:
    return {
        "at": hour_and_date(one.at),
        "what": one.what,
        "giver": one.giver,
        "taker": one.taker,
        "verdict": verdict(one.at, one.due_at),
        "note": one.note,
    }


def verdict(at: datetime, due_at: datetime | None) -> str:
    """Before the due day, on it, or late, as the control slip marks each step; "–" while no clock runs."""
    if due_at is None:
        return "–"
    if at > due_at:
        return "Quá hạn"
    return "Đúng hạn" if local(at).date() == local(due_at).date() else "Trước hạn"


def _dong(amount_vnd: int) -> str:
    return f"{amount_vnd:,} đồng".replace(",", ".")
