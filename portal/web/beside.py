"""The applicant's acts beside a dossier's course: messages, the way of the result, opinions."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from auth.actor import Actor
from auth.http import CurrentActor
from dossiers import attachments, complaints, messages, queries, ratings, returning
from dossiers.attachment_rules import MESSAGE
from portal.core.errors import DomainError, Forbidden, Invalid, Malformed, NotFound
from portal.core.http import AppStorage, DbSession
from portal.core.paging import BadCursor
from portal.web import from_store
from portal.web.citizen import CITIZEN, After, dossier_page
from portal.web.pages import WITH_FORM, AnyRequest, Form, PostedForm, done, page, see_other

AT: Final = "/ho-so/{dossier_id:uuid}"


def _attempt(
    request: AnyRequest,
    session: DbSession,
    actor: Actor,
    dossier_id: UUID,
    form: Form,
    what: str,
    told: str,
    act: Any,
) -> Response[Any]:
    """Do the act and go back with a notice; what cannot be done comes back with what was typed."""
    try:
        act(form.get("key")[:200] or None)
    except (NotFound, Malformed, Forbidden):
        raise
    except DomainError as error:
        session.rollback()
        errors = error.extra.get("errors") or [{}] if isinstance(error, Invalid) else [{}]
        typed = {
            "what": what,
            "field": errors[0].get("field", ""),
            "problem": error.detail,
            **{name: values[0][:4500] for name, values in form.as_dict().items()},
            "chosen": form.all("reasons"),
        }
        return dossier_page(request, session, actor, dossier_id, beside=typed, status_code=error.status)
    return see_other(f"/ho-so/{dossier_id}#{what}", done(told))


@post(
    f"{AT}/tin-nhan", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN], dependencies=WITH_FORM
)
def send(
    request: AnyRequest, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], form: PostedForm
) -> Response[Any]:
    """Write to the desk; the files put there go along."""

    def act(key: str | None) -> None:
        if queries.get(session, actor, dossier_id).applicant_id != actor.id:
            raise Forbidden("Cán bộ nhắn tin ở trang hồ sơ của bàn làm việc.")
        files = messages.ready_files(session, actor, dossier_id)
        messages.send(session, actor, dossier_id, text=form.get("text"), attachment_ids=files, key=key)

    told = "Đã gửi tin nhắn. Khi cơ quan trả lời, bạn nhận thư báo."
    return _attempt(request, session, actor, dossier_id, form, "tin-nhan", told, act)


@get(
    f"{AT}/tin-nhan/da-gui/{{attachment_id:uuid}}",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
)
def file_sent(
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    attachment_id: FromPath[UUID],
) -> Response[Any]:
    """The store sends the browser here after it took a file for a message."""
    return from_store.back_with(
        session,
        storage,
        actor,
        dossier_id,
        MESSAGE,
        attachment_id,
        back=f"/ho-so/{dossier_id}#tin-nhan",
        said="Đã nhận tệp, đang kiểm tra. Viết tin nhắn rồi gửi: tệp đi cùng.",
        own=True,
    )


@post(
    f"{AT}/tin-nhan/{{attachment_id:uuid}}/bo",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
    dependencies=WITH_FORM,
)
def drop_file(
    session: DbSession,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    attachment_id: FromPath[UUID],
    form: PostedForm,  # noqa: ARG001 - proves the page's token
) -> Response[Any]:
    """Drop a file before the message goes."""
    attachments.remove(session, actor, dossier_id, attachment_id)
    return see_other(f"/ho-so/{dossier_id}#tin-nhan", done("Đã bỏ tệp."))


@post(
    f"{AT}/nhan-ket-qua",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
    dependencies=WITH_FORM,
)
def choose(
    request: AnyRequest, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], form: PostedForm
) -> Response[Any]:
    """Choose how the result comes, and where to."""

    def act(key: str | None) -> None:
        way, address = form.get("return_way"), form.get("address")
        returning.choose(session, actor, dossier_id, return_way=way, address=address, key=key)

    told = "Đã ghi cách bạn muốn nhận kết quả."
    return _attempt(request, session, actor, dossier_id, form, "nhan-ket-qua", told, act)


@post(
    f"{AT}/danh-gia", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN], dependencies=WITH_FORM
)
def rate(
    request: AnyRequest, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], form: PostedForm
) -> Response[Any]:
    """Rate the handling."""

    def act(key: str | None) -> None:
        given = form.get("score")
        score = int(given) if given in ("1", "2", "3", "4", "5") else 0
        ratings.rate(
            session,
            actor,
            dossier_id,
            score=score,
            reasons=form.all("reasons"),
            comment=form.get("comment"),
            key=key,
        )

    told = "Cảm ơn bạn đã đánh giá. Cơ quan chỉ thấy số liệu gộp, không thấy bạn chấm mấy điểm."
    return _attempt(request, session, actor, dossier_id, form, "danh-gia", told, act)


@post(
    f"{AT}/phan-anh", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN], dependencies=WITH_FORM
)
def complain(
    request: AnyRequest, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], form: PostedForm
) -> Response[Any]:
    """Complain on the dossier."""

    def act(key: str | None) -> None:
        complaints.complain(session, actor, dossier_id, text=form.get("complaint"), key=key)

    told = "Đã gửi phản ánh. Cơ quan trả lời trong 10 ngày làm việc."
    return _attempt(request, session, actor, dossier_id, form, "phan-anh", told, act)


@get("/giay-to-cua-toi", sync_to_thread=True, include_in_schema=False, guards=[CITIZEN])
def results(request: AnyRequest, session: DbSession, actor: CurrentActor, after: After = "") -> Response[Any]:
    """All results of one's own dossiers, to download again."""
    try:
        found = returning.results(session, actor, after=after or None)
    except BadCursor:
        return see_other("/giay-to-cua-toi")
    next_href = f"/giay-to-cua-toi?sau={found.next}" if found.next else None
    return page(request, "dossier/results.html", items=found.items, first=not after, next_href=next_href)


route_handlers: list[Any] = [send, file_sent, drop_file, choose, rate, complain, results]
