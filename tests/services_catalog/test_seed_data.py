"""The seed: every file is a sound revision, says what the sample promises, and declares a true level."""

import csv
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auth import identifiers
from auth.actor import Role
from services_catalog import content, content_checks, judging, levels, rulesets

SEED = Path(content.__file__).parent / "seed"
FILES = sorted((SEED / "procedures").glob("*.json"))
SAMPLE = {
    "1.001193", "1.000656", "1.000894", "1.004873", "2.000635", "1.004859", "1.004884", "1.004746",
    "1.005461", "1.004772", "1.000689", "1.004845", "2.000986", "1.004222", "1.004194", "2.000908",
    "2.000815", "2.000884", "2.000992", "2.001008", "2.001035", "2.001019", "2.001016", "2.001406",
    "2.000913", "2.000927", "2.000942", "2.001583", "2.001199", "2.002043", "1.001456", "1.013225",
    "2.000591", "1.000479",
}  # fmt: skip
REAL_FORMS = [
    "1.001193",
    "1.000656",
    "1.000894",
    "1.004873",
    "2.000635",
    "1.004859",
    "1.004222",
    "1.004194",
    "2.000815",
    "2.000908",
    "1.013225",
    "2.001583",
    "1.001456",
    "2.000591",
]  # fmt: skip; those whose own form was read field by field
LISTING_COLUMNS = ["code", "name", "sectors", "publisher", "departments", "applicants", "kind", "note"]


def load(name: str) -> Any:
    return json.loads((SEED / name).read_text(encoding="utf-8"))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def procedure(request: pytest.FixtureRequest) -> dict[str, Any]:
    return load(f"procedures/{request.param.name}")  # type: ignore[no-any-return]


def revision(procedure: dict[str, Any]) -> content.RevisionContent:
    return msgspec.convert(procedure["content"], content.RevisionContent)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def listing() -> list[list[str]]:
    with (SEED / "listing.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_34_procedures_of_the_sample_are_there() -> None:
    assert {path.stem for path in FILES} == SAMPLE


def test_file_is_a_sound_revision(procedure: dict[str, Any]) -> None:
    assert content_checks.problems(revision(procedure)) == []
    assert procedure["code"] in SAMPLE
    assert {"code", "declared", "eligible", "agencies", "sources", "content"} <= set(procedure)


def test_file_speaks_nfc_without_research_marks(procedure: dict[str, Any]) -> None:
    for text in texts(procedure):
        assert unicodedata.is_normalized("NFC", text)
        assert not re.search(r"\[(found|memory|design)|TODO|\?\?|…\.\.|  ", text), text
        assert text == text.strip()


def test_page_is_complete(procedure: dict[str, Any]) -> None:
    said = revision(procedure)
    for part in (said.legal_basis, said.steps, said.faq, said.usual_mistakes, said.form, said.requirements):
        assert part
    assert said.result is not None
    assert said.form[-1].fields[-1].kind == "commit"
    assert all(code in SAMPLE for code in said.related)
    assert all(item.basis or item.note for item in said.fees)


@pytest.mark.parametrize("code", REAL_FORMS)
def test_real_forms_ask_what_the_paper_form_asks(code: str) -> None:
    said = revision(load(f"procedures/{code}.json"))
    fields = [field for section in said.form for field in section.fields]
    assert len(fields) >= 8
    assert any(field.prefill for field in fields)


def test_a_partial_service_says_why(procedure: dict[str, Any]) -> None:
    if procedure["declared"] == "partial":
        assert procedure["reason_code"] in {"PRESENCE", "FIELD_VERIFICATION", "TECH_FAILURE", "TECH_OTHER"}
        assert re.search(r"Điều \d+", procedure["reason_basis"])
        assert procedure["eligible"] == procedure["reason_code"].startswith("TECH")
    else:
        assert procedure["declared"] == "full"
        assert procedure["eligible"]
        assert "reason_code" not in procedure


@pytest.mark.parametrize("on", [date(2026, 7, 1), date(2026, 11, 23), date(2027, 6, 1)])
def test_declared_level_is_what_the_facts_give(procedure: dict[str, Any], on: date) -> None:
    facts = judging.facts_of(revision(procedure), on)
    verdict = levels.derive(facts, rulesets.in_force(on))
    assert procedure["declared"] == verdict.level, verdict.failing
    reason = procedure.get("reason_code")
    assert procedure["eligible"] == judging.eligible(facts, reason and rulesets.ReasonCode(reason))


def test_form_and_page_offer_the_same_ways_of_return(procedure: dict[str, Any]) -> None:
    said = revision(procedure)
    asked = [field for section in said.form for field in section.fields if field.key == "return_way"]
    assert [{option.value for option in field.options} for field in asked] in ([], [set(said.return_ways)])
    assert asked or len(said.return_ways) == 1


def test_agencies_form_a_tree_and_offer_everything(procedure: dict[str, Any]) -> None:
    agencies = load("agencies.json")
    codes = [agency["code"] for agency in agencies]
    assert len(codes) == len(set(codes))
    assert all(
        agency["parent"] is None or agency["parent"] in codes[: codes.index(agency["code"])]
        for agency in agencies
    )
    centres = {agency["code"] for agency in agencies if agency["kind"] == "centre"}
    assert procedure["agencies"]
    assert set(procedure["agencies"]) <= centres


def test_demo_people_have_possible_numbers_and_roles() -> None:
    people, agencies = load("people.json"), {agency["code"] for agency in load("agencies.json")}
    for person in people:
        assert person["email"].endswith("@motcua.example")
        assert identifiers.email(person["email"]) == person["email"]
        assert identifiers.personal_id(person["personal_id"]) == person["personal_id"]
        assert person["personal_id"][6:8] == "00"  # plainly invented
        assert identifiers.phone(person["phone"]) == person["phone"]
        assert all(Role(role["role"]) and role["agency"] in agencies for role in person["roles"])
    held = [role["role"] for person in people for role in person["roles"]]
    assert held.count("officer") >= 3
    assert held.count("catalogue_editor") == 2
    assert held.count("catalogue_reviewer") == 1
    assert held.count("administrator") == 1


def test_listing_holds_the_5670_national_procedures() -> None:
    header, *rows = listing()
    assert header == LISTING_COLUMNS
    codes = [row[0] for row in rows]
    assert len(codes) == len(set(codes)) == 5670
    for row in rows:
        assert len(row) == len(LISTING_COLUMNS)
        assert re.fullmatch(r"[0-9A-Z][0-9A-Za-z.\-]{1,34}", row[0])
        assert row[1]
        assert row[6] in {"standard", "specific", "internal"}
        assert all(
            value == " ".join(value.split()) and unicodedata.is_normalized("NFC", value) for value in row
        )
