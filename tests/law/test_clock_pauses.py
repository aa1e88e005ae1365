"""Pauses, restart and extension with literal instants (docs/clock.md)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from dossiers.course import Course, Extension, Pause, PauseReason, Recount
from dossiers.deadlines import StepKind, count
from portal.core.calendar import VIET_NAM

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class Limit(msgspec.Struct, frozen=True):
    amount: int
    unit: str
    extra_hours: int = 0
    result_cutoff: str | None = None
    basis: str | None = None


DAYS5 = Limit(5, "working_day")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def pause(since: str, until: str | None, reason: str = "supplement") -> Pause:
    return Pause(PauseReason(reason), at(since), at(until) if until else None)


@pytest.mark.parametrize(
    ("limit", "start", "since", "until", "expected"),
    [
        # 301/2026 art. 3(4): Monday 2 March + 5 working days is Monday 9
        pytest.param(DAYS5, "2026-03-02T09:00", "2026-03-04T10:00", "2026-03-06T10:00", "2026-03-11T17:00",
                     id="two working days later"),
        pytest.param(DAYS5, "2026-03-02T09:00", "2026-03-04T10:00", "2026-03-04T16:00", "2026-03-09T17:00",
                     id="within one day: nothing"),
        pytest.param(DAYS5, "2026-03-02T09:00", "2026-03-06T18:00", "2026-03-08T20:00", "2026-03-09T17:00",
                     id="over a weekend, out of hours: nothing"),
        pytest.param(DAYS5, "2026-03-02T09:00", "2026-03-06T16:59", "2026-03-07T08:00", "2026-03-10T17:00",
                     id="from Friday 16:59: Monday takes Friday's place"),
        pytest.param(DAYS5, "2026-02-12T09:00", "2026-02-13T10:00", "2026-02-23T10:00", "2026-02-27T17:00",
                     id="112: over Tet one working day is lost"),
        pytest.param(DAYS5, "2026-03-02T09:00", "2026-03-09T17:00", "2026-03-12T10:00", "2026-03-09T17:00",
                     id="at the due instant the limit is over"),
        pytest.param(DAYS5, "2026-03-02T09:00", "2026-03-09T16:59", "2026-03-12T10:00", "2026-03-12T17:00",
                     id="a minute before it is not"),
        pytest.param(Limit(8, "working_hour"), "2026-03-02T09:00", "2026-03-02T10:00", "2026-03-02T14:00",
                     "2026-03-03T11:00", id="147(1): two working hours of four by the clock"),
        pytest.param(Limit(10, "day"), "2026-03-02T09:00", "2026-03-04T09:00", "2026-03-06T09:00",
                     "2026-03-16T17:00", id="148(5): to the 14th, a Saturday, so Monday"),
        pytest.param(Limit(12, "day"), "2026-03-02T09:00", "2026-03-16T10:00", "2026-03-18T09:00",
                     "2026-03-18T17:00", id="on the Monday a Saturday rolled to"),
        pytest.param(Limit(1, "month"), "2026-01-31T09:00", "2026-02-26T09:00", "2026-02-27T09:00",
                     "2026-03-02T17:00", id="148(3): to 1 March, a Sunday"),
        pytest.param(Limit(1, "same_day"), "2026-03-02T09:00", "2026-03-02T10:00", "2026-03-03T15:00",
                     "2026-03-03T17:00", id="15:00 is in time: that day"),
        pytest.param(Limit(1, "same_day"), "2026-03-02T09:00", "2026-03-02T10:00", "2026-03-03T15:01",
                     "2026-03-04T17:00", id="15:01 is not: the next day"),
        pytest.param(Limit(3, "working_day", 4), "2026-03-02T09:00", "2026-03-03T09:00", "2026-03-04T09:00",
                     "2026-03-09T11:00", id="a part day moves as a day"),
        pytest.param(Limit(3, "working_day", 4), "2026-03-02T09:00", "2026-03-06T08:00", "2026-03-06T16:00",
                     "2026-03-09T09:00", id="from its opening on by the minute"),
    ],
)  # fmt: skip
def test_a_pause_moves_the_due_instant(
    limit: Limit, start: str, since: str, until: str, expected: str
) -> None:
    """Decree 301/2026, art. 3(4); Civil Code 2015, art. 147, 148."""
    deadline = count(limit, Course(at(start), (pause(since, until),)), VIET_NAM)

    assert deadline.due_at == at(expected)
    assert deadline.original_due_at == at(expected)


def test_two_evenings_count_no_date_twice() -> None:
    """docs/clock.md: where a former pause reached beyond, that day stands for P."""
    one = pause("2026-03-06T16:00", "2026-03-06T19:10")
    two = pause("2026-03-06T19:20", "2026-03-09T07:30", "duty")

    apart = count(Limit(10, "day"), Course(at("2026-03-02T09:00"), (one, two)), VIET_NAM)
    joined = pause("2026-03-06T16:00", "2026-03-09T07:30")

    assert apart.due_at == count(Limit(10, "day"), Course(at("2026-03-02T09:00"), (joined,)), VIET_NAM).due_at
    assert apart.due_at == at("2026-03-16T17:00")


def test_a_restart_begins_the_whole_limit_anew() -> None:
    """Decree 61/2018, art. 19(4)."""
    course = Course(at("2026-03-02T09:00"), (pause("2026-03-05T10:00", "2026-03-10T10:00"),))

    deadline = count(DAYS5, course, VIET_NAM, restarts=True)

    assert deadline.due_at == at("2026-03-17T17:00")
    begun = [step for step in deadline.trace if step.kind is StepKind.RESTART]
    assert [step.date for step in begun] == [date(2026, 3, 10)]
    assert begun[0].word == "Tính lại 10:00"
    assert "Nghị định 61/2018/NĐ-CP, Điều 19 khoản 4" in deadline.articles


def test_only_a_supplement_restarts() -> None:
    course = Course(at("2026-03-02T09:00"), (pause("2026-03-05T10:00", "2026-03-10T10:00", "duty"),))

    assert count(DAYS5, course, VIET_NAM, restarts=True) == count(DAYS5, course, VIET_NAM)


def test_an_extension_is_told_and_the_original_day_kept() -> None:
    """Decree 61/2018, art. 19(9); on time is judged by the original day."""
    extension = Extension(at("2026-03-05T10:00"), date(2026, 3, 13))

    deadline = count(DAYS5, Course(at("2026-03-02T09:00"), (), extension), VIET_NAM)

    assert (deadline.due_at, deadline.original_due_at) == (at("2026-03-13T17:00"), at("2026-03-09T17:00"))
    words = {step.date: step.word for step in deadline.trace}
    assert words[date(2026, 3, 9)] == "Ngày 5, hạn ban đầu"
    assert words[date(2026, 3, 10)] == "Gia hạn"
    assert words[date(2026, 3, 13)] == "Gia hạn, hẹn trả"


@pytest.mark.parametrize(
    ("since", "until", "due_at", "original"),
    [
        pytest.param("2026-03-06T09:00", "2026-03-10T09:00", "2026-03-17T17:00", "2026-03-11T17:00",
                     id="after the apology: both move"),
        pytest.param("2026-03-04T09:00", "2026-03-06T09:00", "2026-03-13T17:00", "2026-03-11T17:00",
                     id="before it: the original only"),
        pytest.param("2026-03-04T09:00", "2026-03-12T09:00", "2026-03-17T17:00", "2026-03-17T17:00",
                     id="the later of the two is due"),
        pytest.param("2026-03-11T09:00", "2026-03-12T09:00", "2026-03-16T17:00", "2026-03-09T17:00",
                     id="after the original day: the new one only"),
    ],
)  # fmt: skip
def test_pauses_and_an_extension(since: str, until: str, due_at: str, original: str) -> None:
    extension = Extension(at("2026-03-05T10:00"), date(2026, 3, 13))
    course = Course(at("2026-03-02T09:00"), (pause(since, until),), extension)

    deadline = count(DAYS5, course, VIET_NAM)

    assert (deadline.due_at, deadline.original_due_at) == (at(due_at), at(original))


def test_an_extension_falls_away_with_a_restart() -> None:
    extension = Extension(at("2026-03-05T10:00"), date(2026, 3, 20))
    course = Course(at("2026-03-02T09:00"), (pause("2026-03-06T09:00", "2026-03-09T09:00"),), extension)

    deadline = count(DAYS5, course, VIET_NAM, restarts=True)

    assert deadline.due_at == deadline.original_due_at == at("2026-03-16T17:00")
    assert deadline.extended_until is None


def test_what_a_citizen_reads_of_a_pause() -> None:
    course = Course(
        at("2026-03-02T09:00"),
        (pause("2026-03-04T10:00", "2026-03-06T10:00"), pause("2026-03-10T08:00", None, "duty")),
        recounts=(Recount(at("2026-03-07T09:00"), "2"),),
    )

    deadline = count(DAYS5, course, VIET_NAM)

    assert [(step.date.day, step.word) for step in deadline.trace if step.kind is StepKind.PAUSED] == [
        (4, "Tạm dừng: chờ bổ sung"),
        (5, "Tạm dừng: chờ bổ sung"),
    ]
    assert deadline.summary == [
        "Tiếp nhận lúc 09:00 thứ Hai 02/03/2026; ngày này không tính.",
        "Thời hạn là 5 ngày làm việc, bắt đầu đếm từ ngày làm việc kế tiếp, thứ Ba 03/03/2026.",
        "Tạm dừng từ 10:00 thứ Tư 04/03/2026 đến 10:00 thứ Sáu 06/03/2026 (chờ bổ sung):"
        " thời gian này không tính.",
        "2 ngày cuối tuần không tính.",
        "Lịch làm việc thay đổi: lúc 09:00 thứ Bảy 07/03/2026 đã đếm lại từ đầu theo lịch bản 2.",
        "Đồng hồ đang tạm dừng từ 08:00 thứ Ba 10/03/2026 (chờ nộp nghĩa vụ tài chính); khi chạy tiếp,"
        " hạn sẽ lùi theo thời gian tạm dừng.",
        "Hết 5 ngày làm việc: thứ Tư 11/03/2026, trước 17:00.",
    ]
    assert deadline.paused_since == at("2026-03-10T08:00")
    assert "Nghị định 301/2026/NĐ-CP, Điều 3 khoản 4" in deadline.articles
