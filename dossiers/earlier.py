"""What an applicant answered before: offered again where a form asks for it (`prefill` "earlier")."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from dossiers import access, queries
from dossiers.workflow import Status
from portal.core import crypto
from portal.core.crypto import SubjectKey
from portal.core.db import built_once
from portal.core.direct import Direct
from services_catalog import forms
from services_catalog.form_parts import Field, Section

LOOKED_AT: Final = 6  # earlier dossiers that are opened at most


def answers(
    session: Session, actor: Actor, fields: Sequence[Field], *, code: str, dossier_id: UUID
) -> dict[str, Any]:
    """By key, what the actor answered to a question of the same key and kind in a dossier they filed.

    The latest of the same procedure has it, else the latest of any. What the question would not take
    today is left out.
    """
    wanted = {field.key: field for field in fields if field.prefill == "earlier"}
    found: dict[str, Any] = {}
    if not wanted:
        return found
    values = {"dossier_id": dossier_id, "code": code, **access.asking(actor)}
    for row in _filed().all(session, values):
        crypto.preload(session, row.subject_id, row.wrapped)
        given = crypto.open_(session, row.subject_id, f"dossier.answers|{row.id}", row.answers)
        asked = queries.content(session, row.revision_id).form
        kinds = {field.key: field.kind for section in asked for field in section.fields}
        for key, field in wanted.items():
            if key not in found and kinds.get(key) == field.kind and _taken(field, given.get(key)):
                found[key] = given[key]
        if len(found) == len(wanted):
            break
    return found


def _taken(field: Field, value: Any) -> bool:
    """Whether the question as it is today takes the answer."""
    if value is None:
        return False
    alone = msgspec.structs.replace(field, show_when=[], required_when=[])
    section = Section(key="earlier", title="earlier", fields=[alone])
    return not forms.check([section], {field.key: value}, complete=False)


@built_once
def _filed() -> Direct:
    key = SubjectKey.__table__  # type: ignore[attr-defined]
    same = access.D.c.procedure_code == sa.bindparam("code", type_=sa.Text)
    return Direct(
        sa.select(
            *(access.D.c[name] for name in ("id", "subject_id", "revision_id", "answers")), key.c.wrapped
        )
        .join(key, key.c.subject_id == access.D.c.subject_id)
        .where(
            access.D.c.applicant_id == access.ACTOR,
            access.visible_to(),
            access.D.c.status != Status.DRAFT,
            access.D.c.id != sa.bindparam("dossier_id", type_=sa.Uuid),
        )
        .order_by(same.desc(), access.D.c.submitted_at.desc(), access.D.c.id.desc())
        .limit(LOOKED_AT)
    )
