"""Comparing two revisions: nothing escapes, everything has a weight, and the weight is the law's."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services_catalog import content as contents
from services_catalog import diff_rules, form_parts
from services_catalog.content import Offer, RevisionContent
from services_catalog.diff import Change, Effect, classify, compare, compare_offers
from services_catalog.levels import Level
from services_catalog.rulesets import ReasonCode
from tests import factories
from tests.services_catalog import content_strategies

SEEDS = sorted((Path(factories.SEED) / "procedures").glob("*.json"))
HARMLESS, NOTICE, LEGAL = Effect.HARMLESS, Effect.NOTICE, Effect.LEGAL
slow = settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))


def said(code: str = "1.004873", **changes: Any) -> RevisionContent:
    return msgspec.convert(factories.content(code, **changes), RevisionContent)


def seed(path: Path) -> RevisionContent:
    return msgspec.convert(json.loads(path.read_text("utf-8"))["content"], RevisionContent)


def edited(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The body with one place changed: "requirements.0.originals"."""
    copy = json.loads(json.dumps(body))
    at: Any = copy
    *way, last = path.split(".")
    for part in way:
        at = at[int(part)] if isinstance(at, list) else at[part]
    at[int(last) if isinstance(at, list) else last] = value
    return dict(copy)


def only(before: dict[str, Any], after: dict[str, Any]) -> Change:
    found = compare(msgspec.convert(before, RevisionContent), msgspec.convert(after, RevisionContent))
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_a_seed_procedure_differs_from_itself_in_nothing(path: Path) -> None:
    assert compare(seed(path), seed(path)) == []


@given(content_strategies.contents())
@slow
def test_any_content_differs_from_itself_in_nothing(content: RevisionContent) -> None:
    assert compare(content, msgspec.convert(contents.plain(content), RevisionContent)) == []
    assert classify(compare(content, content)) is None


@given(content_strategies.contents(), content_strategies.contents())
@slow
def test_contents_are_equal_exactly_when_nothing_differs(one: RevisionContent, two: RevisionContent) -> None:
    assert (compare(one, two) == []) == (contents.plain(one) == contents.plain(two))


@given(content_strategies.contents(), st.data())
@slow
def test_one_attribute_changed_shows_at_its_place_and_nowhere_else(
    content: RevisionContent, data: st.DataObject
) -> None:
    other = data.draw(content_strategies.contents())
    name = data.draw(st.sampled_from(RevisionContent.__struct_fields__))
    changed = msgspec.structs.replace(content, **{name: getattr(other, name)})

    found = compare(content, changed)

    assert bool(found) == (contents.plain(content) != contents.plain(changed))
    assert {change.place.split(".")[0] for change in found} <= {name}


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_every_leaf_of_a_seed_that_changes_shows_at_its_place(path: Path) -> None:
    body = json.loads(path.read_text("utf-8"))["content"]
    content = msgspec.convert(body, RevisionContent)
    for place in leaves(body):
        old = value_at(body, place)
        new = not old if isinstance(old, bool) else old + 1 if isinstance(old, int) else f"{old} x"
        try:
            other = msgspec.convert(edited(body, place, new), RevisionContent)
        except msgspec.ValidationError:
            continue  # a literal or a pattern
        found = compare(content, other)
        assert found, place
        assert all(change.place.startswith(place.split(".")[0]) for change in found), place


def leaves(body: Any, prefix: str = "") -> list[str]:
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    if not isinstance(body, dict | list):
        return [prefix]
    return [leaf for name, value in items for leaf in leaves(value, f"{prefix}.{name}".lstrip("."))]


def value_at(body: Any, place: str) -> Any:
    for part in place.split("."):
        body = body[int(part)] if isinstance(body, list) else body[part]
    return body


