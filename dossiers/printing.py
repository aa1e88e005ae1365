"""Paper for the desk: documents of many dossiers in one file, and the control slip before the end."""

import io
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
import pikepdf
import sqlalchemy as sa
from sqlmodel import Session

from auth.access_log import note_readings
from auth.actor import Actor
from dossiers import access, queries
from dossiers.access import D
from dossiers.models import Document, DocumentKind
from portal.core.db import built_once
from portal.core.direct import Direct
from portal.core.errors import Forbidden, Invalid
from portal.core.outbox import Outbox
from portal.core.storage import Storage

MOST: Final = 100  # dossiers of one print
# What the desk prints by the pile; receipts are numbered sheets and results are signed, one by one.
KINDS: Final = {
    DocumentKind.FORM_01: "Giấy tiếp nhận và hẹn trả",
    DocumentKind.FORM_02: "Phiếu yêu cầu bổ sung",
    DocumentKind.FORM_04: "Xin lỗi và hẹn lại",
    DocumentKind.HAND_OVER: "Giấy bàn giao",
    DocumentKind.FORM_06: "Phiếu kiểm soát",
}
SLIP_ASKED: Final = "document.slip_asked"  # in the outbox only: asking for paper is no act on the dossier


class NotDrawn(Invalid):
    """Some of the chosen dossiers have no such document; `numbers` names them."""

    title = "Có hồ sơ chưa có giấy này"


class Bundle(msgspec.Struct, frozen=True):
    """One file to print: its bytes, and how many documents are in it."""

    pdf: bytes
    documents: int


def bundle(
    session: Session, storage: Storage, actor: Actor, dossier_ids: Sequence[UUID], kind: DocumentKind
) -> Bundle:
    """The latest document of a kind of each dossier, in the order given, as one PDF; the readings are logged.

    Dossiers that the actor does not serve are passed over as if they did not exist.

    Raises:
        Invalid: none or too many are chosen, or the kind is not printed so.
        NotDrawn: a chosen dossier has no such document.
    """
    if kind not in KINDS:
        raise Invalid(
            "Chọn loại giấy cần in.", errors=[{"field": "kind", "message": "Chọn loại giấy cần in."}]
        )
    if not dossier_ids:
        raise Invalid("Chọn hồ sơ cần in.", errors=[{"field": "dossier", "message": "Chọn hồ sơ cần in."}])
    if len(dossier_ids) > MOST:
        raise Invalid(f"Mỗi lần in nhiều nhất {MOST} hồ sơ.", most=MOST)
    values = {"ids": list(dossier_ids), "kind": kind.value, **access.asking(actor)}
    found = {row.id: row for row in _documents().all(session, values)}
    chosen = [found[one] for one in dict.fromkeys(dossier_ids) if one in found]
    without = [row.number or row.reference for row in chosen if row.object_key is None]
    if without or not chosen:
        told = f": {', '.join(without)}" if without else ""
        raise NotDrawn(
            f"Chưa có {KINDS[kind].lower()} của {len(without) or 'các'} hồ sơ{told}.", numbers=without
        )
    note_readings(session, actor, [row.id for row in chosen], "document")
    return Bundle(_joined(storage, [row.object_key for row in chosen]), len(chosen))


def _joined(storage: Storage, keys: Sequence[str]) -> bytes:
    """One PDF of several of ours, leaf after leaf."""
    out = io.BytesIO()
    with pikepdf.Pdf.new() as whole:
        for key in keys:
            with pikepdf.open(io.BytesIO(storage.get_bytes(key))) as part:
                whole.pages.extend(part.pages)
        whole.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


@built_once
def _documents() -> Direct:
    made = Document.__table__  # type: ignore[attr-defined]
    latest = (
        sa.select(made.c.object_key)
        .where(made.c.dossier_id == D.c.id, made.c.kind == sa.bindparam("kind", type_=sa.Text))
        .order_by(made.c.made_by_seq.desc())
        .limit(1)
        .correlate(D)
        .scalar_subquery()
    )
    ids: Any = sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))
    return Direct(
        sa.select(D.c.id, D.c.number, D.c.reference, latest.label("object_key")).where(
            D.c.id == sa.any_(ids), access.served_by()
        )
    )


def ask_slip(session: Session, actor: Actor, dossier_id: UUID) -> None:
    """Have the control slip drawn as the dossier stands now; it is among the documents a moment later.

    At the end of a dossier it is drawn anyway. Asked twice at the same version there is one.

    Source: Circular 03/2025/TT-VPCP, annex I, form 06: the slip goes with the dossier from hand to hand.

    Raises:
        DossierNotFound; Forbidden: the actor serves none of its agencies.
        Invalid: it is not accepted yet, so nobody passed it on.
    """
    dossier = queries.get(session, actor, dossier_id)
    if not access.serves(actor, dossier) or dossier.applicant_id == actor.id:
        raise Forbidden("Phiếu kiểm soát chỉ dùng giữa các bộ phận giải quyết hồ sơ.")
    if dossier.accepted_at is None:
        raise Invalid("Hồ sơ chưa được tiếp nhận nên chưa có phiếu kiểm soát.")
    session.add(Outbox(stream_id=dossier.id, seq=dossier.seq, name=SLIP_ASKED))
