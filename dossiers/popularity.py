"""How often each procedure was asked for in the last year: what lists and searches show first."""

import sqlalchemy as sa
from celery import shared_task
from sqlmodel import Session

from portal.core import clock
from portal.core.work import unit_of_work
from services_catalog import shelf

# Rounded to two figures, so that one dossier more is no new version of the catalogue.
_UPDATE = sa.text(
    """
    WITH asked AS (
        SELECT procedure_id, sum(submitted)::bigint AS times FROM rollup
        WHERE month >= (date_trunc('month', CAST(:today AS date)) - interval '11 months')::date
        GROUP BY procedure_id
    ), known AS (
        SELECT p.id, CASE WHEN coalesce(a.times, 0) < 100 THEN coalesce(a.times, 0)
                          ELSE round(a.times, 1 - floor(log(a.times))::int) END::int AS times
        FROM procedure p LEFT JOIN asked a ON a.procedure_id = p.id
    )
    UPDATE procedure p SET popularity = known.times FROM known
    WHERE known.id = p.id AND p.popularity <> known.times
    """
)


def count(session: Session) -> int:
    """Bring `procedure.popularity` up to the rollups of the last twelve months; how many changed."""
    changed: int = session.execute(_UPDATE, {"today": clock.today()}).rowcount  # type: ignore[attr-defined]
    if changed:
        shelf.bump(session)
    return changed


@shared_task(name="dossiers.popularity.count_popularity")  # type: ignore[untyped-decorator]
def count_popularity() -> int:
    """Count again; an hour's delay harms nobody."""
    with unit_of_work() as session:
        return count(session)
