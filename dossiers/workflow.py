"""The whole life of a dossier on one screen: ten national statuses and the acts between them. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from portal.core.errors import Conflict


class Status(StrEnum):
    """Where a dossier stands; DRAFT is ours, the ten others are the national list."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PROCESSING = "processing"
    SUPPLEMENT = "supplement"
    FINANCIAL_DUTY = "financial_duty"
    WITHDRAWAL_ASKED = "withdrawal_asked"
    STOPPED = "stopped"
    SETTLED = "settled"
    RETURNED = "returned"


class Action(StrEnum):
    """What somebody does to a dossier."""

    SUBMIT = "submit"  # the applicant files
    # Reception, by the receiving agency.
    RECEIVE = "receive"  # accepted as full and correct: form 01
    REFUSE = "refuse"  # not accepted: form 03
    FORWARD = "forward"  # sent on to the competent agency, which is another
    TAKE_OVER = "take_over"  # the competent agency has it: its clock starts
    # The work inside the competent agency.
    START = "start"  # an officer takes it in hand
    RELEASE = "release"  # back to the unit's queue
    HAND_OVER = "hand_over"  # offered to a colleague or another unit
    TAKE_HANDOVER = "take_handover"  # the colleague accepts it
    DECLINE_HANDOVER = "decline_handover"  # the colleague does not, or the giver takes the offer back
    REASSIGN = "reassign"  # the head gives it to somebody
    COMPLETE_STEP = "complete_step"  # the present step is done, the next one begins
    RETURN_STEP = "return_step"  # back to an earlier step, with the reason
    CONSULT = "consult"  # another agency is asked for its opinion
    OPINE = "opine"  # it answers
    REVOKE_OPINION = "revoke_opinion"  # the question is taken back
    EXTEND = "extend"  # apology with a new date, at most once: form 04
    # Money.
    PAY = "pay"  # the applicant goes to a payment gateway
    SETTLE_FEE = "settle_fee"  # money owed is paid at the desk; the status stays
    WAIVE_FEE = "waive_fee"  # an exemption is granted
    REFUND_FEE = "refund_fee"
    ASK_DUTY = "ask_duty"  # the applicant is told to meet a financial duty (tax, land money)
    MEET_DUTY = "meet_duty"  # it is paid, or the proof of payment has come
    REVOKE_DUTY = "revoke_duty"
    # The applicant's turn.
    ASK_SUPPLEMENT = "ask_supplement"  # one complete request: form 02
    SUPPLEMENT = "supplement"  # the applicant supplies what was asked
    REVOKE_SUPPLEMENT = "revoke_supplement"  # the desk takes its request back
    ASK_WITHDRAWAL = "ask_withdrawal"  # the applicant wants it back
    KEEP = "keep"  # a withdrawal cannot be granted any more, or is taken back: where it was
    STOP = "stop"  # form 05: withdrawn, or the applicant did not answer in time
    # The end.
    APPROVE = "approve"
    REJECT = "reject"  # not eligible after appraisal: form 03
    REOPEN = "reopen"  # a settled dossier is taken up again, with the reason
    CHOOSE_RETURN = "choose_return"  # the applicant says how and where to the result goes
    SEND_RESULT = "send_result"  # the result leaves by public post
    DELIVER = "deliver"  # the result is returned
    # Beside the course.
    MESSAGE = "message"  # applicant and desk write to each other
    NOTE = "note"  # inside the agency only
    TOUCH = "touch"  # something happened off-line: a visit, a paper, a wet signature
    RATE = "rate"
    COMPLAIN = "complain"
    ANSWER_COMPLAINT = "answer_complaint"


class Turn(StrEnum):
    """Whose turn it is: the one meaning of colour on the pages."""

    AGENCY = "agency"
    YOU = "you"
    DONE = "done"
    REFUSED = "refused"
    CLOSED = "closed"


class Back(StrEnum):
    """A target that depends on where the dossier came from."""

    WHERE_IT_WAS = "where_it_was"


class WrongState(Conflict):
    """The law knows no such step from here; `status_now` tells where the dossier is."""

    title = "Hồ sơ đang ở trạng thái khác"


