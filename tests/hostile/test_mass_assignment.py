"""What only the portal may set, sent along with every write: refused by the API, ignored by the pages."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from auth import service as auth_service
from auth.actor import Role
from portal.core import runtime
from portal.core.db import act_as
from portal.web import account
from tests import factories
from tests.hostile.ground import Ground, wrong_with
from tests.hostile.tables.malformed import ENDPOINTS, JSON

OURS: dict[str, Any] = {
    "id": "01912345-0000-7000-8000-000000000001",
    "status": "settled",
    "state": "ready",
    "applicant_id": "01912345-0000-7000-8000-000000000001",
    "owner_id": "01912345-0000-7000-8000-000000000001",
    "subject_id": "01912345-0000-7000-8000-000000000001",
    "account_id": "01912345-0000-7000-8000-000000000001",
    "holder_id": "01912345-0000-7000-8000-000000000001",
    "receiving_agency_id": "01912345-0000-7000-8000-000000000001",
    "competent_agency_id": "01912345-0000-7000-8000-000000000001",
    "role": "administrator",
    "roles": ["administrator"],
    "agency_ids": ["01912345-0000-7000-8000-000000000001"],
    "is_admin": True,
    "number": "H99.01-261123-0001",
    "reference": "AAAAAAAA2",
    "channel": "counter",
    "level": "full",
    "eligible": True,
    "verdict": {},
    "revision_id": "01912345-0000-7000-8000-000000000001",
    "submitted_at": "2020-01-01T00:00:00Z",
    "accepted_at": "2020-01-01T00:00:00Z",
    "due_at": "2099-01-01T00:00:00Z",
    "settled_at": "2020-01-01T00:00:00Z",
    "paid_at": "2020-01-01T00:00:00Z",
    "fee_paid": True,
    "amount_vnd": 0,
    "sha256": "00" * 32,
    "object_key": "attachments/x",
    "kind": "pdf",
    "head": "00",
    "prev_hash": "00",
    "disabled_at": None,
    "email_index": "x",
    "effective_on": "2020-01-01",
    "published_at": "2020-01-01T00:00:00Z",
    "content_hash": "00",
    "created_at": "2020-01-01T00:00:00Z",
}
FORM_ONLY = {name: str(value) for name, value in OURS.items() if name not in ("number", "kind")}
COLUMNS = (
    "id", "status", "applicant_id", "subject_id", "holder_id", "receiving_agency_id", "competent_agency_id",
    "number", "reference", "channel", "level", "submitted_at", "accepted_at", "due_at", "settled_at",
    "revision_id",
)  # fmt: skip


def dossier_row(ground: Ground, state: str) -> dict[str, Any]:
    """What only the portal sets of a dossier, as the holder's agency or the owner sees it."""
    owner = ground.world.actors["owner"]
    with runtime.sessions() as session:
        act_as(session, owner.id, owner.agency_ids)
        row = session.execute(
            sa.text(f"SELECT {', '.join(COLUMNS)} FROM dossier WHERE id = :id"), {"id": ground.places[state]}
        ).one()
    return dict(row._mapping)


def roles_of(ground: Ground, who: str) -> list[tuple[Any, ...]]:
    with runtime.sessions() as session:
        return [
            tuple(row)
            for row in session.execute(
                sa.text("SELECT role, agency_id, valid_to FROM membership WHERE account_id = :id"),
                {"id": ground.world.actors[who].id},
            )
        ]


@pytest.mark.parametrize("name", ENDPOINTS)
def test_the_api_refuses_what_only_the_portal_sets(ground: Ground, name: str) -> None:
    who, method, path, right = ENDPOINTS[name]
    for member, value in OURS.items():
        if member in right:
            continue
        body = json.dumps({**right, member: value}).encode()

        answer, written = ground.ask(who, method, path, headers=JSON, content=body)

        assert answer.status_code == 400, member
        assert wrong_with(answer, page=False) is None
        assert written == []


def test_answers_hold_the_forms_questions_only(ground: Ground) -> None:
    for member, value in OURS.items():
        body = json.dumps({"seq": 1, "answers": {member: value}}).encode()

        answer, written = ground.ask(
            "owner", "PATCH", "/api/v1/dossiers/<draft>/answers", headers=JSON, content=body
        )

        assert answer.status_code == 422, member
        assert written == []


