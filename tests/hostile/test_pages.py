"""Bad requests to the pages: a page in answer to each, never a 5xx; nothing written, nobody sent away."""

from collections import Counter

import pytest

import portal.app
from auth import csrf
from tests.hostile.ground import Ground, wrong_with
from tests.hostile.tables.pages import BadPage, bad_addresses, bad_forms, table

TABLE = table()


def faults_of(ground: Ground, lines: list[BadPage]) -> list[str]:
    """What is wrong with the answers to these lines."""
    found = []
    for bad in lines:
        # a form that is right all the same may be taken; what is answered by a refusal leaves nothing
        body = bad.body and bad.body.replace(b"<csrf>", ground.world.csrf.get(bad.who, "").encode())
        answer, written = ground.ask(bad.who, bad.method, bad.path, headers=bad.headers, content=body)
        if wrong := wrong_with(answer, page=not bad.path.startswith("/schema")):
            found.append(f"{bad.name}: {wrong}")
        if bad.ends == "refused" and answer.status_code < 400:
            found.append(f"{bad.name}: {answer.status_code} {answer.headers.get('location', '')}")
        if written and (bad.ends == "refused" or answer.status_code >= 400):
            found.append(f"{bad.name}: wrote {sorted(set(written))}")
        if "evil.example" in answer.headers.get("location", "").removeprefix("/dang-nhap?next="):
            found.append(f"{bad.name}: sends to {answer.headers['location']}")
        if "evil.example" in answer.text and "next" not in bad.path:
            found.append(f"{bad.name}: repeats the other host")
    return found


def test_the_table_has_hundreds_of_lines_and_each_its_name() -> None:
    twice = [name for name, count in Counter(bad.name for bad in TABLE).items() if count > 1]

    assert len(TABLE) >= 500
    assert twice == []


def test_every_bad_request_of_a_browser_is_answered_by_a_page_and_leaves_nothing(
    ground: Ground, capsys: pytest.CaptureFixture[str]
) -> None:
    found = faults_of(ground, TABLE)

    with capsys.disabled():
        print(f"\nbad requests of browsers: {len(TABLE)}, not as they should be: {len(found)}")
    assert not found, "\n".join(found)


def test_fault_tokens_of_forms_not_compared(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: any token of a form is as good as the session's."""
    monkeypatch.setattr(csrf, "check_csrf", lambda actor, token: None)

    found = faults_of(ground, [bad for bad in bad_forms() if bad.name.startswith("end: ")])

    assert any(one.startswith("end: a wrong token: wrote") for one in found), found


def test_fault_problem_documents_for_people(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a person is answered by JSON."""
    monkeypatch.setattr(portal.app, "wants_page", lambda request: False)

    found = faults_of(ground, [bad for bad in bad_addresses() if bad.name.startswith("path /thu-tuc")])

    assert len([one for one in found if "instead of a page" in one]) >= 5
