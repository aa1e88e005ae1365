"""Which dossiers an actor may see, and what they may do to one."""

from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from auth.actor import Actor, Role
from dossiers.models import Channel, Dossier
from dossiers.workflow import Action, Status, allowed
from portal.core.clock import now
from portal.core.errors import Conflict, Forbidden, NotFound

D = Dossier.__table__  # type: ignore[attr-defined]


class DossierNotFound(NotFound):
    """There is no such dossier, or the actor may not see it: one answer for both."""

    title = "Không tìm thấy hồ sơ"

    def __init__(self) -> None:
        super().__init__("Không có hồ sơ này, hoặc bạn không được xem.")


class NotHolder(Forbidden):
    """The act belongs to the officer who holds the dossier."""

    title = "Bạn chưa nhận giải quyết hồ sơ này"


class OwnDossier(Forbidden):
    """Nobody settles a request of their own (Decree 118/2025, impartial reception)."""

    title = "Không được giải quyết hồ sơ của chính mình"


class OnTheWay(Conflict):
    """The dossier is not where the act belongs: on its way to the competent agency, or there already."""

    title = "Hồ sơ chưa ở nơi làm được việc này"


ACTOR = sa.bindparam("actor_id", type_=sa.Uuid)
AGENCIES = sa.bindparam("agency_ids", type_=ARRAY(sa.Uuid))


class Guarded(Protocol):
    """What the rules need to know of a dossier, be it an object or a row of a list."""

    @property
    def applicant_id(self) -> UUID | None: ...
    @property
    def entered_by(self) -> UUID | None: ...
    @property
    def personal_id_index(self) -> bytes | None: ...
    @property
    def owner_id_index(self) -> bytes | None: ...
    @property
    def status(self) -> Status: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def asked_agency_ids(self) -> list[UUID]: ...
    @property
    def receiving_agency_id(self) -> UUID: ...
    @property
    def competent_agency_id(self) -> UUID: ...
    @property
    def forwarded_at(self) -> datetime | None: ...
    @property
    def competent_received_at(self) -> datetime | None: ...
    @property
    def holder_id(self) -> UUID | None: ...
    @property
    def lease_until(self) -> datetime | None: ...


def asking(actor: Actor) -> dict[str, Any]:
    """The values that statements with `visible_to` or `served_by` are executed with."""
    serving = actor.agency_ids if Role.OFFICER in actor.roles else ()
    return {"actor_id": actor.id, "agency_ids": sorted(serving)}


def visible_to() -> sa.ColumnElement[bool]:
    """The rows of `dossier` that who is `asking` may see; the same rule stands in row-level security.

    An applicant sees their own; an officer sees what was filed with an agency they serve, what such an
    agency is asked about, and what they are keying at the counter.
    """
    return sa.or_(D.c.applicant_id == ACTOR, served_by(), consulted(), keyed_by())


def served_by() -> sa.ColumnElement[bool]:
    """The filed dossiers of the agencies the officer serves, in any of the three roles (decision 16)."""
    roles = (D.c.receiving_agency_id, D.c.competent_agency_id, D.c.support_agency_id)
    return sa.and_(D.c.status != Status.DRAFT, sa.or_(*(column == sa.any_(AGENCIES) for column in roles)))


def consulted() -> sa.ColumnElement[bool]:
    """The dossiers about which the officer's agencies are, or were, asked for an opinion."""
    overlap: sa.ColumnElement[bool] = D.c.consulted_agency_ids.overlap(AGENCIES)
    return overlap


def keyed_by() -> sa.ColumnElement[bool]:
    """The drafts that the officer keys in for somebody at the counter."""
    return sa.and_(D.c.status == Status.DRAFT, D.c.entered_by == ACTOR)


def receives(actor: Actor, dossier: Guarded) -> bool:
    """Whether the actor is an officer of the agency that receives it, or of the point that supports it."""
    return _of(actor, dossier.receiving_agency_id)


def settles(actor: Actor, dossier: Guarded) -> bool:
    """Whether the actor is an officer of the competent agency."""
    return _of(actor, dossier.competent_agency_id)


def serves(actor: Actor, dossier: Guarded) -> bool:
    """Whether the actor is an officer of the receiving or the competent agency."""
    return receives(actor, dossier) or settles(actor, dossier)


def heads(actor: Actor, dossier: Guarded) -> bool:
    """Whether the actor heads the competent agency's unit."""
    return dossier.competent_agency_id in actor.headed_ids


def advises(actor: Actor, dossier: Guarded) -> bool:
    """Whether the actor is an officer of an agency whose opinion is waited for."""
    return Role.OFFICER in actor.roles and not actor.agency_ids.isdisjoint(dossier.asked_agency_ids)


def _of(actor: Actor, agency_id: UUID) -> bool:
    return Role.OFFICER in actor.roles and agency_id in actor.agency_ids


def concerns(actor: Actor, dossier: Guarded) -> bool:
    """Whether the dossier names the actor by personal id, as who filed it or as its owner.

    So it may, without being of their account: keyed in at the counter, or filed by somebody for them.
    """
    named = (dossier.personal_id_index, dossier.owner_id_index)
    return actor.personal_id_index is not None and actor.personal_id_index in named


