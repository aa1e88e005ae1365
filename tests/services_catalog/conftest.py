"""The whole catalogue, loaded once for the tests that only read it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session

import services_catalog
from auth.actor import Actor, Role
from portal.core import crypto
from portal.core.db import Sessions, act_as, make_engine, make_sessions
from portal.embedded import Embedded
from services_catalog import importing
from tests import factories
from tests.conftest import Database, clone, drop, settings_for
from tests.services_catalog import import_place
from tests.services_catalog.import_place import Place

SEED = Path(services_catalog.__file__).parent / "seed"


@pytest.fixture(scope="package")
def catalogue(migrated: Embedded) -> Iterator[Sessions]:
    """Sessions on a database with the seed's procedures and the national listing; read only."""
    name = clone(migrated)
    settings = settings_for(migrated, name)
    crypto.configure(settings)
    engine = make_engine(settings.database_url.get_secret_value(), threads=2)
    sessions = make_sessions(engine)
    with sessions() as session:
        importing.seed_agencies(session, SEED / "agencies.json")
        assert importing.import_replaced(session, SEED / "replaced_papers.tsv").refused == []
        hands = importing.machine_hands(session)
        for path in sorted((SEED / "procedures").glob("*.json")):
            assert importing.import_file(session, path, hands).outcome == "created"
        assert importing.import_listing(session, SEED / "listing.tsv").refused == []
        session.commit()
    yield sessions
    engine.dispose()
    drop(migrated, name)


@pytest.fixture
def editor(session: Session) -> Actor:
    actor = factories.officer(session, uuid4(), Role.CATALOGUE_EDITOR)
    act_as(session, actor.id, frozenset())
    return actor


@pytest.fixture
def reviewer(session: Session) -> Actor:
    actor = factories.officer(session, uuid4(), Role.CATALOGUE_REVIEWER)
    act_as(session, actor.id, frozenset())
    return actor


@pytest.fixture
def agency_id(session: Session) -> UUID:
    return factories.agency(session, "H99.77.05", valid_from=date(2020, 1, 1)).id


@pytest.fixture
def place(database: Database, store: Any) -> Iterator[Place]:
    yield from import_place.opened(database, store)
