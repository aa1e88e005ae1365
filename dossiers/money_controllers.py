"""HTTP for money: fees and duties at the desk, paying online, and the word of gateways."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from auth.http import CurrentActor
from dossiers import duties, fees, gateways, ledger_views, payments
from dossiers.controllers import CITIZEN, OFFICER, act_out
from dossiers.duties import DutyLine
from dossiers.ledger_views import LedgerView
from dossiers.models import PaymentMethod
from dossiers.money_models import Payment
from dossiers.payments import Verdict
from dossiers.schemas import ActIn, ActOut, Words
from portal.core.http import DbSession, IdempotencyKey
from portal.core.problems import describe

Amount = Annotated[int, Meta(ge=1, le=10**12)]
Method = Literal["cash", "transfer"]


class FeeIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is owed on the line was paid so."""

    fee_line_id: UUID
    method: Method = "cash"


class WaiverIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An exemption by its code, with the paper or resolution that shows it."""

    fee_line_id: UUID
    code: Annotated[str, Meta(max_length=40)]
    reason: Words


class RefundIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money given back. `owed_again`: the payment was noted by mistake, all of it is taken back."""

    fee_line_id: UUID
    amount_vnd: Amount
    method: Method = "transfer"
    reason: Words
    owed_again: bool = False


class DutyLineIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=300)]
    amount_vnd: Amount


class DutyIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the applicant is to pay before the dossier goes on."""

    lines: Annotated[list[DutyLineIn], Meta(min_length=1, max_length=duties.MOST_LINES)]
    note: Words = ""


class DutyProofIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The duty is met; `note` names the proof the officer saw."""

    method: Method
    note: Words


class ReasonIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Words


