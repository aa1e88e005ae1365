"""What the desk's pages read besides the lists: procedures to filter by, and files to open."""

from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, select

from auth.actor import Actor
from dossiers import access, queries, refusals
from dossiers.models import Document, DocumentKind, Dossier
from portal.core.db import built_once
from portal.core.errors import NotFound
from portal.core.storage import Storage
from services_catalog.models import Offering, Procedure

DOCUMENT_NAMES: Final = {
    DocumentKind.ACKNOWLEDGEMENT: "Biên nhận nộp hồ sơ",
    DocumentKind.FORM_01: "Giấy tiếp nhận và hẹn trả kết quả (mẫu 01)",
    DocumentKind.FORM_02: "Phiếu yêu cầu bổ sung (mẫu 02)",
    DocumentKind.FORM_03: "Phiếu từ chối (mẫu 03)",
    DocumentKind.FORM_04: "Xin lỗi và hẹn lại ngày trả kết quả (mẫu 04)",
    DocumentKind.FORM_05: "Thông báo dừng giải quyết (mẫu 05)",
    DocumentKind.FORM_06: "Phiếu kiểm soát quá trình giải quyết",
    DocumentKind.HAND_OVER: "Giấy bàn giao",
    DocumentKind.RECEIPT: "Biên lai thu tiền",
    DocumentKind.RESULT: "Kết quả giải quyết",
}

INTERNAL: Final = frozenset({DocumentKind.FORM_06, DocumentKind.HAND_OVER})  # between the desks only


class DocumentNotFound(NotFound):
    title = "Không tìm thấy văn bản"


def procedures(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """(code, name) of the procedures ever offered by the actor's agencies, by name; at most 200."""
    rows = session.execute(_procedures(), access.asking(actor))
    return [(row.code, row.name) for row in rows]


@built_once
def _procedures() -> sa.Select[Any]:
    offering, procedure = Offering.__table__, Procedure.__table__  # type: ignore[attr-defined]
    offered = sa.select(offering.c.procedure_id).where(offering.c.agency_id == sa.any_(access.AGENCIES))
    return (
        sa.select(procedure.c.code, procedure.c.name)
        .where(procedure.c.id.in_(offered))
        .order_by(procedure.c.name)
        .limit(200)
    )


def document(session: Session, actor: Actor, dossier_id: UUID, document_id: UUID) -> tuple[Dossier, Document]:
    """A document of a dossier the actor may see.

    Raises:
        DossierNotFound, DocumentNotFound.
    """
    dossier = queries.get(session, actor, dossier_id)
    found = session.exec(
        select(Document).where(Document.id == document_id, Document.dossier_id == dossier.id)
    ).one_or_none()
    if found is None or (found.kind in INTERNAL and dossier.applicant_id == actor.id):
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
