"""What one revision of a procedure changes against another, told to the public."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from portal.core.http import DbSession
from portal.web import procedure_view as shown
from portal.web.pages import AnyRequest, page
from services_catalog import caching, diff, public_queries, queries
from services_catalog.content import Offer
from services_catalog.diff import Change, Effect
from services_catalog.queries import ProcedurePage

Against = Annotated[int | None, QueryParameter(name="so-voi", ge=1, le=1_000_000, required=False)]

PARTS: Final = {
    "to-khai": "Tờ khai",
    "giay-to": "Giấy tờ",
    "phi-thoi-han": "Thời hạn, lệ phí, trường hợp",
    "co-quan": "Nơi nộp và mức độ trực tuyến",
    "": "Nội dung chung",
    "quy-trinh": "Các bước trong cơ quan",
}
EFFECTS: Final = {
    Effect.LEGAL: ("is-you", "exclamation-triangle", "Ảnh hưởng việc của bạn"),
    Effect.NOTICE: ("is-work", "info-circle", "Nên biết"),
    Effect.HARMLESS: ("", "pencil", "Sửa câu chữ"),
}
KINDS: Final = {"added": "Thêm", "removed": "Bỏ", "changed": "Đổi", "moved": "Dời chỗ"}
ASIDE: Final = ("keywords", "source", "related", "life_events")  # for searching and keeping, not for filing


class Part(msgspec.Struct, frozen=True):
    """The changes of one part of the procedure, the heaviest first."""

    title: str
    changes: list[Change]


def parts(changes: list[Change]) -> list[Part]:
    """The changes by part, in the order in which an applicant meets them."""
    kept = [one for one in changes if one.place.partition(".")[0] not in ASIDE]
    found = []
    for tab, title in PARTS.items():
        mine = [one for one in kept if one.tab == tab]
        if mine:
            found.append(Part(title, sorted(mine, key=lambda one: -one.effect.weight)))
    return found


def between(old: ProcedurePage, new: ProcedurePage) -> list[Change]:
    """Every difference of content and of what agencies declare."""
    assert old.content is not None
    assert new.content is not None
    names = {one.agency_id: one.agency_name for one in [*old.offerings, *new.offerings]}
    offers = diff.compare_offers(_offers(old), _offers(new), names, old.content, new.content)
    return [*diff.compare(old.content, new.content), *offers]


def _offers(found: ProcedurePage) -> list[Offer]:
    return [
        Offer(
            agency_id=one.agency_id,
            declared=one.declared,
            reason_code=one.reason_code,
            reason_basis=one.reason_basis,
            unit=one.unit,
            steps=one.steps,
        )
        for one in found.offerings
    ]


@get("/thu-tuc/{code:str}/ban/{number:int}/thay-doi", sync_to_thread=True, include_in_schema=False)
def changes_page(
    request: AnyRequest,
    session: DbSession,
    code: FromPath[str],
    number: FromPath[int],
    against: Against = None,
) -> Response[Any]:
    """What a revision changes against the one before it, or against another public one.

    Raises:
        NotFound: one of the two is not public.
    """

    def render() -> Response[Any]:
        rows = public_queries.revisions(session, code)
        earlier = against or next((row.number for row in rows if row.number < number), None)
        new = queries.procedure_page(session, code, number)
        old = queries.procedure_page(session, code, earlier) if earlier else None
        lines = shown.revision_lines(rows, public_queries.present_number(session, code))
        return page(
            request,
            "catalogue/changes.html",
            procedure=new,
            earlier=earlier,
            line=next(one for one in lines if one.number == number),
            others=[row.number for row in rows if row.number not in (number, earlier)],
            parts=parts(between(old, new)) if old else [],
            effects=EFFECTS,
            kinds=KINDS,
        )

    return caching.page(request, session, render)


route_handlers: list[Any] = [changes_page]
