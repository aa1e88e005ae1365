"""A dossier (hồ sơ): one person's request, its papers, fees, decision and documents."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from dossiers.workflow import Status
from portal.core.clock import now
from portal.core.db import Entity, Instant, Stream, choice
from services_catalog.models import Level


class Channel(StrEnum):
    """How the dossier reached the desk (Decree 118/2025, art. 15)."""

    ONLINE = "online"
    COUNTER = "counter"
    POST = "post"


class FiledAs(StrEnum):
    """For whom the applicant files (Decree 118/2025, art. 15; Circular 03/2025/TT-VPCP)."""

    SELF = "self"
    AUTHORISED = "authorised"  # for somebody else, with their authorisation
    REPRESENTED = "represented"  # for somebody else, as their representative by law (a child's parent)
    ORGANISATION = "organisation"  # for the organisation they act for
    HELPED = "helped"  # for oneself; a community helper types, and the applicant sits beside


class AttachmentState(StrEnum):
    UPLOADING = "uploading"
    CHECKING = "checking"
    READY = "ready"
    REFUSED = "refused"
    REMOVED = "removed"
    REPLACED = "replaced"  # by what a supplement brought; kept


class UploadWay(StrEnum):
    MULTIPART = "multipart"  # presigned parts, resumable
    FORM = "form"  # the store's POST form, without JavaScript
    DESK = "desk"  # put there by an officer (a result)


class PaymentMethod(StrEnum):
    CASH = "cash"
    TRANSFER = "transfer"  # to the agency's account, seen by the collector
    ONLINE = "online"  # through a payment gateway


class Outcome(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"


class DocumentKind(StrEnum):
    ACKNOWLEDGEMENT = "acknowledgement"  # what was filed, with the hashes of the files
    FORM_01 = "form01"  # giấy tiếp nhận hồ sơ và hẹn trả kết quả
    FORM_02 = "form02"  # phiếu yêu cầu bổ sung, hoàn thiện hồ sơ
    FORM_03 = "form03"  # phiếu từ chối tiếp nhận, giải quyết hồ sơ
    FORM_04 = "form04"  # xin lỗi và hẹn lại
    FORM_05 = "form05"  # thông báo dừng giải quyết hồ sơ
    FORM_06 = "form06"  # phiếu kiểm soát quá trình giải quyết hồ sơ (form 05 of the set of 2018)
    HAND_OVER = "hand_over"  # giấy bàn giao hồ sơ, phiếu bàn giao kết quả
    RECEIPT = "receipt"  # biên lai thu tiền phí, lệ phí
    RESULT = "result"


class Dossier(Stream, table=True):
    """One request. Before acceptance it has a `reference`; acceptance gives the `number`."""

    __table_args__ = (
        sa.UniqueConstraint("applicant_id", "submission_id"),
        sa.Index("ix_dossier_mine", "applicant_id", "updated_at", "id"),
        # A new revision asks for the open drafts of its procedure (dossiers/draft_messages.py).
        sa.Index(
            "ix_dossier_draft",
            "procedure_id",
            "updated_at",
            postgresql_where=sa.text("status = 'draft'"),
        ),
        # The lists of the desk (dossiers/inbox.py): a dossier is in at most one of the first three.
        sa.Index(
            "ix_dossier_waiting",
            "receiving_agency_id",
            "submitted_at",
            "id",
            postgresql_where=sa.text("status = 'submitted'"),
        ),
        sa.Index(
            "ix_dossier_due",
            "receiving_agency_id",
            "due_at",
            "id",
            postgresql_where=sa.text("status IN ('accepted', 'processing', 'supplement', 'financial_duty')"),
        ),
        sa.Index(  # whose clocks run: a new calendar or an incident counts them anew, by id
            "ix_dossier_running",
            "id",
            postgresql_where=sa.text(
                "status IN ('accepted', 'processing', 'supplement', 'financial_duty', 'withdrawal_asked')"
            ),
        ),
        sa.Index(
            "ix_dossier_settled",
            "receiving_agency_id",
            "settled_at",
            "id",
            postgresql_where=sa.text("status = 'settled'"),
        ),
        sa.Index(
            "ix_dossier_waited_for",
            "receiving_agency_id",
            "updated_at",
            "id",
            postgresql_where=sa.text("status IN ('supplement', 'financial_duty', 'withdrawal_asked')"),
        ),
        sa.Index(
            "uq_dossier_entered",
            "entered_by",
            "submission_id",
            unique=True,
            postgresql_where=sa.text("entered_by IS NOT NULL"),
        ),
        sa.Index(
            "ix_dossier_consulted",
            "consulted_agency_ids",
            postgresql_using="gin",
            postgresql_where=sa.text("consulted_agency_ids <> '{}'"),
        ),
        sa.Index("ix_dossier_name_tokens", "name_tokens", postgresql_using="gin"),
        sa.Index("ix_dossier_phone", "phone_index", postgresql_where=sa.text("phone_index IS NOT NULL")),
        sa.Index(
            "ix_dossier_personal_id",
            "personal_id_index",
            postgresql_where=sa.text("personal_id_index IS NOT NULL"),
        ),
        sa.Index(
            "ix_dossier_owner_id",
            "owner_id_index",
            postgresql_where=sa.text("owner_id_index IS NOT NULL"),
        ),
        sa.Index("ix_dossier_agency_updated", "receiving_agency_id", "updated_at", "id"),
        sa.Index(
            "ix_dossier_competent",
            "competent_agency_id",
            "updated_at",
            "id",
            postgresql_where=sa.text("competent_agency_id <> receiving_agency_id"),
        ),
        sa.Index(
            "ix_dossier_competent_due",
            "competent_agency_id",
            "due_at",
            "id",
            postgresql_where=sa.text(
                "competent_agency_id <> receiving_agency_id"
                " AND status IN ('accepted', 'processing', 'supplement', 'financial_duty')"
            ),
        ),
        sa.Index(
            "ix_dossier_to_forward",
            "receiving_agency_id",
            "forward_due_at",
            "id",
            postgresql_where=sa.text("forward_due_at IS NOT NULL AND forwarded_at IS NULL"),
        ),
        sa.Index(
            "ix_dossier_to_take_over",
            "competent_agency_id",
            "forwarded_at",
            "id",
            postgresql_where=sa.text("forwarded_at IS NOT NULL AND competent_received_at IS NULL"),
        ),
        sa.Index(
            "ix_dossier_support",
            "support_agency_id",
            "updated_at",
            "id",
            postgresql_where=sa.text("support_agency_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_dossier_holder",
            "holder_id",
            "due_at",
            "id",
            postgresql_where=sa.text("holder_id IS NOT NULL"),
        ),
    )

    submission_id: UUID
    applicant_id: UUID | None = Field(default=None, foreign_key="account.id")  # none: keyed at the counter
    entered_by: UUID | None = Field(default=None, foreign_key="account.id")  # the officer who keyed it
    filed_as: FiledAs = Field(default=FiledAs.SELF, sa_type=choice(FiledAs))
    subject_id: UUID  # whose data key seals the personal columns: the applicant's, else the dossier's own
    procedure_id: UUID = Field(foreign_key="procedure.id")
    revision_id: UUID = Field(foreign_key="procedure_revision.id")
    offering_id: UUID = Field(foreign_key="offering.id")
    procedure_code: str = Field(max_length=40)
    procedure_name: str = Field(max_length=1000)
    level: Level = Field(sa_type=choice(Level))
    channel: Channel = Field(sa_type=choice(Channel))
    support_agency_id: UUID | None = Field(default=None, foreign_key="agency.id")
    receiving_agency_id: UUID = Field(foreign_key="agency.id")
    competent_agency_id: UUID = Field(foreign_key="agency.id")
    status: Status = Field(default=Status.DRAFT, sa_type=choice(Status))
    reference: str | None = Field(default=None, unique=True, max_length=9)
    number: str | None = Field(default=None, unique=True, max_length=60)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    updated_at: datetime = Field(default_factory=now, sa_type=Instant)
    submitted_at: datetime | None = Field(default=None, sa_type=Instant)
    reception_due_at: datetime | None = Field(default=None, sa_type=Instant)
    accepted_at: datetime | None = Field(default=None, sa_type=Instant)
    forward_due_at: datetime | None = Field(default=None, sa_type=Instant)  # where another is competent
    forwarded_at: datetime | None = Field(default=None, sa_type=Instant)
    competent_received_at: datetime | None = Field(default=None, sa_type=Instant)
    original_due_at: datetime | None = Field(default=None, sa_type=Instant)  # never overwritten
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    extended_at: datetime | None = Field(default=None, sa_type=Instant)  # when the one apology was made
    paused_since: datetime | None = Field(default=None, sa_type=Instant)  # the clock stands still
    calendar: str | None = Field(default=None, max_length=16)  # the revision that counted it
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    returned_at: datetime | None = Field(default=None, sa_type=Instant)
    holder_id: UUID | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    offered_to_id: UUID | None = None  # the colleague a hand-over waits for
    step: int | None = None  # the present step (dossier_step.position)
    supplements: int = 0  # complete requests made so far
    way_back: list[str] = Field(default_factory=list, sa_type=ARRAY(sa.Text))  # workflow.way_back
    consulted_agency_ids: list[UUID] = Field(default_factory=list, sa_type=ARRAY(sa.Uuid))  # they may look
    asked_agency_ids: list[UUID] = Field(default_factory=list, sa_type=ARRAY(sa.Uuid))  # they may answer
    form_set: str | None = Field(default=None, max_length=8)  # of forms 01 to 07, fixed at acceptance
    return_way: str = Field(default="online", max_length=16)
    answers_seq: int = 0  # the optimistic version of the answers while they are a draft
    answers: bytes = Field(sa_type=sa.LargeBinary)  # sealed JSON object
    # sealed {name, email, phone, personal_id, owner?, helper?}: parties.py
    applicant: bytes = Field(sa_type=sa.LargeBinary)
    name_tokens: list[bytes] = Field(default_factory=list, sa_type=ARRAY(sa.LargeBinary))  # blind
    phone_index: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # blind, the whole number
    personal_id_index: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # blind, the whole id
    owner_id_index: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # the same of its owner
    factor_personal_id: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # blind, last four
    factor_phone: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # blind, last four
    manifest: bytes | None = Field(default=None, sa_type=sa.LargeBinary)  # sealed list of files


class Attachment(Entity, table=True):
    """One file of a requirement; its bytes are in the store under a random key."""

    __table_args__ = (
        sa.Index(
            "ix_attachment_waiting",
            "state",
            "created_at",
            postgresql_where=sa.text("state IN ('uploading','checking')"),
        ),
    )

    dossier_id: UUID = Field(foreign_key="dossier.id", index=True)
    requirement_key: str = Field(max_length=64)  # "result" for the officer's result file
    object_key: str = Field(unique=True, max_length=200)
    upload_id: str | None = Field(default=None, max_length=300)
    sealed: bytes = Field(sa_type=sa.LargeBinary)  # sealed {filename}
    declared_size: int = Field(sa_type=sa.BigInteger)
    size: int | None = Field(default=None, sa_type=sa.BigInteger)
    kind: str | None = Field(default=None, max_length=16)  # pdf, jpeg, png, docx: sniffed, not declared
    sha256: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    state: AttachmentState = Field(default=AttachmentState.UPLOADING, sa_type=choice(AttachmentState))
    reason: str | None = Field(default=None, max_length=40)  # code of a refusal
    via: UploadWay = Field(sa_type=choice(UploadWay))
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    completed_at: datetime | None = Field(default=None, sa_type=Instant)
    sealed_at: datetime | None = Field(default=None, sa_type=Instant)  # part of a filed manifest
    supplement_id: UUID | None = Field(default=None, foreign_key="supplement.id")  # what it was handed in for


class FeeLine(Entity, table=True):
    """One amount owed for a dossier: a fee fixed when it was accepted, or a duty asked for later."""

    __tablename__ = "fee_line"
    __table_args__ = (sa.UniqueConstraint("dossier_id", "key"),)

    dossier_id: UUID = Field(foreign_key="dossier.id")
    key: str = Field(max_length=64)
    name: str = Field(max_length=300)
    amount_vnd: int = Field(sa_type=sa.BigInteger)
    duty: bool = False
    waived_at: datetime | None = Field(default=None, sa_type=Instant)
    waiver: str | None = Field(default=None, max_length=40)  # code of the exemption
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_by: UUID | None = None
    method: PaymentMethod | None = Field(default=None, sa_type=choice(PaymentMethod))


class Decision(Entity, table=True):
    """How a dossier was decided; one stands, those before it were undone by a reopening."""

    __table_args__ = (
        sa.Index(
            "uq_decision_standing", "dossier_id", unique=True, postgresql_where=sa.text("undone_at IS NULL")
        ),
    )

    dossier_id: UUID = Field(foreign_key="dossier.id", index=True)
    outcome: Outcome = Field(sa_type=choice(Outcome))
    sealed: bytes = Field(sa_type=sa.LargeBinary)  # sealed {ground, signer}
    decided_by: UUID
    decided_at: datetime = Field(sa_type=Instant)
    on_time: bool
    result_attachment_id: UUID | None = None
    undone_at: datetime | None = Field(default=None, sa_type=Instant)


class Document(Entity, table=True):
    """A document the portal made, or a result an officer uploaded, kept in the store."""

    __table_args__ = (sa.UniqueConstraint("dossier_id", "kind", "made_by_seq"),)

    dossier_id: UUID = Field(foreign_key="dossier.id", index=True)
    kind: DocumentKind = Field(sa_type=choice(DocumentKind))
    object_key: str = Field(unique=True, max_length=200)
    sha256: bytes = Field(sa_type=sa.LargeBinary)
    size: int = Field(sa_type=sa.BigInteger)
    code: str = Field(unique=True, max_length=16)  # printed beside the QR; proves the document
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    made_by_seq: int = Field(sa_type=sa.BigInteger)  # the event that called for it


class NumberCounter(SQLModel, table=True):
    """The last number given by a receiving agency on a day; gaps are allowed, repeats are not."""

    __tablename__ = "number_counter"

    agency_id: UUID = Field(primary_key=True)
    day: date = Field(primary_key=True)
    n: int
