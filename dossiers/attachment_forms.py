"""Files without JavaScript: the store itself takes an HTML form and sends the browser back here.

Nothing is written until the file is there, and nothing the browser brings back is believed: the key
is computed again from the address and the store is asked.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session

from auth.actor import Actor
from dossiers import queries
from dossiers.attachment_rules import (
    INCOMING,
    MB,
    MESSAGE,
    REPLY,
    RESULT,
    SIGNATURE,
    Paper,
    demand_paper,
    demand_room,
    opinion_of,
    request_of,
    seal_name,
    writable,
)
from dossiers.models import Attachment, AttachmentState, Dossier, UploadWay
from portal.core import crypto, events, runtime
from portal.core.clock import ZONE, now
from portal.core.db import new_id
from portal.core.errors import Conflict
from portal.core.storage import PostForm, Storage

FORM_SECONDS: Final = 3600


class NotReceived(Conflict):
    """The browser came back, but the store has no such file."""

    title = "Chưa nhận được tệp"

    def __init__(self) -> None:
        super().__init__("Chúng tôi chưa nhận được tệp. Chọn lại tệp rồi gửi lại.")


def form_plan(
    session: Session, storage: Storage, actor: Actor, dossier_id: UUID, requirement_key: str
) -> PostForm:
    """The form to show for a paper: where it posts and its hidden fields; the file input is `file`.

    The store takes up to twice the portal's limit, so that a file a little too large is refused in
    words, by `returned_from_store`, and not by the store's XML.

    Raises:
        DossierNotFound, Forbidden, WrongState, UnknownPaper, TooManyFiles.
    """
    dossier = writable(session, actor, dossier_id, requirement_key)
    paper = demand_paper(session, dossier, requirement_key)
    demand_room(queries.attachments(session, dossier.id), paper, request_of(session, dossier, paper.key))
    return form_for(storage, dossier.id, paper)


def form_for(storage: Storage, dossier_id: UUID, paper: Paper) -> PostForm:
    """The same for a page that has already shown that the actor may: no statement, no request."""
    attachment_id = new_id()
    return storage.post_form(
        _key(dossier_id, paper.key, attachment_id),
        max_bytes=2 * form_limit(paper),
        redirect=f"{runtime.settings.public_url}{back_path(dossier_id, paper.key, attachment_id)}",
        seconds=FORM_SECONDS,
    )


def back_path(dossier_id: UUID, requirement_key: str, attachment_id: UUID) -> str:
    """The page the store sends the browser to; it calls `returned_from_store`."""
    if requirement_key == RESULT:  # sent by the officer, from the desk
        return f"/can-bo/ho-so/{dossier_id}/ket-qua/da-gui/{attachment_id}"
    if requirement_key in (REPLY, SIGNATURE) or opinion_of(requirement_key):
        return f"/can-bo/ho-so/{dossier_id}/tep/{requirement_key}/da-gui/{attachment_id}"
    if requirement_key == MESSAGE:
        return f"/ho-so/{dossier_id}/tin-nhan/da-gui/{attachment_id}"
    return f"/ho-so/{dossier_id}/giay-to/{requirement_key}/da-gui/{attachment_id}"


def form_limit(paper: Paper) -> int:
    """The most bytes a file of the paper may have when sent this way."""
    return min(paper.max_bytes, runtime.settings.form_upload_max_mb * MB)


def _key(dossier_id: UUID, requirement_key: str, attachment_id: UUID) -> str:
    """A key only the portal can compute; its day is that of the time-ordered id."""
    token = crypto.blind("incoming", f"{dossier_id}:{requirement_key}:{attachment_id}").hex()
    return f"{INCOMING}{_day(attachment_id)}/{token[:40]}"


def _day(attachment_id: UUID) -> str:
    """The day, in Viet Nam, on which a UUIDv7 was made.

    Raises:
        NotReceived: the id names no day there is; it is none of ours.
    """
    try:
        return f"{datetime.fromtimestamp((attachment_id.int >> 80) / 1000, ZONE):%Y%m%d}"
    except (ValueError, OverflowError, OSError):
        raise NotReceived from None


def returned_from_store(
    session: Session,
    storage: Storage,
    actor: Actor,
    dossier_id: UUID,
    requirement_key: str,
    attachment_id: UUID,
) -> Attachment:
    """Take in the file the browser says it has just sent; coming back twice changes nothing.

    Raises:
        NotReceived: the store has no such file.
        FileRefused, TooManyFiles: it cannot be taken; its bytes are removed.
    """
    dossier = writable(session, actor, dossier_id, requirement_key)
    paper = demand_paper(session, dossier, requirement_key)
    known = session.get(Attachment, attachment_id)
    if known is not None and known.dossier_id == dossier.id:
        return known
    files = queries.attachments(session, dossier.id)
    key = _key(dossier.id, requirement_key, attachment_id)
    facts = storage.stat(key)
    if facts is None or facts.modified_at < now() - timedelta(days=1):
        raise NotReceived
    try:
        demand_room(files, paper, request_of(session, dossier, paper.key))
        limit = form_limit(paper)
        if not 0 < facts.size <= limit:
            raise Paper(paper.key, paper.name, paper.accept, limit, paper.max_files).refuse(
                "too_large" if facts.size else "empty"
            )
    except Exception:
        storage.remove(key)
        raise
    return _take_in(session, dossier, actor, paper, attachment_id, key, facts.size, len(files) + 1)


def _take_in(
    session: Session,
    dossier: Dossier,
    actor: Actor,
    paper: Paper,
    attachment_id: UUID,
    key: str,
    size: int,
    number: int,
) -> Attachment:
    name = f"{paper.name[:100].strip()} ({number})".replace("/", "-")
    file = Attachment(
        id=attachment_id,
        dossier_id=dossier.id,
        requirement_key=paper.key,
        object_key=key,
        sealed=seal_name(session, dossier, attachment_id, name),
        declared_size=size,
        state=AttachmentState.CHECKING,
        via=UploadWay.FORM,
        supplement_id=request_of(session, dossier, paper.key),
        completed_at=now(),
    )
    dossier.updated_at = now()
    session.add(file)
    session.add(dossier)
    session.flush()
    events.record(
        session,
        dossier,
        "attachment.completed",
        actor.id,
        {"attachment_id": file.id, "requirement": paper.key},
    )
    session.flush()
    return file
