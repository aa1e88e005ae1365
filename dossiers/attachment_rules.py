"""What may be handed in as a file: papers, names, sizes, counts, and the facts that refuse."""

import secrets
from typing import Final
from uuid import UUID

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from dossiers import access, open_request, opinion_queries, queries, refusals
from dossiers.models import Attachment, AttachmentState, Dossier
from dossiers.workflow import Action, Status, advance
from portal.core import crypto, runtime, text
from portal.core.clock import today
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from services_catalog.content import Requirement, RevisionContent

MB: Final = 1024 * 1024
MAX_NAME: Final = 150  # characters of a file's name
MAX_ROWS: Final = 400  # files ever begun in one dossier, removed ones included
# Requirement keys of files that are no papers of the procedure.
RESULT: Final = "result"  # the officer's result file
MESSAGE: Final = "message"  # what goes along with the applicant's next message
REPLY: Final = "reply"  # the same of the desk's
SIGNATURE: Final = "signature"  # the note a receiver signed at the counter
OPINION: Final = "opinion-"  # and the id of the question, in hex: what goes along with its answer
_BESIDE: Final = frozenset({RESULT, MESSAGE, REPLY, SIGNATURE})
_SCANS: Final = ["pdf", "jpeg", "png"]
STORED: Final = "attachments/"  # keys of files nobody outside can write to any more
INCOMING: Final = "incoming/"  # keys the store's form writes to


class UnknownPaper(Invalid):
    """The procedure has no such paper, or it is not handed in as a file."""

    title = "Thủ tục không nhận giấy tờ này"


class FileRefused(Invalid):
    """The file cannot be taken; `reason` is a code of `refusals.SENTENCES`."""

    title = "Tệp này không nhận được"


class TooManyFiles(Invalid):
    title = "Đã đủ số tệp cho giấy tờ này"


class AttachmentNotFound(NotFound):
    title = "Không tìm thấy tệp"

    def __init__(self) -> None:
        super().__init__("Không có tệp này, hoặc tệp đã được bỏ.")


class PartsMissing(Conflict):
    """The store does not have the whole file yet; `missing` numbers the parts to send again."""

    title = "Tệp chưa tải lên đủ"


class UploadLost(Conflict):
    """The unfinished upload is gone from the store: begin again."""

    title = "Lượt tải này đã hết hiệu lực"

    def __init__(self) -> None:
        super().__init__("Lượt tải này đã hết hiệu lực. Chọn lại tệp để tải từ đầu.")


class FileKept(Conflict):
    """What was sent or filed stays."""

    title = "Tệp đã gửi"


class NotServed(Conflict):
    """Only a checked file is given out."""

    title = "Tệp chưa mở được"


class Paper(msgspec.Struct, frozen=True):
    """What one paper takes; sizes in bytes, kinds as in `refusals.KINDS`."""

    key: str
    name: str
    accept: list[str]
    max_bytes: int
    max_files: int

    @property
    def max_mb(self) -> int:
        return self.max_bytes // MB

    def refuse(self, reason: str) -> FileRefused:
        """The error of a reason, in this paper's words."""
        sentence = refusals.explain(reason, accept=self.accept, max_mb=self.max_mb)
        return FileRefused(sentence, reason=reason, errors=[{"field": self.key, "message": sentence}])


def paper_of(content: RevisionContent, key: str) -> Paper | None:
    """The paper of this key in a revision; the officer's result takes one PDF."""
    most = runtime.settings.upload_max_mb
    if key == RESULT:
        return Paper(RESULT, "Kết quả giải quyết", ["pdf"], most * MB, 1)
    if key in (MESSAGE, REPLY):
        return Paper(key, "Tệp gửi kèm tin nhắn", [*_SCANS, "docx"], min(10, most) * MB, 5)
    if key == SIGNATURE:
        return Paper(SIGNATURE, "Phiếu ký nhận kết quả", _SCANS, min(10, most) * MB, 1)
    if opinion_of(key) is not None:
        return Paper(key, "Văn bản trả lời ý kiến", [*_SCANS, "docx"], min(20, most) * MB, 1)
    found = next((paper for paper in content.requirements if paper.key == key), None)
    if found is None or not handed_in(found):
        return None
    return Paper(found.key, found.name, list(found.accept), min(found.max_mb, most) * MB, found.max_files)


