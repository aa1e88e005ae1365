"""For whom a dossier is filed: oneself, somebody else, an organisation, or oneself with a helper beside.

Who files keeps the dossier: its account, its letters, its acts. Whose dossier it is (chủ hồ sơ) is sealed
with the applicant, as `applicant["owner"]`, and who helped as `applicant["helper"]` (docs/decisions/0010).
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlmodel import Session

from auth import identifiers
from auth.actor import Actor
from dossiers import access, queries
from dossiers.models import Dossier, FiledAs
from dossiers.workflow import Action, advance
from portal.core import crypto
from portal.core.clock import now
from portal.core.errors import Invalid
from portal.core.text import clean

MAX_NAME: Final = 200  # characters; an organisation's too
MAX_ADDRESS: Final = 300
WORDS: Final[Mapping[FiledAs, str]] = {
    FiledAs.SELF: "Cho chính mình",
    FiledAs.AUTHORISED: "Thay người khác, theo ủy quyền",
    FiledAs.REPRESENTED: "Thay con hoặc người được giám hộ, là người đại diện theo pháp luật",
    FiledAs.ORGANISATION: "Cho doanh nghiệp, tổ chức, hộ kinh doanh",
    FiledAs.HELPED: "Cho chính mình, có người giúp thao tác",
}


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Whose dossier it is, or who helps to file it; `number`: personal id, or an organisation's tax code.

    A helper has a name and a unit, and perhaps a phone.
    """

    name: str = ""
    number: str = ""
    phone: str = ""
    address: str = ""
    unit: str = ""


def declare(
    session: Session, actor: Actor, dossier_id: UUID, *, filed_as: FiledAs, party: Party | None = None
) -> Dossier:
    """Say for whom the draft is filed; said again, the last word counts.

    Raises:
        DossierNotFound, Forbidden, WrongState: not a draft the actor files.
        Invalid: who it is for, or who helps, is not told well enough: each thing by its field.
    """
    dossier = queries.get(session, actor, dossier_id, for_update=True)
    access.demand(actor, Action.SUBMIT, dossier)
    advance(dossier.status, Action.SUBMIT)
    aad = f"dossier.applicant|{dossier.id}"
    who = crypto.open_(session, dossier.subject_id, aad, dossier.applicant)
    told = {} if filed_as is FiledAs.SELF else _checked(filed_as, party or Party())
    other = filed_as in (FiledAs.AUTHORISED, FiledAs.REPRESENTED)  # a household's tax code is its owner's own
    if other and told["number"] == who.get("personal_id"):
        message = "Đây là số định danh của người nộp. Nếu nộp cho chính mình, chọn “Cho chính mình”."
        raise Invalid(message, errors=[{"field": "number", "message": message}])
    kept = {key: value for key, value in who.items() if key not in ("owner", "helper")}
    if told:
        kept["helper" if filed_as is FiledAs.HELPED else "owner"] = told
    dossier.filed_as = filed_as
    dossier.applicant = crypto.seal(session, dossier.subject_id, aad, kept)
    dossier.updated_at = now()
    session.add(dossier)
    session.flush()
    return dossier


def _checked(filed_as: FiledAs, party: Party) -> dict[str, str]:
    """What is kept of the owner or the helper, in normal form.

    Raises:
        Invalid.
    """
    wrong: list[dict[str, str]] = []
    told = {"name": clean(party.name, max_length=MAX_NAME)}
    if len(told["name"]) < 2:
        wrong.append({"field": "name", "message": f"{_NAMES[filed_as]}."})
    if filed_as is FiledAs.HELPED:
        told["unit"] = clean(party.unit, max_length=MAX_NAME)
        if len(told["unit"]) < 2:
            message = "Nhập tổ, đơn vị của người giúp, ví dụ: Tổ công nghệ số cộng đồng thôn Đông."
            wrong.append({"field": "unit", "message": message})
    else:
        told["address"] = clean(party.address, max_length=MAX_ADDRESS)
        organisation = filed_as is FiledAs.ORGANISATION
        _take(told, wrong, "number", identifiers.tax_code if organisation else identifiers.personal_id, party)
    if party.phone.strip():
        _take(told, wrong, "phone", identifiers.phone, party)
    if wrong:
        about = "người giúp bạn" if filed_as is FiledAs.HELPED else "chủ hồ sơ"
        raise Invalid(f"Ghi đủ về {about}.", errors=wrong)
    return told


_NAMES: Final = {
    FiledAs.AUTHORISED: "Nhập họ và tên người ủy quyền cho bạn",
    FiledAs.REPRESENTED: "Nhập họ và tên người bạn đại diện",
    FiledAs.ORGANISATION: "Nhập tên doanh nghiệp, tổ chức",
    FiledAs.HELPED: "Nhập họ và tên người giúp bạn",
}


def _take(told: dict[str, str], wrong: list[dict[str, str]], field: str, check: Any, party: Party) -> None:
    try:
        told[field] = check(getattr(party, field))
    except Invalid as error:
        wrong.append({"field": field, "message": error.detail})
