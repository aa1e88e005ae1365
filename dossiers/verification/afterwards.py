"""The return of the result, the rating and the complaints of a dossier against the fold of its events."""

from collections.abc import Iterator
from typing import Final

from dossiers.verification.folding import Dossier, differs
from dossiers.verification.tape import Row

DELIVERIES: Final = """
    SELECT dossier_id::text, tracking_number, sent_at, handed_at FROM delivery ORDER BY delivery.dossier_id
"""
RATINGS: Final = "SELECT dossier_id::text FROM rating ORDER BY rating.dossier_id"
COMPLAINTS: Final = """
    SELECT dossier_id::text, id::text, state, due_at, answered_at FROM complaint ORDER BY complaint.dossier_id
"""
AFTER: Final = (DELIVERIES, RATINGS, COMPLAINTS)


def of_return(folded: Dossier, rows: list[Row]) -> Iterator[str]:
    """How the way of the result differs from what the events tell."""
    told = folded.delivery or {}
    for row in rows:
        kept = dict(zip(("tracking_number", "sent_at", "handed_at"), row[1:], strict=True))
        for name, value in kept.items():
            if differs(told.get(name), value):
                yield f"its way: {name} is {value or 'empty'}, its events lead to {told.get(name) or 'empty'}"
    if told and not rows:
        yield "its result was sent or handed over, and no row says so"


def of_opinions_of_applicant(folded: Dossier, ratings: list[Row], rows: list[Row]) -> Iterator[str]:
    """How the rating and the complaints differ from what the events tell."""
    if len(ratings) != folded.ratings:
        yield f"has {len(ratings)} ratings, its events tell of {folded.ratings}"
    kept = {row[1]: dict(zip(("state", "due_at", "answered_at"), row[2:], strict=True)) for row in rows}
    for complaint_id, told in folded.complaints.items():
        if kept.pop(complaint_id, None) != told:
            yield f"complaint {complaint_id} is not as its events lead to"
    for complaint_id in kept:
        yield f"complaint {complaint_id} has no event"
