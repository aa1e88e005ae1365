"""What the desk shows of one dossier, gathered for its template."""

from typing import Any, Final
from uuid import uuid4

import msgspec
from litestar import Response
from sqlmodel import Session

from auth import queries as people
from auth.actor import Actor
from dossiers import attachments, calendars, desk_queries, owners, reasons, refusals
from dossiers.attachment_rules import RESULT, is_beside, paper_of
from dossiers.models import DocumentKind
from dossiers.timeline import OF_APPLICANT, OF_DRAFT, label_of
from dossiers.view_parts import AttachmentView
from dossiers.views import DossierView
from dossiers.workflow import END, Action, Status
from portal.core import events
from portal.core.clock import local, now, today
from portal.core.render import capital, time_vi
from portal.core.storage import PostForm, Storage
from portal.web import if_received, panels
from portal.web.due import clock, when
from portal.web.pages import AnyRequest, page
from portal.web.parties import party_rows
from services_catalog import forms, terms
from services_catalog.answer_words import words
from services_catalog.content import Field

RETURN_WAYS: Final = {
    "online": "qua mạng: bản điện tử trên Cổng",
    "counter": "tại quầy của cơ quan",
    "post": "qua bưu điện tới tận nhà",
}
ICONS: Final = {"pdf": "file-earmark-pdf", "jpeg": "file-earmark-image", "png": "file-earmark-image"}
PICTURES: Final = ("jpeg", "png")
SEEN: Final = ("ready", "replaced")  # a checked file opens; one that was replaced too
PERSONAL_ID: Final = 12  # digits
# Events whose words the history shows.
TOLD: Final = frozenset(
    {
        "dossier.refused",
        "dossier.rejected",
        "dossier.supplement_revoked",
        "dossier.kept",
        "dossier.stopped",
        "dossier.extended",
    }
)
_REJECTED: Final = "Người nộp nhận phiếu mẫu 03, có thể nộp lại, hoặc khiếu nại. Hồ sơ khép lại."
_AFTER: Final = {
    Status.REFUSED: "Người nộp nhận phiếu mẫu 03, có thể sửa rồi nộp lại, hoặc khiếu nại.",
    Status.STOPPED: "Người nộp nhận thông báo dừng (mẫu 05), có thể nộp lại. Hồ sơ khép lại.",
    Status.FINANCIAL_DUTY: "Người nộp trả tiền hoặc đưa chứng từ thì ghi ở mục Phí, lệ phí.",
    Status.SETTLED: "Kết quả đang chờ được trả.",
    Status.RETURNED: "Đã trả kết quả, hồ sơ khép lại.",
}


class Answer(msgspec.Struct, frozen=True):
    """A question and its answer; `source`: typed or account."""

    label: str
    value: str
    source: str
    masked: bool = False


class Paper(msgspec.Struct, frozen=True):
    """A paper of the procedure with the files handed in for it."""

    name: str
    files: list[AttachmentView]
    expected: bool


class Entry(msgspec.Struct, frozen=True):
    """A line of the history."""

    title: str
    who: str
    at: Any
    kind: str
    text: str = ""


class Typed(msgspec.Struct, frozen=True):
    """What an officer typed and what was wrong with it, when a page comes back."""

    outcome: str = ""
    note: str = ""
    problem: str = ""
    field: str = ""
    until: str = ""
    code: str = "other"
    extra: str = ""  # typed in a panel beside the course; `outcome` names the panel
    chosen: dict[str, str] = {}  # what else was typed there, by name
    places: dict[str, str] = {}  # where on the page the error of a field stands


def masked(value: str) -> str:
    """A personal id with only its last four digits: •••• •••• 4417."""
    return f"•••• •••• {value[-4:]}" if value else ""


def answers_of(view: DossierView, *, reveal: bool) -> list[tuple[str, list[Answer]]]:
    """The visible questions with their answers, by section."""
    sections = []
    for section in forms.visible(view.content.form, view.answers):
        rows = [
            _answer(view, field, reveal)
            for field in section.fields
            if view.answers.get(field.key) is not None
        ]
        if rows:
            sections.append((section.title, rows))
    return sections


