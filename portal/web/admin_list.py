"""The keepers' list of procedures by shelf, and a new procedure: empty, or a copy of another."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter

from auth.actor import Actor
from auth.http import CurrentActor
from portal.core.errors import DomainError, Invalid, NotFound
from portal.core.http import DbSession
from portal.core.paging import BadCursor
from portal.core.text import BadText, clean
from portal.web.admin_frame import BASE, address
from portal.web.admin_state import load
from portal.web.pages import WITH_FORM, AnyRequest, PostedForm, done, page, see_other
from services_catalog import admin_queries, drafting, editor_queries, shelf
from services_catalog.admin_queries import Shelf, Sought
from services_catalog.content import Offer, RevisionContent
from services_catalog.controllers import EDITOR, KEEPER
from services_catalog.levels import LEVEL_NAMES, Level

SHELVES = {
    Shelf.OWN: "Nhận ở đây",
    Shelf.DRAFT: "Bản nháp",
    Shelf.REVIEW: "Chờ duyệt",
    Shelf.PLANNED: "Hẹn ngày",
    Shelf.ENDED: "Đã ngừng",
    Shelf.LISTING: "Danh mục quốc gia",
}
EMPTY = {
    Shelf.OWN: "Chưa nhận thủ tục nào ở đây.",
    Shelf.DRAFT: "Không có bản nháp nào.",
    Shelf.REVIEW: "Không có bản nào chờ duyệt.",
    Shelf.PLANNED: "Không có bản nào hẹn ngày áp dụng hay ngày ngừng.",
    Shelf.ENDED: "Chưa thủ tục nào ngừng nhận.",
    Shelf.LISTING: "Chưa nạp danh mục quốc gia.",
}
LEVELS = [
    *((one.value, label) for one, label in LEVEL_NAMES.items()),
    ("eligible", "Đủ điều kiện toàn trình"),
]
REQUIRED = {"name": "Nhập tên thủ tục", "sector": "Nhập lĩnh vực", "source": "Nêu nguồn nội dung"}
Text = Annotated[str, QueryParameter(max_length=200, required=False)]
After = Annotated[str, QueryParameter(max_length=4000, required=False)]


@get(BASE, sync_to_thread=True, include_in_schema=False, guards=[KEEPER])
def catalogue(
    request: AnyRequest,
    session: DbSession,
    loai: Text = "own",
    sought: Annotated[str, QueryParameter(name="query", max_length=200, required=False)] = "",
    linh_vuc: Annotated[str, QueryParameter(name="linh-vuc", max_length=200, required=False)] = "",
    muc_do: Annotated[str, QueryParameter(name="muc-do", max_length=20, required=False)] = "",
    after: After = "",
) -> Response[Any]:
    """Procedures on a shelf, narrowed by words, sector and level; every filter is in the address."""
    on = Shelf(loai) if loai in set(Shelf) else Shelf.OWN
    try:
        words = clean(sought, max_length=200)
    except BadText:
        words = ""
    level = Level(muc_do) if muc_do in set(Level) else None
    wanted = Sought(shelf=on, query=words, sector=linh_vuc, level=level, eligible=muc_do == "eligible")
    try:
        rows, following = admin_queries.kept(session, wanted, after or None)
    except BadCursor:
        return see_other(f"{BASE}?loai={on}")
    counts = admin_queries.counts(session)
    return page(
        request,
        "admin/catalogue.html",
        shelves=[(one.value, label, counts[one]) for one, label in SHELVES.items()],
        shelf=on.value,
        title=SHELVES[on],
        empty=EMPTY[on],
        kept={"query": words, "linh-vuc": linh_vuc, "muc-do": muc_do if level or wanted.eligible else ""},
        filtered=bool(words or linh_vuc or level or wanted.eligible),
        rows=rows,
        next=following,
        first=not after,
        sectors=admin_queries.sector_names(session),
        levels=LEVELS,
    )


@get(f"{BASE}/moi", sync_to_thread=True, include_in_schema=False, guards=[EDITOR])
def new_page(
    request: AnyRequest,
    session: DbSession,
    code: Annotated[str, QueryParameter(max_length=40, required=False)] = "",
) -> Response[Any]:
    """The form of a new procedure; `code` names an entry of the national listing to begin from."""
    typed = {"code": "", "name": "", "sector": "", "source": "", "copy": ""}
    if code:
        kept = editor_queries.by_code(session, code)
        typed |= {"code": kept.code, "name": kept.name, "sector": kept.sector_names.split("|")[0]}
    return _new(request, session, typed, {})


def _new(
    request: AnyRequest, session: DbSession, typed: dict[str, str], mistakes: dict[str, str]
) -> Response[Any]:
    return page(
        request,
        "admin/new.html",
        status_code=422 if mistakes else 200,
        has_errors=bool(mistakes),
        typed=typed,
        mistakes=mistakes,
        problem_lines=[{"href": f"#{place}", "message": told} for place, told in mistakes.items()],
        sectors=admin_queries.sector_names(session),
    )


@post(f"{BASE}/moi", sync_to_thread=True, include_in_schema=False, guards=[EDITOR], dependencies=WITH_FORM)
def create(request: AnyRequest, session: DbSession, actor: CurrentActor, form: PostedForm) -> Response[Any]:
    """Begin a procedure's first revision: nearly empty, or word for word that of another one."""
    typed = {name: form.get(name)[:4000].strip() for name in ("code", "name", "sector", "source", "copy")}
    mistakes: dict[str, str] = {}
    if not shelf.is_code(typed["code"]):
        mistakes["code"] = "Nhập mã gồm chữ số, chữ cái và dấu chấm, ví dụ 1.001193"
    for name, told in REQUIRED.items():
        if not typed[name]:
            mistakes[name] = told
    content: RevisionContent | None = None
    offers: list[Offer] = []
    if typed["copy"]:
        content, offers = _copied(session, typed["copy"], mistakes)
    if not mistakes and _taken(session, typed["code"]):
        mistakes["code"] = f"Mã {typed['code']} đã có nội dung ở đây: mở thủ tục đó để sửa"
    if mistakes:
        return _new(request, session, typed, mistakes)
    try:
        _begin(session, actor, typed, content, offers)
    except (DomainError, msgspec.ValidationError) as error:
        session.rollback()
        told = error.detail if isinstance(error, DomainError) else "Tên, lĩnh vực hoặc nguồn dài quá"
        return _new(request, session, typed, {"name": told})
    told = f"Đã tạo bản nháp của {typed['code']}. Điền từng phần, rồi gửi duyệt."
    return see_other(address(typed["code"]), done(told))


