"""A dossier that owes money, and the word of the sandbox gateway, for the tests of money."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlmodel import Session

from dossiers import gateways, ledger
from dossiers.gateways import Told
from dossiers.models import Dossier
from portal.core import runtime
from portal.core.clock import now
from portal.core.db import act_as
from tests import factories

COPIES = {"key": "copies", "name": "Lệ phí bản sao", "kind": "charge", "per": "dossier", "amount_vnd": 8000}
EXTRA = {"key": "extra", "name": "Phí khai thác", "kind": "fee", "per": "dossier", "amount_vnd": 50_000}


def owing(session: Session, *, fees: Any = (COPIES, EXTRA), **who: Any) -> SimpleNamespace:
    """A dossier accepted and in hand, with its fees open; `citizen()` and `desk()` say who asks next."""
    agency = factories.agency(session)
    made = factories.procedure(session, agency.id, made_content=factories.simple() | {"fees": list(fees)})
    citizen = factories.citizen(session, **who)
    officer = factories.officer(session, agency.id)
    dossier = factories.filed(session, citizen, made, agency.id)
    dossier = factories.in_hand(session, dossier, officer)
    return SimpleNamespace(
        agency=agency,
        citizen=citizen,
        officer=officer,
        id=dossier.id,
        dossier=dossier,
        procedure=made,
        ask=lambda actor: act_as(session, actor.id, actor.agency_ids),
    )


def line(session: Session, dossier_id: UUID, key: str = "copies") -> Any:
    """A fee line by its key."""
    dossier = session.get(Dossier, dossier_id)
    assert dossier is not None
    return next(one for one in ledger.opened(session, dossier).lines.values() if one.key == key)


def standing(session: Session, dossier_id: UUID, key: str = "copies") -> ledger.Standing:
    """Where the line stands."""
    return ledger.standings(session, dossier_id).get(line(session, dossier_id, key).id, ledger.Standing())


def told(payment: Any, **changes: Any) -> Told:
    """The gateway's word that the payment was paid, with changes."""
    usual = Told(
        message_id=f"gd-{uuid4().hex}",
        payment_id=payment.id,
        gateway_ref="TT1",
        paid=True,
        amount_vnd=payment.amount_vnd,
        at=now(),
    )
    return msgspec.structs.replace(usual, **changes)


def body_of(payment: Any, **changes: Any) -> bytes:
    """The bytes of a message as the sandbox writes them."""
    message = {
        "message_id": f"gd-{uuid4().hex}",
        "payment_id": str(payment.id),
        "ref": "TT1",
        "state": "paid",
        "amount_vnd": payment.amount_vnd,
        "currency": "VND",
        "at": now().isoformat(),
    }
    return msgspec.json.encode(message | changes)


def signed(body: bytes, at: datetime | None = None, secret: str | None = None) -> dict[str, str]:
    """The headers that prove it."""
    ours = runtime.settings.payment_secret.get_secret_value()
    return {"content-type": "application/json", **gateways.signed(secret or ours, body, at or now())}
