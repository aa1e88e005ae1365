"""What the API's own document promises, asked by schemathesis as four roles: it holds for every answer.

Short: some hundred cases with one seed. Long: HOSTILE_CASES (5,000) cases. HOSTILE_SEED replays a run.
"""

import os
from collections import Counter
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from portal.core import contract
from tests.hostile.ground import Ground, wrong_with

SEED = int(os.environ.get("HOSTILE_SEED", "20261123"))
LONG = int(os.environ.get("HOSTILE_CASES", "5000"))
ROLES = ("anonymous", "owner", "holder", "admin")
STATES = ("draft", "submitted", "accepted", "processing", "settled", "refused")
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]


class Asker:
    """Draws cases of every operation and judges every answer."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.seed = ground, seed
        self.statuses: Counter[int] = Counter()
        self.wrong: dict[str, str] = {}
        document = ground.client.get("/schema/openapi.json").json()
        loaded = schemathesis.openapi.from_dict(document)
        found = [result.ok() for result in loaded.get_all_operations()]
        self.operations = [operation for operation in found if operation.path.startswith("/api/")]

    @property
    def asked(self) -> int:
        return self.statuses.total()

    def ask_all(self, cases: int) -> None:
        """About so many cases, the same number of each operation, half of them broken on purpose."""
        each = max(2, round(cases / len(self.operations)))
        for operation in self.operations:
            for mode, share in (
                (GenerationMode.POSITIVE, each - each // 2),
                (GenerationMode.NEGATIVE, each // 2),
            ):
                self._ask(operation, mode, share)

    def _ask(self, operation: Any, mode: GenerationMode, count: int) -> None:
        drawn = 0

        @hypothesis.seed(self.seed)
        @hypothesis.settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(st.data())
        def ask(data: st.DataObject) -> None:
            nonlocal drawn
            drawn += 1
            case = data.draw(operation.as_strategy(generation_mode=mode))
            if mode is GenerationMode.POSITIVE:
                self._aim(case, data)
            self._judge(case, data.draw(st.sampled_from(ROLES)))

        try:
            ask()
        except hypothesis.errors.Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, operation.label  # nothing in it can be broken

    def _aim(self, case: Any, data: st.DataObject) -> None:
        """Put things that exist in the place of invented ones, so that the case goes further in."""
        places = self.ground.places
        state = data.draw(st.sampled_from(STATES))
        known = {
            "dossier_id": places[state],
            "attachment_id": places[f"{state}_file"],
            "code": places["code"],
            "number": 1,
        }
        if data.draw(st.integers(0, 3)):
            case.path_parameters.update({k: v for k, v in known.items() if k in case.path_parameters})
        if isinstance(case.body, dict) and data.draw(st.booleans()):
            known = {"procedure": places["code"], "agency_id": places["agency"], "requirement_key": "proof"}
            case.body.update({k: v for k, v in known.items() if k in case.body})
            if "seq" in case.body and data.draw(st.booleans()):
                case.body["seq"] = 1

    def _judge(self, case: Any, role: str) -> None:
        given = case.as_transport_kwargs(base_url="https://testserver.local")
        given.pop("cookies", None)
        try:
            sent = requests.Request(**given).prepare()
        except (requests.exceptions.InvalidHeader, UnicodeError):
            return  # what cannot be written as HTTP; the table of the wire has it
        body = sent.body.encode() if isinstance(sent.body, str) else sent.body
        headers = {name: value for name, value in sent.headers.items() if name.lower() != "cookie"}
        address = (sent.url or "").removeprefix("https://testserver.local")
        answer, _ = self.ground.ask(role, sent.method or "", address, headers=headers, content=body)
        self.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
            wrong = wrong_with(answer, page=False) if answer.status_code >= 400 else None
        except schemathesis.core.failures.FailureGroup as group:
            wrong = "; ".join(f"{one.title}: {one.message}" for one in group.exceptions)[:600]
        if wrong:
            name = f"{case.operation.label} as {role}"
            self.wrong.setdefault(
                f"{name} → {answer.status_code}", f"{wrong} | {address[:200]} {(body or b'')[:200]!r}"
            )


def report(asker: Asker, capsys: pytest.CaptureFixture[str]) -> None:
    operations, statuses = len(asker.operations), dict(sorted(asker.statuses.items()))
    with capsys.disabled():
        print(
            f"\nschemathesis: {asker.asked} cases of {operations} operations, seed {asker.seed}: "
            f"{statuses}, not as promised: {len(asker.wrong)}"
        )


def test_every_answer_is_as_the_document_promises(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    asker = Asker(ground, SEED)
    asker.ask_all(3 * len(asker.operations))

    report(asker, capsys)
    assert not asker.wrong, "\n".join(f"{k}: {v}" for k, v in asker.wrong.items())
    assert len(asker.operations) >= 45
    assert asker.asked >= 250
    assert {200, 400, 401, 403, 404} <= set(asker.statuses)


@pytest.mark.long
def test_thousands_of_answers_are_as_the_document_promises(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    asker = Asker(ground, SEED + 1)
    asker.ask_all(round(LONG * 1.15))

    report(asker, capsys)
    assert not asker.wrong, "\n".join(f"{k}: {v}" for k, v in asker.wrong.items())
    assert asker.asked >= LONG


def test_fault_an_answer_without_a_promised_member(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the document promises a member that no answer has."""
    promised = contract.PROBLEM | {"required": ["type", "title", "status", "detail", "incident"]}
    asker = Asker(ground, SEED)
    asker.operations = [one for one in asker.operations if one.path == "/api/v1/tracking"]
    asker.ask_all(8)
    assert not asker.wrong

    monkeypatch.setitem(contract.PROBLEM, "required", promised["required"])
    document = ground.client.get("/schema/openapi.json").json()
    document["components"]["schemas"]["Problem"] = promised
    found = [result.ok() for result in schemathesis.openapi.from_dict(document).get_all_operations()]
    asker.operations = [one for one in found if one.path == "/api/v1/tracking"]
    asker.ask_all(8)

    assert any("incident" in one for one in asker.wrong.values()), asker.wrong
