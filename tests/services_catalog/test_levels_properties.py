"""No revision is published at a level that its own content contradicts, judged by a second reading."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from portal.core import clock
from portal.core.errors import DomainError
from services_catalog import judging, rulesets
from services_catalog.content import Offer, RevisionContent
from services_catalog.levels import Level
from services_catalog.models import Offering
from tests import factories
from tests.services_catalog import reading
from tests.services_catalog.drafts import BASIS, CODE, draft, publish, said

NEW, OLD = date(2026, 7, 1), date(2026, 6, 30)  # the first day of Decree 224/2026, the last of Decree 42/2022
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("C1", {"legal_basis": []}),
    ("C1", {"steps": []}),
    ("C2", {"forms_downloadable": False}),
    ("C3", {"form": []}),
    ("C3", {"signature_required": True, "signing_ways": []}),
    ("C4", {"channels": ["counter", "post"]}),
    ("C4", {"requirements": [factories.SIMPLE_PAPERS[0] | {"electronic_ok": False}]}),
    ("C5", {"online_payment": False, "fees": [{"amount_vnd": 8000}]}),
    ("C6", {"presence_required": True}),
    ("C6", {"field_verification": True}),
    ("C6", {"requirements": [factories.SIMPLE_PAPERS[0] | {"original_shown": True}]}),
    ("C7", {"result": {"name": "Giấy chứng nhận", "electronic": False, "generated": False}}),
    ("C8", {"return_ways": ["counter"]}),
    ("C8", {"result_returned_without_presence": False}),
]
FEE = {"key": "fee", "name": "Lệ phí", "kind": "charge", "amount_vnd": 0, "per": "dossier"}


def body(**changes: Any) -> dict[str, Any]:
    """The plain content with all eight conditions met, with changes."""
    fees = [FEE | fee | {"key": f"fee_{place}"} for place, fee in enumerate(changes.pop("fees", []))]
    return {**factories.simple(), "fees": fees, **changes}


def refusal(
    session: Session, editor: Any, agency_id: Any, content: dict[str, Any], **offer: Any
) -> str | None:
    """What the service answers to publishing it: the refusal's name; None when it is published."""
    draft(session, editor, agency_id, offers=[Offer(agency_id=agency_id, **offer)], **content)
    try:
        publish(session, CODE, editor)
    except DomainError as error:
        return type(error).__name__
    return None


@pytest.fixture
def on_day() -> Iterator[Any]:
    """Call it with a day: it is noon of that day in Viet Nam until the test ends."""

    def live(day: date) -> None:
        noon = datetime.combine(day, time(12), clock.ZONE)
        clock.set_ahead(round((noon - datetime.now(clock.ZONE)) / timedelta(hours=1)))

    yield live
    clock.set_ahead(0)


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


mostly = some(*[True] * 15, False)
dates = st.none() | some("2026-06-30", "2026-07-01", "2026-11-30", "2026-12-01", "2027-01-01")
fee = st.fixed_dictionaries(
    {"amount_vnd": some(0, 8000)},
    optional={
        "online_amount_vnd": some(0, 4000),
        "valid_to": dates,
        "channels": some([], ["online"], ["counter"], ["online", "counter"]),
        "quantity_field": st.just("copies_count"),
    },
)
paper = st.fixed_dictionaries(
    {"needed": some("always", "conditional", "not_needed")},
    optional={"electronic_ok": mostly, "original_shown": mostly.map(lambda it: not it)},
)
result = st.none() | mostly.map(lambda it: {"name": "Giấy chứng nhận", "electronic": it, "generated": False})
CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "legal_basis": mostly.map(lambda it: factories.simple()["legal_basis"] if it else []),
        "sequence": some([], [{"text": "Nộp hồ sơ."}]),
        "steps": mostly.map(lambda it: factories.simple()["steps"] if it else []),
        "form": mostly.map(lambda it: factories.SIMPLE_FORM if it else []),
        "requirements": st.lists(paper, max_size=2),
        "fees": st.lists(fee, max_size=2),
        "channels": some(
            ["online"], ["online", "counter"], ["online", "post"], ["online", "counter", "post"], ["counter"]
        ),
        "return_ways": some(["online"], ["post"], ["counter", "post"], ["online", "counter"], ["counter"]),
        "signing_ways": some([], ["vneid"], ["personal"]),
        "result": result,
        **dict.fromkeys(
            ("forms_downloadable", "online_payment", "result_returned_without_presence"),
            mostly,
        ),
        **dict.fromkeys(
            ("signature_required", "presence_required", "field_verification"),
            mostly.map(lambda it: not it),
        ),
    },
)
OFFERS = st.fixed_dictionaries(
    {"declared": some("full", "partial", "info")},
    optional={"reason_code": some("PRESENCE", "TECH_OTHER"), "reason_basis": st.just(BASIS)},
)


