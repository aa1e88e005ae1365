"""What people type, and which procedures they mean: tests/services_catalog/search_queries.tsv.

The queries were written from the data and from how people in Viet Nam type, before any ranking was tuned,
by somebody who had not read the search. Columns, parted by tabs:

query     as it is typed; blanks at its ends, capitals and decomposed letters (NFD) are part of it
expected  what a fair citizen or officer would take for an answer, parted by `|`:
          a national code (`1.001193`);
          `name:PREFIX`, every procedure whose folded name (small letters, no marks, đ as d, single blanks)
          begins with PREFIX: for names that many provinces publish;
          `code:PREFIX`, every procedure whose code begins with PREFIX: for the beginning of a code
kind      in what way it differs from the official name, see KINDS
part      `tune` or `held`, split within each kind at random by a fixed seed. Who tunes the ranking looks at
          the tune half only; of the held half they see the score and nothing else
note      why, where it is not plain
"""

import csv
import json
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

import services_catalog

SEED = Path(services_catalog.__file__).parent / "seed"
QUERIES = Path(__file__).with_name("search_queries.tsv")
COLUMNS = ["query", "expected", "kind", "part", "note"]
KINDS = {
    "abbrev": 10,  # cccd, bhxh, gplx
    "capitals": 5,
    "code": 10,  # whole, in part, with or without its dots
    "dd": 5,  # d for đ and the other way round
    "everyday": 100,  # the words of the street for what the law names otherwise
    "nfd": 4,
    "no_accents": 50,
    "official": 10,
    "prefix": 10,  # the last word unfinished
    "question": 8,  # a whole sentence
    "spacing": 5,
    "telex": 10,  # typed in Telex while the keyboard was off, slips included
    "typo": 15,
    "vni": 5,  # the same in VNI
    "wrong_accents": 10,
}


@dataclass(frozen=True)
class Asked:
    query: str
    expected: tuple[str, ...]
    kind: str
    part: str


def folded(text: str) -> str:
    """Small letters, no marks, đ as d, single blanks. On purpose not the product's own folding."""
    letters = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())


def rows() -> list[Asked]:
    with QUERIES.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Asked(it["query"], tuple(it["expected"].split("|")), it["kind"], it["part"]) for it in lines]


def own() -> dict[str, str]:
    """Folded names of the seed's own procedures."""
    read = (json.loads(path.read_text(encoding="utf-8")) for path in (SEED / "procedures").glob("*.json"))
    return {it["code"]: folded(it["content"]["name"]) for it in read}


def names() -> dict[str, str]:
    """Folded names of all the catalogue knows: the national listing, the own procedures over it."""
    with (SEED / "listing.tsv").open(encoding="utf-8", newline="") as file:
        listed = csv.DictReader(file, delimiter="\t")
        return {it["code"]: folded(it["name"]) for it in listed} | own()


def meant(asked: Asked, known: dict[str, str]) -> set[str]:
    """The codes that answer the query."""
    codes: set[str] = set()
    for each in asked.expected:
        notation, _, prefix = each.partition(":")
        if notation == "name":
            codes |= {code for code, name in known.items() if name.startswith(prefix)}
        elif notation == "code":
            codes |= {code for code in known if code.startswith(prefix)}
        else:
            codes.add(each)
    return codes


ASKED = rows()


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    return names()


def test_the_file_has_its_columns_and_no_more():
    lines = QUERIES.read_text(encoding="utf-8").split("\n")

    assert lines[0].split("\t") == COLUMNS
    assert [line for line in lines[1:] if line and line.count("\t") != len(COLUMNS) - 1] == []


def test_each_expected_procedure_exists(known):
    for it in ASKED:
        for each in it.expected:
            assert meant(Asked(it.query, (each,), it.kind, it.part), known) & known.keys(), (it.query, each)


def test_no_query_stands_twice():
    assert [each for each, times in Counter(folded(it.query) for it in ASKED).items() if times > 1] == []


def test_there_are_enough_of_each_kind():
    counted = Counter(it.kind for it in ASKED)

    assert counted.keys() == KINDS.keys()
    assert {kind: counted[kind] for kind, least in KINDS.items() if counted[kind] < least} == {}
    assert counted.total() >= 220


def test_most_queries_mean_procedures_outside_our_own(known):
    ours = own().keys()

    assert sum(not (meant(it, known) & ours) for it in ASKED) >= 150


def test_half_of_each_kind_is_held_back():
    assert {it.part for it in ASKED} == {"tune", "held"}
    for kind in KINDS:
        held = [it.part == "held" for it in ASKED if it.kind == kind]
        assert abs(2 * sum(held) - len(held)) <= 1, kind


def test_marks_stand_in_the_file_as_they_are_typed():
    for it in ASKED:
        form = "NFD" if it.kind == "nfd" else "NFC"
        assert unicodedata.is_normalized(form, it.query), it.query
    assert not any(unicodedata.is_normalized("NFC", it.query) for it in ASKED if it.kind == "nfd")


def test_what_is_typed_without_marks_has_none():
    for it in ASKED:
        if it.kind in ("no_accents", "telex", "vni"):
            assert it.query.isascii(), it.query