@pytest.mark.parametrize(
    ("record", "shape", "identity"),
    [
        (diff_rules.CONTENT, RevisionContent, {"form"}),
        (diff_rules.PAPER, contents.Requirement, {"key"}),
        (diff_rules.TEMPLATE, contents.Template, set()),
        (diff_rules.FEE, contents.FeeItem, {"key"}),
        (diff_rules.CASE, contents.Case, {"key"}),
        (diff_rules.WAY, contents.Way, {"channel"}),
        (diff_rules.STEP, contents.Step, {"key"}),
        (diff_rules.RESULT, contents.Result, set()),
        (diff_rules.REMARK, contents.Remark, set()),
        (diff_rules.LEGAL_BASIS, contents.LegalBasis, {"number"}),
        (diff_rules.SECTION, form_parts.Section, {"key", "fields"}),
        (diff_rules.FIELD, form_parts.Field, {"key"}),
        (diff_rules.OPTION, form_parts.Option, {"value"}),
        (diff_rules.OFFER, Offer, {"agency_id"}),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_every_attribute_has_a_name_and_a_weight_of_its_own(
    record: Any, shape: Any, identity: set[str]
) -> None:
    assert set(record.rules) == set(shape.__struct_fields__) - identity


def test_every_attribute_of_the_content_is_shown_on_one_tab() -> None:
    shown = [name for _, names in diff_rules.TABS for name in names]

    assert sorted(shown) == sorted(RevisionContent.__struct_fields__)


PAPERS = factories.content("1.004873")["requirements"]
DAY = {"amount": 5, "unit": "working_day"}
WEIGHTS: list[tuple[str, str, Any, Any, Effect]] = [
    # what, place, before, after, weight
    ("words of the summary", "summary", "Một.", "Hai.", HARMLESS),
    ("a question and its answer", "faq", [], [{"question": "A?", "answer": "B."}], HARMLESS),
    ("another legal basis", "legal_basis", [], [{"number": "1/2026/NĐ-CP", "name": "X"}], LEGAL),
    ("a condition", "conditions", [], ["Đủ 18 tuổi"], LEGAL),
    ("a time longer", "time_limit", DAY, {"amount": 6, "unit": "working_day"}, LEGAL),
    ("a time shorter", "time_limit", DAY, {"amount": 4, "unit": "working_day"}, NOTICE),
    ("half a day more", "time_limit", DAY, DAY | {"extra_hours": 4}, LEGAL),
    ("days instead of working days", "time_limit", DAY, {"amount": 5, "unit": "day"}, LEGAL),
    ("a month becomes three days", "time_limit", {"amount": 1, "unit": "month"}, {"amount": 3, "unit": "day"},
     NOTICE),
    ("a time of words", "time_limit", DAY, {"amount": 1, "unit": "stated", "note": "Tùy việc"}, LEGAL),
    ("words beside the time", "time_limit", DAY, DAY | {"note": "Lưu ý"}, HARMLESS),
    ("the law behind the time", "time_limit", DAY, DAY | {"basis": "Điều 5"}, LEGAL),
    ("a supplement begins the time anew", "supplement_clock", "pause", "restart", LEGAL),
    ("a supplement only stops the time", "supplement_clock", "restart", "pause", NOTICE),
    ("an end to the time for a supplement", "supplement_days", None, 7, LEGAL),
    ("more days for a supplement", "supplement_days", 7, 10, NOTICE),
    ("fewer days for a supplement", "supplement_days", 10, 7, LEGAL),
    ("handed in anywhere in the province", "intake_scope", "unit", "province", NOTICE),
    ("handed in at its own agency only", "intake_scope", "nation", "unit", LEGAL),
    ("a check of its own length", "reception_days", None, 3, LEGAL),
    ("a shorter check", "reception_hours", 16, 8, NOTICE),
    ("one more way to file", "channels", ["counter"], ["counter", "online"], NOTICE),
    ("a way to file less", "channels", ["counter", "online"], ["online"], LEGAL),
    ("ways in another order", "channels", ["counter", "online"], ["online", "counter"], HARMLESS),
    ("presence required", "presence_required", False, True, LEGAL),
    ("presence required no longer", "presence_required", True, False, NOTICE),
    ("online payment gone", "online_payment", True, False, LEGAL),
    ("a paper added", "requirements", [], PAPERS[:1], LEGAL),
    ("a paper no longer asked for", "requirements", PAPERS[:1], [], NOTICE),
    ("a paper that nobody hands in", "requirements", [], [PAPERS[3]], HARMLESS),
    ("papers in another order", "requirements", PAPERS[:2], PAPERS[1::-1], HARMLESS),
    ("a legal ground to ask for a paper", "requirements", [PAPERS[3]],
     [PAPERS[3] | {"ask_basis": "Điều 9"}], LEGAL),
]  # fmt: skip


@pytest.mark.parametrize(("place", "before", "after", "weight"), [row[1:] for row in WEIGHTS],
                         ids=[row[0] for row in WEIGHTS])  # fmt: skip
def test_a_change_weighs_what_it_burdens(place: str, before: Any, after: Any, weight: Effect) -> None:
    found = only(factories.content(**{place: before}), factories.content(**{place: after}))

    assert found.effect is weight
    assert found.label


FEE = {"key": "a", "name": "Lệ phí", "kind": "charge", "amount_vnd": 10_000, "per": "dossier"}


@pytest.mark.parametrize(
    ("changes", "weight"),
    [
        ({"amount_vnd": 12_000}, LEGAL),
        ({"amount_vnd": 8_000}, NOTICE),
        ({"online_amount_vnd": 0}, NOTICE),
        ({"online_amount_vnd": 10_000}, HARMLESS),
        ({"online_amount_vnd": 11_000}, LEGAL),
        ({"per": "copy"}, LEGAL),
        ({"channels": ["counter"]}, NOTICE),
        ({"name": "Lệ phí đăng ký"}, HARMLESS),
        ({"basis": "Thông tư 85/2019/TT-BTC"}, LEGAL),
    ],
)
def test_a_fee_that_rises_is_law_and_one_that_falls_is_told(changes: dict[str, Any], weight: Effect) -> None:
    found = only(factories.content(fees=[FEE]), factories.content(fees=[FEE | changes]))

    assert found.effect is weight
    assert "Phí, lệ phí “Lệ phí" in found.label


QUESTION = {"key": "a", "kind": "text", "label": "Nơi sinh"}
CHOICE = {"key": "b", "kind": "choice", "label": "Cho ai?"}
YES_NO = [{"value": "yes", "label": "Tôi"}, {"value": "no", "label": "Người khác"}]


def form(*fields: dict[str, Any]) -> dict[str, Any]:
    section = {"key": "one", "title": "Phần một", "fields": [{"key": "z", "kind": "text", "label": "Z"}]}
    section["fields"] += list(fields)  # type: ignore[operator]
    return factories.content(requirements=[], fees=[], cases=[], form=[section])


@pytest.mark.parametrize(
    ("before", "after", "weight", "kind"),
    [
        ([], [QUESTION], LEGAL, "added"),
        ([], [QUESTION | {"required": False}], NOTICE, "added"),
        ([], [{"key": "n", "kind": "note", "label": "Lưu ý", "text": "Đọc kỹ."}], HARMLESS, "added"),
        ([QUESTION], [], NOTICE, "removed"),
        ([QUESTION], [QUESTION | {"kind": "number"}], LEGAL, "changed"),
        ([QUESTION], [QUESTION | {"label": "Xã, phường nơi sinh"}], HARMLESS, "changed"),
        ([QUESTION], [QUESTION | {"required": False}], NOTICE, "changed"),
        ([QUESTION | {"required": False}], [QUESTION], LEGAL, "changed"),
        ([CHOICE | {"options": YES_NO}], [CHOICE | {"options": YES_NO[:1]}], LEGAL, "removed"),
        ([CHOICE | {"options": YES_NO[:1]}], [CHOICE | {"options": YES_NO}], NOTICE, "added"),
        ([CHOICE | {"options": YES_NO}], [CHOICE | {"options": YES_NO[::-1]}], HARMLESS, "moved"),
        (
            [QUESTION, CHOICE | {"options": YES_NO}],
            [CHOICE | {"options": YES_NO}, QUESTION],
            HARMLESS,
            "moved",
        ),
    ],
)
def test_a_question_weighs_what_it_asks(
    before: list[Any], after: list[Any], weight: Effect, kind: str
) -> None:
    found = only(form(*before), form(*after))

    assert (found.effect, found.kind, found.tab) == (weight, kind, "to-khai")


def test_a_question_that_goes_to_another_section_has_moved() -> None:
    two = [
        {"key": "one", "title": "Một", "fields": [QUESTION, CHOICE | {"options": YES_NO}]},
        {"key": "two", "title": "Hai", "fields": [{"key": "c", "kind": "text", "label": "C"}]},
    ]
    moved = [
        {"key": "one", "title": "Một", "fields": [QUESTION]},
        {"key": "two", "title": "Hai", "fields": [CHOICE | {"options": YES_NO}, *two[1]["fields"]]},
    ]

    found = only(factories.content(form=two), factories.content(form=moved))

    assert (found.kind, found.before, found.after) == ("moved", "phần “Một”", "phần “Hai”")


def test_a_condition_is_told_in_the_words_of_the_form() -> None:
    asked = [CHOICE | {"options": YES_NO}, QUESTION | {"show_when": [{"field": "b", "any_of": ["no"]}]}]

    found = only(form(asked[0], QUESTION), form(*asked))

    assert (found.before, found.after) == ("luôn luôn", "“Cho ai?” là “Người khác”")
    assert found.effect is LEGAL


@given(content_strategies.contents(), content_strategies.contents(), st.data())
@slow
def test_a_paper_more_never_weighs_less(
    old: RevisionContent, new: RevisionContent, data: st.DataObject
) -> None:
    keys = {paper.key for content in (old, new) for paper in content.requirements}
    body = PAPERS[0] | {"key": "the_added_one"}
    paper = msgspec.convert(body, contents.Requirement)
    assert paper.key not in keys

    more = msgspec.structs.replace(new, requirements=[*new.requirements, paper])

    before, after = classify(compare(old, new)), classify(compare(old, more))
    assert after is LEGAL
    assert before is None or before.weight <= after.weight


@given(content_strategies.contents())
@slow
def test_what_burdens_one_way_lightens_the_other(content: RevisionContent) -> None:
    lighter = msgspec.structs.replace(content, presence_required=False, requirements=[])
    heavier = msgspec.structs.replace(content, presence_required=True, requirements=[])

    assert classify(compare(lighter, heavier)) is LEGAL
    assert classify(compare(heavier, lighter)) is NOTICE


def test_a_first_revision_is_new_as_a_whole() -> None:
    found = compare(None, said())

    assert [(change.kind, change.effect) for change in found] == [("added", LEGAL)]


def test_levels_of_agencies_are_compared_agency_by_agency() -> None:
    content = said()
    one, two, three = (
        msgspec.convert(f"{n}" * 8 + "-0000-7000-8000-000000000000", contents.UUID) for n in "123"
    )
    was = [Offer(agency_id=one, declared=Level.FULL), Offer(agency_id=two, declared=Level.PARTIAL)]
    now = [
        Offer(agency_id=three, declared=Level.FULL),
        Offer(
            agency_id=one,
            declared=Level.PARTIAL,
            reason_code=ReasonCode.PRESENCE,
            reason_basis="Điều 18 Luật Hộ tịch",
        ),
    ]

    found = {
        change.place: change for change in compare_offers(was, now, {one: "Xã Tân Hòa"}, content, content)
    }

    down = found[f"offers.{one}.declared"]
    assert (down.label, down.before, down.after) == ("Xã Tân Hòa: mức độ", "Toàn trình", "Một phần")
    assert down.effect is LEGAL
    assert found[f"offers.{two}"].effect is LEGAL
    assert found[f"offers.{three}"].effect is NOTICE
    assert found[f"offers.{one}.reason_basis"].effect is LEGAL
    assert compare_offers(was, was[::-1], {}, content, content) == []
