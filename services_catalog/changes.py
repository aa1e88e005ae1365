"""How often this process has committed a change of the public catalogue (`shelf.bump`)."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services_catalog.models import CHANGED


class Changes:
    """Counted when the transaction is committed, not before."""

    made = 0


@sa.event.listens_for(Session, "after_commit")
def _published(session: Session) -> None:
    if session.info.pop(CHANGED, False):
        Changes.made += 1
