"""Which dossiers an actor may see, and what they may do to one."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from auth.actor import Actor, Role
from dossiers.models import Dossier
from dossiers.workflow import Action, Status
from portal.core.clock import now
from portal.core.errors import Forbidden, NotFound

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


ACTOR = sa.bindparam("actor_id", type_=sa.Uuid)
AGENCIES = sa.bindparam("agency_ids", type_=ARRAY(sa.Uuid))


class Guarded(Protocol):
    """What the rules need to know of a dossier, be it an object or a row of a list."""

    @property
    def applicant_id(self) -> UUID: ...
    @property
    def receiving_agency_id(self) -> UUID: ...
    @property
    def competent_agency_id(self) -> UUID: ...
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

    An applicant sees their own; an officer sees what was filed with an agency they serve.
    """
    return sa.or_(D.c.applicant_id == ACTOR, served_by())


def served_by() -> sa.ColumnElement[bool]:
    """The filed dossiers of the agencies the officer serves, in any of the three roles (decision 16)."""
    roles = (D.c.receiving_agency_id, D.c.competent_agency_id, D.c.support_agency_id)
    return sa.and_(D.c.status != Status.DRAFT, sa.or_(*(column == sa.any_(AGENCIES) for column in roles)))


def serves(actor: Actor, dossier: Guarded) -> bool:
    """Whether the actor is an officer of the receiving or the competent agency."""
    return Role.OFFICER in actor.roles and not actor.agency_ids.isdisjoint(
        {dossier.receiving_agency_id, dossier.competent_agency_id}
    )


# Acts of the officer who holds the dossier; the others are open to any officer of the agency.
_HOLDER_ACTS = frozenset({Action.APPROVE, Action.REJECT})


def demand(actor: Actor, action: Action, dossier: Guarded) -> None:
    """Refuse an act the actor may not do, whatever the state.

    Raises:
        Forbidden: the actor is not an officer of the agencies in charge.
        OwnDossier: it is the actor's own request.
        NotHolder: another officer, or nobody, holds the dossier.
    """
    if action is Action.SUBMIT:
        if dossier.applicant_id != actor.id:
            raise Forbidden("Chỉ người lập hồ sơ mới nộp được hồ sơ này.")
        return
    if not serves(actor, dossier):
        raise Forbidden("Hồ sơ này do cơ quan khác giải quyết.")
    if dossier.applicant_id == actor.id:
        raise OwnDossier("Hồ sơ này đứng tên bạn. Chuyển cho đồng nghiệp giải quyết.")
    if action in _HOLDER_ACTS and not held_by(actor, dossier):
        raise NotHolder("Nhận giải quyết hồ sơ trước khi quyết định.")


def held_by(actor: Actor, dossier: Guarded) -> bool:
    """Whether the actor's lease on the dossier still runs."""
    return dossier.holder_id == actor.id and (dossier.lease_until is None or dossier.lease_until > now())
