"""What was asked for often in the last year comes first; a dossier more is no new version."""

from datetime import date
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from dossiers import popularity
from services_catalog import queries
from services_catalog.models import Procedure
from tests import factories
from tests.conftest import Database

TODAY = date(2026, 12, 1)
_ADD = sa.text(
    "INSERT INTO rollup (month, agency_id, procedure_id, level, channel, submitted, received, refused,"
    " settled, approved, on_time, returned)"
    " VALUES (:month, :agency, :procedure, 'full', 'online', :n, 0, 0, 0, 0, 0, 0)"
)


@pytest.fixture
def worker(database: Database):
    with database.worker() as session:
        yield session
        session.rollback()


def asked(session: Session, procedure: Procedure, agency: UUID, month: date, times: int) -> None:
    session.execute(_ADD, {"month": month, "agency": agency, "procedure": procedure.id, "n": times})


@pytest.mark.parametrize(("times", "shown"), [(0, 0), (7, 7), (99, 99), (1234, 1200), (98_765, 99_000)])
def test_counts_the_last_twelve_months_to_two_figures(worker, monkeypatch, times, shown):
    monkeypatch.setattr(popularity.clock, "today", lambda: TODAY)
    agency = factories.agency(worker).id
    made = factories.procedure(worker, agency)
    asked(worker, made, agency, date(2026, 1, 1), times)
    asked(worker, made, agency, date(2025, 12, 1), 5000)  # longer ago than a year

    popularity.count(worker)
    worker.refresh(made)

    assert made.popularity == shown


def test_only_a_change_makes_a_new_version(worker, monkeypatch):
    monkeypatch.setattr(popularity.clock, "today", lambda: TODAY)
    agency = factories.agency(worker).id
    made = factories.procedure(worker, agency)
    asked(worker, made, agency, date(2026, 11, 1), 1234)
    popularity.count(worker)
    before = queries.version(worker)

    worker.execute(sa.text("UPDATE rollup SET submitted = 1236 WHERE procedure_id = :id"), {"id": made.id})

    assert popularity.count(worker) == 0
    assert queries.version(worker) == before
