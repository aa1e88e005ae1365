"""What an officer does to a dossier: plain forms, sent on with a notice, or back with words kept."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from sqlmodel import Session

from auth.actor import Actor
from auth.http import CurrentActor
from dossiers import attachments, processing, views
from dossiers.attachment_rules import RESULT
from dossiers.controllers import OFFICER
from dossiers.models import Dossier
from portal.core.errors import DomainError, Invalid, Malformed, NotFound
from portal.core.http import AppStorage, DbSession
from portal.core.render import date_vi
from portal.core.storage import Storage
from portal.web import from_store
from portal.web.desk_dossier import Typed, desk_page
from portal.web.pages import WITH_FORM, AnyRequest, Form, PostedForm, done, see_other

AT: Final = "/can-bo/ho-so/{dossier_id:uuid}"


class Desk(msgspec.Struct, frozen=True):
    """One posted act: who, on which dossier, with what form."""

    request: AnyRequest
    session: Session
    storage: Storage
    actor: Actor
    dossier_id: UUID
    form: Form

    @property
    def seq(self) -> int:
        """The version of the dossier the page showed.

        Raises:
            Malformed: somebody changed the form.
        """
        given = self.form.get("seq")
        if not (given.isascii() and given.isdigit() and len(given) < 18):
            raise Malformed("Biểu mẫu thiếu thông tin. Tải lại trang rồi thử lại.")
        return int(given)

    @property
    def key(self) -> str | None:
        """The idempotency key the page made: a form sent twice acts once."""
        return self.form.get("key")[:200] or None

    def id_of(self, name: str) -> UUID | None:
        """The id a form field holds; None when it is empty.

        Raises:
            Malformed: it is none.
        """
        text = self.form.get(name)
        try:
            return UUID(text) if text else None
        except ValueError:
            raise Malformed("Biểu mẫu thiếu thông tin. Tải lại trang rồi thử lại.") from None

    def view(self) -> views.DossierView:
        """The dossier as it is now."""
        return views.detail(self.session, self.actor, self.dossier_id)

    def shown(
        self, view: views.DossierView, *, typed: Typed, conflict: str = "", status_code: int = 200
    ) -> Response[Any]:
        """The dossier's page with what was typed."""
        return desk_page(
            self.request,
            self.session,
            self.storage,
            self.actor,
            view,
            typed=typed,
            conflict=conflict,
            status_code=status_code,
        )

    def attempt(
        self, act: Callable[[], Dossier], told: Callable[[Dossier], str], typed: Typed | None = None
    ) -> Response[Any]:
        """Do the act and go back to the dossier with a notice.

        What cannot be done comes back as the dossier's page as it is now, with the reason and with what
        was typed; a dossier out of sight stays out of sight.
        """
        try:
            dossier = act()
        except (NotFound, Malformed):
            raise
        except DomainError as error:
            self.session.rollback()
            known = typed or Typed()
            wrong = isinstance(error, Invalid) and bool(error.extra.get("errors"))
            return self.shown(
                self.view(),
                typed=_placed(known, error) if wrong else known,
                conflict="" if wrong else error.detail,
                status_code=error.status,
            )
        return see_other(f"/can-bo/ho-so/{self.dossier_id}", done(told(dossier)))


def _placed(typed: Typed, error: DomainError) -> Typed:
    """What was typed, with the problem at its field."""
    first = error.extra["errors"][0].get("field", "")
    field = typed.places.get(first) or typed.field or "note"
    return msgspec.structs.replace(typed, problem=error.detail, field=field)


def provide_desk(
    request: AnyRequest,
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    form: PostedForm,
) -> Desk:
    """Gather what every act needs."""
    return Desk(request, session, storage, actor, dossier_id, form)


PostedAct: TypeAlias = NamedDependency[Desk]  # parameter name: desk; the handler takes **ACT
ACT: Final[dict[str, Any]] = {
    "sync_to_thread": True,
    "include_in_schema": False,
    "guards": [OFFICER],
    "dependencies": WITH_FORM | {"desk": Provide(provide_desk, sync_to_thread=False)},
}


@post(f"{AT}/tiep-nhan", **ACT)
def receive(desk: PostedAct) -> Response[Any]:
    """Accept as full and correct: the number is given and the clock starts."""

    def told(dossier: Dossier) -> str:
        due = f", hẹn trả {date_vi(dossier.due_at)}" if dossier.due_at else ""
        return f"Đã tiếp nhận. Số hồ sơ {dossier.number}{due}."

    return desk.attempt(
        lambda: processing.receive(desk.session, desk.actor, desk.dossier_id, seq=desk.seq, key=desk.key),
        told,
    )


@post(f"{AT}/nhan-viec", **ACT)
def claim(desk: PostedAct) -> Response[Any]:
    """Take the dossier in hand, or hold it longer."""
    return desk.attempt(
        lambda: processing.claim(desk.session, desk.actor, desk.dossier_id, seq=desk.seq, key=desk.key),
        lambda _: "Bạn đang giữ hồ sơ này.",
    )


@post(f"{AT}/tra-lai", **ACT)
def release(desk: PostedAct) -> Response[Any]:
    """Give the dossier back to the unit's queue."""
    return desk.attempt(
        lambda: processing.release(desk.session, desk.actor, desk.dossier_id, seq=desk.seq, key=desk.key),
        lambda _: "Đã trả hồ sơ về hàng chờ của đơn vị.",
    )


@post(f"{AT}/ket-qua/{{attachment_id:uuid}}/bo", **ACT)
def remove_result(desk: PostedAct, attachment_id: FromPath[UUID]) -> Response[Any]:
    """Drop the result file, to send another."""
    attachments.remove(desk.session, desk.actor, desk.dossier_id, attachment_id)
    return see_other(f"/can-bo/ho-so/{desk.dossier_id}#ket-qua", done("Đã bỏ tệp kết quả."))


@get(
    f"{AT}/ket-qua/da-gui/{{attachment_id:uuid}}",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[OFFICER],
)
def result_sent(
    session: DbSession,
    storage: AppStorage,
    actor: CurrentActor,
    dossier_id: FromPath[UUID],
    attachment_id: FromPath[UUID],
) -> Response[Any]:
    """The store sends the browser here after it took the result file by its form."""
    back = f"/can-bo/ho-so/{dossier_id}#ket-qua"
    return from_store.back_with(session, storage, actor, dossier_id, RESULT, attachment_id, back=back)


route_handlers: list[Any] = [receive, claim, release, remove_result, result_sent]
