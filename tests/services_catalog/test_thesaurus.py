"""The everyday phrases of seed/synonyms.tsv: sound, and put into words that the law uses."""

import csv
from collections import Counter
from pathlib import Path

from services_catalog.spelling import words
from services_catalog.thesaurus import FILE, thesaurus

LISTING = Path(FILE).with_name("listing.tsv")


def lines() -> list[tuple[str, str]]:
    written = FILE.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in written if not line.startswith("#")]  # type: ignore[misc]


def test_each_line_is_a_phrase_and_its_official_words():
    assert len(lines()) >= 250
    assert [line for line in lines() if len(line) != 2 or not line[0].strip() or not line[1].strip()] == []
    assert len(thesaurus()) == len(lines())


def test_no_phrase_stands_twice_or_means_itself():
    keys = [" ".join(one.key for one in words(said)) for said, _ in lines()]

    assert [key for key, times in Counter(keys).items() if times > 1] == []
    assert [said for said, official in lines() if words(said) == words(official)] == []


def test_official_words_are_words_of_the_national_listing():
    with LISTING.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    known = {one.key for row in rows for one in words(f"{row['name']} {row['sectors']} {row['departments']}")}

    strange = {
        said: [one.key for one in words(official) if one.key not in known] for said, official in lines()
    }
    assert {said: missing for said, missing in strange.items() if missing} == {}
