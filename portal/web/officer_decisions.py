"""Refusing, approving and rejecting: the consequences first, on a page of their own, then the act."""

from typing import Any, Final
from uuid import uuid4

from litestar import Response, post

from auth.access_log import note_reading
from dossiers import decision, processing, reasons
from dossiers.attachment_rules import RESULT
from dossiers.models import Dossier
from dossiers.view_parts import AttachmentView
from dossiers.views import DossierView
from dossiers.workflow import label
from portal.core.render import dong
from portal.web.desk_dossier import RETURN_WAYS, Typed, step_of, unit_of
from portal.web.officer_acts import ACT, AT, Desk, PostedAct
from portal.web.pages import page

TITLES: Final = {
    "refuse": "Không tiếp nhận hồ sơ này?",
    "approve": "Phê duyệt hồ sơ này?",
    "reject": "Từ chối giải quyết hồ sơ này?",
}


@post(f"{AT}/khong-tiep-nhan", **ACT)
def refuse(desk: PostedAct) -> Response[Any]:
    """Refuse at reception."""
    return _decide(desk, "refuse")


@post(f"{AT}/quyet-dinh", **ACT)
def decide(desk: PostedAct) -> Response[Any]:
    """Approve or reject."""
    given = desk.form.get("outcome")
    return _decide(desk, given if given in ("approve", "reject") else "")


def _decide(desk: Desk, outcome: str) -> Response[Any]:
    typed = Typed(outcome, desk.form.get("note")[:4000], code=desk.form.get("code", "other")[:40])
    step = desk.form.get("do")
    if step == "confirm" and outcome:
        return desk.attempt(lambda: _act(desk, typed), lambda dossier: _told(dossier, outcome), typed)
    view, seq = desk.view(), desk.seq
    if step == "back":
        return desk.shown(view, typed=typed)
    due_step = "receive" if outcome == "refuse" else "decide"
    if _moved_on(view, seq) or step_of(view, set(view.allowed)) != due_step:
        told = "Hồ sơ vừa có thay đổi. Xem lại trạng thái mới rồi làm tiếp."
        return desk.shown(view, typed=typed, conflict=told, status_code=409)
    if lacking := _lacking(view, typed):
        problem, field = lacking
        again = Typed(typed.outcome, typed.note, problem, field, code=typed.code)
        return desk.shown(view, typed=again, status_code=422)
    note_reading(desk.session, desk.actor, desk.dossier_id, "decide")
    return page(
        desk.request,
        "desk/preview.html",
        unit=unit_of(desk.session, desk.actor, view),
        dossier=view,
        name=view.number or view.reference or "",
        who=view.applicant.get("name") or "Người nộp",
        outcome=outcome,
        title=TITLES[outcome],
        note=typed.note.strip(),
        code=typed.code,
        code_words=reasons.words(reasons.REFUSAL if outcome == "refuse" else reasons.REJECTION, typed.code),
        appeal=reasons.APPEAL,
        address="khong-tiep-nhan" if outcome == "refuse" else "quyet-dinh",
        result=checked_result(view),
        return_way=RETURN_WAYS.get(view.return_way, view.return_way),
        key=str(uuid4()),
        signer=desk.actor.name,
    )


def _moved_on(view: DossierView, seq: int) -> bool:
    """Whether anything but the officer's own files changed since the page was shown."""
    return any(event.seq > seq and not event.name.startswith("attachment.") for event in view.timeline)


def _lacking(view: DossierView, typed: Typed) -> tuple[str, str] | None:
    """What keeps the decision from being looked at: the sentence, and the id of its control."""
    if not typed.outcome:
        return "Chọn phê duyệt hoặc từ chối giải quyết", "outcome-1"
    if typed.outcome != "approve":
        what = "không tiếp nhận" if typed.outcome == "refuse" else "từ chối giải quyết"
        return None if typed.note.strip() else (f"Nhập lý do {what}, người nộp đọc được", "note")
    if owed := sum(fee.amount_vnd for fee in view.fees if fee.owed):
        return f"Ghi nhận đã thu {dong(owed)} trước khi phê duyệt", "phi"
    result = view.content.result
    if result is not None and not result.generated and checked_result(view) is None:
        return "Tải tệp kết quả lên, chờ kiểm tra xong rồi phê duyệt", "ket-qua"
    return None


def checked_result(view: DossierView) -> AttachmentView | None:
    """The officer's checked result file, if there is one."""
    ready = (one for one in view.attachments if one.requirement_key == RESULT and one.state == "ready")
    return next(ready, None)


def _act(desk: Desk, typed: Typed) -> Dossier:
    who = (desk.session, desk.actor, desk.dossier_id)
    if typed.outcome == "refuse":
        return processing.refuse(*who, reason=typed.note, reason_code=typed.code, seq=desk.seq, key=desk.key)
    if typed.outcome == "reject":
        return decision.reject(*who, ground=typed.note, reason_code=typed.code, seq=desk.seq, key=desk.key)
    return decision.approve(
        *who, ground=typed.note, result_attachment_id=desk.id_of("file"), seq=desk.seq, key=desk.key
    )


def _told(dossier: Dossier, outcome: str) -> str:
    after = (
        "Người nộp được báo và nhận kết quả theo cách đã chọn."
        if outcome == "approve"
        else "Người nộp được báo kèm phiếu mẫu 03."
    )
    return f"Đã ghi: {label(dossier.status)}. {after}"


route_handlers: list[Any] = [refuse, decide]
