"""HTTP for those who keep procedures: a draft, its check, its review and publication by a second person."""

from typing import Annotated, Any

from litestar import Controller, get, post, put
from litestar.params import JSONBody, QueryParameter

from auth.http import CurrentActor
from portal.core.http import DbSession, IdempotencyKey
from services_catalog import drafting, publishing
from services_catalog.controllers import EDITOR, KEEPER, REVIEWER, Code, Number
from services_catalog.schemas import (
    CancellationIn,
    CheckOut,
    DraftIn,
    DraftOut,
    PublicationOut,
    ReturnIn,
    ReviewIn,
    WithdrawalIn,
)
from services_catalog.wire import check_out, draft_out, publication_out

SeenSeq = Annotated[
    int | None,
    QueryParameter(
        ge=0, le=2**53, required=False, description="`seq` of the draft that was read: another one is refused"
    ),
]


class EditingController(Controller):
    """The keepers' side: an editor writes, a reviewer decides."""

    path = "/api/v1/procedures/{code:str}"
    tags = ("Catalogue",)
    guards = (KEEPER,)

    @put("/draft", guards=[EDITOR], sync_to_thread=True)
    def save(self, session: DbSession, actor: CurrentActor, code: Code, data: JSONBody[DraftIn]) -> DraftOut:
        """Keep the draft of the next revision; makes the procedure when the code is new."""
        drafting.save_draft(
            session,
            code,
            actor,
            content=data.content,
            offers=data.offers,
            effective_on=data.effective_on,
            seq=data.seq,
        )
        return draft_out(session, code)

    @get("/draft", sync_to_thread=True)
    def draft(self, session: DbSession, code: Code) -> DraftOut:
        """Show the draft."""
        return draft_out(session, code)

    @get("/draft/check", sync_to_thread=True)
    def check(self, session: DbSession, code: Code) -> CheckOut:
        """Judge the draft: the eight conditions for each agency, and what stands against publishing."""
        return check_out(drafting.check(session, code))

    @post("/draft/check", guards=[EDITOR], status_code=200, sync_to_thread=True)
    def check_unsaved(self, session: DbSession, code: Code, data: JSONBody[DraftIn]) -> CheckOut:
        """Judge what is about to be saved; nothing is kept, and the code may be new."""
        found = drafting.check_unsaved(
            session, code, content=data.content, offers=data.offers, effective_on=data.effective_on
        )
        return check_out(found)

    @post("/draft/review", guards=[EDITOR], status_code=200, sync_to_thread=True)
    def send_to_review(
        self, session: DbSession, actor: CurrentActor, code: Code, data: JSONBody[ReviewIn]
    ) -> DraftOut:
        """Send the draft to a second person. It must be fit to be published."""
        drafting.send_to_review(session, code, actor, reason=data.reason, seq=data.seq)
        return draft_out(session, code)

    @post("/draft/return", guards=[REVIEWER], status_code=200, sync_to_thread=True)
    def return_draft(
        self, session: DbSession, actor: CurrentActor, code: Code, data: JSONBody[ReturnIn]
    ) -> DraftOut:
        """Send the draft back to its editors with a reason."""
        drafting.return_draft(session, code, actor, reason=data.reason, seq=data.seq)
        return draft_out(session, code)

    @post("/publication", guards=[REVIEWER], sync_to_thread=True)
    def publish(
        self,
        session: DbSession,
        actor: CurrentActor,
        code: Code,
        seq: SeenSeq = None,
        key: IdempotencyKey = None,
    ) -> PublicationOut:
        """Publish what a colleague sent to review. It applies from its planned day; it never changes."""
        return publication_out(code, publishing.publish(session, code, actor, seq=seq, key=key))

    @post(
        "/revisions/{number:int}/cancellation",
        guards=[REVIEWER],
        status_code=200,
        sync_to_thread=True,
    )
    def call_off(
        self,
        session: DbSession,
        actor: CurrentActor,
        code: Code,
        number: Number,
        data: JSONBody[CancellationIn],
    ) -> PublicationOut:
        """Call off a published revision before its day. What applies now goes on."""
        found = publishing.call_off(session, code, number, actor, reason=data.reason)
        return publication_out(code, found)

    @post("/withdrawal", guards=[REVIEWER], status_code=200, sync_to_thread=True)
    def withdraw(
        self, session: DbSession, actor: CurrentActor, code: Code, data: JSONBody[WithdrawalIn]
    ) -> PublicationOut:
        """End the published revision, now or at a cut-off: no new dossiers; those filed go on."""
        found = publishing.withdraw(
            session, code, actor, reason=data.reason, closes_at=data.closes_at, seq=data.seq
        )
        return publication_out(code, found)

    @post("/withdrawal/cancellation", guards=[REVIEWER], status_code=200, sync_to_thread=True)
    def keep_open(
        self, session: DbSession, actor: CurrentActor, code: Code, data: JSONBody[CancellationIn]
    ) -> PublicationOut:
        """Take back a cut-off before it comes."""
        return publication_out(code, publishing.keep_open(session, code, actor, reason=data.reason))


route_handlers: list[Any] = [EditingController]