def _answer(view: DossierView, field: Field, reveal: bool) -> Answer:
    value = view.answers[field.key]
    hidden = _names_a_person(field, value) and not reveal
    told = masked(str(value)) if hidden else words(_masking(field, reveal), _masked(field, value, reveal))
    known = view.applicant.get((field.prefill or "").removeprefix("account."))
    return Answer(field.label, told, "account" if known and known == value else "typed", hidden)


def _names_a_person(field: Field, value: Any) -> bool:
    """Whether the answer is a personal id; a person's tax code is one."""
    return field.kind == "personal_id" or (field.kind == "tax_code" and len(str(value)) == PERSONAL_ID)


def _masking(field: Field, reveal: bool) -> Field:
    """The field with inner personal ids read as text, so that masked ones print as they are."""
    if reveal or field.kind != "repeat":
        return field
    inner = [
        msgspec.structs.replace(sub, kind="text") if sub.kind == "personal_id" else sub
        for sub in field.fields
    ]
    return msgspec.structs.replace(field, fields=inner)


def _masked(field: Field, value: Any, reveal: bool) -> Any:
    if reveal or field.kind != "repeat" or not isinstance(value, list):
        return value
    inner = {sub.key: sub for sub in field.fields}
    return [
        {
            key: masked(str(one)) if key in inner and _names_a_person(inner[key], one) else one
            for key, one in row.items()
        }
        for row in value
        if isinstance(row, dict)
    ]


def papers_of(view: DossierView) -> list[Paper]:
    """The papers in the order of the procedure; those neither handed in nor needed are left out."""
    papers = []
    for requirement in view.content.requirements:
        files = [
            one
            for one in view.attachments
            if one.requirement_key == requirement.key and one.state != "replaced"
        ]
        expected = terms.needed(requirement, view.content, view.answers)
        if files or expected:
            papers.append(Paper(requirement.name, files, expected))
    return papers


def seal_holds(view: DossierView) -> bool:
    """Whether the files are still those of the manifest sealed at filing, by their SHA-256."""
    sealed = {(line["attachment_id"], line["sha256"]) for line in view.manifest}
    present = {(str(one.id), one.sha256) for one in view.attachments if not is_beside(one.requirement_key)}
    return sealed <= present


def history_of(session: Session, view: DossierView, actor: Actor) -> list[Entry]:
    """What happened, newest first, with the reason of a refusal or rejection."""
    entries = []
    told = [one for one in view.timeline if one.name not in OF_DRAFT]
    for event in reversed(told):
        who = "Cổng" if event.actor_id is None else "Bạn" if event.actor_id == actor.id else "Cán bộ"
        kind, text = ("now" if event is told[-1] and view.status not in END else ""), ""
        if event.name in OF_APPLICANT:
            who, kind = view.applicant.get("name") or "Người nộp", kind or "you"
        if event.name in TOLD:
            told_why = events.private_of(session, view.id, event.seq)
            text = told_why.get("reason") or told_why.get("note") or ""
        if event.name == "dossier.approved" and view.decision:
            who = view.decision.signer or who
        entries.append(Entry(label_of(event.name), who, event.at, kind, text))
    return entries


def result_form(storage: Storage, view: DossierView) -> PostForm | None:
    """The store's form for the officer's result file; None while one is there."""
    paper = paper_of(view.content, RESULT)
    taken = [one for one in view.attachments if one.requirement_key == RESULT and one.state != "refused"]
    return None if paper is None or taken else attachments.form_for(storage, view.id, paper)


def unit_of(session: Session, actor: Actor, view: DossierView) -> str:
    """The name for the header: the agency in charge if the officer serves it."""
    if view.agency_id in actor.agency_ids:
        return view.agency_name
    if view.receiving_agency_id in actor.agency_ids:
        return view.receiving_agency_name
    served = people.agencies_of(session, actor.agency_ids)
    return served[0][2] if served else ""


