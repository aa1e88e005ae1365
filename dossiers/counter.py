"""An officer enters a dossier for somebody who came to the counter, or wrote by post."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from auth import identifiers
from auth.actor import Actor
from dossiers import access, intake, offering, owners, queries
from dossiers.filing import factor
from dossiers.models import Channel, Dossier
from dossiers.workflow import Status
from portal.core import crypto, events
from portal.core.clock import now
from portal.core.crypto import SubjectKey
from portal.core.db import built_once, new_id
from portal.core.errors import Forbidden, Invalid
from portal.core.text import clean

MAX_ADDRESS: Final = 300  # characters


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Who came or wrote; there need be no account, and none is looked for: the identity is not proven."""

    name: str
    personal_id: str
    phone: str
    email: str = ""
    address: str = ""


def open_draft(
    session: Session,
    actor: Actor,
    *,
    submission_id: UUID,
    code: str,
    agency_id: UUID,
    channel: Channel,
    visitor: Visitor,
    competent_agency_id: UUID | None = None,
) -> Dossier:
    """Start a dossier for a visitor or a letter; the same submission_id finds the same draft.

    Its personal data are sealed under a key of its own, and nobody's account owns it. `competent_agency_id`:
    who settles it, where the officer's agency takes it in for another (dossiers/intake.py).

    Raises:
        Forbidden: the officer does not serve the agency. Invalid: who came is not told well enough.
        NotOffered, Closed, Stopped: the procedure is not received there. NotTakenHere: not for that agency.
    """
    if agency_id not in actor.agency_ids:
        raise Forbidden("Bạn chỉ nhập hồ sơ cho cơ quan của mình.")
    if channel is Channel.ONLINE:
        told = "Chọn nộp tại quầy hoặc qua bưu điện."
        raise Invalid(told, errors=[{"field": "channel", "message": told}])
    person = _person(visitor)
    competent_id = competent_agency_id or agency_id
    offer = offering.open_offering(session, code, competent_id, now())
    intake.demand(session, offer.content, agency_id, competent_id)
    draft_id = new_id()
    values: dict[str, Any] = {
        "id": draft_id,
        "submission_id": submission_id,
        "entered_by": actor.id,
        "subject_id": draft_id,
        "procedure_id": offer.procedure_id,
        "revision_id": offer.revision_id,
        "offering_id": offer.offering_id,
        "procedure_code": code,
        "procedure_name": offer.name,
        "level": offer.level,
        "channel": channel,
        "receiving_agency_id": agency_id,
        "competent_agency_id": competent_id,
        "status": Status.DRAFT,
        "created_at": now(),
        "updated_at": now(),
        "return_way": "counter" if "counter" in offer.return_ways else (*offer.return_ways, "counter")[0],
        "answers_seq": 0,
        "factor_personal_id": factor(draft_id, person["personal_id"]),
        "factor_phone": factor(draft_id, person["phone"]),
    }
    key = crypto.subject_key(session, draft_id, create=True)
    values["answers"] = crypto.encrypt(key, b"{}", f"dossier.answers|{draft_id}")
    values["applicant"] = crypto.encrypt(key, msgspec.json.encode(person), f"dossier.applicant|{draft_id}")
    made = session.execute(
        insert(access.D)
        .values(values)
        .on_conflict_do_nothing(
            index_elements=["entered_by", "submission_id"],
            index_where=sa.text("entered_by IS NOT NULL"),
        )
        .returning(access.D.c.id)
    ).scalar_one_or_none()
    if made is None:
        return _entered(session, actor, submission_id)
    dossier = queries.get(session, actor, draft_id, for_update=True)
    events.record(
        session,
        dossier,
        "dossier.opened",
        actor.id,
        {
            "procedure_id": offer.procedure_id,
            "revision_id": offer.revision_id,
            "agency_id": agency_id,
            "level": offer.level,
            "channel": channel,
            "entered_by": actor.id,
            **({"competent_agency_id": competent_id} if competent_id != agency_id else {}),
        },
    )
    session.flush()
    return dossier


def _entered(session: Session, actor: Actor, submission_id: UUID) -> Dossier:
    found = session.execute(
        sa.select(access.D.c.id).where(
            access.D.c.entered_by == actor.id, access.D.c.submission_id == submission_id
        )
    ).scalar_one_or_none()
    if found is None:
        raise access.DossierNotFound
    return queries.get(session, actor, found)


def _person(visitor: Visitor) -> dict[str, str]:
    """Who came, cleaned, as the applicant is sealed.

    Raises:
        Invalid: each thing that is wrong, by its field.
    """
    wrong: list[dict[str, str]] = []
    told = {"address": clean(visitor.address, max_length=MAX_ADDRESS)}
    told["name"] = clean(visitor.name, max_length=100)
    if len(told["name"]) < 2:
        wrong.append({"field": "name", "message": "Nhập họ và tên người nộp."})
    for field, check in (
        ("personal_id", identifiers.personal_id),
        ("phone", identifiers.phone),
        ("email", identifiers.email),
    ):
        given = getattr(visitor, field).strip()
        told[field] = ""
        if not given and field == "email":
            continue
        try:
            told[field] = check(given)
        except Invalid as error:
            wrong.append({"field": field, "message": error.detail})
    if wrong:
        raise Invalid("Ghi đủ người nộp hồ sơ.", errors=wrong)
    return told


class Keyed(msgspec.Struct, frozen=True, kw_only=True):
    """A draft that waits to be gone on with at the counter."""

    id: UUID
    name: str
    procedure_name: str
    channel: Channel
    updated_at: datetime


def drafts(session: Session, actor: Actor) -> list[Keyed]:
    """What the officer began to key in and has not filed, latest first; at most 100."""
    rows = session.execute(_drafts(), access.asking(actor)).all()
    found = []
    for row in rows:
        crypto.preload(session, row.subject_id, row.wrapped)
        person = crypto.open_(session, row.subject_id, f"dossier.applicant|{row.id}", row.applicant)
        found.append(
            Keyed(
                id=row.id,
                name=owners.shown_name(person),
                procedure_name=row.procedure_name,
                channel=row.channel,
                updated_at=row.updated_at,
            )
        )
    return found


@built_once
def _drafts() -> sa.Select[Any]:
    key, of = SubjectKey.__table__, access.D.c  # type: ignore[attr-defined]
    return (
        sa.select(
            of.id, of.subject_id, of.applicant, of.procedure_name, of.channel, of.updated_at, key.c.wrapped
        )
        .join(key, key.c.subject_id == of.subject_id)
        .where(access.keyed_by())
        .order_by(of.updated_at.desc())
        .limit(100)
    )
