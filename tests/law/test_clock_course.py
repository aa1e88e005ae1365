"""From events to the course of the clock (docs/life.md): what starts, pauses and extends it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dossiers.course import Course, Extension, Pause, PauseReason, Recount, course_of
from portal.core.events import EventRow

BEGAN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def life(*acts: tuple[str, dict[str, Any]]) -> list[EventRow]:
    """Events an hour apart, the first at BEGAN."""
    return [
        EventRow(place + 1, f"dossier.{name}", BEGAN + place * HOUR, None, data)
        for place, (name, data) in enumerate(acts)
    ]


ACCEPTED = ("accepted", {"accepted_at": BEGAN.isoformat(), "due_at": "2026-03-09T10:00:00Z", "calendar": "1"})


def test_without_acceptance_no_clock_runs() -> None:
    """Decree 118/2025, art. 17(3): not filing but acceptance starts it."""
    assert course_of(life(("submitted", {}), ("supplement_asked", {}))) is None


def test_the_clock_of_another_agency_starts_when_it_takes_the_dossier_over() -> None:
    """Decree 118/2025, art. 17(3) as amended by 309/2026, art. 8(3)."""
    taken = BEGAN + 5 * HOUR
    sent_on = ("accepted", {"accepted_at": BEGAN.isoformat(), "due_at": None})
    events = life(sent_on, ("forwarded", {}))

    assert course_of(events) is None
    after = ("taken_over", {"at": taken.isoformat(), "due_at": "2026-03-09T10:00:00Z", "calendar": "2"})
    assert course_of(life(sent_on, after)) == Course(taken, calendar="2")


@pytest.mark.parametrize(
    ("begins", "ends", "reason"),
    [
        pytest.param("supplement_asked", "supplemented", PauseReason.SUPPLEMENT, id="301 art. 3(4)"),
        pytest.param("supplement_asked", "supplement_revoked", PauseReason.SUPPLEMENT, id="taken back"),
        pytest.param("duty_asked", "duty_met", PauseReason.DUTY, id="duty met"),
        pytest.param("duty_asked", "duty_revoked", PauseReason.DUTY, id="duty taken back"),
        pytest.param("withdrawal_asked", "kept", PauseReason.WITHDRAWAL, id="118 art. 21"),
    ],
)
def test_what_pauses_the_clock(begins: str, ends: str, reason: PauseReason) -> None:
    open_ = course_of(life(ACCEPTED, (begins, {})))
    over = course_of(life(ACCEPTED, (begins, {}), (ends, {})))

    assert open_
    assert open_.pauses == (Pause(reason, BEGAN + HOUR),)
    assert over
    assert over.pauses == (Pause(reason, BEGAN + HOUR, BEGAN + 2 * HOUR),)


def test_another_agency_pauses_only_where_the_rule_says_so() -> None:
    asked = ("consulted", {"opinion_id": "a", "pauses": False})
    pausing = ("consulted", {"opinion_id": "b", "pauses": True})
    answered = ("opinion_given", {"opinion_id": "a", "resumes": False})
    resumed = ("opinion_revoked", {"opinion_id": "b", "resumes": True})

    assert course_of(life(ACCEPTED, asked, answered)) == Course(BEGAN, calendar="1")
    course = course_of(life(ACCEPTED, asked, pausing, answered, resumed))
    assert course
    assert course.pauses == (Pause(PauseReason.OTHER_AGENCY, BEGAN + 2 * HOUR, BEGAN + 4 * HOUR),)


def test_an_incident_pauses_for_the_time_it_lasted_not_for_when_it_was_noted() -> None:
    passed = ("incident_passed", {"from": "2026-03-02T03:00:00Z", "to": "2026-03-03T03:00:00Z"})

    course = course_of(life(ACCEPTED, ("claimed", {}), passed))

    since = datetime(2026, 3, 2, 3, tzinfo=UTC)
    assert course
    assert course.pauses == (Pause(PauseReason.INCIDENT, since, since + timedelta(days=1)),)


def test_extension_and_recount_are_kept_with_their_instants() -> None:
    """Decree 61/2018, art. 19(9): the apology names a new day."""
    course = course_of(
        life(ACCEPTED, ("extended", {"until": "2026-03-20"}), ("due_recounted", {"calendar": "3"}))
    )

    assert course
    assert course.extension == Extension(BEGAN + HOUR, date(2026, 3, 20))
    assert course.recounts == (Recount(BEGAN + 2 * HOUR, "3"),)
    assert course.counted_on == "3"


def test_a_pause_asked_twice_is_one() -> None:
    """A withdrawal asked for while papers are supplied: both run, each to its own end."""
    course = course_of(
        life(ACCEPTED, ("supplement_asked", {}), ("withdrawal_asked", {}), ("kept", {}), ("supplemented", {}))
    )

    assert course
    assert course.pauses == (
        Pause(PauseReason.SUPPLEMENT, BEGAN + HOUR, BEGAN + 4 * HOUR),
        Pause(PauseReason.WITHDRAWAL, BEGAN + 2 * HOUR, BEGAN + 3 * HOUR),
    )
