"""The plan of a dossier inside the agency: which step is open, and what each act does to the others. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from dossiers.process_models import StepState
from services_catalog.content import Step

States = Mapping[int, StepState]
RECEPTION: Final = "receive"  # the act of the step, or its key where the content names no acts
RETURN: Final = "return"


def is_reception(key: str, acts: Sequence[str]) -> bool:
    """Whether the step is the reception itself, which acceptance completes."""
    return RECEPTION in (acts or (key,))


def is_return(key: str, acts: Sequence[str]) -> bool:
    """Whether the step comes after the decision: the result is returned in it."""
    return RETURN in (acts or (key,))


def first(steps: Sequence[Step]) -> int | None:
    """The position (from 1) of the step that acceptance opens; None where nothing is left to do."""
    work = (place for place, one in enumerate(steps, 1) if not is_reception(one.key, one.actions))
    return next(work, None)


def begun(count: int, opened: int | None) -> dict[int, StepState]:
    """The states of `count` steps when the one at `opened` is opened by acceptance."""
    at = count + 1 if opened is None else opened
    return {
        place: StepState.DONE if place < at else StepState.OPEN if place == at else StepState.WAITING
        for place in range(1, count + 1)
    }


def moved(states: States, to: int | None, *, done: bool = True) -> dict[int, StepState]:
    """The states after the open step ends and the one at `to` opens, forward or back; None: none any more.

    The step that was open is done (left out if not `done`); what is passed over going forward is left out;
    what comes behind a step that is opened again waits once more.
    """
    now = next((place for place, state in states.items() if state is StepState.OPEN), len(states) + 1)
    if to is not None and to <= now:
        return {
            place: state if place < to else StepState.OPEN if place == to else StepState.WAITING
            for place, state in states.items()
        }
    after = dict(states)
    if now in after:
        after[now] = StepState.DONE if done else StepState.LEFT_OUT
    for place in after:
        if place == to:
            after[place] = StepState.OPEN
        elif place > now and after[place] is StepState.WAITING and (to is None or place < to):
            after[place] = StepState.LEFT_OUT
    return after
