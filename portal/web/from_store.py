"""Where the store sends a browser after its own form took a file: back to the page, told how it went."""

from typing import Any
from uuid import UUID

from litestar import Response
from sqlmodel import Session

from auth.actor import Actor
from dossiers import attachment_forms
from portal.core.errors import DomainError, Forbidden, NotFound
from portal.core.storage import Storage
from portal.web.pages import Notice, done, see_other

TAKEN = "Đã nhận tệp, đang kiểm tra. Thường mất vài giây."


def back_with(
    session: Session,
    storage: Storage,
    actor: Actor,
    dossier_id: UUID,
    key: str,
    attachment_id: UUID,
    *,
    back: str,
    said: str = TAKEN,
    own: bool = False,
) -> Response[Any]:
    """Complete the upload and lead to `back`; coming twice is harmless.

    `own`: the page is the applicant's alone, an officer has no business there.

    Raises:
        NotFound: there is no such file, or the actor may not see its dossier.
        Forbidden: the page is the applicant's, and the actor is another.
    """
    try:
        taken = attachment_forms.returned_from_store(session, storage, actor, dossier_id, key, attachment_id)
    except NotFound:
        raise
    except DomainError as refusal:
        if own and isinstance(refusal, Forbidden):
            raise
        session.rollback()
        return see_other(back, Notice("bad", refusal.detail))
    return see_other(back) if taken.state == "removed" else see_other(back, done(said))
