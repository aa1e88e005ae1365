"""Public tracking: the stage of a dossier, for whoever knows its number and a second factor."""

import hmac
from datetime import datetime
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col

from auth.models import Agency
from dossiers.access import D
from dossiers.workflow import Status
from portal.core import crypto
from portal.core.db import act_as
from portal.core.errors import NotFound


class Tracked(msgspec.Struct, frozen=True):
    """What public tracking shows: stage and progress only (Circular 01/2018, art. 16(2)(d))."""

    reference: str
    number: str | None
    agency_name: str
    status: Status
    submitted_at: datetime
    due_at: datetime | None


class NotTracked(NotFound):
    """One answer for an unknown number, a wrong factor and a draft."""

    title = "Không tìm thấy hồ sơ khớp"

    def __init__(self) -> None:
        super().__init__("Không có hồ sơ nào khớp cả mã và bốn số cuối. Kiểm tra lại từng ký tự.")


def tracking(session: Session, *, number: str, factor: str) -> Tracked:
    """The stage of a dossier, for whoever knows its reference or number and the second factor.

    Raises:
        NotTracked: anything does not match.
    """
    wanted = number.strip().upper().replace(" ", "")
    digits = "".join(ch for ch in factor if ch.isascii() and ch.isdigit())
    act_as(session, None, frozenset(), tracking=wanted)
    row = session.execute(
        sa.select(
            D.c.id,
            D.c.reference,
            D.c.number,
            col(Agency.name).label("agency_name"),
            D.c.status,
            D.c.submitted_at,
            D.c.due_at,
            D.c.factor_personal_id,
            D.c.factor_phone,
        )
        .join(Agency, col(Agency.id) == D.c.competent_agency_id)
        .where(sa.or_(D.c.reference == wanted, D.c.number == wanted), D.c.status != Status.DRAFT)
    ).one_or_none()
    dossier_id = row.id if row else UUID(int=0)
    given = crypto.blind("tracking", f"{dossier_id}:{digits}")
    stored = [row.factor_personal_id, row.factor_phone] if row else [None, None]
    matches = [hmac.compare_digest(given, value or b"\0" * 32) for value in stored]
    if row is None or len(digits) != 4 or not any(matches):
        raise NotTracked
    return Tracked(
        row.reference,
        row.number,
        row.agency_name,
        Status(row.status),
        row.submitted_at,
        row.due_at,
    )