# Code and name: the ten national statuses as the provincial and ministry interfaces exchange them.
FACES: Final[Mapping[Status, tuple[int, str, Turn, str]]] = {
    Status.DRAFT: (0, "Bản nháp", Turn.YOU, "pencil"),
    Status.SUBMITTED: (1, "Mới đăng ký", Turn.AGENCY, "inbox"),
    Status.ACCEPTED: (2, "Được tiếp nhận", Turn.AGENCY, "check2"),
    Status.REFUSED: (3, "Không được tiếp nhận", Turn.REFUSED, "x-circle"),
    Status.PROCESSING: (4, "Đang xử lý", Turn.AGENCY, "gear"),
    Status.SUPPLEMENT: (5, "Yêu cầu bổ sung giấy tờ", Turn.YOU, "person-exclamation"),
    Status.FINANCIAL_DUTY: (6, "Yêu cầu thực hiện nghĩa vụ tài chính", Turn.YOU, "cash-coin"),
    Status.WITHDRAWAL_ASKED: (7, "Công dân yêu cầu rút hồ sơ", Turn.AGENCY, "arrow-counterclockwise"),
    Status.STOPPED: (8, "Dừng xử lý", Turn.CLOSED, "slash-circle"),
    Status.SETTLED: (9, "Đã xử lý xong", Turn.DONE, "check-circle"),
    Status.RETURNED: (10, "Đã trả kết quả", Turn.DONE, "check-circle-fill"),
}

# The status pill of the pages. Being newly filed is nobody's trouble: it stays neutral.
_PILLS: Final[Mapping[Turn, str]] = {
    Turn.AGENCY: "is-work",
    Turn.YOU: "is-you",
    Turn.DONE: "is-done",
    Turn.REFUSED: "is-late",
    Turn.CLOSED: "",
}
_NEUTRAL: Final = frozenset({Status.DRAFT, Status.SUBMITTED, Status.WITHDRAWAL_ASKED, Status.STOPPED})

END: Final = frozenset({Status.REFUSED, Status.STOPPED, Status.RETURNED})
# Taken in and counted as received (national index): everything but draft, filed and refused.
RECEIVED: Final = frozenset(Status) - {Status.DRAFT, Status.SUBMITTED, Status.REFUSED}
# Accepted and not settled: their clocks run, or stand still.
RUNNING: Final = (
    Status.ACCEPTED,
    Status.PROCESSING,
    Status.SUPPLEMENT,
    Status.FINANCIAL_DUTY,
    Status.WITHDRAWAL_ASKED,
)
OPEN: Final = frozenset(Status) - END - {Status.DRAFT}

_S, _A, _BACK = Status, Action, Back.WHERE_IT_WAS
# The applicant's turn, or the desk's on the applicant's wish: left again to where it was.
WAITING: Final = (_S.SUPPLEMENT, _S.FINANCIAL_DUTY, _S.WITHDRAWAL_ASKED)
_AT_WORK: Final = (_S.ACCEPTED, _S.PROCESSING)
_FILED: Final = tuple(status for status in _S if status is not _S.DRAFT)


def _stays(action: Action, *statuses: Status) -> dict[tuple[Status, Action], Status | Back]:
    """An act that leaves the status as it is."""
    return {(status, action): status for status in statuses}


