"""What the pages of a dossier show of money: to officers a ledger and its acts, to applicants what to pay."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from sqlmodel import Session

from auth.actor import Actor
from dossiers import ledger_views, waivers
from dossiers.ledger import Standing
from dossiers.view_parts import FeeView
from dossiers.views import DossierView
from dossiers.workflow import Action, Status
from portal.core import runtime
from portal.web.panel import Panel

METHODS: Final = (("cash", "Tiền mặt"), ("transfer", "Chuyển khoản"))
METHOD_WORDS: Final = {**dict(METHODS), "online": "Trực tuyến"}
DUTY_ROWS: Final = 3
_ACTS: Final = (Action.ASK_DUTY, Action.MEET_DUTY, Action.REVOKE_DUTY)


class Line(msgspec.Struct, frozen=True):
    """A fee line with where it stands; `state` words it."""

    fee: FeeView
    standing: Standing

    @property
    def back(self) -> int:
        """The most that can be given back, in đồng."""
        return self.standing.paid + self.standing.surplus


def at_desk(session: Session, _: Actor, view: DossierView) -> Panel | None:
    """Fees, duties and the ledger, with the acts open to the officer; nothing before there is any money."""
    permitted = set(view.allowed)
    if not view.fees and not permitted & {*_ACTS}:
        return None
    entries = ledger_views.entries(session, view.id) if view.fees else []
    standing: dict[UUID, Standing] = ledger_views.standings_of(entries)
    lines = [Line(fee, standing.get(fee.id, Standing())) for fee in view.fees]
    return Panel(
        template="desk/_money.html",
        place="side",
        shown={
            "lines": lines,
            "owed": sum(line.standing.owed for line in lines),
            "surplus": sum(line.standing.surplus for line in lines),
            "entries": [(one, ledger_views.WORDS[one.entry]) for one in entries],
            "methods": METHODS,
            "method_words": METHOD_WORDS,
            "waivers": [(code, f"{one.words} ({one.article})" if one.article else one.words)
                        for code, one in waivers.WAIVERS.items()],
            "waived_as": waivers.WORDS,
            "rows": range(1, DUTY_ROWS + 1),
            "may": {action.value for action in permitted},
            "waits": view.status is Status.FINANCIAL_DUTY,
        },
    )  # fmt: skip


def to_pay(view: DossierView, fees: Sequence[FeeView]) -> bool:
    """Whether the applicant can pay online now."""
    return bool(fees) and Action.PAY in view.allowed and bool(runtime.settings.payment_gateway)
