"""A committed database and a real store, seen by the web and by the worker each as its own role."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import urllib3
from litestar.testing import TestClient

from auth.actor import Actor
from dossiers.models import Dossier
from portal.core import crypto, runtime
from portal.core.db import Sessions, make_engine, make_sessions
from portal.core.settings import Settings
from portal.core.storage import Storage
from portal.embedded import Embedded
from tests import factories
from tests.conftest import clone, drop, settings_for
from tests.files import corpus

PAPERS = [
    {
        "key": "proof",
        "name": "Giấy chứng sinh",
        "needed": "always",
        "accept": ["pdf", "jpeg", "png"],
        "max_files": 3,
    },
    {"key": "letter", "name": "Đơn đề nghị", "needed": "conditional", "accept": ["docx"], "max_mb": 1},
    {"key": "marriage", "name": "Giấy chứng nhận kết hôn", "needed": "not_needed", "accept": ["pdf"]},
]  # fmt: skip
PASSWORD = factories.PASSWORD


@dataclass
class House:
    """One committed world: an agency, a procedure with papers, a citizen, another, an officer."""

    settings: Settings
    app: Sessions
    worker: Sessions
    storage: Storage
    http: urllib3.PoolManager
    citizen: Actor
    stranger: Actor
    officer: Actor
    agency_id: UUID
    procedure: Any
    emails: dict[str, str]

    def draft(self) -> Dossier:
        """A fresh draft of the citizen, committed."""
        with self.app() as session:
            dossier = factories.draft(session, self.citizen, self.procedure, self.agency_id)
            session.commit()
        return dossier

    def as_(self, actor: Actor) -> Any:
        """A committed unit of work of this actor, as the web's role."""
        return corpus.Acting(self.app, actor)


@pytest.fixture(scope="session")
def settings_of_store(migrated: Embedded, store: Embedded) -> Iterator[Settings]:
    name = clone(migrated)
    made = settings_for(store, name)
    crypto.configure(made)
    yield made
    drop(migrated, name)


@pytest.fixture(scope="session")
def storage(settings_of_store: Settings) -> Storage:
    made = Storage(settings_of_store)
    made.ensure_bucket()
    return made


@pytest.fixture(scope="session")
def _house(settings_of_store: Settings, storage: Storage) -> Iterator[House]:
    made = settings_of_store
    engines = [
        make_engine(made.database_url.get_secret_value(), threads=4),
        make_engine(made.database_url_worker.get_secret_value(), threads=4),
    ]
    app, worker = (make_sessions(engine) for engine in engines)
    emails = {who: f"{who}@example.vn" for who in ("citizen", "stranger", "officer")}
    with worker() as session:  # the factories' catalogue writes pass no policy of the web's role
        agency = factories.agency(session, "H99.77")
        content = factories.simple() | {"requirements": PAPERS}
        procedure = factories.procedure(session, agency.id, code="9.777777", made_content=content)
        session.commit()
    with app() as session:
        citizen = factories.citizen(session, email=emails["citizen"])
        session.commit()
        stranger = factories.citizen(session, email=emails["stranger"])
        session.commit()
        officer = factories.officer(session, agency.id, email=emails["officer"])
        session.commit()
    yield House(
        made,
        app,
        worker,
        storage,
        urllib3.PoolManager(),
        citizen,
        stranger,
        officer,
        agency.id,
        procedure,
        emails,
    )
    for engine in engines:
        engine.dispose()


@pytest.fixture
def house(_house: House) -> House:
    """The committed world, with `runtime` as the worker has it."""
    crypto.configure(_house.settings)
    runtime.install(_house.settings, _house.worker, _house.storage)
    return _house


@pytest.fixture
def browser(house: House) -> Iterator[TestClient[Any]]:
    """The web application on the committed world; nobody is signed in."""
    from portal.app import create_app

    app = create_app(house.settings, house.app, house.storage)
    runtime.install(house.settings, house.worker, house.storage)
    with TestClient(app, base_url="https://testserver.local", raise_server_exceptions=False) as made:
        yield made
