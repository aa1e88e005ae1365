"""What happened off-line: a visit, a paper on paper, a wet signature, cash, a call. Each is an event."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlmodel import Session

from auth.actor import Actor
from dossiers.models import Dossier
from dossiers.processing import begin, facts, finish
from dossiers.workflow import Action
from portal.core import events
from portal.core.text import clean

TOUCHED: Final = "dossier.touched"
MAX_NOTE: Final = 1000  # characters


class Touch(StrEnum):
    """Why somebody had to leave the full process."""

    VISIT = "visit"
    PAPER_ASKED = "paper_asked"
    WET_SIGNATURE = "wet_signature"
    CASH = "cash"
    PHONE = "phone"


NAMES: Final = {
    Touch.VISIT: "Người nộp phải đến quầy",
    Touch.PAPER_ASKED: "Yêu cầu bản giấy",
    Touch.WET_SIGNATURE: "Phải ký tay trên giấy",
    Touch.CASH: "Nộp tiền mặt",
    Touch.PHONE: "Phải gọi điện hỏi thêm",
}


def touch(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    kind: Touch,
    note: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Note that something of the dossier was done off-line; the desk's own note stays with the desk.

    A dossier of a full process with any of these was not done in full over the network: the statistics show
    that rate beside the declared one.

    Raises:
        BadText: hidden characters in the note, or too long; and those of `begin`.
    """
    note = clean(note, max_length=MAX_NOTE, multiline=True)
    begun = begin(session, actor, dossier_id, Action.TOUCH, seq=seq, key=key, body=f"{kind} {note}")
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    first = not any(one.name == TOUCHED for one in events.history(session, dossier.id))
    data = {**facts(dossier), "kind": kind, "first": first, "accepted_at": dossier.accepted_at}
    return finish(session, dossier, after, TOUCHED, actor, data, {"note": note} if note else None)
