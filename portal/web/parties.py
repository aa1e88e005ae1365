"""For whom a draft is filed: the page that asks, and the rows that tell, at filing and after."""

from collections.abc import Callable
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from auth.http import CurrentActor
from dossiers import parties
from dossiers.models import FiledAs
from dossiers.parties import Party
from dossiers.views import DossierView
from dossiers.workflow import Status
from portal.core.errors import Invalid, Malformed
from portal.core.http import DbSession
from portal.web.drafts import CITIZEN, FORM_STEP, draft_of, shared, shell
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, done, page, problems_of, see_other

Back = Annotated[str | None, QueryParameter(name="ve", max_length=20)]
# The block of the page that each choice opens: the prefix of its fields' names.
BLOCKS: Final = {
    FiledAs.AUTHORISED: "person",
    FiledAs.REPRESENTED: "person",
    FiledAs.ORGANISATION: "organisation",
    FiledAs.HELPED: "helper",
}
FIELDS: Final = Party.__struct_fields__
PERSONAL: Final = 12  # digits of a personal id


@get("/ho-so/{dossier_id:uuid}/nop-cho", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN])
def party_page(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    back: Back = None,
) -> Response[Any]:
    """Who the dossier is for, and who helps."""
    view = draft_of(session, actor, dossier_id)
    if view.status is not Status.DRAFT:
        return see_other(f"/ho-so/{dossier_id}")
    block = BLOCKS.get(view.filed_as)
    typed = {f"{block}_{name}": value for name, value in (view.party or {}).items()}
    return _page(request, view, view.filed_as, typed, back)


def _page(
    request: AnyRequest,
    view: DossierView,
    chosen: FiledAs,
    typed: dict[str, str],
    back: str | None,
    wrong: list[dict[str, str]] | None = None,
) -> Response[Any]:
    mistakes, problems = problems_of(wrong or [])
    return page(
        request,
        "filing/party.html",
        status_code=422 if problems else 200,
        has_errors=bool(problems),
        **shared(shell(view, FORM_STEP)),
        choices=[(one.value, words) for one, words in parties.WORDS.items()],
        chosen=chosen.value,
        typed=typed,
        mistakes=mistakes,
        problems=problems,
        back="kiem-tra" if back == "kiem-tra" else "",
    )


@post(
    "/ho-so/{dossier_id:uuid}/nop-cho",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
    dependencies=WITH_FORM,
)
def declare(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    form: PostedForm,
) -> Response[Any]:
    """Keep for whom it is; wrong things are told beside what was typed."""
    view = draft_of(session, actor, dossier_id)
    if view.status is not Status.DRAFT:
        return see_other(f"/ho-so/{dossier_id}")
    back = form.get("ve")
    try:
        filed_as = FiledAs(form.get("filed_as") or FiledAs.SELF)
    except ValueError:
        raise Malformed("Biểu mẫu thiếu thông tin. Tải lại trang rồi thử lại.") from None
    block = BLOCKS.get(filed_as)
    names = {f"{one}_{name}" for one in set(BLOCKS.values()) for name in FIELDS}
    typed = {name: form.get(name)[:400] for name in names}
    party = Party(**{name: typed[f"{block}_{name}"] for name in FIELDS}) if block else None
    try:
        parties.declare(session, actor, dossier_id, filed_as=filed_as, party=party)
    except Invalid as refused:
        session.rollback()
        wrong = refused.extra.get("errors") or [{"field": "name", "message": refused.detail}]
        told = [{**one, "field": f"{block}_{one['field']}"} for one in wrong]
        return _page(request, view, filed_as, typed, back, told)
    there = "kiem-tra" if back == "kiem-tra" else "to-khai"
    words = parties.WORDS[filed_as]
    return see_other(f"/ho-so/{dossier_id}/{there}", done(f"Đã ghi: nộp {words[0].lower()}{words[1:]}."))


def party_rows(
    view: DossierView, *, masked: Callable[[str], str] | None = None, edit: bool = False
) -> list[dict[str, Any]]:
    """Whose dossier it is and who helped, as rows; [] where somebody files their own alone.

    Args:
        masked: hides the digits of a personal id, which is not to be read by the way.
        edit: whether each row leads to the page that changes it.
    """
    told = view.party
    if not told:
        return []
    organisation = view.filed_as is FiledAs.ORGANISATION
    if view.filed_as is FiledAs.HELPED:
        rows = [("Họ và tên", told["name"]), ("Đơn vị", told["unit"])]
    else:
        number = told["number"]
        if masked and len(number) == PERSONAL:  # a household's tax code is its owner's own
            number = masked(number)
        rows = [
            ("Tên" if organisation else "Họ và tên", told["name"]),
            ("Mã số thuế" if organisation else "Số định danh", number),
            ("Địa chỉ", told.get("address", "")),
            ("Nộp", parties.WORDS[view.filed_as]),
        ]
    rows.insert(2, ("Điện thoại", told.get("phone", "")))
    address = f"/ho-so/{view.id}/nop-cho?ve=kiem-tra" if edit else None
    return [{"label": label, "value": value, "note": None, "edit": address} for label, value in rows if value]


route_handlers: list[Any] = [party_page, declare]
