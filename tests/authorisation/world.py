"""Twelve principals, and one dossier in each state, in one transaction that every cell rolls back to."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa
from litestar.testing import TestClient
from sqlmodel import Session, select

from auth import queries as people
from auth import service as auth_service
from auth import sessions as web_sessions
from auth import tokens
from auth.actor import Actor, Role
from auth.models import WebSession
from dossiers import batches, calendar_editing, decision, incidents, processing, standing_in
from dossiers.calendar_models import IncidentScope
from dossiers.models import Attachment, Document, DocumentKind, Dossier
from portal.core import clock
from portal.core.db import act_as
from portal.core.settings import Settings
from services_catalog import downtimes, drafting, publishing, shelf, template_files
from services_catalog.content import Offer, RevisionContent
from services_catalog.models import CatalogueImport, ImportState, Level, Procedure
from tests import factories

PRINCIPALS = (
    "anonymous", "owner", "stranger", "holder", "colleague", "elsewhere",
    "editor", "reviewer", "admin", "token", "expired", "removed",
)  # fmt: skip
STATES = ("draft", "submitted", "accepted", "processing", "settled", "returned", "rejected", "refused")
DRAFTED = "9.777777"  # a procedure with a draft, for the editors' routes
REVIEWED = "9.777778"  # one whose draft waits for a second person, for the reviewers' routes
WAITING = "9.777779"  # one with a cut-off ahead, whose next revision waits for its day
DECIDED = ("/publication", "/draft/return", "/cong-bo", "/tra-lai")


AGENCY = {"name": "Sở Tư pháp", "kind": "department", "valid_from": "2026-01-01"}
STOP = {
    "reason": "Nâng cấp máy chủ",
    "starts_at": "2040-01-01T00:00:00+07:00",
    "ends_at": "2040-01-01T06:00:00+07:00",
}


@dataclass
class Case:
    """A dossier in one state, with a file and a document of it."""

    id: UUID
    attachment: UUID
    document: UUID
    result: UUID = field(default_factory=uuid4)  # the officer's result file
    code: str = "KHONGCOMA"  # printed on the document
    reference: str | None = None


@dataclass
class World:
    """Who asks, with what proof, and about what."""

    client: TestClient[Any]
    connection: sa.Connection
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    csrf: dict[str, str] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    code: str = ""
    places: dict[str, str] = field(default_factory=dict)  # ways of browsing, and a code of each
    template: str = ""  # a form to download
    agency_id: UUID | None = None
    agency_code: str = ""
    downtime_id: UUID = field(default_factory=uuid4)
    incident_id: UUID = field(default_factory=uuid4)
    delegation_id: UUID = field(default_factory=uuid4)  # the holder is away, the colleague stands in
    batch_id: UUID = field(default_factory=uuid4)  # the holder's
    calendar: int = 0  # the number of a drafted revision
    import_id: UUID | None = None

    def ask(self, principal: str, method: str, route: str, state: str, *, signed: bool = True) -> Any:
        """One request of the principal on the route, about the dossier in that state; nothing stays."""
        case = self.cases[state]
        place = self.connection.begin_nested()
        try:
            return self.client.request(
                method,
                self.address(route, case),
                headers=self.headers[principal] | self._proof(principal, method, route, signed),
                **self._body(principal, method, route, case),
            )
        finally:
            place.rollback()

    def ask_for_nothing(self, principal: str, method: str, route: str) -> Any:
        """The same request about a dossier that does not exist."""
        self.cases["nothing"] = Case(uuid4(), uuid4(), uuid4())
        return self.ask(principal, method, route, "nothing")

    def address(self, route: str, case: Case) -> str:
        """The route with the ids of the case in it."""
        drafted = ("/draft" in route or "/quan-tri/" in route) and not route.endswith("/ban-nhap")
        code = case.code if route.startswith("/kiem-tra") else DRAFTED if drafted else self.code
        if route.endswith(DECIDED) and "/can-bo/" not in route:
            code = REVIEWED
        code = next((self.places[part] for part in self.places if f"/{part}/" in route), code)
        given = {
            "dossier_id": case.id,
            "attachment_id": case.result if "/ket-qua/" in route else case.attachment,
            "document_id": case.document,
            "code": self.agency_code if "/agencies/" in route else code,
            "downtime_id": self.downtime_id,
            "incident_id": self.incident_id,
            "batch_id": self.batch_id,
            "delegation_id": self.delegation_id,
            "agency": self.agency_code,
            "payment_id": uuid4(),
            "gateway": "sandbox",
            "import_id": self.import_id,
            "complaint_id": uuid4(),
            "opinion_id": uuid4(),
            "number": self.calendar if "/lich-lam-viec/" in route else 1,
            "event": "birth",
            "key": "proof",
            "path": "nothing.json",
            "file_path": "js/forms.js",
            "sha256": self.template,
        }
        return re.sub(r"\{(\w+):\w+\}", lambda found: str(given[found[1]]), route)

    def _proof(self, principal: str, method: str, route: str, signed: bool) -> dict[str, str]:
        if method in ("GET", "HEAD") or route.startswith("/api/") or not signed:
            return {}
        return {"x-csrf-token": self.csrf.get(principal, "")}

    def _body(self, principal: str, method: str, route: str, case: Case) -> dict[str, Any]:
        if method in ("GET", "HEAD", "DELETE"):
            return {}
        if route.startswith("/api/"):
            return {"json": self._json(route, case)}
        act = {"seq": "0", "key": str(uuid4()), "do": "confirm", "outcome": "approve", "note": "Đủ căn cứ"}
        act |= {"question": "Cho ý kiến", "working_days": "3", "ballot": "agree", "text": "Theo quy định"}
        return {
            "data": act
            | {
                "agency_id": str(self.agency_id),
                "number": str(case.reference),
                "factor": "5678",
                "fee": str(uuid4()),
                "email": f"{principal}@example.vn",
                "password": factories.PASSWORD,
                "name": "Một Người",
                "to_id": str(self.actors["colleague"].id),
                "reason": "Chia lại việc",
            }
        }

    def _json(self, route: str, case: Case) -> dict[str, Any]:
        tail = route.rsplit("/", 1)[1]
        bodies: dict[str, dict[str, Any]] = {
            "step-return": {"to": 1, "reason": "Còn thiếu căn cứ"},
            "handover": {"to_id": str(self.actors["colleague"].id)},
            "reassignment": {"to_id": str(self.actors["colleague"].id), "reason": "Chia lại việc"},
            "delegations": {
                "agency_id": str(self.agency_id),
                "from_id": str(self.actors["holder"].id),
                "to_id": str(self.actors["colleague"].id),
                "since": "2040-01-01T00:00:00+07:00",
                "until": "2040-01-06T00:00:00+07:00",
            },
            "batch": {"act": "start", "items": [{"id": str(case.id), "seq": 1}]},
            "dossiers": {
                "submission_id": str(uuid4()),
                "procedure": self.code,
                "agency_id": str(self.agency_id),
            },
            "answers": {"seq": 1, "answers": {"full_name": "Trần Văn Mới"}},
            "attachments": {"requirement_key": "proof", "filename": "a.pdf", "size": 900},
            "completion": {"parts": []},
            "refusal": {"reason": "Thiếu giấy tờ"},
            "supplement-request": {
                "items": [{"kind": "paper", "key": "proof", "reason": "unreadable", "why": "Chụp lại"}]
            },
            "supplement-draft": {"seq": 0, "answers": {}},
            "supplement-revocation": {"reason": "Đã đủ"},
            "keeping": {"reason": "Kết quả đang ký"},
            "extension": {"until": "2040-01-02", "reason": "Xin lỗi"},
            "rejection": {"ground": "Không đủ điều kiện"},
            "fee-settlement": {"fee_line_id": str(uuid4())},
            "fee-waivers": {"fee_line_id": str(uuid4()), "code": "poor", "reason": "Sổ hộ nghèo"},
            "fee-refunds": {"fee_line_id": str(uuid4()), "amount_vnd": 1000, "reason": "Nộp nhầm"},
            "duty-request": {"lines": [{"name": "Lệ phí trước bạ", "amount_vnd": 1000}]},
            "duty-proof": {"method": "transfer", "note": "Giấy nộp tiền 12"},
            "duty-revocation": {"reason": "Gửi nhầm"},
            "tracking": {"number": case.reference, "factor": "5678"},
            "login": {"email": "owner@example.vn", "password": factories.PASSWORD},
            "register": {"name": "Một Người", "email": "moi@example.vn", "password": factories.PASSWORD},
            "token": {"grant_type": "urn:motcua:session"},
            "draft": {"seq": 0, "content": factories.simple(), "offers": []},
            "return": {"reason": "Thiếu căn cứ"},
            "cancellation": {"reason": "Nghị định lùi ngày"},
            "check": {"content": factories.simple(), "offers": []},
            "procedures": {"code": "9.888888", "content": factories.simple(), "offers": []},
            "downtimes": STOP,
            "agencies": AGENCY | {"code": "H98.01"},
            "withdrawal": {"seq": 1},
            "counter": {
                "submission_id": str(uuid4()),
                "procedure": self.code,
                "agency_id": str(self.agency_id),
                "channel": "counter",
                "name": "Đỗ Thị Hoa",
                "personal_id": "001190123456",
                "phone": "0987654321",
            },
            "messages": {"text": "Cho tôi hỏi"},
            "reading": {"seq": 1},
            "touches": {"kind": "visit"},
            "opinions": {"agency_id": str(uuid4()), "question": "Cho ý kiến", "working_days": 3},
            "opinion": {"ballot": "agree"},
            "question-revocation": {"reason": "Đã rõ"},
            "notes": {"text": "Gọi lại cho người nộp"},
            "result-sending": {"tracking_number": "RR123456785VN"},
            "reopening": {"reason": "Ghi sai năm sinh"},
            "answer": {"text": "Đã xem"},
            "return-way": {"return_way": "online"},
            "rating": {"score": 5},
            "complaint": {"text": "Chậm"},
        }
        return AGENCY if "/agencies/" in route else bodies.get(tail, {})


def build(
    connection: sa.Connection, make: Callable[[], Session], client: TestClient[Any], settings: Settings
) -> World:
    """Make everybody and everything."""
    world = World(client, connection)
    with make() as session:
        here, there = factories.agency(session), factories.agency(session)
        procedure = factories.procedure(session, here.id)
        world.code, world.agency_id, world.agency_code = procedure.code, here.id, here.code
        procedure.sector_names = "Hộ tịch"
        shelf.sector_ids(session, ["Hộ tịch"])
        world.places = {"linh-vuc": "ho-tich", "co-quan": here.code}
        _people(session, world, here.id, there.id, settings)
        session.commit()
        _drafted(session, world, here.id)
        world.template = _template(session, world)
        times = {name: datetime.fromisoformat(STOP[name]) for name in ("starts_at", "ends_at")}
        stop = downtimes.announce(session, world.actors["admin"], code=world.code, reason="Bảo trì", **times)
        world.downtime_id = stop.id
        changes = calendar_editing.Changes(result_cutoff="14:30")
        drafted = calendar_editing.draft(session, world.actors["admin"], changes, reason="Theo văn bản mới.")
        world.calendar = drafted.number
        world.incident_id = incidents.note(
            session,
            world.actors["admin"],
            scope=IncidentScope.PROCEDURE,
            code=world.code,
            title="Không tải được tệp",
            began_at=clock.now(),
        ).id
        world.import_id = _imported(session, world)
        for state in STATES:
            world.cases[state] = _case(session, world, procedure, state)
        holder = world.actors["holder"]
        act_as(session, holder.id, holder.agency_ids)
        world.delegation_id = standing_in.delegate(
            session,
            holder,
            agency_id=here.id,
            from_id=_id(holder),
            to_id=_id(world.actors["colleague"]),
            since=datetime(2040, 1, 1, tzinfo=UTC),
            until=datetime(2040, 1, 6, tzinfo=UTC),
        ).id
        world.batch_id = batches.begin(session, holder, "start", [batches.Chosen(uuid4(), 1)])
        session.commit()
    return world


def _people(session: Session, world: World, here: UUID, there: UUID, settings: Settings) -> None:
    ids: dict[str, Actor] = {}
    for name in ("owner", "stranger"):
        ids[name] = factories.citizen(session, email=f"{name}@example.vn")
    for name, agency in (("holder", here), ("colleague", here), ("elsewhere", there), ("removed", here)):
        ids[name] = factories.officer(session, agency, email=f"{name}@example.vn")
    ids["editor"] = factories.officer(session, here, Role.CATALOGUE_EDITOR, email="editor@example.vn")
    ids["reviewer"] = factories.officer(session, here, Role.CATALOGUE_REVIEWER, email="reviewer@example.vn")
    ids["admin"] = factories.officer(session, here, Role.ADMINISTRATOR, email="admin@example.vn")
    world.headers["anonymous"] = {}
    for name, actor in ids.items():
        token = _session(session, world, name, actor)
        world.headers[name] = {"cookie": f"__Host-motcua={token}"}
    for held in people.memberships(session, _id(ids["removed"])):
        auth_service.revoke(session, held.id, by=None)
    ended = _session(session, world, "expired", ids["owner"])
    session.execute(
        sa.update(WebSession.__table__)  # type: ignore[attr-defined]
        .where(WebSession.__table__.c.token_hash == web_sessions.digest(ended))  # type: ignore[attr-defined]
        .values(expires_at=clock.now() - timedelta(seconds=1))
    )
    world.headers["expired"] = {"cookie": f"__Host-motcua={ended}"}
    issued = tokens.shared(settings).issue(_id(ids["owner"]), None, clock.now().timestamp())
    world.headers["token"] = {"authorization": f"Bearer {issued}"}
    world.actors = ids


def _session(session: Session, world: World, name: str, actor: Actor) -> str:
    token = web_sessions.start(session, _id(actor), actor.name, hours=12)
    kept = session.exec(select(WebSession).where(WebSession.token_hash == web_sessions.digest(token))).one()
    world.csrf[name] = web_sessions.csrf_text(kept.csrf)
    return token


def _id(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


def _template(session: Session, world: World) -> str:
    """A form to download; its SHA-256."""
    editor = world.actors["editor"].id
    assert editor is not None
    return template_files.keep(
        session, name="Mẫu.pdf", media_type="application/pdf", data=b"%PDF-1.7", by=editor
    )


def _drafted(session: Session, world: World, agency_id: UUID) -> None:
    editor = world.actors["editor"]
    act_as(session, editor.id, editor.agency_ids)
    content = msgspec.convert(factories.simple(), RevisionContent)
    offers = [Offer(agency_id=agency_id, declared=Level.FULL)]
    for code in (DRAFTED, REVIEWED):
        drafting.save_draft(session, code, editor, content=content, offers=offers)
    drafting.send_to_review(session, REVIEWED, editor)
    reviewer = world.actors["reviewer"]
    for day in (clock.today(), date(2030, 1, 1)):
        drafting.save_draft(session, WAITING, editor, content=content, offers=offers, effective_on=day)
        drafting.send_to_review(session, WAITING, editor)
        publishing.publish(session, WAITING, reviewer)
    publishing.withdraw(session, WAITING, reviewer, closes_at=datetime(2040, 1, 1, tzinfo=UTC))


def _imported(session: Session, world: World) -> UUID:
    """A file the editor imported."""
    moment = clock.now()
    made = CatalogueImport(
        kind="replaced",
        dry_run=False,
        filename="giấy tờ.tsv",
        object_key=f"test/{uuid4()}",
        state=ImportState.DONE,
        started_at=moment,
        finished_at=moment,
        actor_id=_id(world.actors["editor"]),
    )
    session.add(made)
    session.flush()
    return made.id


def _case(session: Session, world: World, procedure: Procedure, state: str) -> Case:
    """A dossier of the owner's, brought to the state by the holder."""
    owner, holder = world.actors["owner"], world.actors["holder"]
    if world.agency_id is None:
        raise AssertionError("no agency")
    dossier = factories.draft(session, owner, procedure, world.agency_id)
    file = factories.ready_file(session, dossier)
    if state != "draft":
        act_as(session, owner.id, owner.agency_ids)
        factories.filing.submit(session, owner, dossier.id, idempotency_key=None)
        act_as(session, holder.id, holder.agency_ids)
        _settle(session, holder, dossier, state)
    document = _document(session, dossier)
    result = factories.ready_file(session, dossier, "result", filename="kết quả.pdf")
    return Case(dossier.id, file.id, document.id, result.id, document.code, dossier.reference)


def _settle(session: Session, holder: Actor, dossier: Dossier, state: str) -> None:
    if state == "refused":
        processing.refuse(session, holder, dossier.id, reason="Thiếu giấy tờ")
    if state in ("submitted", "refused"):
        return
    processing.receive(session, holder, dossier.id)
    if state == "accepted":
        return
    processing.claim(session, holder, dossier.id)
    if state == "rejected":
        decision.reject(session, holder, dossier.id, ground="Không đủ điều kiện")
    if state in ("settled", "returned"):
        result: Attachment = factories.ready_file(session, dossier, "result")
        decision.approve(session, holder, dossier.id, result_attachment_id=result.id)
    if state == "returned":
        decision.deliver(session, holder, dossier.id)


def _document(session: Session, dossier: Dossier) -> Document:
    made = Document(
        dossier_id=dossier.id,
        kind=DocumentKind.ACKNOWLEDGEMENT,
        object_key=f"test/{uuid4()}",
        sha256=b"\0" * 32,
        size=10,
        code=uuid4().hex[:12].upper(),
        made_by_seq=1000,
    )
    session.add(made)
    session.flush()
    return made
