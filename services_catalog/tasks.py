"""What the catalogue does when a day or an hour has come."""

from celery import shared_task

from portal.core import clock
from portal.core.work import unit_of_work
from services_catalog import publishing


@shared_task(name="services_catalog.tasks.follow_the_calendar")  # type: ignore[untyped-decorator]
def follow_the_calendar() -> int:
    """Begin revisions whose day has come, close procedures whose cut-off has; how many moved."""
    with unit_of_work() as session:
        begun = publishing.begin_due(session, clock.today())
    with unit_of_work() as session:
        closed = publishing.close_due(session, clock.now())
    return len(begun) + len(closed)
