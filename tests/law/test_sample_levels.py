"""The verdict on the 34 procedures of the sample, beside what the sample expects of each.

EXPECTED is `level_hint` of the sample; "full/partial" accepts either. The seed publishes by whether the
installation has a payment channel (the demo has one): without, condition 5 holds some back.
`docs/levels-of-the-sample.md` is this table, written out.
"""

import json
from datetime import date
from pathlib import Path

import msgspec
import pytest

from services_catalog import judging, levels, rulesets
from services_catalog.content import RevisionContent
from services_catalog.imports import own
from services_catalog.levels import LEVEL_NAMES, Level, Verdict

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "services_catalog" / "seed" / "procedures"
PAGE = ROOT / "docs" / "levels-of-the-sample.md"
DAY = date(2026, 12, 1)
EXPECTED = {
    "1.001193": "full", "1.000656": "full", "1.000894": "partial", "1.004873": "full", "2.000635": "full",
    "1.004859": "full", "1.004884": "full", "1.004746": "partial", "1.005461": "full", "1.004772": "full",
    "1.000689": "partial", "1.004845": "full", "2.000986": "full", "1.004222": "full", "1.004194": "full",
    "2.000908": "full", "2.000815": "partial", "2.000884": "partial", "2.000992": "partial",
    "2.001008": "partial", "2.001035": "partial", "2.001019": "partial", "2.001016": "partial",
    "2.001406": "partial", "2.000913": "partial", "2.000927": "partial", "2.000942": "full",
    "2.001583": "full", "2.001199": "full", "2.002043": "full", "1.001456": "full/partial",
    "1.013225": "full/partial", "2.000591": "partial", "1.000479": "partial",
}  # fmt: skip
# Where the verdict is another one even with the payment channel open, the article that decides it.
DECIDED_BY: dict[str, str] = {}


def content(code: str) -> RevisionContent:
    """What the seed says of it."""
    return msgspec.convert(json.loads((SEED / f"{code}.json").read_text("utf-8"))["content"], RevisionContent)


def published(code: str, *, channel_open: bool) -> own.ProcedureFile:
    """The file as the seed publishes it."""
    given = own.read(json.loads((SEED / f"{code}.json").read_text("utf-8")))
    return own.paid_online(given) if channel_open else given


def verdict(code: str, *, channel_open: bool) -> Verdict:
    """The verdict as the seed publishes it, with the payment channel open or closed."""
    facts = judging.facts_of(published(code, channel_open=channel_open).content, DAY)
    return levels.derive(facts, rulesets.in_force(DAY))


def agrees(code: str, level: Level) -> bool:
    """Whether the sample expects this level."""
    return level in EXPECTED[code].split("/")


def test_the_table_is_of_all_34() -> None:
    assert len(EXPECTED) == 34
    assert {path.stem for path in SEED.glob("*.json")} == set(EXPECTED)


def test_with_the_payment_channel_open_at_most_five_differ_each_by_an_article() -> None:
    others = {code for code in EXPECTED if not agrees(code, verdict(code, channel_open=True).level)}

    assert others == set(DECIDED_BY)
    assert len(others) <= 5
    assert all("Điều" in article for article in DECIDED_BY.values())


@pytest.mark.parametrize("code", EXPECTED)
def test_as_published_here_every_further_difference_is_the_payment_alone(code: str) -> None:
    here = verdict(code, channel_open=False)

    if not agrees(code, here.level) and code not in DECIDED_BY:
        assert [condition.code for condition in here.failing] == ["C5"]


@pytest.mark.parametrize("channel_open", [True, False])
@pytest.mark.parametrize("code", EXPECTED)
def test_what_is_declared_is_the_verdict(code: str, channel_open: bool) -> None:
    declared = published(code, channel_open=channel_open).declared

    assert verdict(code, channel_open=channel_open).level == declared


@pytest.mark.parametrize("code", EXPECTED)
def test_a_channel_that_closes_makes_partial_again_what_charges(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = published(code, channel_open=True).content
    opened = verdict(code, channel_open=True)
    monkeypatch.setattr(judging, "channel_open", lambda: False)

    shut = judging.as_it_is(opened, said, DAY)

    assert [one.holds for one in shut.conditions] == [
        one.holds for one in verdict(code, channel_open=False).conditions
    ]
    assert shut.level == verdict(code, channel_open=False).level


def document() -> str:
    """The page, from the verdicts."""
    here = {code: verdict(code, channel_open=False) for code in EXPECTED}
    opened = {code: verdict(code, channel_open=True) for code in EXPECTED}
    held = [code for code in EXPECTED if not agrees(code, here[code].level) and code not in DECIDED_BY]
    head = f"""# Levels of the sample

Each of the 34 sample procedures as the verdict engine judges it on {DAY:%d/%m/%Y} under
Decree {rulesets.in_force(DAY).code}, beside what the sample expects.
`tests/law/test_sample_levels.py` holds this page to the engine.

The seed publishes by whether the installation has an online payment channel (`MOTCUA_PAYMENT_GATEWAY`; the
demo has the sandbox). With the channel open the verdicts differ from the sample in {len(DECIDED_BY)} of 34.
Without one, whoever charges a fee online fails condition C5: {len(held)} differ, each by C5 alone:
{", ".join(held)}. When a channel closes later, the procedure's page says partial again at once.

| code | procedure | expected | channel open | channel closed | conditions that fail then |
|---|---|---|---|---|---|
"""
    lines = [
        f"| {code} | {content(code).name} | {expected(code)} | {LEVEL_NAMES[opened[code].level]}"
        f" | {LEVEL_NAMES[here[code].level]} | {', '.join(one.code for one in here[code].failing) or '–'} |"
        for code in EXPECTED
    ]
    decided = [f"- **{code}**: {article}" for code, article in DECIDED_BY.items()]
    tail = ["", "## Decided by an article", "", *decided] if decided else []
    return head + "\n".join([*lines, *tail]) + "\n"


def expected(code: str) -> str:
    """The sample's word on the level, in Vietnamese."""
    return " hoặc ".join(LEVEL_NAMES[Level(one)] for one in EXPECTED[code].split("/"))


def test_the_page_is_of_this_table() -> None:
    assert PAGE.read_text("utf-8") == document()