def _copied(
    session: DbSession, code: str, mistakes: dict[str, str]
) -> tuple[RevisionContent | None, list[Offer]]:
    try:
        state = load(session, code)
    except NotFound:
        mistakes["copy"] = f"Không có thủ tục nào mang mã {code[:35]}"
        return None, []
    if state.content is None:
        mistakes["copy"] = f"Thủ tục {code} chưa có nội dung để chép"
    return state.content, state.offers


def _taken(session: DbSession, code: str) -> bool:
    try:
        return load(session, code).content is not None
    except NotFound:
        return False


def _begin(
    session: DbSession,
    actor: Actor,
    typed: dict[str, str],
    content: RevisionContent | None,
    offers: list[Offer],
) -> None:
    """Save the first draft."""
    said = {
        "name": clean(typed["name"], max_length=1500),
        "sector": clean(typed["sector"], max_length=200),
        "source": clean(typed["source"], max_length=4000, multiline=True),
    }
    if content is None:
        content = msgspec.convert(FIRST | said | {"summary": said["name"]}, RevisionContent)
    else:
        content = msgspec.convert(msgspec.to_builtins(content) | said, RevisionContent)
    if _taken(session, typed["code"]):
        raise Invalid("Mã này vừa có người khác dùng.")
    drafting.save_draft(session, typed["code"], actor, content=content, offers=offers)


FIRST: dict[str, Any] = {
    "audience": ["citizen"],
    "life_events": [],
    "agency_level": "commune",
    "time_limit": {"amount": 1, "unit": "working_day"},
    "requirements": [],
    "online_payment": False,
    "channels": ["counter"],
    "return_ways": ["counter"],
    "result": None,
    "forms_downloadable": False,
    "signature_required": False,
    "signing_ways": [],
    "presence_required": False,
    "field_verification": False,
    "result_returned_without_presence": True,
    "legal_basis": [],
    "steps": [],
}

route_handlers: list[Any] = [catalogue, new_page, create]
