"""The statutory clock: Civil Code 2015, art. 147, 148; Decree 118/2025, art. 17, 18 (amended by 309/2026)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers.deadlines import Deadline, StepKind, due, forward_due, reception_due
from portal.core.calendar import VIET_NAM

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class Limit(msgspec.Struct, frozen=True):
    amount: int
    unit: str
    result_cutoff: str | None = None
    extra_hours: int = 0
    basis: str | None = None


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def words(deadline: Deadline) -> list[str]:
    return [step.word for step in deadline.trace]


@pytest.mark.parametrize(
    ("amount", "unit", "accepted", "expected"),
    [
        # art. 147(2): the day of acceptance is not counted, whatever the hour
        pytest.param(
            3, "working_day", "2026-11-09T09:00", "2026-11-12T17:00", id="147(2) three working days"
        ),
        pytest.param(1, "working_day", "2026-11-09T07:00", "2026-11-10T17:00", id="147(2) first minute"),
        pytest.param(1, "working_day", "2026-11-09T16:59", "2026-11-10T17:00", id="147(2) last minute"),
        pytest.param(1, "working_day", "2026-11-07T10:00", "2026-11-09T17:00", id="147(2) on a Saturday"),
        pytest.param(7, "working_day", "2026-11-13T09:02", "2026-11-25T17:00", id="112 over Culture Day"),
        pytest.param(5, "working_day", "2026-02-13T09:00", "2026-02-27T17:00", id="112 over Tet"),
        pytest.param(2, "working_day", "2026-01-08T09:00", "2026-01-10T17:00", id="swap: Saturday worked"),
        pytest.param(1, "working_day", "2025-12-31T09:00", "2026-01-05T17:00", id="swap: 2 January off"),
        # art. 148(5): a calendar period ending on a day off ends on the next working day
        pytest.param(10, "day", "2026-11-04T09:00", "2026-11-16T17:00", id="148(5) ends on a Saturday"),
        pytest.param(5, "day", "2026-11-04T09:00", "2026-11-09T17:00", id="147(2) calendar days run on"),
        pytest.param(30, "day", "2026-08-01T09:00", "2026-09-03T17:00", id="148(5) ends in the holidays"),
        # art. 147(1): hours run from the minute
        pytest.param(8, "working_hour", "2026-11-20T16:30", "2026-11-23T16:30", id="147(1) from the minute"),
        pytest.param(24, "working_hour", "2026-11-20T07:00", "2026-11-25T17:00", id="147(1) three days"),
    ],
)
def test_due_dates(amount: int, unit: str, accepted: str, expected: str) -> None:
    """Civil Code 2015, art. 147(1)(2), 148(5); Labour Code 2019, art. 112."""
    assert due(Limit(amount, unit), at(accepted), VIET_NAM).due_at == at(expected)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("2026-11-20T05:00", "2026-11-20T17:00"),
        ("2026-11-20T15:00", "2026-11-20T17:00"),  # "after 15:00" begins a minute later
        ("2026-11-20T15:01", "2026-11-23T17:00"),
        ("2026-11-20T18:00", "2026-11-23T17:00"),
        ("2026-11-21T09:00", "2026-11-23T17:00"),
        ("2026-11-23T15:30", "2026-11-25T17:00"),
    ],
)
def test_same_day_results_have_their_cut_off(accepted: str, expected: str) -> None:
    """Law on Civil Status 2014, art. 5(3); Decree 23/2015/NĐ-CP, art. 7: after 15:00, the next day."""
    assert due(Limit(1, "same_day", "15:00"), at(accepted), VIET_NAM).due_at == at(expected)


def test_the_cut_off_of_results_is_the_procedures_own() -> None:
    """Decree 23/2015/NĐ-CP, art. 7: another rule may set another hour."""
    late = at("2026-11-20T14:30")

    assert due(Limit(1, "same_day"), late, VIET_NAM).due_at == at("2026-11-20T17:00")
    assert due(Limit(1, "same_day", "14:00"), late, VIET_NAM).due_at == at("2026-11-23T17:00")


@pytest.mark.parametrize(
    ("channel", "submitted", "expected"),
    [
        ("online", "2026-11-20T16:30", "2026-11-23T16:30"),
        ("online", "2026-11-12T19:42", "2026-11-13T17:00"),  # out of hours: from the next session
        ("counter", "2026-11-20T16:30", "2026-11-23T17:00"),
        ("post", "2026-11-23T08:00", "2026-11-25T17:00"),
    ],
)
def test_the_reception_check_has_its_own_limit(channel: str, submitted: str, expected: str) -> None:
    """Resolution 66.7/2025/NQ-CP: 08 working hours online, 01 working day otherwise."""
    assert reception_due(at(submitted), channel, VIET_NAM).due_at == at(expected)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-11-20T15:00", "2026-11-20T17:00"),
        ("2026-11-20T15:01", "2026-11-23T07:00"),
        ("2026-11-21T09:00", "2026-11-23T07:00"),
    ],
)
def test_counter_dossiers_go_on_the_same_day(received: str, expected: str) -> None:
    """Decree 118/2025, art. 18(2) as amended by 309/2026, art. 9: a cut-off apart from that of results."""
    assert forward_due(at(received), VIET_NAM) == at(expected)
    assert forward_due(at(received), VIET_NAM, cutoff=time(0, 0)) > at(received)


def test_the_trace_shows_each_day_and_why() -> None:
    """Civil Code 2015, art. 147(2); Resolution 28/2026/QH16."""
    deadline = due(Limit(7, "working_day"), at("2026-11-13T09:02:41"), VIET_NAM)

    assert words(deadline) == [
        "Tiếp nhận 09:02",
        "Cuối tuần",
        "Cuối tuần",
        *[f"Ngày {n}" for n in range(1, 6)],
        "Cuối tuần",
        "Cuối tuần",
        "Ngày 6",
        "Nghỉ lễ",
        "Ngày 7, hẹn trả",
    ]
    assert deadline.rule == "7 ngày làm việc"
    assert deadline.calendar == VIET_NAM.revision
    assert "Nghị quyết 28/2026/QH16" in deadline.articles
    assert any("Ngày Văn hóa Việt Nam" in sentence for sentence in deadline.summary)
    assert deadline.trace[2].article == "" or "Điều" in deadline.trace[2].article


def test_a_rolled_calendar_deadline_says_so() -> None:
    """Civil Code 2015, art. 148(5)."""
    deadline = due(Limit(10, "day"), at("2026-11-04T09:00"), VIET_NAM)

    assert words(deadline)[-3:] == ["Ngày 10", "Cuối tuần", "Ngày làm việc tiếp theo, hẹn trả"]
    assert "Bộ luật Dân sự 2015, Điều 148 khoản 5" in deadline.articles
    assert any("chuyển sang thứ Hai 16/11/2026" in sentence for sentence in deadline.summary)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        due(Limit(1, "day"), datetime.fromisoformat("2026-11-20"), VIET_NAM)


instants = st.datetimes(
    datetime.fromisoformat("2021-01-01"), datetime.fromisoformat("2038-01-01"), timezones=st.just(UTC)
)
limits = st.builds(
    Limit,
    amount=st.integers(1, 40),
    unit=st.sampled_from(["working_day", "working_hour", "day", "same_day"]),
    result_cutoff=st.sampled_from([None, "15:00", "10:00"]),
)


@given(limits, instants)
def test_never_due_before_acceptance_nor_on_a_day_off(limit: Limit, accepted: datetime) -> None:
    """Civil Code 2015, art. 147, 148(5)."""
    deadline = due(limit, accepted, VIET_NAM)

    assert deadline.due_at >= accepted.replace(second=0, microsecond=0)
    assert VIET_NAM.is_working_day(deadline.due_at.astimezone(ZONE).date())


@given(limits, instants, st.timedeltas(timedelta(), timedelta(days=20)))
def test_accepted_later_is_never_due_earlier(limit: Limit, accepted: datetime, later: timedelta) -> None:
    """Civil Code 2015, art. 147: monotone in the start."""
    assert due(limit, accepted + later, VIET_NAM).due_at >= due(limit, accepted, VIET_NAM).due_at


@given(limits, instants)
def test_a_longer_limit_is_never_due_earlier(limit: Limit, accepted: datetime) -> None:
    """Civil Code 2015, art. 147: monotone in the length."""
    longer = msgspec.structs.replace(limit, amount=limit.amount + 1)

    assert due(longer, accepted, VIET_NAM).due_at >= due(limit, accepted, VIET_NAM).due_at


@given(limits, instants)
def test_the_trace_counts_exactly_the_limit(limit: Limit, accepted: datetime) -> None:
    """Civil Code 2015, art. 147, 148: each day appears once, in order; those that count make the limit."""
    deadline = due(limit, accepted, VIET_NAM)
    steps = deadline.trace
    dates = [step.date for step in steps]
    counted = [step for step in steps if step.ordinal is not None]

    assert dates == [dates[0] + timedelta(days=n) for n in range(len(dates))]
    assert dates[0] == accepted.astimezone(ZONE).date()
    assert dates[-1] == deadline.due_at.astimezone(ZONE).date()
    assert [step.kind for step in steps].count(StepKind.DUE) == 1
    assert steps[-1].kind is StepKind.DUE
    assert [step.ordinal for step in counted] == list(range(1, len(counted) + 1))
    if limit.unit == "working_hour":
        assert sum(step.minutes or 0 for step in steps) == limit.amount * 60
    else:
        assert len(counted) == (1 if limit.unit == "same_day" else limit.amount)
    if limit.unit != "day":
        assert all(VIET_NAM.is_working_day(step.date) for step in counted)
    assert all(step.sentence and step.word for step in steps)
    assert all(not VIET_NAM.is_working_day(step.date) for step in steps if step.kind is StepKind.OFF)


@given(st.dates(date(2021, 1, 1), date(2037, 1, 1)), st.sampled_from(["online", "counter", "post"]))
def test_the_reception_limit_is_short(day: date, channel: str) -> None:
    """Resolution 66.7/2025/NQ-CP: never more than two working days away."""
    submitted = datetime.combine(day, time(9, 0), ZONE)
    deadline = reception_due(submitted, channel, VIET_NAM)
    last = deadline.due_at.astimezone(ZONE).date()

    assert submitted < deadline.due_at
    assert VIET_NAM.working_days_between(day, last) <= 2
