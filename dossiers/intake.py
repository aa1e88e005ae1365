"""Where a dossier may be handed in besides the agency that settles it (không phụ thuộc địa giới hành chính).

Source: Decree 118/2025/NĐ-CP, art. 14(4) as amended by Decree 309/2026, art. 7: any desk of the province, and
of the country for what stands on a published list; the procedure's content says which (`intake_scope`).
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from auth import queries as people
from auth.actor import Actor
from auth.models import Agency
from portal.core.db import built_once
from portal.core.errors import Invalid
from services_catalog.content import RevisionContent
from services_catalog.models import Level, Offering, Procedure, ProcedureRevision

NATION, PROVINCE = "nation", "province"


class NotTakenHere(Invalid):
    """The procedure is handed in at the agency that settles it, or in its province, only."""

    title = "Không nhận thay được thủ tục này"


def demand(session: Session, content: RevisionContent, receiving_id: UUID, competent_id: UUID) -> None:
    """Refuse a dossier that the receiving agency may not take in for the competent one.

    Source: Decree 118/2025/NĐ-CP, art. 14(4) as amended by Decree 309/2026/NĐ-CP, art. 7.

    Raises:
        NotTakenHere.
    """
    if receiving_id == competent_id or content.intake_scope == NATION:
        return
    codes = [people.agency_code(session, one) for one in (receiving_id, competent_id)]
    if content.intake_scope == PROVINCE and province_of(codes[0]) == province_of(codes[1]):
        return
    where = "trong tỉnh của mình" if content.intake_scope == PROVINCE else "tại chính cơ quan giải quyết"
    told = f"Thủ tục này chỉ nhận {where}. Chọn cơ quan giải quyết khác."
    raise NotTakenHere(told, errors=[{"field": "competent", "message": told}])


def province_of(code: str) -> str:
    """The part of an agency's code that is its province's, or its ministry's."""
    return code.partition(".")[0]


def elsewhere(session: Session, actor: Actor) -> tuple[list[tuple[str, str]], list[tuple[UUID, str]]]:
    """What the officer's agencies may take in for others: procedures (code, name), agencies (id, name)."""
    own = {province_of(code) for _, code, _ in people.agencies_of(session, actor.agency_ids)}
    rows = [
        row
        for row in session.execute(_wide(), {"own": sorted(actor.agency_ids)}).all()
        if row.scope == NATION or province_of(row.agency_code) in own
    ]
    procedures = dict.fromkeys((row.code, row.name) for row in rows)
    agencies = dict.fromkeys((row.agency_id, row.agency_name) for row in rows)
    return sorted(procedures, key=lambda one: one[1]), sorted(agencies, key=lambda one: (one[1], one[0]))


@built_once
def _wide() -> Any:
    models: tuple[Any, ...] = (Procedure, ProcedureRevision, Offering, Agency)
    procedure, revision, offering, agency = (model.__table__ for model in models)
    scope = revision.c.content["intake_scope"].as_string()
    return (
        sa.select(
            procedure.c.code,
            procedure.c.name,
            agency.c.id.label("agency_id"),
            agency.c.code.label("agency_code"),
            agency.c.name.label("agency_name"),
            scope.label("scope"),
        )
        .select_from(procedure)
        .join(revision, revision.c.id == procedure.c.current_revision_id)
        .join(offering, offering.c.revision_id == revision.c.id)
        .join(agency, agency.c.id == offering.c.agency_id)
        .where(
            scope.in_((PROVINCE, NATION)),
            offering.c.declared != Level.INFO,
            offering.c.agency_id != sa.all_(sa.bindparam("own", type_=sa.ARRAY(sa.Uuid))),
        )
        .order_by(procedure.c.name, agency.c.name)
        .limit(2000)
    )