def made(drawn: dict[str, Any]) -> dict[str, Any]:
    papers = [
        factories.SIMPLE_PAPERS[0] | it | {"key": f"paper_{place}"}
        for place, it in enumerate(drawn.get("requirements", []))
    ]
    fees = [it | {"name": f"Khoản {place}"} for place, it in enumerate(drawn.get("fees", []))]
    if not drawn.get("form", True):  # nothing can count what no form asks
        fees = [{name: value for name, value in it.items() if name != "quantity_field"} for it in fees]
    return body(**{**drawn, "fees": fees, **({"requirements": papers} if "requirements" in drawn else {})})


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=CONTENTS, offer=OFFERS, day=some(OLD, NEW))
def test_what_is_published_contradicts_no_condition(session, editor, agency_id, on_day, drawn, offer, day):
    content = made(drawn)
    expected = reading.obstacle(
        content, day, offer["declared"], "reason_code" in offer, "reason_basis" in offer
    )
    on_day(day)

    with session.begin_nested() as part:
        told = refusal(session, editor, agency_id, content, **offer)
        stored = session.exec(select(Offering).where(col(Offering.agency_id) == agency_id)).all()
        part.rollback()
    on_day(NEW)

    assert told == expected, (offer, reading.failing(content, day))
    assert [one.declared for one in stored] == ([] if expected else [offer["declared"]])


@settings(max_examples=300, deadline=None)
@given(drawn=CONTENTS, day=some(OLD, NEW, date(2026, 12, 1)))
def test_each_condition_is_judged_alike_in_both_readings(drawn, day):
    content = made(drawn)
    offer = Offer(agency_id=UUID(int=1), declared=Level.INFO)

    [judged] = judging.judge(msgspec.convert(content, RevisionContent), [offer], day)

    assert {one.code for one in judged.verdict.failing} == reading.failing(content, day)


@pytest.mark.parametrize("day", [date(2022, 8, 15), OLD, NEW], ids=str)
@pytest.mark.parametrize(
    ("code", "fault"), FAULTS, ids=lambda it: it if isinstance(it, str) else ",".join(it)
)
def test_each_condition_alone_stands_against_full_process(
    session, editor, agency_id, on_day, day, code, fault
):
    on_day(day)
    content = body(**fault)

    assert reading.failing(content, day) == {code}
    assert refusal(session, editor, agency_id, content, declared="full") == "NotFullProcess"
    [judged] = judging.judge(said(**content), [Offer(agency_id=agency_id, declared=Level.FULL)], day)
    assert [one.code for one in judged.verdict.failing] == [code]


@pytest.mark.parametrize(
    ("day", "ruleset", "duty"),
    [
        (date(2022, 8, 15), "42/2022", False),
        (OLD, "42/2022", False),
        (NEW, "224/2026", True),
        (date(2026, 12, 1), "224/2026", True),
    ],
    ids=str,
)
def test_a_partial_service_says_why_by_duty_or_by_the_choice_of_the_house(
    session, editor, agency_id, on_day, day, ruleset, duty
):
    on_day(day)
    content = body(presence_required=True)

    assert refusal(session, editor, agency_id, content, declared="partial") == "ReasonMissing"
    reasoned = {"declared": "partial", "reason_code": "PRESENCE", "reason_basis": BASIS}
    assert refusal(session, editor, agency_id, content, **reasoned) is None
    found = rulesets.in_force(day)
    assert (found.code, found.partial_needs_reason) == (ruleset, duty)


def test_before_the_first_decree_nothing_can_be_judged(session, editor, agency_id, on_day):
    on_day(date(2022, 8, 14))

    with pytest.raises(rulesets.NoRuleSet):
        draft(session, editor, agency_id, **body())
