"""From hand to hand inside the agency: an offer that is accepted or not, and what a head gives out."""

from uuid import UUID

from sqlmodel import Session

from auth import queries as people
from auth.actor import Actor
from dossiers.models import Dossier
from dossiers.processing import LEASE, MAX_REASON, begin, finish, worded
from dossiers.workflow import Action
from portal.core.clock import now
from portal.core.errors import Conflict, Forbidden, Invalid
from portal.core.text import clean


class NotOffered(Conflict):
    """Nobody offers the dossier, or not to the actor."""

    title = "Hồ sơ không được bàn giao cho bạn"


def hand_over(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    to_id: UUID,
    note: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Offer the dossier to a colleague of the same agency; it stays in one's own hand until they take it.

    A new offer replaces the one before.

    Source: Circular 03/2025/TT-VPCP, annex I, form 06: giver and taker both sign for each passing.

    Raises:
        NotColleague: they do not serve the agency now; and those of `begin` (the actor must hold it).
    """
    note = clean(note, max_length=MAX_REASON, multiline=True)
    begun = begin(session, actor, dossier_id, Action.HAND_OVER, seq=seq, key=key, body=f"{to_id} {note}")
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    _demand_colleague(session, dossier, to_id)
    if to_id == actor.id:
        raise Invalid("Chọn đồng nghiệp nhận bàn giao.", errors=[_wrong("Bạn đang giữ hồ sơ này.")])
    dossier.offered_to_id = to_id
    told = {"note": note} if note else None
    return finish(session, dossier, after, "dossier.handed_over", actor, {"to_id": to_id}, told)


def take(
    session: Session, actor: Actor, dossier_id: UUID, *, seq: int | None = None, key: str | None = None
) -> Dossier:
    """Take what a colleague offers: the dossier is in the actor's hand from now.

    Raises:
        NotOffered: it is not offered to the actor; and those of `begin`.
    """
    begun = begin(session, actor, dossier_id, Action.TAKE_HANDOVER, seq=seq, key=key)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    if dossier.offered_to_id != actor.id:
        raise NotOffered("Hồ sơ này không được bàn giao cho bạn, hoặc người giao đã rút lại.")
    dossier.holder_id, dossier.lease_until = actor.id, now() + LEASE
    dossier.offered_to_id = None
    data = {"until": dossier.lease_until}
    return finish(session, dossier, after, "dossier.handover_taken", actor, data)


def decline(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    reason: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Not take what is offered, or take one's own offer back; the giver still holds the dossier.

    Raises:
        NotOffered: the actor neither gives nor is given; and those of `begin`.
    """
    reason = clean(reason, max_length=MAX_REASON, multiline=True)
    begun = begin(session, actor, dossier_id, Action.DECLINE_HANDOVER, seq=seq, key=key, body=reason)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    if dossier.offered_to_id is None or actor.id not in (dossier.offered_to_id, dossier.holder_id):
        raise NotOffered("Hồ sơ này không được bàn giao cho bạn, hoặc người giao đã rút lại.")
    dossier.offered_to_id = None
    told = {"reason": reason} if reason else None
    return finish(session, dossier, after, "dossier.handover_declined", actor, {}, told)


def reassign(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    to_id: UUID,
    reason: str,
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """A head gives the dossier to an officer of the agency, whoever held it.

    Source: Decree 309/2026/NĐ-CP, art. 5 and 6: the head of the centre may give work to others.

    Raises:
        NotColleague: they do not serve the agency now. Invalid: no reason. Those of `begin` (heads only).
    """
    reason = worded(reason, "Nhập lý do phân công lại.")
    begun = begin(session, actor, dossier_id, Action.REASSIGN, seq=seq, key=key, body=f"{to_id} {reason}")
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    _demand_colleague(session, dossier, to_id)
    dossier.holder_id, dossier.lease_until = to_id, now() + LEASE
    dossier.offered_to_id = None
    data = {"to_id": to_id, "until": dossier.lease_until}
    return finish(session, dossier, after, "dossier.reassigned", actor, data, {"reason": reason})


class NotColleague(Invalid):
    title = "Không phải cán bộ của cơ quan này"


def _demand_colleague(session: Session, dossier: Dossier, account_id: UUID) -> None:
    if account_id == dossier.applicant_id:
        raise Forbidden("Hồ sơ này đứng tên người được chọn. Chọn người khác.")
    if all(one.id != account_id for one in people.serving(session, dossier.competent_agency_id)):
        told = "Chọn một cán bộ đang làm việc tại cơ quan giải quyết hồ sơ."
        raise NotColleague(told, errors=[_wrong(told)])


def _wrong(message: str) -> dict[str, str]:
    return {"field": "to_id", "message": message}
