"""Twelve principals, and one dossier in each state, in one transaction that every cell rolls back to."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from litestar.testing import TestClient

from auth.actor import Actor
from portal.core import clock
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
                "since": (clock.now() + timedelta(days=40)).isoformat(),
                "until": (clock.now() + timedelta(days=45)).isoformat(),
            },
            "batch": {"act": "start", "items": [{"id": str(case.id), "seq": 1}]},
            "dossiers": {
                "submission_id": str(uuid4()),
                "procedure": self.code,
                "agency_id": str(self.agency_id),
            },
            "party": {"filed_as": "helped", "name": "Mai", "unit": "Tổ công nghệ số"},
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
