"""Valid things, made with as few words as a test needs; it names only what it is about."""

import hashlib
import json
import secrets
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar.testing import TestClient
from sqlmodel import Session

from auth import service as auth_service
from auth import sessions as web_sessions
from auth.actor import Actor, Role
from auth.models import Account, Agency, AgencyKind
from dossiers import filing, processing
from dossiers.models import Attachment, AttachmentState, Dossier, UploadWay
from portal.core import crypto, events
from portal.core.clock import now
from portal.core.db import act_as
from portal.core.text import fold
from services_catalog import importing, shelf
from services_catalog.models import Level, Offering, Origin, Procedure, ProcedureRevision, RevisionStatus
from tests import canaries

PASSWORD = "hoa sen nở bên hồ 2026"
SEED = Path(__file__).resolve().parent.parent / "services_catalog" / "seed"


def personal_id() -> str:
    """A well-formed, invented personal id."""
    return "001190" + f"{secrets.randbelow(10**6):06d}"


def agency(session: Session, code: str | None = None, **more: Any) -> Agency:
    """A commune's one-stop centre."""
    made = Agency(
        code=code or f"H99.{secrets.randbelow(10**6):06d}",
        name=more.pop("name", "Trung tâm Phục vụ hành chính công xã Tân Hòa"),
        kind=more.pop("kind", AgencyKind.COMMUNE),
        valid_from=more.pop("valid_from", date(2025, 7, 1)),
        **more,
    )
    session.add(made)
    session.flush()
    return made


def account(session: Session, *, name: str = "Nguyễn Thị Ánh", **more: Any) -> Account:
    """A registered person; more: email, phone, personal_id."""
    email = more.get("email", f"{uuid4().hex[:12]}@example.vn")
    number = more.get("personal_id", personal_id())
    made = auth_service.create_account(
        session,
        name=name,
        email=email,
        password=more.get("password", PASSWORD),
        phone=more.get("phone", "0912345678"),
        personal_id=number,
    )
    canaries.mark(made.id, email, number)
    session.flush()
    return made


def citizen(session: Session, **more: Any) -> Actor:
    """A signed-up person as an actor; the session asks as them from here on."""
    made = account(session, **more)
    actor = Actor(id=made.id, roles=frozenset({Role.CITIZEN}), name=more.get("name", "Nguyễn Thị Ánh"))
    act_as(session, actor.id, actor.agency_ids)
    return actor


def officer(session: Session, agency_id: UUID, *roles: Role, **more: Any) -> Actor:
    """An officer of the agency (or another role) as an actor."""
    told = {"name": "Lê Minh Tuấn", "personal_id": personal_id(), **more}
    made = account(session, **told)
    for role in roles or (Role.OFFICER,):
        at = agency_id if role in (Role.OFFICER, Role.HEAD) else None
        auth_service.grant(session, made.id, role, at, by=None)
    session.flush()
    web_sessions.name_functions(session, made.id, told["name"], told["personal_id"])  # as at sign-in
    serves = not roles or not {Role.OFFICER, Role.HEAD}.isdisjoint(roles)
    return Actor(
        id=made.id,
        roles=frozenset({Role.CITIZEN, *roles, *([Role.OFFICER] if serves else [])}),
        agency_ids=frozenset({agency_id}) if serves else frozenset(),
        headed_ids=frozenset({agency_id}) if Role.HEAD in roles else frozenset(),
        name=more.get("name", "Lê Minh Tuấn"),
    )


def content(code: str = "1.001193", **changes: Any) -> dict[str, Any]:
    """The content of a seed procedure, with changes."""
    loaded: dict[str, Any] = json.loads((SEED / "procedures" / f"{code}.json").read_text("utf-8"))["content"]
    return {**loaded, **changes}


SIMPLE_FORM = [
    {
        "key": "request",
        "title": "Yêu cầu",
        "fields": [
            {"key": "full_name", "kind": "text", "label": "Họ và tên", "max_length": 100},
            {"key": "copies_count", "kind": "number", "label": "Số bản", "min": 1, "max": 20},
            {"key": "note", "kind": "longtext", "label": "Ghi chú", "required": False, "max_length": 500},
        ],
    }
]
SIMPLE_ANSWERS = {"full_name": "Nguyễn Thị Ánh", "copies_count": 2}
SIMPLE_PAPERS = [
    {
        "key": "proof",
        "name": "Giấy tờ chứng minh",
        "originals": 1,
        "needed": "always",
        "accept": ["pdf", "jpeg", "png"],
    }
]


def simple(**changes: Any) -> dict[str, Any]:
    """A small procedure content: one section, one paper, no fee, three working days."""
    return content(
        form=SIMPLE_FORM,
        requirements=SIMPLE_PAPERS,
        fees=[],
        cases=[],
        time_limit={"amount": 3, "unit": "working_day"},
        **changes,
    )


