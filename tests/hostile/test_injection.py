"""Texts that try to become markup, put into every field that people fill: shown as they are, everywhere."""

import html
import json
from urllib.parse import quote

import pytest

from dossiers import notifications, pdf_child
from dossiers.documents_contents import File, Office, context, template
from dossiers.models import DocumentKind
from portal.web import pages
from tests.dossiers.test_documents_contents import facts
from tests.hostile.ground import Ground
from tests.hostile.poison import Poisoned, harm
from tests.hostile.tables.payloads import MARKUP, SQL

HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def poisoned(ground: Ground) -> Poisoned:
    return Poisoned(ground)


def test_no_page_runs_what_people_wrote(poisoned: Poisoned, capsys: pytest.CaptureFixture[str]) -> None:
    found: list[str] = []
    count, seen = 0, set()
    for path, text in poisoned.shown():
        count += 1
        found += [f"{path}: {one}" for one in harm(text)]
        plain = html.unescape(text)
        seen |= {payload for payload in MARKUP if payload in plain}

    with capsys.disabled():
        print(f"\npages read with {len(MARKUP)} payloads: {count}, harmed: {len(found)}")
    assert not found, "\n".join(found)
    assert count >= 130
    assert seen == set(MARKUP)  # each was really shown somewhere


def test_what_is_typed_into_addresses_and_forms_is_shown_as_it_is(ground: Ground) -> None:
    found = []
    for number, payload in enumerate(MARKUP):
        typed, whole = quote(payload), quote(payload, safe="")
        places = [f"/thu-tuc?query={typed}", f"/kiem-tra/{whole}", f"/khong-co/{typed}"]
        places += [f"/dang-nhap?next=/{typed}", f"/thu-tuc?sector={typed}"]
        forms = [
            ("anonymous", "/dang-nhap", {"email": payload, "password": payload}),
            ("anonymous", "/tra-cuu", {"number": payload, "factor": "1"}),
            ("anonymous", "/dang-ky", {"name": payload, "email": payload, "phone": payload}),
            ("owner", "/tai-khoan", {"name": payload, "phone": payload}),
        ]
        told = [ground.ask("anonymous", "GET", places[number % 5], headers=HTML)[0]]
        who, path, data = forms[number % 4]
        told.append(ground.form(who, path, data)[0])
        for answer in told:
            assert answer.status_code < 500
            found += [f"{number} {payload}: {one}" for one in harm(answer.text)]

    assert not found, "\n".join(found)


def test_the_api_gives_the_text_back_as_data(poisoned: Poisoned) -> None:
    for dossier, payload in poisoned.dossiers:
        answer, _ = poisoned.ground.ask("owner", "GET", f"/api/v1/dossiers/{dossier}")

        assert answer.json()["answers"]["full_name"] == payload
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("kind", [DocumentKind.ACKNOWLEDGEMENT, DocumentKind.FORM_01, DocumentKind.FORM_03])
def test_no_document_is_made_of_what_people_wrote(kind: DocumentKind) -> None:
    for payload in MARKUP[::4]:
        given = facts(
            applicant={"name": payload, "email": payload, "phone": payload, "personal_id": payload},
            office=Office(payload, payload, payload),
            procedure=payload,
            officer=payload,
            signer=payload,
            reason=payload,
            files=[File("proof", f"{payload}.pdf", 1, "ab" * 32)],
            fees=[(payload, 1)],
        )

        drawn = pdf_child.page(
            {"template": template(kind), "context": json.loads(json.dumps(context(kind, given), default=str))}
        )

        assert harm(drawn, whole=False) == [], payload


def message(text: str) -> notifications.Message:
    return notifications.Message(
        to="a@example.vn", subject=text, greeting=text, lines=[text], link=f"https://x/{text}", link_text=text
    )


def test_no_message_is_made_of_what_people_wrote() -> None:
    for payload in MARKUP:
        letter = message(payload)
        assert harm(notifications.html(letter), whole=False) == []


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("anonymous", "/api/v1/procedures?query="),
        ("anonymous", "/api/v1/procedures?sector="),
        ("anonymous", "/api/v1/procedures?agency="),
        ("anonymous", "/api/v1/agencies?offering="),
        ("anonymous", "/api/v1/statistics/dossiers?agency="),
        ("holder", "/api/v1/desk/dossiers?view="),
        ("holder", "/can-bo?query="),
        ("anonymous", "/thu-tuc?query="),
        ("editor", "/quan-tri/thu-tuc?query="),
        ("anonymous", "/kiem-tra/"),
    ],
)
def test_operators_of_queries_are_only_words(ground: Ground, who: str, path: str) -> None:
    for text in SQL:
        answer, written = ground.ask(who, "GET", path + quote(text, safe=""))

        assert answer.status_code < 500, text
        assert "text/html" in answer.headers["content-type"] or "json" in answer.headers["content-type"]
        assert written == []


@pytest.mark.parametrize("wild", ["%", "_", "9_", "9.%", "\\", "*", "ho_tich"])
def test_wildcards_match_nothing_more_than_themselves(ground: Ground, wild: str) -> None:
    all_, _ = ground.ask("anonymous", "GET", "/api/v1/procedures?limit=100")
    by_code = f"/api/v1/procedures?agency={quote(wild)}"
    by_sector = f"/api/v1/procedures?sector={quote(wild)}"

    assert all_.json()["items"]
    for path in (by_code, by_sector):
        assert ground.ask("anonymous", "GET", path)[0].json().get("items", []) == []


def test_fault_escaping_off(poisoned: Poisoned, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the templates of the pages do not escape."""
    monkeypatch.setattr(pages.templates(), "autoescape", False)
    pages.templates().cache.clear()  # type: ignore[union-attr]
    try:
        dossier, _ = poisoned.dossiers[1]
        answer, _ = poisoned.ground.ask("holder", "GET", f"/can-bo/ho-so/{dossier}", headers=HTML)
        assert harm(answer.text) != []
    finally:
        monkeypatch.undo()
        pages.templates().cache.clear()  # type: ignore[union-attr]


def test_fault_messages_not_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a message puts words into its HTML as they are."""
    monkeypatch.setattr(notifications, "escape", lambda text, *_: text)
    letter = message(MARKUP[0])

    assert harm(notifications.html(letter), whole=False) != []