def is_beside(key: str) -> bool:
    """Whether files of this key are never part of what was filed."""
    return key in _BESIDE or key.startswith(OPINION)


def request_of(session: Session, dossier: Dossier, key: str) -> UUID | None:
    """The open request to supplement that a file of this key is handed in for, if any."""
    return None if is_beside(key) else open_request.id_of(session, dossier)


def opinion_key(opinion_id: UUID) -> str:
    """The key of the file that goes along with the answer to a question."""
    return f"{OPINION}{opinion_id.hex}"


def opinion_of(key: str) -> UUID | None:
    """The question whose answer a file of this key goes along with, if any."""
    try:
        return UUID(hex=key.removeprefix(OPINION)) if key.startswith(OPINION) else None
    except ValueError:
        return None


def handed_in(requirement: Requirement) -> bool:
    """Whether the paper is one that people send as a file."""
    return requirement.electronic_ok and requirement.asked


def writable(session: Session, actor: Actor, dossier_id: UUID, requirement_key: str) -> Dossier:
    """The dossier, locked, into which the actor may now put or drop files of this paper.

    The applicant while it is a draft, or while the paper is asked for in a supplement; for the result, the
    officer who holds it.

    Raises:
        DossierNotFound, Forbidden, NotHolder, OwnDossier, WrongState, Locked, Lapsed.
    """
    dossier = queries.get(session, actor, dossier_id, for_update=True)
    demand_writable(session, actor, dossier, requirement_key)
    return dossier


def demand_writable(session: Session, actor: Actor, dossier: Dossier, requirement_key: str) -> UUID | None:
    """The same of a dossier that is at hand, locked. Returns the open request the file is for, if any.

    Raises:
        Forbidden, NotHolder, OwnDossier, WrongState, Locked, Lapsed.
    """
    if dossier.status is Status.SUPPLEMENT and not is_beside(requirement_key):
        access.demand(actor, Action.SUPPLEMENT, dossier)
        return open_request.demand_paper_open(session, dossier, requirement_key)
    action = Action.OPINE if opinion_of(requirement_key) else _ACTS.get(requirement_key, Action.SUBMIT)
    access.demand(actor, action, dossier)
    if requirement_key in (MESSAGE, REPLY) and (requirement_key == MESSAGE) != (
        dossier.applicant_id == actor.id
    ):
        raise Forbidden("Tệp này thuộc tin nhắn của bên kia.")
    advance(dossier.status, action)
    opinion_id = opinion_of(requirement_key)
    if opinion_id is not None and not opinion_queries.is_open(session, actor, dossier.id, opinion_id):
        raise AttachmentNotFound
    return None


_ACTS: Final = {
    RESULT: Action.APPROVE,
    MESSAGE: Action.MESSAGE,
    REPLY: Action.MESSAGE,
    SIGNATURE: Action.DELIVER,
}


def in_sight(actor: Actor, dossier: access.Guarded, key: str, *, sent: bool) -> bool:
    """Whether a file of a dossier the actor may see is shown to them with it.

    A message is between its two sides, and out of the other's sight until it is sent. What goes along with an
    opinion is shown with the opinion only.
    """
    own = actor.id is not None and dossier.applicant_id == actor.id
    if key in (MESSAGE, REPLY):
        others = REPLY if own else MESSAGE
        return (own or access.serves(actor, dossier)) and (sent or key != others)
    return opinion_of(key) is None


