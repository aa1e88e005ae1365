"""The ground everything is measured on: real services, one database of known size, people who ask."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from auth import sessions as web_sessions
from auth.actor import Actor
from auth.models import Account, Agency
from portal import bulk, seeding
from portal.core import crypto, runtime
from portal.core.db import Sessions, act_as, make_engine, make_sessions
from portal.core.settings import Settings
from portal.core.storage import Storage
from portal.embedded import Embedded
from services_catalog.models import Procedure
from tests import factories
from tests.conftest import urls

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "motcua"


@dataclass
class Size:
    """How many rows; the ordinary run, or a small one for the tests."""

    procedures: int = 20_000
    published: int = 1_000
    dossiers: int = 200_000
    drafts: int = 1_500  # to submit, accept and approve
    seed: int = 20261123


@dataclass
class Ground:
    """Where things are and who may ask."""

    services: Embedded
    settings: Settings
    environment: dict[str, str]
    app: Sessions
    worker: Sessions
    owner: Sessions
    storage: Storage
    size: Size
    citizen: Actor = field(default_factory=Actor)
    officer: Actor = field(default_factory=Actor)  # of all the agencies, to act anywhere
    clerk: Actor = field(default_factory=Actor)  # of the busiest one, to read its desk
    tokens: dict[str, str] = field(default_factory=dict)
    dossier: UUID = field(default_factory=uuid4)
    papered: UUID = field(default_factory=uuid4)  # a draft that takes a file
    agency: UUID = field(default_factory=uuid4)
    agencies: list[UUID] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)  # codes of the small procedures, one an agency

    def connect(self) -> psycopg.Connection[Any]:
        """A connection as the owner."""
        url = self.settings.database_url_owner
        assert url is not None
        return psycopg.connect(url.get_secret_value().replace("+psycopg", ""), autocommit=True)


@contextmanager
def prepared(size: Size, say: Any = print) -> Iterator[Ground]:
    """Start the services, migrate, seed, fill, and make the people; all of it goes at the end."""
    with Embedded.temporary(fast=False) as services:
        services.start()
        addresses = urls(services, NAME)
        environment = services.settings_environment()
        environment |= {f"MOTCUA_{name.upper()}": value for name, value in addresses.items()}
        environment |= {"MOTCUA_LOG_LEVEL": "ERROR", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        given = {name.removeprefix("MOTCUA_").lower(): value for name, value in environment.items()}
        settings = Settings(**{k: v for k, v in given.items() if k in Settings.model_fields})  # type: ignore[arg-type]
        config = Config(toml_file=str(ROOT / "pyproject.toml"))
        config.attributes["url"] = addresses["database_url_owner"]
        command.upgrade(config, "head")
        crypto.configure(settings)
        made = [
            make_sessions(make_engine(addresses[name], threads=4, statement_timeout_ms=120_000))
            for name in ("database_url", "database_url_worker", "database_url_owner")
        ]
        storage = Storage(settings)
        runtime.install(settings, made[1], storage)
        ground = Ground(services, settings, environment, made[0], made[1], made[2], storage, size)
        seeding.run(settings, progress=lambda _: None)
        say(f"· dossiers by COPY: {size.dossiers:,}")
        bulk.dossiers(ground.owner, size.dossiers, size.seed, progress=lambda _: None)
        _procedures(ground)
        _people(ground)
        with ground.connect() as connection:
            connection.execute("VACUUM ANALYZE")
        yield ground


def _procedures(ground: Ground) -> None:
    """More entries like those of the national listing, and more published ones like those of the seed."""
    with ground.connect() as owner:
        owner.execute("ALTER TABLE procedure_revision DISABLE TRIGGER USER")
        owner.execute("ALTER TABLE offering DISABLE TRIGGER USER")
        kept = owner.execute(
            """
            SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
            WHERE table_name = 'procedure' AND is_generated = 'NEVER'
              AND column_name NOT IN ('id', 'code', 'name', 'name_folded', 'current_revision_id')
            """
        ).fetchone()
        assert kept is not None
        owner.execute(
            f"""
            INSERT INTO procedure (id, code, name, name_folded, {kept[0]})
            SELECT gen_random_uuid(), '8.' || lpad(n::text, 6, '0'), p.name || ' ' || n,
                   p.name_folded || ' ' || n, {kept[0]}
            FROM generate_series(1, %s) n
            JOIN (SELECT row_number() OVER (ORDER BY code) AS place, * FROM procedure WHERE origin <> 'own') p
              ON p.place = 1 + n %% 5000
            """,
            [max(0, ground.size.procedures - 5_670)],
        )
        published = owner.execute("SELECT count(*) FROM procedure WHERE origin = 'own'").fetchone()
        assert published is not None
        owner.execute(
            """
            WITH chosen AS (
                SELECT (row_number() OVER (ORDER BY id))::int AS place, id AS listed, code, name, name_folded
                FROM procedure WHERE code LIKE '8.%%' LIMIT %s
            ), models AS (
                SELECT (row_number() OVER (ORDER BY p.code))::int AS place, r.*
                FROM procedure p JOIN procedure_revision r ON r.id = p.current_revision_id
            ), revised AS (
                INSERT INTO procedure_revision
                    (id, procedure_id, number, status, effective_on, ruleset, content, content_hash,
                     created_at, published_at, offers, authors, submitted_at, submitted_by, published_by,
                     began_at)
                SELECT gen_random_uuid(), c.listed, 1, 'published', m.effective_on, m.ruleset, m.content,
                       m.content_hash, m.created_at, m.published_at, m.offers, m.authors, m.submitted_at,
                       m.submitted_by, m.published_by, m.began_at
                FROM chosen c JOIN models m ON m.place = 1 + c.place %% (SELECT count(*) FROM models)
                RETURNING id, procedure_id
            ), offered AS (
                INSERT INTO offering
                    (id, revision_id, procedure_id, agency_id, declared, eligible, steps, verdict)
                SELECT gen_random_uuid(), r.id, r.procedure_id, (SELECT agency_id FROM offering LIMIT 1),
                       'full', true, '[]', '{}'
                FROM revised r
            )
            UPDATE procedure p SET origin = 'own', current_revision_id = r.id FROM revised r
            WHERE p.id = r.procedure_id
            """,
            [max(0, ground.size.published - published[0])],
        )
        owner.execute("ALTER TABLE procedure_revision ENABLE TRIGGER USER")
        owner.execute("ALTER TABLE offering ENABLE TRIGGER USER")


def _people(ground: Ground) -> None:
    """The officer of the busiest agency, a citizen with a real dossier there, and drafts to work on."""
    small = factories.content(
        form=factories.SIMPLE_FORM,
        requirements=[],
        fees=[],
        cases=[],
        result={**factories.content()["result"], "generated": True},
        time_limit={"amount": 3, "unit": "working_day"},
    )
    with ground.worker() as session:
        ground.agency = session.execute(
            sa.text("SELECT receiving_agency_id FROM dossier GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
        ).scalar_one()
        known = session.execute(sa.select(Agency.__table__.c.id)).scalars().all()  # type: ignore[attr-defined]
        ground.agencies = [ground.agency, *(one for one in known if one != ground.agency)][:50]
        for agency in ground.agencies:
            made: Procedure = factories.procedure(session, agency, made_content=small)
            ground.plain.append(made.code)
        papers = [{**factories.SIMPLE_PAPERS[0], "max_mb": 50}]
        papered = {**factories.simple(), "requirements": papers}
        paper = factories.procedure(session, ground.agency, made_content=papered)
        ground.citizen = factories.citizen(session, email="citizen@bench.example")
        ground.officer = factories.officer(session, ground.agency, email="officer@bench.example")
        ground.clerk = factories.officer(session, ground.agency, email="clerk@bench.example")
        for agency in ground.agencies[1:]:
            factories.auth_service.grant(
                session, _account(ground.officer), factories.Role.OFFICER, agency, by=None
            )
        session.commit()
        for name, actor in (
            ("citizen", ground.citizen), ("officer", ground.officer), ("clerk", ground.clerk)
        ):  # fmt: skip
            ground.tokens[name] = web_sessions.start(session, _account(actor), actor.name, hours=12)
        session.commit()
    ground.officer = Actor(
        id=ground.officer.id,
        roles=ground.officer.roles,
        agency_ids=frozenset(ground.agencies),
        name=ground.officer.name,
    )
    (ground.dossier,) = drafts(ground, 1)
    with ground.app() as session:
        ground.papered = factories.draft(session, ground.citizen, paper, ground.agency).id
        session.commit()


def drafts(ground: Ground, count: int, *, agencies: int = 1) -> list[UUID]:
    """New drafts, complete and ready to be filed, at the first so many agencies in turn."""
    made = []
    with ground.app() as session:
        for place in range(count):
            act_as(session, ground.citizen.id, ground.citizen.agency_ids)
            at = place % agencies
            dossier = factories.filing.open_draft(
                session,
                ground.citizen,
                submission_id=uuid4(),
                code=ground.plain[at],
                agency_id=ground.agencies[at],
            )
            factories.filing.save_answers(
                session, ground.citizen, dossier.id, seq=None, answers=dict(factories.SIMPLE_ANSWERS)
            )
            made.append(dossier.id)
            session.commit()
    return made


def _account(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


def cookie(ground: Ground, who: str) -> dict[str, str]:
    """The headers of a signed-in browser."""
    return {"Cookie": f"__Host-motcua={ground.tokens[who]}"}


def random_key() -> str:
    """An idempotency key."""
    return secrets.token_hex(12)


__all__ = ["Account", "Ground", "Size", "cookie", "drafts", "prepared", "random_key"]
