"""Malformed requests: each is refused by a problem document, none is a 5xx, and nothing is written."""

import json
from collections import Counter

import pytest
import sqlalchemy as sa
from litestar import Response

import portal.app
from auth import csrf
from portal.core import runtime
from portal.core.problems import Problem
from tests.hostile.ground import Ground, wrong_with
from tests.hostile.tables.malformed import ENDPOINTS, JSON, Bad, bad_kinds, bad_proofs, table

TABLE = table()
# The right body of an endpoint is let in, so that the bad ones are refused for what is bad in them.
LET_IN = dict.fromkeys(ENDPOINTS, 200) | {
    "register": 202, "login": 401, "tracking": 404, "open": 201, "attachment": 201, "completion": 202,
    "fee": 404, "create": 201, "stop": 201, "agency": 201, "reading": 204, "sending": 409,
    "forwarding": 409, "question": 422,
}  # fmt: skip


def faults_of(ground: Ground, lines: list[Bad]) -> list[str]:
    """What is wrong with the answers to these lines of the table."""
    found = []
    for bad in lines:
        answer, written = ground.ask(bad.who, bad.method, bad.path, headers=bad.headers, content=bad.body)
        if wrong := wrong_with(answer, page=False):
            found.append(f"{bad.name}: {wrong}")
        if written:
            found.append(f"{bad.name}: wrote {sorted(set(written))}")
    return found


def test_the_table_has_hundreds_of_lines_and_each_its_name() -> None:
    twice = [name for name, count in Counter(bad.name for bad in TABLE).items() if count > 1]

    assert len(TABLE) >= 900
    assert twice == []


@pytest.mark.parametrize("name", ENDPOINTS)
def test_the_right_body_is_let_in(ground: Ground, name: str) -> None:
    who, method, path, right = ENDPOINTS[name]

    answer, written = ground.ask(who, method, path, headers=JSON, content=json.dumps(right).encode())

    assert answer.status_code == LET_IN[name], answer.text
    assert bool(written) is (answer.status_code < 400 and name not in ("token", "completion", "check"))


def test_every_malformed_request_is_refused_in_words_and_leaves_nothing(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    found = faults_of(ground, TABLE)

    with capsys.disabled():
        print(f"\nmalformed requests: {len(TABLE)}, not as they should be: {len(found)}")
    assert not found, "\n".join(found)


def test_fault_content_types_not_looked_at(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the API reads a body whatever it is said to be."""
    monkeypatch.setattr(csrf, "_refuse_other_kinds", lambda headers: None)

    found = faults_of(ground, [bad for bad in bad_kinds() if bad.name.startswith("answers as ")])

    assert any("answers as text/plain: 200: accepted" in one for one in found), found
    assert any("wrote ['dossier'" in one for one in found), found


def test_fault_other_sites_not_refused(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the origin of a request is not looked at."""
    monkeypatch.setattr(csrf.CsrfMiddleware, "_refuse_other_sites", lambda self, headers: None)

    found = faults_of(ground, [bad for bad in bad_proofs() if bad.name.startswith("answers from ")])

    assert len([one for one in found if "200: accepted" in one]) >= 10, found


def test_fault_refusals_that_are_no_documents(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: failures are described by a plain 500, and by JSON of another kind."""
    lines = [bad for bad in TABLE if bad.name.startswith("refusal: ")][:6]
    handler = portal.app.describe
    monkeypatch.setattr(portal.app, "describe", lambda error: handler(RuntimeError("planted")))
    assert all(one.endswith(": 500") for one in faults_of(ground, lines))

    monkeypatch.setattr(portal.app, "describe", handler)
    monkeypatch.setattr(portal.app, "Response", lambda *_, **__: Response({"error": "x"}, status_code=400))
    assert all("instead of a problem document" in one for one in faults_of(ground, lines))


def test_fault_a_refusal_that_writes(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: what fails leaves a row behind."""
    handler = portal.app.describe

    def describe(error: Exception) -> Problem:
        with runtime.sessions() as session:
            session.execute(sa.text("DELETE FROM idempotency"))
            session.commit()
        return handler(error)

    monkeypatch.setattr(portal.app, "describe", describe)
    found = faults_of(ground, [bad for bad in TABLE if bad.name == "refusal: null"])

    assert found == ["refusal: null: wrote ['idempotency']"]
