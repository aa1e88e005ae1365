"""What the importer makes of fifteen national records is what a person read in them.

national_by_eye.json was written by reading the records, before the importer; national_records.jsonl holds
them as the national portal gave them. A case of kind `variant` is one an applicant chooses; the others are
headings, remarks or nothing. `amount` null: the record puts no number on it, whatever it writes.
"""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services_catalog.content import Case, FeeItem, Requirement, RevisionContent, TimeLimit
from services_catalog.imports import national
from services_catalog.imports.pieces import Imported
from tests.services_catalog.test_search_queries import folded

HERE = Path(__file__).parent
EYE: dict[str, dict[str, Any]] = json.loads(HERE.joinpath("national_by_eye.json").read_text(encoding="utf-8"))
RECORDS = {
    each["code"]: each
    for each in map(json.loads, HERE.joinpath("national_records.jsonl").read_text("utf-8").splitlines())
}

pytestmark = pytest.mark.parametrize("code", sorted(EYE))


@pytest.fixture
def eye(code: str) -> dict[str, Any]:
    return EYE[code]


@pytest.fixture
def made(code: str) -> Imported:
    return national.read(RECORDS[code])


@pytest.fixture
def content(made: Imported) -> RevisionContent:
    return made.content


def begins(text: str, words: str) -> bool:
    """Whether the text begins with the words, bullets, case and marks aside."""
    return folded(text).lstrip("-+*. ").startswith(folded(words).lstrip("-+*. "))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)


def everything(content: RevisionContent) -> str:
    """All words of the revision, folded, in one string."""
    return " ".join(folded(each).lstrip("-+*. ") for each in strings(msgspec.to_builtins(content)))


def test_names_and_people(eye, made, content):
    assert content.name == eye["name"]
    assert made.publisher == eye["publisher"]
    assert made.sectors == eye["sectors"]
    assert set(content.audience) == set(eye["audience"])
    assert made.typed_full == eye["full_process"]
    for name in eye["executing"]:
        assert any(begins(each, name) for each in content.departments), (name, content.departments)


def test_results(eye, content):
    assert content.result is not None
    results = [content.result, *content.other_results]

    assert sorted(str(each.code).replace(" ", "") for each in results) == sorted(
        each["code"].replace(" ", "") for each in eye["results"]
    )
    for each in eye["results"]:
        assert any(begins(it.name, each["name"]) for it in results), each


def test_legal_basis(eye, content):
    assert len(content.legal_basis) == eye["legal_basis"]["count"]
    for each in eye["legal_basis"]["some"]:
        assert any(
            it.number == each["number"] and begins(it.name, each["name"]) for it in content.legal_basis
        ), (each, [(it.number, it.name[:60]) for it in content.legal_basis])


def papers_of(content: RevisionContent, paper: dict[str, Any]) -> list[Requirement]:
    """The requirements that may be this paper."""
    code = paper["code"].rstrip(".")
    return [it for it in content.requirements if (it.code or "").rstrip(".") == code]


def called(case: str, name: str) -> bool:
    """Whether a case has this name; an importer may leave out "gồm:" and what else only leads to a list."""
    ours, theirs = (folded(each).strip("-+*.,:; ") for each in (case, name))
    return bool(ours and theirs) and (ours.startswith(theirs) or theirs.startswith(ours))


def in_case(content: RevisionContent, paper: Requirement, name: str) -> bool:
    keys = {case.key for case in content.cases if called(case.name, name)}
    return bool(keys & {*paper.cases}) or not paper.cases


def test_papers(eye, content):
    for paper in (it for it in eye["papers"] if it["is_paper"]):
        found = papers_of(content, paper)
        case = eye["cases"][paper["case"]] if paper["case"] is not None else None
        if case and case["kind"] == "variant":
            found = [it for it in found if in_case(content, it, case["name"])]
        assert found, paper
        right = [
            it
            for it in found
            if (it.originals, it.certified + it.copies) == (paper["originals"], paper["copies"])
            and begins(it.name, paper["name"])
        ]
        assert right, (paper, [(it.name[:60], it.originals, it.certified, it.copies) for it in found])
        names = [it.template.name if it.template else None for it in right]
        assert paper["template"] in names, (paper, names)


def test_what_is_no_paper_is_not_asked_for(eye, content):
    said = everything(content)
    for remark in (it for it in eye["papers"] if not it["is_paper"]):
        assert [it for it in papers_of(content, remark) if it.needed == "always"] == [], remark
        assert folded(remark["name"]).lstrip("-+*. ") in said, remark


def coded_apart(content: RevisionContent) -> list[Case]:
    """The cases but those that only repeat the procedure's own name."""
    return [it for it in content.cases if folded(it.name) != folded(content.name)]


def test_cases_are_what_one_chooses(eye, content):
    for case in eye["cases"]:
        there = [it.name for it in coded_apart(content) if called(it.name, case["name"])]
        assert bool(there) == (case["kind"] == "variant"), (case, there)


def limits(content: RevisionContent, channel: str) -> list[TimeLimit]:
    """Every time limit that may hold for this way of filing."""
    own = [way.time_limit for way in content.ways if way.channel == channel and way.time_limit]
    return [*own, *(case.time_limit for case in content.cases if case.time_limit), content.time_limit]


def test_times(eye, content):
    said = everything(content)
    for way in eye["ways"]:
        assert way["channel"] in content.channels
        held = limits(content, way["channel"])
        told = way["words"] and folded(way["words"]).lstrip("-+*. ") in said
        if way["unit"] == "other":
            assert any(it.unit in ("stated", "same_day") for it in held) or told, (way, held)
        else:
            several = sum(it["channel"] == way["channel"] for it in eye["ways"]) > 1
            same = [
                it
                for it in held
                if (it.amount, it.unit, it.extra_hours) == (way["amount"], way["unit"], way["extra_hours"])
            ]
            number = f"{way['amount']} ngay" in said or f"{way['amount']:02} ngay" in said
            assert same or (several and number), (way, held)
        if way["words"]:
            assert told, way


def owed(fees: list[FeeItem], channel: str) -> list[FeeItem]:
    return [it for it in fees if not it.channels or channel in it.channels]


def test_fees(eye, content):
    for fee in eye["fees"]:
        for channel in fee["channels"]:
            here = [it for it in owed(content.fees, channel) if it.kind == fee["kind"]]
            if fee["amount"] is None or fee["currency"] != "VND":
                right = [it for it in here if it.stated and it.note]
            elif fee["amount"] == 0:
                assert not any(
                    it.amount_vnd and begins(it.note or it.name, fee["words"] or "?") for it in here
                )
                continue
            else:
                right = [it for it in here if fee["amount"] in (it.amount_vnd, it.online_amount_vnd)]
            words = fee["words"]
            if words:
                right = [
                    it for it in right if folded(words).lstrip("-+*. ") in folded(f"{it.name} {it.note}")
                ]
            assert right, (fee, channel, [(it.name, it.kind, it.amount_vnd, it.note) for it in here])
    if not eye["fees"]:
        assert content.fees == []


def test_what_demands_the_person_or_the_spot(eye, content):
    for name in ("presence_required", "field_verification"):
        if eye[name] is not None:
            assert getattr(content, name) == eye[name], name


def test_letters_are_whole_and_seen(content):
    """The records hold decomposed letters and characters of no width; a revision does not."""
    for each in strings(msgspec.to_builtins(content)):
        assert unicodedata.is_normalized("NFC", each), each[:80]
        assert not [char for char in each if unicodedata.category(char) == "Cf"], each[:80]
