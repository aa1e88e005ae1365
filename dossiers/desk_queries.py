"""What the desk's pages read besides the lists: procedures to filter by, and files to open."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, select

from auth.actor import Actor
from dossiers import access, queries, refusals
from dossiers.models import Document, DocumentKind, Dossier
from portal.core.errors import NotFound
from portal.core.storage import Storage

DOCUMENT_NAMES: Final = {
    DocumentKind.ACKNOWLEDGEMENT: "Biên nhận nộp hồ sơ",
    DocumentKind.FORM_01: "Giấy tiếp nhận và hẹn trả kết quả (mẫu 01)",
    DocumentKind.FORM_03: "Phiếu từ chối (mẫu 03)",
    DocumentKind.RESULT: "Kết quả giải quyết",
}


class DocumentNotFound(NotFound):
    title = "Không tìm thấy văn bản"


def procedures(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """(code, name) of the procedures with dossiers at the actor's agencies, by name; at most 200."""
    table = access.D
    rows = session.execute(
        sa.select(table.c.procedure_code, sa.func.max(table.c.procedure_name).label("name"))
        .where(access.served_by(actor))
        .group_by(table.c.procedure_code)
        .order_by(sa.text("name"))
        .limit(200)
    )
    return [(row.procedure_code, row.name) for row in rows]


def document(session: Session, actor: Actor, dossier_id: UUID, document_id: UUID) -> tuple[Dossier, Document]:
    """A document of a dossier the actor may see.

    Raises:
        DossierNotFound, DocumentNotFound.
    """
    dossier = queries.get(session, actor, dossier_id)
    found = session.exec(
        select(Document).where(Document.id == document_id, Document.dossier_id == dossier.id)
    ).one_or_none()
    if found is None:
        raise DocumentNotFound("Hồ sơ này không có văn bản đó.")
    return dossier, found


def document_url(storage: Storage, dossier: Dossier, found: Document) -> str:
    """An address of the document at the store that lives a minute and names the file for its reader."""
    name = f"{DOCUMENT_NAMES[found.kind]} {dossier.number or dossier.reference}"
    return storage.presigned_get(
        found.object_key,
        filename=refusals.download_name(name, "pdf"),
        content_type=refusals.CONTENT_TYPES["pdf"],
    )
