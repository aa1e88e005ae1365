"""What the catalogue does when a day or an hour has come."""

import logging

from celery import shared_task
from sqlalchemy.exc import SQLAlchemyError

from portal.core import clock
from portal.core.errors import DomainError
from portal.core.work import unit_of_work
from services_catalog import taking_effect

log = logging.getLogger(__name__)


@shared_task(name="services_catalog.tasks.follow_the_calendar")  # type: ignore[untyped-decorator]
def follow_the_calendar() -> int:
    """Begin revisions whose day has come, close procedures whose cut-off has; how many moved.

    Each procedure in a transaction of its own: one that cannot be moved holds up no other.
    """
    at = clock.now()
    with unit_of_work() as session:
        due = taking_effect.due(session, at)
    moved = 0
    for procedure_id in due:
        try:
            with unit_of_work() as session:
                moved += taking_effect.follow(session, procedure_id, at) is not None
        except (DomainError, SQLAlchemyError):
            log.exception("procedure %s does not follow the calendar", procedure_id)
    return moved