def desk_page(
    request: AnyRequest,
    session: Session,
    storage: Storage,
    actor: Actor,
    view: DossierView,
    *,
    file: str = "",
    reveal: bool = False,
    typed: Typed | None = None,
    conflict: str = "",
    status_code: int = 200,
) -> Response[str]:
    """The dossier at the desk.

    Args:
        request, session, storage, actor: of the handler.
        view: the dossier as it is now.
        file: id of the file in the viewer.
        reveal: show personal ids whole (the caller has logged it).
        typed: what the officer typed, when something was wrong with it.
        conflict: why the act asked for could not be done, with the present state around it.
        status_code: of the answer.
    """
    typed = typed or Typed()
    permitted = set(view.allowed)
    decides = view.holds and Action.APPROVE in permitted
    results = [one for one in view.attachments if one.requirement_key == RESULT]
    viewed = next((one for one in view.attachments if str(one.id) == file and one.state in SEEN), None)
    needs_file = view.content.result is not None and not view.content.result.generated
    owed = [fee for fee in view.fees if fee.owed]
    history = history_of(session, view, actor)
    return page(
        request,
        "desk/dossier.html",
        status_code=status_code,
        has_errors=bool(typed.problem),
        unit=unit_of(session, actor, view),
        dossier=view,
        name=view.number or view.reference or "",
        who=view.applicant.get("name") or "Người nộp",
        named=owners.shown_name(view.applicant) or "Người nộp",
        papers=papers_of(view),
        party=party_rows(view, masked=None if reveal else masked),
        files=sum(not is_beside(one.requirement_key) and one.state != "replaced" for one in view.attachments),
        sealed=seal_holds(view),
        viewed=viewed,
        picture=viewed is not None and viewed.kind in PICTURES,
        icon=lambda kind: ICONS.get(kind or "", "file-earmark-text"),
        explain=refusals.explain,
        sections=answers_of(view, reveal=reveal),
        reveal=reveal,
        masked=masked,
        when=when(
            view.status,
            reception_due_at=view.reception_due_at,
            due_at=view.due_at,
            settled_at=view.settled_at,
            now=now(),
            calendar=calendars.of(session, view.agency_id),
        ),
        act=step_of(view, permitted),
        clock="Thời hạn giải quyết chưa tính." if view.on_the_way else clock(view.status, view.agency_name),
        after=after_of(view),
        reason=next((entry.text for entry in history if entry.text), ""),
        permitted=permitted,
        would=if_received.would_be(session, view) if view.status is Status.SUBMITTED else None,
        decides=decides,
        needs_file=needs_file,
        results=results,
        upload=result_form(storage, view) if decides and not results else None,
        accept=refusals.accept_attribute(["pdf"]),
        owed=owed,
        owed_total=sum(fee.amount_vnd for fee in owed),
        lease=_until(view),
        return_way=RETURN_WAYS.get(view.return_way, view.return_way),
        document_names={kind.value: words for kind, words in desk_queries.DOCUMENT_NAMES.items()},
        has_result=any(one.kind == DocumentKind.RESULT for one in view.documents),
        history=history,
        panels=panels.desk(session, actor, view),
        refusal_codes=[(code, one.words) for code, one in reasons.REFUSAL.items()],
        rejection_codes=[(code, one.words) for code, one in reasons.REJECTION.items()],
        typed=typed,
        conflict=conflict,
        key=str(uuid4()),
        today=today(),
    )


def step_of(view: DossierView, permitted: set[Action]) -> str:
    """Which form the right pane opens with."""
    if view.status is Status.SUBMITTED and Action.RECEIVE in permitted:
        return "receive"
    if view.status is Status.SETTLED and Action.DELIVER in permitted:
        return "deliver"
    if Action.APPROVE in permitted and view.holds:
        return "decide"
    if Action.START in permitted:
        return "claim"
    if Action.OPINE in permitted:
        return "opine"
    if Action.FORWARD in permitted or Action.TAKE_OVER in permitted:
        return "pass_on"
    return "none"


def after_of(view: DossierView) -> str:
    """What follows where no act of the officer is open: whose turn it is."""
    if view.status is Status.STOPPED and view.decision is not None:
        return _REJECTED
    return _AFTER.get(view.status, "Lúc này không có việc nào dành cho bạn ở hồ sơ này.")


def _until(view: DossierView) -> str:
    """Until when the present holder's lease runs; empty when it ended."""
    if view.holder_id is None or (view.lease_until is not None and view.lease_until <= now()):
        return ""
    if view.lease_until is None:
        return "khi xong"
    day = local(view.lease_until).date()
    words = "hôm nay" if day == today() else f"{day:%d/%m}"
    return capital(f"{time_vi(view.lease_until)} {words}")