def procedure(
    session: Session,
    agency_id: UUID,
    *,
    code: str | None = None,
    level: Level = Level.FULL,
    made_content: dict[str, Any] | None = None,
    own_steps: list[dict[str, Any]] | None = None,
) -> Procedure:
    """A published procedure that the agency offers online; `own_steps`: the agency's own process."""
    body = made_content if made_content is not None else simple()
    made = Procedure(
        code=code or f"9.{secrets.randbelow(10**6):06d}",
        name=body["name"],
        name_folded=fold(body["name"]),
        origin=Origin.OWN,
    )
    session.add(made)
    session.flush()
    text = json.dumps(body, sort_keys=True)
    revision = ProcedureRevision(
        procedure_id=made.id,
        number=1,
        effective_on=date(2026, 7, 1),
        ruleset="224/2026",
        content=body,
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        created_at=now(),
    )
    session.add(revision)
    session.flush()
    session.add(
        Offering(
            revision_id=revision.id,
            procedure_id=made.id,
            agency_id=agency_id,
            declared=level,
            eligible=level is Level.FULL,
            reason_code="PRESENCE" if level is Level.PARTIAL else None,
            reason_basis="Điều 18 Luật Hộ tịch" if level is Level.PARTIAL else None,
            verdict={},
            steps=own_steps or [],
        )
    )
    session.flush()
    by_two(session, revision)
    made.current_revision_id, revision.began_at = revision.id, revision.published_at
    session.add(revision)
    session.add(made)
    session.flush()
    events.record(
        session,
        made,
        "procedure.published",
        None,
        {
            "revision": revision.id,
            "number": 1,
            "offerings": [{"agency_id": agency_id, "declared": level, "eligible": level is Level.FULL}],
        },
    )
    session.flush()
    shelf.bump(session)
    return made


def by_two(session: Session, revision: ProcedureRevision) -> None:
    """Let one machine account draft and another publish the revision."""
    hands = importing.machine_hands(session)
    revision.authors, revision.submitted_by = [hands.editor.id], hands.editor.id
    revision.status, revision.submitted_at = RevisionStatus.REVIEW, now()
    session.add(revision)
    session.flush()
    revision.published_by = hands.reviewer.id
    revision.status, revision.published_at = RevisionStatus.PUBLISHED, now()
    session.add(revision)
    session.flush()


def draft(session: Session, applicant: Actor, made: Procedure, agency_id: UUID, **answers: Any) -> Dossier:
    """A draft with its answers given."""
    act_as(session, applicant.id, applicant.agency_ids)
    dossier = filing.open_draft(
        session, applicant, submission_id=uuid4(), code=made.code, agency_id=agency_id
    )
    given = answers or dict(SIMPLE_ANSWERS)
    dossier, _ = filing.save_answers(session, applicant, dossier.id, seq=None, answers=given)
    return dossier


def ready_file(session: Session, dossier: Dossier, requirement: str = "proof", **more: Any) -> Attachment:
    """A checked file of the dossier (its bytes are not in the store)."""
    made = Attachment(
        dossier_id=dossier.id,
        requirement_key=requirement,
        object_key=f"test/{uuid4()}",
        sealed=b"",
        declared_size=1000,
        size=1000,
        kind="pdf",
        sha256=hashlib.sha256(str(uuid4()).encode()).digest(),
        state=more.get("state", AttachmentState.READY),
        via=UploadWay.MULTIPART,
    )
    made.sealed = crypto.seal(
        session,
        dossier.subject_id,
        f"attachment|{made.id}",
        {"filename": more.get("filename", "giấy tờ.pdf")},
    )
    session.add(made)
    session.flush()
    return made


def filed(session: Session, applicant: Actor, made: Procedure, agency_id: UUID) -> Dossier:
    """A filed dossier of the small procedure."""
    dossier = draft(session, applicant, made, agency_id)
    ready_file(session, dossier)
    return filing.submit(session, applicant, dossier.id, idempotency_key=None)


def in_hand(session: Session, dossier: Dossier, by: Actor) -> Dossier:
    """A dossier accepted and claimed by the officer; the session asks as them from here on."""
    act_as(session, by.id, by.agency_ids)
    processing.receive(session, by, dossier.id)
    return processing.claim(session, by, dossier.id)


def signed_in(client: TestClient[Any], email: str, password: str = PASSWORD) -> TestClient[Any]:
    """Sign the client in through the API; its cookie stays."""
    answer = client.post("/api/v1/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return client


def to_builtins(value: Any) -> Any:
    """Any struct as plain data, for comparisons."""
    return msgspec.to_builtins(value)