@pytest.mark.parametrize("place", ["content", "form", "field", "requirement", "offer"])
def test_drafts_hold_what_an_editor_writes_only(ground: Ground, place: str) -> None:
    for member, value in OURS.items():
        content = json.loads(json.dumps(factories.simple()))
        offer = {"agency_id": ground.places["agency"], "declared": "full"}
        part = {
            "content": content,
            "form": content["form"][0],
            "field": content["form"][0]["fields"][0],
            "requirement": content["requirements"][0],
            "offer": offer,
        }[place]
        if member in part or (place, member) in (("content", "level"),):
            continue
        part[member] = value

        body = json.dumps({"content": content, "offers": [offer]}).encode()
        answer, written = ground.ask(
            "editor", "PUT", "/api/v1/procedures/<drafted>/draft", headers=JSON, content=body
        )

        assert answer.status_code == 400, member
        assert written == []


def test_a_profile_holds_what_a_person_may_say_of_themselves(ground: Ground) -> None:
    assert stored_by_profile(ground) == []


def stored_by_profile(ground: Ground) -> list[str]:
    """What of somebody's standing the profile's form changed."""
    found: list[str] = []
    before = roles_of(ground, "owner")

    def judge(answer: Any, written: list[str]) -> None:
        assert answer.status_code == 303
        assert written
        if roles_of(ground, "owner") != before:
            found.append("roles")
        me, _ = ground.ask("owner", "GET", "/api/v1/auth/me")
        if me.json().get("roles") != ["citizen"] or me.json().get("id") != str(
            ground.world.actors["owner"].id
        ):
            found.append("me")

    data = {
        "name": "Nguyễn Thị Ánh Nguyệt",
        "phone": "0912345678",
        "personal_id": "",
        "birth": "",
        **FORM_ONLY,
    }
    posted(ground, "owner", "/tai-khoan", data, judge)
    return found


def posted(ground: Ground, who: str, path: str, data: dict[str, Any], judge: Any) -> None:
    from urllib.parse import urlencode

    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "accept": "text/html",
        "sec-fetch-site": "same-origin",
    }
    text = urlencode({"csrf": ground.world.csrf.get(who, ""), **data})
    ground.ask(who, "POST", path, headers=headers, content=text.encode(), judge=judge)


def test_a_form_changes_the_answers_only(ground: Ground) -> None:
    before = dossier_row(ground, "draft")

    def judge(answer: Any, written: list[str]) -> None:
        assert answer.status_code < 400
        assert set(written) <= {"dossier", "subject_key"}
        assert dossier_row(ground, "draft") == before

    data = {"_section": "request", "full_name": "Bình", "copies_count": "3", "seq": "1", **FORM_ONLY}
    posted(ground, "owner", "/ho-so/<draft>/to-khai", data, judge)


@pytest.mark.parametrize(
    ("state", "act", "changed"),
    [
        ("submitted", "tiep-nhan", {"status", "number", "accepted_at", "due_at", "holder_id"}),
        ("accepted", "nhan-viec", {"status", "holder_id"}),
        ("processing", "tra-lai", {"holder_id", "status"}),
    ],
)
def test_an_act_at_the_desk_sets_what_it_is_there_to_set(
    ground: Ground, state: str, act: str, changed: set[str]
) -> None:
    before = dossier_row(ground, state)
    holder = ground.world.actors["holder"].id

    def judge(answer: Any, written: list[str]) -> None:
        assert answer.status_code == 303
        after = dossier_row(ground, state)
        assert {name for name in COLUMNS if after[name] != before[name]} <= changed
        assert after["status"] != "settled"
        assert after["holder_id"] in (None, holder)
        assert after["number"] != OURS["number"]
        assert after["due_at"] is None or after["due_at"].year < 2090

    with runtime.sessions() as session:
        act_as(session, holder, ground.world.actors["holder"].agency_ids)
        seq = session.execute(
            sa.text("SELECT seq FROM dossier WHERE id = :id"), {"id": ground.places[state]}
        ).scalar_one()
    posted(ground, "holder", f"/can-bo/ho-so/<{state}>/{act}", {**FORM_ONLY, "seq": str(seq)}, judge)


def test_who_registers_is_a_citizen_and_no_more(ground: Ground) -> None:
    def judge(answer: Any, written: list[str]) -> None:
        assert answer.status_code == 303
        assert "account" in written
        assert "membership" not in written

    data = {"name": "Lê Văn Mới", "email": "moi@example.vn", "password": "sen nở bên hồ 2026", "agree": "1"}
    posted(ground, "anonymous", "/dang-ky", {**data, **FORM_ONLY}, judge)


def test_fault_a_profile_that_takes_a_role(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the profile's form grants the role that was sent along."""
    change = account.service.change_profile

    def planted(session: Any, actor: Any, **given: Any) -> None:
        change(session, actor, **given)
        auth_service.grant(session, actor.id, Role.ADMINISTRATOR, None, by=None)

    monkeypatch.setattr(account.service, "change_profile", planted)

    assert set(stored_by_profile(ground)) == {"roles", "me"}
