"""docs/law.md is true: each symbol it names exists and cites the article beside it."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "law.md").read_text("utf-8")
ROW = re.compile(
    r"^\| (?P<instrument>[^|]+) \| (?P<article>[^|]*)\| (?P<says>[^|]+) \| `(?P<place>[^`]+)` \|$"
)
ROWS = [found.groupdict() for line in TEXT.splitlines() if (found := ROW.match(line))]
# How an instrument is named in a docstring: its number, or the name of a code.
NUMBER = re.compile(r"\d+(?:\.\d+)?/\d{4}|Civil Code 2015|Labour Code 2019|Law on Civil Status 2014")


def symbol(place: str) -> Any:
    path, name = place.split(":")
    found = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    for part in name.split("."):
        found = getattr(found, part)
    return found


def test_every_row_of_the_table_is_read() -> None:
    table = [line for line in TEXT.splitlines() if line.startswith("| ") and "`" in line]

    assert len(table) == len(ROWS) >= 30


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['instrument']} {row['article']}{row['place']}")
def test_the_symbol_exists_and_cites_its_article(row: dict[str, str]) -> None:
    found = symbol(row["place"])
    cited = " ".join((getattr(found, "__wrapped__", found).__doc__ or "").split())
    number = NUMBER.search(row["instrument"])

    assert number, row["instrument"]
    assert number[0].removesuffix("/NĐ-CP") in cited
    for article in filter(None, (part.strip() for part in row["article"].split(","))):
        assert re.search(rf"(?<![\d(]){re.escape(article)}(?!\d)", cited), f"{row['place']}: {article}"


@pytest.mark.parametrize("place", re.findall(r"`([a-z_/]+\.py:[A-Za-z_.]+)`", TEXT))
def test_every_place_named_in_the_text_exists(place: str) -> None:
    assert symbol(place) is not None


def test_the_rules_of_law_are_in_the_table() -> None:
    """A pure rule that cites an article and is missing here would be law nobody finds."""
    listed = {row["place"] for row in ROWS}
    for path in (
        "services_catalog/levels.py",
        "services_catalog/rulesets.py",
        "dossiers/deadlines.py",
        "dossiers/workflow.py",
    ):
        module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
        for name, value in vars(module).items():
            cites = "Source:" in (getattr(value, "__doc__", None) or "")
            public = not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
            assert not (cites and public) or f"{path}:{name}" in listed, f"{path}:{name}"
