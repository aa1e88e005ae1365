"""The eight conditions of Circular 01/2023/TT-VPCP and the levels of Decree 42/2022, art. 11(1)."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services_catalog.levels import Facts, Level, derive
from services_catalog.rulesets import DECREE_42, DECREE_224, REASONS, NoRuleSet, ReasonCode, by_code, in_force

IDEAL = Facts(
    forms_downloadable=True,
    form_online=True,
    online_channel=True,
    signature_required=True,
    signing_ways=("vneid",),
    has_fee=True,
    online_payment=True,
    presence_required=False,
    field_verification=False,
    has_result=True,
    result_electronic=True,
    return_ways=("online", "counter"),
    result_returned_without_presence=True,
)


def failing(**changes: object) -> dict[str, str]:
    verdict = derive(msgspec.structs.replace(IDEAL, **changes), DECREE_224)
    return {condition.code: condition.reason for condition in verdict.failing}


def test_a_service_done_wholly_online_is_full_process() -> None:
    """Decree 42/2022/NĐ-CP, art. 11(1)(a)."""
    verdict = derive(IDEAL, DECREE_224)

    assert verdict.level is Level.FULL
    assert [condition.code for condition in verdict.conditions] == [f"C{n}" for n in range(1, 9)]
    assert verdict.holding == 8


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"missing_parts": ["căn cứ pháp lý", "thời hạn"]}, "C1", "căn cứ pháp lý; thời hạn"),
        ({"forms_downloadable": False}, "C2", "mẫu tờ khai"),
        ({"form_online": False}, "C3", "điền trực tuyến"),
        ({"signing_ways": ()}, "C3", "phải ký"),
        ({"paper_only": ["Giấy chứng sinh"]}, "C4", "Giấy chứng sinh"),
        ({"online_channel": False}, "C4", "chưa nhận hồ sơ qua mạng"),
        ({"online_payment": False}, "C5", "chưa trả trực tuyến"),
        ({"presence_required": True}, "C6", "có mặt"),
        ({"originals_shown": ["Sổ hộ khẩu"]}, "C6", "bản chính: Sổ hộ khẩu"),
        ({"field_verification": True}, "C6", "xác minh tại chỗ"),
        ({"result_electronic": False}, "C7", "bản giấy"),
        ({"return_ways": ("counter",)}, "C8", "tại quầy"),
        ({"result_returned_without_presence": False}, "C8", "có mặt để nhận"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_each_condition_fails_alone_and_says_why(changes: dict[str, object], code: str, says: str) -> None:
    """Circular 01/2023/TT-VPCP: eight criteria; all are needed for full-process."""
    reasons = failing(**changes)

    assert list(reasons) == [code]
    assert says in reasons[code]


@pytest.mark.parametrize(
    "changes",
    [
        {"has_fee": False, "online_payment": False},  # C5 asks nothing when nothing is owed
        {"has_result": False, "result_electronic": False},  # C7 asks nothing without a document
        {"signature_required": False, "signing_ways": ()},
        {"signing_ways": ("personal",)},
        {"return_ways": ("post",)},  # the public post counts as remote: Decree 42/2022, art. 11(1)(a)
    ],
)
def test_conditions_ask_only_what_applies(changes: dict[str, object]) -> None:
    """Circular 01/2023/TT-VPCP, criteria on signature, payment, result."""
    assert failing(**changes) == {}


@pytest.mark.parametrize("changes", [{"online_channel": False}, {"form_online": False}])
def test_a_service_that_cannot_be_filed_online_only_informs(changes: dict[str, object]) -> None:
    """Not a level of Decree 42/2022, art. 11(1): there is no online service at all."""
    assert derive(msgspec.structs.replace(IDEAL, **changes), DECREE_224).level is Level.INFO


names = st.lists(st.sampled_from(["Giấy chứng sinh", "Bản vẽ"]), max_size=2, unique=True)
facts = st.builds(
    Facts,
    missing_parts=names,
    forms_downloadable=st.booleans(),
    form_online=st.booleans(),
    online_channel=st.booleans(),
    signature_required=st.booleans(),
    signing_ways=st.lists(st.sampled_from(["vneid", "personal"]), unique=True),
    paper_only=names,
    originals_shown=names,
    has_fee=st.booleans(),
    online_payment=st.booleans(),
    presence_required=st.booleans(),
    field_verification=st.booleans(),
    has_result=st.booleans(),
    result_electronic=st.booleans(),
    return_ways=st.lists(st.sampled_from(["online", "counter", "post"]), unique=True),
    result_returned_without_presence=st.booleans(),
)


@given(facts)
def test_full_process_means_no_condition_fails(given_facts: Facts) -> None:
    """Decree 42/2022, art. 11(1); both rule sets use the same criteria (224/2026 defines none)."""
    verdict = derive(given_facts, DECREE_224)

    assert (verdict.level is Level.FULL) == (not verdict.failing)
    assert derive(given_facts, DECREE_42).conditions == verdict.conditions
    assert all(condition.reason and condition.article and condition.title for condition in verdict.conditions)


@pytest.mark.parametrize(
    ("on", "ruleset"),
    [
        (date(2022, 8, 15), DECREE_42),
        (date(2026, 6, 30), DECREE_42),
        (date(2026, 7, 1), DECREE_224),
        (date(2030, 1, 1), DECREE_224),
    ],
)
def test_a_revision_is_judged_by_the_rules_of_its_day(on: date, ruleset: object) -> None:
    """Decree 224/2026/NĐ-CP, art. 90(2)(b): Decree 42/2022 ends on 01/07/2026."""
    assert in_force(on) is ruleset


def test_no_rules_are_invented_for_earlier_days_or_other_codes() -> None:
    with pytest.raises(NoRuleSet):
        in_force(date(2022, 8, 14))
    with pytest.raises(NoRuleSet):
        by_code("61/2018")
    assert by_code("224/2026") is DECREE_224


def test_only_the_new_decree_demands_a_published_reason() -> None:
    """Decree 224/2026/NĐ-CP, art. 14: reason and sector law, four reasons."""
    assert DECREE_224.partial_needs_reason
    assert not DECREE_42.partial_needs_reason
    assert set(REASONS) == set(ReasonCode)
    assert len(REASONS) == 4