class PaymentIn(ActIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pay these lines; without a list, all that is owed."""

    fee_line_ids: Annotated[list[UUID], Meta(max_length=100)] | None = None


class PaymentOut(Struct, frozen=True, kw_only=True):
    """An attempt to pay: `created` until the gateway's word has come, then paid or failed; or expired."""

    id: UUID
    amount_vnd: int
    state: str
    created_at: datetime
    expires_at: datetime
    redirect_url: str | None = None  # where the payer's browser goes; right after the beginning only


class CallbackOut(Struct, frozen=True, kw_only=True):
    """The message is on disk; `verdict` is what it was worth, the same for a repeated message."""

    verdict: Verdict


def payment_out(payment: Payment, redirect_url: str | None = None) -> PaymentOut:
    return PaymentOut(
        id=payment.id,
        amount_vnd=payment.amount_vnd,
        state=payment.state.value,
        created_at=payment.created_at,
        expires_at=payment.expires_at,
        redirect_url=redirect_url,
    )


class FeeController(Controller):
    """What officers do about money."""

    path = "/api/v1/dossiers/{dossier_id:uuid}"
    tags = ("Money",)
    guards = [OFFICER]

    @post("/fee-settlement", status_code=200, sync_to_thread=True)
    def settle_fee(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[FeeIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Note what is owed on a line as paid in cash or by transfer; gives a receipt."""
        method = PaymentMethod(data.method)
        line = data.fee_line_id
        return act_out(
            fees.settle_fee(
                session, actor, dossier_id, fee_line_id=line, method=method, seq=data.seq, key=key
            )
        )

    @post("/fee-waivers", status_code=200, sync_to_thread=True)
    def waive_fee(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[WaiverIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Exempt the applicant from what is owed on a line."""
        return act_out(
            fees.waive_fee(
                session,
                actor,
                dossier_id,
                fee_line_id=data.fee_line_id,
                code=data.code,
                reason=data.reason,
                seq=data.seq,
                key=key,
            )
        )

    @post("/fee-refunds", status_code=200, sync_to_thread=True)
    def refund_fee(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[RefundIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Give money back, never more than came in."""
        return act_out(
            fees.refund_fee(
                session,
                actor,
                dossier_id,
                fee_line_id=data.fee_line_id,
                amount_vnd=data.amount_vnd,
                method=PaymentMethod(data.method),
                reason=data.reason,
                owed_again=data.owed_again,
                seq=data.seq,
                key=key,
            )
        )

    @post("/duty-request", status_code=200, sync_to_thread=True)
    def ask_duty(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[DutyIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Ask the applicant to meet a financial duty; the clock pauses."""
        lines = [DutyLine(one.name, one.amount_vnd) for one in data.lines]
        return act_out(
            duties.ask_duty(session, actor, dossier_id, lines=lines, note=data.note, seq=data.seq, key=key)
        )

    @post("/duty-proof", status_code=200, sync_to_thread=True)
    def meet_duty(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[DutyProofIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Note that the duty is met: paid here in cash, or by a proof the officer saw."""
        method = PaymentMethod(data.method)
        return act_out(
            duties.meet_duty(session, actor, dossier_id, method=method, note=data.note, seq=data.seq, key=key)
        )

    @post("/duty-revocation", status_code=200, sync_to_thread=True)
    def revoke_duty(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[ReasonIn],
        key: IdempotencyKey = None,
    ) -> ActOut:
        """Take the request for a financial duty back."""
        return act_out(
            duties.revoke_duty(session, actor, dossier_id, reason=data.reason, seq=data.seq, key=key)
        )


class PaymentController(Controller):
    """Paying online, and the dossier's ledger for whoever may see the dossier."""

    path = "/api/v1/dossiers/{dossier_id:uuid}"
    tags = ("Money",)
    guards = [CITIZEN]

    @post("/payments", sync_to_thread=True)
    def begin(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        data: JSONBody[PaymentIn],
        key: IdempotencyKey = None,
    ) -> PaymentOut:
        """Begin to pay what is owed; send the payer's browser to `redirect_url`."""
        payment, address = payments.begin(
            session, actor, dossier_id, fee_line_ids=data.fee_line_ids, seq=data.seq, key=key
        )
        return payment_out(payment, address)

    @get("/payments/{payment_id:uuid}", sync_to_thread=True)
    def show(
        self,
        session: DbSession,
        actor: CurrentActor,
        dossier_id: FromPath[UUID],
        payment_id: FromPath[UUID],
    ) -> PaymentOut:
        """Show how an attempt to pay stands."""
        return payment_out(payments.shown(session, actor, dossier_id, payment_id))

    @get("/ledger", sync_to_thread=True)
    def ledger(self, session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID]) -> LedgerView:
        """Show the dossier's fee lines, every movement of money, and its receipts."""
        return ledger_views.of(session, actor, dossier_id)


RawBody: TypeAlias = NamedDependency[bytes]  # parameter name: raw


async def read_raw(request: Request[Any, Any, Any]) -> bytes:
    """The bytes that were sent: what a signature is over."""
    return await request.body()


class CallbackController(Controller):
    """Where gateways tell of payments. Believed by signature alone; one answer for all that is not."""

    path = "/api/v1/payments"
    tags = ("Money",)

    @post(
        "/{gateway:str}/callback",
        status_code=200,
        sync_to_thread=True,
        dependencies={"raw": Provide(read_raw)},
    )
    def callback(
        self, request: Request[Any, Any, Any], session: DbSession, gateway: FromPath[str], raw: RawBody
    ) -> Response[Any]:
        """Take a gateway's signed message. 200 says that it is on disk; sent again, it counts once."""
        told = gateways.named(gateway).read_callback(raw, request.headers)
        verdict = payments.book(session, gateway, told)
        if verdict is Verdict.UNKNOWN:  # kept, and answered as what is not there
            problem = describe(gateways.NotTheirs())
            return Response(problem.document(), status_code=404, media_type="application/problem+json")
        return Response(CallbackOut(verdict=verdict), status_code=200)


route_handlers: list[Any] = [FeeController, PaymentController, CallbackController]
