"""Where the store sends a browser after its own form took a file: back to the page, told how it went."""

from typing import Any
from uuid import UUID

from litestar import Response
from sqlmodel import Session

from auth.actor import Actor
from dossiers import attachment_forms
from portal.core.errors import DomainError
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
) -> Response[Any]:
    """Complete the upload and lead to `back`; coming twice is harmless.

    Raises:
        Forbidden, NotFound: not the actor's, or there is no such file.
    """
    try:
        taken = attachment_forms.returned_from_store(session, storage, actor, dossier_id, key, attachment_id)
    except DomainError as refusal:
        if refusal.status in (403, 404):
            raise
        session.rollback()
        return see_other(back, Notice("bad", refusal.detail))
    return see_other(back) if taken.state == "removed" else see_other(back, done(said))
