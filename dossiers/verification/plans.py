"""Each step of a dossier's plan against the events of the dossier."""

from collections.abc import Iterator, Sequence

from sqlmodel import Session

from dossiers import plan
from dossiers.process_models import StepState
from dossiers.verification.folding import Event
from dossiers.verification.journal import named
from dossiers.verification.report import Findings
from dossiers.verification.streams import beside
from dossiers.verification.tape import Row

KIND = "plans"
EVENTS = """
    SELECT stream_id::text, body FROM event
    WHERE name IN ('dossier.accepted', 'dossier.taken_over', 'dossier.step_done', 'dossier.step_returned',
                   'dossier.approved', 'dossier.rejected', 'dossier.stopped', 'dossier.delivered',
                   'dossier.reopened')
    ORDER BY event.stream_id, event.seq
"""
STEPS = """
    SELECT s.dossier_id::text, s.position, s.key, s.state, d.step
    FROM dossier_step s JOIN dossier d ON d.id = s.dossier_id
    ORDER BY s.dossier_id, s.position
"""
Told = dict[int, tuple[str, str]]  # position: (key, state)


def fold(events: Sequence[Event]) -> tuple[Told, int | None]:
    """The plan that the events lead to, and the position that is open. Pure."""
    keys: list[str] = []
    states: plan.States = {}
    step: int | None = None
    for event in events:
        data = event.data
        if "plan" in data:
            keys, step = data["plan"], data["step"]
            states = plan.begun(len(keys), step)
        elif "step" in data:
            step = data["step"]
            states = plan.moved(states, step, done=event.name != "dossier.stopped")
    return {place: (key, states[place].value) for place, key in enumerate(keys, 1)}, step


def check(session: Session, found: Findings) -> None:
    """Compare every plan with its events; streams that the journal shows broken are left out."""
    count = 0
    for stream_id, events, lines in beside(session, found, KIND, "step", EVENTS, STEPS):
        told, step = fold(events)
        count += len(told)
        for difference in _differences(lines, told, step):
            found.bad(KIND, stream_id, f"{named('dossier', stream_id, '')}: {difference}")
    found.end(KIND, count, f"{count} steps, each as its events lead to")


def _differences(lines: Sequence[Row], told: Told, step: int | None) -> Iterator[str]:
    kept = {row[1]: (row[2], row[3]) for row in lines}
    for place in sorted(kept.keys() | told.keys()):
        if kept.get(place) != told.get(place):
            yield f"step {place} is {kept.get(place)}, its events lead to {told.get(place)}"
    for row in lines[:1]:
        if row[4] != step:
            yield f"stands at step {row[4]}, its events lead to {step}"
    if sum(state == StepState.OPEN for _, state in kept.values()) > 1:
        yield "has more than one open step"
