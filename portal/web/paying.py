"""Paying online: to the gateway and back, where the page says what is true and no more."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from auth.http import CurrentActor
from dossiers import access, payments, views
from dossiers.money_models import PaymentState
from portal.core.errors import DomainError, Forbidden, NotFound
from portal.core.http import DbSession
from portal.web.citizen import CITIZEN
from portal.web.pages import WITH_FORM, AnyRequest, Notice, PostedForm, page, see_other


@post(
    "/ho-so/{dossier_id:uuid}/tra-tien",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
    dependencies=WITH_FORM,
)
def begin(
    session: DbSession, actor: CurrentActor, dossier_id: FromPath[UUID], form: PostedForm
) -> Response[Any]:
    """Begin to pay all that is owed, and go to the gateway."""
    try:
        _, address = payments.begin(session, actor, dossier_id, key=form.get("key")[:200] or None)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        session.rollback()
        return see_other(f"/ho-so/{dossier_id}", Notice("bad", error.detail))
    return see_other(address)


@get("/ho-so/{dossier_id:uuid}/tra-tien", sync_to_thread=False, include_in_schema=False, guards=[CITIZEN])
def reopened(dossier_id: FromPath[UUID]) -> Response[Any]:
    """The address of the act, typed or reloaded: back to the dossier."""
    return see_other(f"/ho-so/{dossier_id}")


@get(
    "/ho-so/{dossier_id:uuid}/tra-tien/{payment_id:uuid}",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[CITIZEN],
)
def returned(
    request: AnyRequest,
    session: DbSession,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    payment_id: FromPath[UUID],
) -> Response[Any]:
    """How the payment stands: paid when the gateway's word is booked, waiting until then.

    Raises:
        DossierNotFound: it is not one's own.
    """
    view = views.summary(session, actor, dossier_id)
    if not view.is_own:
        raise access.DossierNotFound
    payment = payments.shown(session, actor, dossier_id, payment_id)
    surplus, credited = payments.came(session, payment)
    return page(
        request,
        "dossier/payment.html",
        dossier=view,
        payment=payment,
        waiting=payment.state is PaymentState.CREATED,
        surplus=surplus,
        credited=credited,
        owed=sum(fee.amount_vnd for fee in view.fees if fee.owed),
    )


route_handlers: list[Any] = [begin, reopened, returned]