def demand_seen(session: Session, actor: Actor, dossier: Dossier, file: Attachment) -> None:
    """Refuse a look at a file that is not the actor's to see, or not yet.

    Raises:
        AttachmentNotFound.
    """
    key, sent = file.requirement_key, file.sealed_at is not None
    opinion_id = opinion_of(key)
    if opinion_id is not None:
        own = dossier.applicant_id == actor.id
        seen = not own and (
            (sent and access.serves(actor, dossier))
            or opinion_queries.of_ones_agency(session, actor, dossier.id, opinion_id)
        )
    else:
        seen = in_sight(actor, dossier, key, sent=sent)
    if not seen:
        raise AttachmentNotFound


def demand_unsent(file: Attachment) -> None:
    """Refuse to drop a file that was filed or sent.

    Raises:
        FileKept.
    """
    if file.sealed_at is not None:
        raise FileKept("Tệp này đã gửi đi cùng hồ sơ hoặc tin nhắn nên không bỏ được nữa.")


def demand_paper(session: Session, dossier: Dossier, requirement_key: str) -> Paper:
    """The paper as the dossier's revision has it.

    Raises:
        UnknownPaper: it has none of this key, or none that is a file.
    """
    paper = paper_of(queries.content_of(session, dossier), requirement_key)
    if paper is None:
        raise UnknownPaper("Thủ tục không có giấy tờ này, hoặc giấy tờ này không nộp bằng tệp.")
    return paper


def demand_room(files: list[Attachment], paper: Paper, supplement_id: UUID | None = None) -> None:
    """Refuse one file more than the paper takes; refused files do not count, they are to be replaced.

    In a supplement only the files sent for it count: they take the place of the others.

    Raises:
        TooManyFiles.
    """
    mine = [f for f in files if f.requirement_key == paper.key and f.supplement_id == supplement_id]
    if paper.key in (MESSAGE, REPLY):  # what went with an earlier message does not count
        mine = [f for f in mine if f.sealed_at is None]
    counted = [f for f in mine if f.state is not AttachmentState.REFUSED]
    if len(counted) >= paper.max_files:
        raise TooManyFiles(
            f"Giấy tờ này nhận nhiều nhất {paper.max_files} tệp. Bỏ một tệp rồi tải tệp khác.",
            max_files=paper.max_files,
            errors=[{"field": paper.key, "message": f"Nhiều nhất {paper.max_files} tệp."}],
        )


def clean_name(given: str) -> str:
    """The base name of what a browser or a program calls the file, in NFC.

    Raises:
        BadText: hidden or control characters.
        Invalid: nothing is left, or it is too long.
    """
    base = given.replace("\\", "/").rpartition("/")[2]
    name = text.clean(base, max_length=MAX_NAME)
    if not name.strip(". "):
        raise Invalid("Tên tệp trống. Đặt tên cho tệp rồi chọn lại.", errors=[{"field": "filename"}])
    return name


def demand_acceptable(paper: Paper, name: str, size: int) -> None:
    """Refuse by name and size alone what inspection would refuse, before any byte is sent.

    Raises:
        FileRefused.
    """
    kind, ending = refusals.kind_of_name(name), name.rpartition(".")[2].lower()
    if kind is None:
        raise paper.refuse({"heic": "heic", "heif": "heic", "doc": "old_word"}.get(ending, "kind_unknown"))
    if kind not in paper.accept:
        raise paper.refuse("kind_not_accepted")
    if size < 1:
        raise paper.refuse("empty")
    if size > paper.max_bytes:
        raise paper.refuse("too_large")


def new_key() -> str:
    """A random key; its day lets the sweeper find what no row names."""
    return f"{STORED}{today():%Y%m%d}/{secrets.token_hex(20)}"


def seal_name(session: Session, dossier: Dossier, attachment_id: UUID, name: str) -> bytes:
    """The sealed file name of an attachment row."""
    return crypto.seal(session, dossier.subject_id, f"attachment|{attachment_id}", {"filename": name})