A = Action
# Acts of the applicant; for what was filed at the counter or by post, the desk enters them too.
_APPLICANT_ACTS: Final = frozenset(
    {A.SUBMIT, A.SUPPLEMENT, A.ASK_WITHDRAWAL, A.PAY, A.RATE, A.COMPLAIN, A.CHOOSE_RETURN}
)  # fmt: skip
_EITHER: Final = frozenset({A.MESSAGE, A.KEEP})
_RECEIVING: Final = frozenset({A.RECEIVE, A.REFUSE, A.FORWARD})
_COMPETENT: Final = frozenset(
    {
        A.TAKE_OVER,
        A.START,
        A.RELEASE,
        A.HAND_OVER,
        A.TAKE_HANDOVER,
        A.DECLINE_HANDOVER,
        A.REASSIGN,
        A.COMPLETE_STEP,
        A.RETURN_STEP,
        A.CONSULT,
        A.REVOKE_OPINION,
        A.EXTEND,
        A.APPROVE,
        A.REJECT,
        A.REOPEN,
    }
)
# Acts of the officer who holds the dossier; the others are open to any officer of the agency.
_HOLDER_ACTS: Final = frozenset(
    {A.APPROVE, A.REJECT, A.RELEASE, A.HAND_OVER, A.COMPLETE_STEP, A.RETURN_STEP, A.CONSULT}
)  # fmt: skip


def demand(actor: Actor, action: Action, dossier: Guarded) -> None:
    """Refuse an act the actor may not do, whatever the state.

    Raises:
        Forbidden: the actor is neither the applicant nor an officer of the agency in charge of the act.
        OwnDossier: an officer's act on their own request.
        NotHolder: another officer, or nobody, holds the dossier.
    """
    own = actor.id is not None and dossier.applicant_id == actor.id
    if action in _APPLICANT_ACTS:
        if own or (action is not A.RATE and _keys(actor, dossier)):
            return
        raise Forbidden("Chỉ người nộp hồ sơ mới làm được việc này.")
    if own and action in _EITHER:
        return
    if action is A.OPINE:
        if not advises(actor, dossier):
            raise Forbidden("Hồ sơ này không chờ ý kiến của cơ quan bạn.")
    elif action in _RECEIVING and not receives(actor, dossier):
        raise Forbidden("Hồ sơ này do cơ quan khác tiếp nhận.")
    elif not (settles(actor, dossier) if action in _COMPETENT else serves(actor, dossier)):
        raise Forbidden("Hồ sơ này do cơ quan khác giải quyết.")
    if own or concerns(actor, dossier):
        raise OwnDossier("Hồ sơ này đứng tên bạn. Chuyển cho đồng nghiệp giải quyết.")
    if action is A.REASSIGN and not heads(actor, dossier):
        raise Forbidden("Chỉ trưởng đơn vị mới phân công lại hồ sơ.")
    if action in _HOLDER_ACTS and not held_by(actor, dossier):
        raise NotHolder("Nhận giải quyết hồ sơ trước khi làm bước này.")


# Acts of the competent agency's work: they wait until it has taken the dossier over.
_AT_WORK: Final = frozenset({A.START, A.EXTEND, A.REASSIGN, A.ASK_SUPPLEMENT, A.ASK_DUTY})


def on_the_way(dossier: Guarded) -> bool:
    """Whether another agency took it in, and the competent one has not taken it over yet."""
    elsewhere = dossier.receiving_agency_id != dossier.competent_agency_id
    return elsewhere and dossier.status is Status.ACCEPTED and dossier.competent_received_at is None


def demand_place(action: Action, dossier: Guarded) -> None:
    """Refuse an act while the dossier is not where the act belongs.

    Source: Decree 118/2025/NĐ-CP, art. 17(3) as amended by Decree 309/2026, art. 8(3): what is received for
    another agency is the competent one's from when it receives it.

    Raises:
        OnTheWay.
    """
    moving = on_the_way(dossier)
    if action in (A.FORWARD, A.TAKE_OVER) and not moving:
        raise OnTheWay("Hồ sơ này không chờ chuyển: cơ quan giải quyết đã có hồ sơ.")
    if action is A.FORWARD and dossier.forwarded_at is not None:
        raise OnTheWay("Hồ sơ đã chuyển, đang chờ cơ quan giải quyết nhận.")
    if action is A.TAKE_OVER and dossier.forwarded_at is None:
        raise OnTheWay("Cơ quan tiếp nhận chưa chuyển hồ sơ này.")
    if action in _AT_WORK and moving:
        raise OnTheWay("Cơ quan giải quyết chưa nhận hồ sơ này, nên chưa làm được bước này.")


def permitted(actor: Actor, dossier: Guarded) -> list[Action]:
    """The acts open to the actor now, in the order of the table."""
    return [one for one in allowed(dossier.status) if _may(actor, one, dossier)]


def _may(actor: Actor, action: Action, dossier: Guarded) -> bool:
    try:
        demand(actor, action, dossier)
        demand_place(action, dossier)
    except (Forbidden, OnTheWay):
        return False
    return True


def _keys(actor: Actor, dossier: Guarded) -> bool:
    """Whether the actor enters the applicant's acts: at the desk, for what was not filed online."""
    if dossier.status is Status.DRAFT:
        return actor.id is not None and dossier.entered_by == actor.id
    return dossier.channel is not Channel.ONLINE and serves(actor, dossier)


def held_by(actor: Actor, dossier: Guarded) -> bool:
    """Whether the actor's lease on the dossier still runs."""
    return dossier.holder_id == actor.id and (dossier.lease_until is None or dossier.lease_until > now())
