"""The rows that measuring stands on: as the portal writes them, and drawn again from the same seed."""

import pytest
import sqlalchemy as sa

from dossiers import inbox, views
from portal import bulk, invented
from portal.core import crypto
from portal.core.db import make_engine, make_sessions
from tests import factories


@pytest.fixture
def owner(database):
    with database.worker() as session:
        agency = factories.agency(session)
        factories.procedure(session, agency.id)
        session.commit()
    engine = make_engine(database.urls["database_url_owner"], threads=1)
    yield make_sessions(engine)
    engine.dispose()


def test_bulk_dossiers_are_read_like_any_other(owner, database):
    assert bulk.dossiers(owner, 300, 7, progress=lambda _: None) == 300

    with database.worker() as session:
        rows = session.execute(sa.text("SELECT id, subject_id, applicant, status FROM dossier")).all()
        names = {
            crypto.open_(session, row.subject_id, f"dossier.applicant|{row.id}", row.applicant)["name"]
            for row in rows
        }
        agency = session.execute(sa.text("SELECT receiving_agency_id FROM dossier LIMIT 1")).scalar_one()
        officer = factories.officer(session, agency)
        session.commit()
    with database.app() as session:
        factories.act_as(session, officer.id, officer.agency_ids)
        page = inbox.desk(session, officer, view="unit", day_end=factories.now())
        shown = views.summary(session, officer, page.items[0].id)
        name = str(page.items[0].applicant_name)
        found = inbox.desk(session, officer, view="all", query=name, day_end=factories.now())
    assert len(rows) == 300
    assert {row.status for row in rows} >= {"returned", "processing", "accepted"}
    assert {name.split()[0] for name in names} <= set(invented.FAMILIES)
    assert len(page.items) == 20
    assert shown.number
    assert {one.applicant_name for one in found.items} == {name}


def test_the_same_seed_draws_the_same_states(owner, database):
    bulk.dossiers(owner, 200, 3, progress=lambda _: None)
    with database.worker() as session:
        first = session.execute(sa.text("SELECT status FROM dossier ORDER BY id")).scalars().all()
    with owner() as session:
        session.execute(sa.text("TRUNCATE dossier CASCADE"))
        session.commit()
    bulk.dossiers(owner, 200, 3, progress=lambda _: None)
    with database.worker() as session:
        second = session.execute(sa.text("SELECT status FROM dossier ORDER BY id")).scalars().all()

    assert first == second


def test_an_empty_catalogue_takes_none(database):
    engine = make_engine(database.urls["database_url_owner"], threads=1)

    with pytest.raises(bulk.NothingOffered):
        bulk.dossiers(make_sessions(engine), 10, 1, progress=lambda _: None)

    engine.dispose()
    with database.worker() as session:
        assert session.execute(sa.text("SELECT count(*) FROM dossier")).scalar_one() == 0