TRANSITIONS: Final[Mapping[tuple[Status, Action], Status | Back]] = {
    (_S.DRAFT, _A.SUBMIT): _S.SUBMITTED,
    # Reception. Decree 118/2025, art. 17 as amended by 309/2026, art. 8: accept, ask once in full, or refuse.
    (_S.SUBMITTED, _A.RECEIVE): _S.ACCEPTED,
    (_S.SUBMITTED, _A.REFUSE): _S.REFUSED,
    (_S.SUBMITTED, _A.ASK_SUPPLEMENT): _S.SUPPLEMENT,
    (_S.SUBMITTED, _A.ASK_DUTY): _S.FINANCIAL_DUTY,
    **_stays(_A.FORWARD, _S.ACCEPTED),
    **_stays(_A.TAKE_OVER, _S.ACCEPTED),
    # Resolution. Starting again is another officer (or the same, anew) taking it in hand.
    (_S.ACCEPTED, _A.START): _S.PROCESSING,
    (_S.ACCEPTED, _A.ASK_SUPPLEMENT): _S.SUPPLEMENT,
    (_S.ACCEPTED, _A.ASK_DUTY): _S.FINANCIAL_DUTY,
    (_S.PROCESSING, _A.START): _S.PROCESSING,
    (_S.PROCESSING, _A.ASK_SUPPLEMENT): _S.SUPPLEMENT,
    (_S.PROCESSING, _A.ASK_DUTY): _S.FINANCIAL_DUTY,
    (_S.PROCESSING, _A.APPROVE): _S.SETTLED,
    (_S.PROCESSING, _A.REJECT): _S.STOPPED,
    **_stays(_A.RELEASE, _S.PROCESSING),
    **_stays(_A.HAND_OVER, _S.PROCESSING),
    **_stays(_A.TAKE_HANDOVER, _S.PROCESSING),
    **_stays(_A.DECLINE_HANDOVER, _S.PROCESSING),
    **_stays(_A.REASSIGN, *_AT_WORK),
    **_stays(_A.COMPLETE_STEP, _S.PROCESSING),
    **_stays(_A.RETURN_STEP, _S.PROCESSING),
    **_stays(_A.CONSULT, _S.PROCESSING),
    **_stays(_A.OPINE, _S.PROCESSING, *WAITING),
    **_stays(_A.REVOKE_OPINION, _S.PROCESSING, *WAITING),
    **_stays(_A.EXTEND, *_AT_WORK),
    **_stays(_A.PAY, *_AT_WORK, *WAITING),
    **_stays(_A.SETTLE_FEE, *_AT_WORK, *WAITING),
    **_stays(_A.WAIVE_FEE, *_AT_WORK, *WAITING),
    **_stays(_A.REFUND_FEE, *_AT_WORK, *WAITING, _S.STOPPED, _S.SETTLED, _S.RETURNED),
    # The applicant's turn.
    (_S.SUPPLEMENT, _A.SUPPLEMENT): _BACK,
    (_S.SUPPLEMENT, _A.REVOKE_SUPPLEMENT): _BACK,
    (_S.SUPPLEMENT, _A.STOP): _S.STOPPED,
    (_S.FINANCIAL_DUTY, _A.MEET_DUTY): _BACK,
    (_S.FINANCIAL_DUTY, _A.REVOKE_DUTY): _BACK,
    (_S.FINANCIAL_DUTY, _A.STOP): _S.STOPPED,
    # Withdrawal. Decree 118/2025, art. 21; Circular 03/2025, art. 7: only while no result exists.
    **{
        (status, _A.ASK_WITHDRAWAL): _S.WITHDRAWAL_ASKED
        for status in (_S.SUBMITTED, _S.ACCEPTED, _S.PROCESSING, _S.SUPPLEMENT, _S.FINANCIAL_DUTY)
    },
    (_S.WITHDRAWAL_ASKED, _A.STOP): _S.STOPPED,
    (_S.WITHDRAWAL_ASKED, _A.KEEP): _BACK,
    # The end. Undoing is a new act with its reason, never an edit.
    (_S.SETTLED, _A.REOPEN): _S.PROCESSING,
    **_stays(_A.CHOOSE_RETURN, _S.SUBMITTED, *_AT_WORK, *WAITING, _S.SETTLED),
    **_stays(_A.SEND_RESULT, _S.SETTLED),
    (_S.SETTLED, _A.DELIVER): _S.RETURNED,
    # Beside the course.
    **_stays(_A.MESSAGE, *_FILED),
    **_stays(_A.NOTE, *_FILED),
    **_stays(_A.TOUCH, _S.SUBMITTED, *_AT_WORK, *WAITING, _S.SETTLED),
    **_stays(_A.RATE, _S.REFUSED, _S.STOPPED, _S.RETURNED),
    **_stays(_A.COMPLAIN, *_FILED),
    **_stays(_A.ANSWER_COMPLAINT, *_FILED),
}


def advance(status: Status, action: Action, came_from: Status | None = None) -> Status:
    """The status after the act. `came_from` is where a supplement, duty or withdrawal began.

    Source: Decree 118/2025/NĐ-CP, art. 17, 21 (as amended by Decree 309/2026, art. 8); ten statuses of
    the national portal.

    Raises:
        WrongState: there is no such step from this status.
    """
    target = TRANSITIONS.get((status, action))
    if target is None:
        raise WrongState(
            f"Hồ sơ đang ở trạng thái “{label(status)}”, không làm bước này được.", status_now=status
        )
    if not isinstance(target, Back):
        return target
    if came_from not in origins(status):
        raise WrongState("Chưa rõ hồ sơ trước đó ở bước nào nên không quay lại được.", status_now=status)
    assert came_from is not None
    return came_from


def way_back(before: Status, after: Status, way: Sequence[Status]) -> list[Status]:
    """Where the dossier goes back to after a step from `before` to `after`: the innermost wait last.

    A dossier whose withdrawal is asked while it waits for papers has two ways to go: back to the wait, and
    from there to where the papers were asked.
    """
    if after is before:
        return list(way)
    if way and after is way[-1]:
        return list(way[:-1])
    return [*way, before] if after in WAITING else []


def origins(status: Status) -> frozenset[Status]:
    """The statuses from which an act leads to this one."""
    return frozenset(
        before for (before, _), after in TRANSITIONS.items() if after is status and before is not status
    )


def allowed(status: Status) -> list[Action]:
    """The acts the law knows from this status, in the order of the table."""
    return [action for before, action in TRANSITIONS if before is status]


def national_code(status: Status) -> int:
    """The code 1 to 10 of the national list; 0 for a draft, which is never exchanged."""
    return FACES[status][0]


def label(status: Status) -> str:
    """The status in words."""
    return FACES[status][1]


def turn(status: Status) -> Turn:
    """Whose turn it is."""
    return FACES[status][2]


def pill(status: Status) -> str:
    """The class of the status pill; empty for the neutral grey."""
    return "" if status in _NEUTRAL else _PILLS[turn(status)]


def icon(status: Status) -> str:
    """The name of the status's icon."""
    return FACES[status][3]
