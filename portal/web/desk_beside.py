"""The desk's acts beside the course: messages, off-line touches, the way of the result, complaints."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from auth.http import CurrentActor
from dossiers import attachments, complaints, decision, messages, notes, ratings, returning, touches
from dossiers.attachment_rules import REPLY, SIGNATURE, AttachmentNotFound, opinion_of
from dossiers.controllers import OFFICER
from dossiers.return_models import ComplaintState
from dossiers.touches import Touch
from dossiers.view_parts import AttachmentView
from portal.core.errors import DomainError, Invalid, NotFound
from portal.core.http import AppStorage, DbSession
from portal.core.paging import BadCursor
from portal.web import from_store
from portal.web.desk_dossier import Typed
from portal.web.officer import unit_name
from portal.web.officer_acts import ACT, AT, Desk, PostedAct
from portal.web.pages import AnyRequest, Notice, done, page, see_other


def typed(desk: Desk, outcome: str, field: str, name: str = "text") -> Typed:
    """What was typed in a panel, for the page that comes back."""
    return Typed(outcome, field=field, extra=desk.form.get(name)[:4500])


@post(f"{AT}/tin-nhan", **ACT)
def send(desk: PostedAct) -> Response[Any]:
    """Write to the applicant; the files put there go along."""
    files = messages.ready_files(desk.session, desk.actor, desk.dossier_id)
    return desk.attempt(
        lambda: messages.send(
            desk.session,
            desk.actor,
            desk.dossier_id,
            text=desk.form.get("text"),
            attachment_ids=files,
            key=desk.key,
        ),
        lambda _: "Đã gửi tin nhắn cho người nộp.",
        typed(desk, "message", "tin-nhan-moi"),
    )


@post(f"{AT}/ngoai-mang", **ACT)
def touch(desk: PostedAct) -> Response[Any]:
    """Note what was done off-line."""
    given = desk.form.get("kind")

    def act() -> Any:
        if given not in {kind.value for kind in Touch}:
            told = "Chọn việc đã làm ngoài mạng."
            raise Invalid(told, errors=[{"field": "kind", "message": told}])
        return touches.touch(
            desk.session,
            desk.actor,
            desk.dossier_id,
            kind=Touch(given),
            note=desk.form.get("text"),
            seq=desk.seq,
            key=desk.key,
        )

    return desk.attempt(act, lambda _: "Đã ghi việc ngoài mạng.", typed(desk, "touch", "viec-ngoai-mang"))


@post(f"{AT}/ghi-chu", **ACT)
def note(desk: PostedAct) -> Response[Any]:
    """Keep an internal note."""
    return desk.attempt(
        lambda: notes.note(
            desk.session, desk.actor, desk.dossier_id, text=desk.form.get("text"), seq=desk.seq, key=desk.key
        ),
        lambda _: "Đã lưu ghi chú. Người nộp không đọc được.",
        typed(desk, "note", "ghi-chu-moi"),
    )


@post(f"{AT}/gui-buu-dien", **ACT)
def send_result(desk: PostedAct) -> Response[Any]:
    """Note that the post took the result."""
    return desk.attempt(
        lambda: returning.send_result(
            desk.session,
            desk.actor,
            desk.dossier_id,
            tracking_number=desk.form.get("tracking_number")[:200],
            address=desk.form.get("address"),
            seq=desk.seq,
            key=desk.key,
        ),
        lambda _: "Đã ghi nhận gửi bưu điện. Người nộp được báo mã vận đơn.",
        typed(desk, "send", "ma-van-don", "tracking_number"),
    )


@post(f"{AT}/tra-ket-qua", **ACT)
def deliver(desk: PostedAct) -> Response[Any]:
    """Return the result; at the counter, to whom, with the note they signed. The dossier closes."""
    named = "receiver_name" in desk.form
    receiver = decision.Receiver(
        desk.form.get("receiver_name"), desk.form.get("receiver_id"), desk.form.get("authorisation")
    )
    scans = [one for one in desk.view().attachments if one.requirement_key == SIGNATURE] if named else []
    return desk.attempt(
        lambda: decision.deliver(
            desk.session,
            desk.actor,
            desk.dossier_id,
            receiver=receiver if named else None,
            signature_attachment_id=_ready(scans),
            seq=desk.seq,
            key=desk.key,
        ),
        lambda _: "Đã trả kết quả. Hồ sơ khép lại.",
        typed(desk, "deliver", "nguoi-nhan", "receiver_name"),
    )


def _ready(scans: list[AttachmentView]) -> UUID | None:
    return next((one.id for one in scans if one.state == "ready"), None)


@post(f"{AT}/mo-lai", **ACT)
def reopen(desk: PostedAct) -> Response[Any]:
    """Take a settled dossier up again."""
    return desk.attempt(
        lambda: returning.reopen(
            desk.session,
            desk.actor,
            desk.dossier_id,
            reason=desk.form.get("text"),
            seq=desk.seq,
            key=desk.key,
        ),
        lambda _: "Đã mở lại hồ sơ. Nhận giải quyết để làm tiếp.",
        typed(desk, "reopen", "ly-do-mo-lai"),
    )


@post(f"{AT}/phan-anh/{{complaint_id:uuid}}/tra-loi", **ACT)
def answer(desk: PostedAct, complaint_id: FromPath[UUID]) -> Response[Any]:
    """Answer a complaint."""
    return desk.attempt(
        lambda: complaints.answer(
            desk.session,
            desk.actor,
            desk.dossier_id,
            complaint_id=complaint_id,
            text=desk.form.get("text"),
            seq=desk.seq,
            key=desk.key,
        ),
        lambda _: "Đã trả lời. Người nộp nhận thư báo.",
        typed(desk, "answer", "tra-loi-phan-anh"),
    )


@post(f"{AT}/tep/{{attachment_id:uuid}}/bo", **ACT)
def drop_file(desk: PostedAct, attachment_id: FromPath[UUID]) -> Response[Any]:
    """Drop a file of the next message, or the scan of a signature."""
    try:
        attachments.remove(desk.session, desk.actor, desk.dossier_id, attachment_id)
    except NotFound:
        raise
    except DomainError as error:
        desk.session.rollback()
        return see_other(f"/can-bo/ho-so/{desk.dossier_id}", Notice("bad", error.detail))
    return see_other(f"/can-bo/ho-so/{desk.dossier_id}", done("Đã bỏ tệp."))


@get(
    f"{AT}/tep/{{key:str}}/da-gui/{{attachment_id:uuid}}",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[OFFICER],
)
def file_sent(
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    key: FromPath[str],
    attachment_id: FromPath[UUID],
) -> Response[Any]:
    """The store sends the browser here after it took a desk's file.

    Raises:
        AttachmentNotFound: the key is none of the desk's.
    """
    if key not in (REPLY, SIGNATURE) and opinion_of(key) is None:
        raise AttachmentNotFound
    place = {REPLY: "tin-nhan", SIGNATURE: "duong-ve"}.get(key, "y-kien")
    back = f"/can-bo/ho-so/{dossier_id}#{place}"
    return from_store.back_with(session, storage, actor, dossier_id, key, attachment_id, back=back)


@get("/can-bo/khieu-nai", sync_to_thread=True, include_in_schema=False, guards=[OFFICER])
def complaints_page(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    shown: Annotated[str, QueryParameter(name="xem", max_length=20, required=False)] = "open",
    after: Annotated[str, QueryParameter(name="sau", max_length=400, required=False)] = "",
) -> Response[Any]:
    """Complaints on the unit's dossiers, soonest due first, and what applicants thought of it."""
    chosen = ComplaintState.ANSWERED if shown == "answered" else ComplaintState.OPEN
    try:
        found = complaints.desk(session, actor, state=chosen, after=after or None)
    except BadCursor:
        return see_other("/can-bo/khieu-nai")
    said = ratings.of_agencies(session, actor)
    return page(
        request,
        "desk/complaints.html",
        unit=unit_name(session, actor),
        items=found.items,
        state=chosen.value,
        first=not after,
        next_href=f"/can-bo/khieu-nai?xem={chosen.value}&sau={found.next}" if found.next else None,
        ratings=said,
        reasons=[(ratings.REASONS[key], n) for key, n in (said.reasons or {}).items()],
    )


route_handlers: list[Any] = [
    send,
    touch,
    note,
    send_result,
    deliver,
    reopen,
    answer,
    drop_file,
    file_sent,
    complaints_page,
]
