"""One true world, made through services with files, papers and letters; each test works on a copy."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
import urllib3
from sqlmodel import Session, col, select

from auth.actor import Actor, Role
from dossiers import (
    attachments,
    decision,
    documents,
    ends,
    extensions,
    fees,
    filing,
    payments,
    processing,
    supplements,
    supplying,
    verify,
)
from dossiers.models import Attachment, AttachmentState, Document, DocumentKind, Dossier, FeeLine
from dossiers.rollups import fold_once
from dossiers.supplement_models import ItemKind
from dossiers.verification.report import Findings
from portal.core import anchors, clock, crypto, outbox, receipts, runtime
from portal.core.calendar import VIET_NAM
from portal.core.db import Sessions, act_as, make_engine, make_sessions
from portal.core.settings import Settings
from portal.core.storage import Storage
from portal.embedded import Embedded
from portal.worker import SUBSCRIBERS, celery_app
from tests import factories
from tests.conftest import clone, drop, settings_for
from tests.dossiers import money
from tests.files import corpus
from tests.verify.journals import written
from tests.verify.tampering import history

FEE = {"key": "copies", "name": "Lệ phí bản sao", "kind": "charge", "per": "dossier", "amount_vnd": 8000}


class Stamp:
    """Draws no PDF: what a paper says, as bytes, is enough to be kept and compared."""

    def template(self, name: str, context: dict[str, Any]) -> bytes:
        return repr((name, context)).encode()


@dataclass
class World:
    """A database and buckets of its own, with the people who act in it."""

    settings: Settings
    app: Sessions
    worker: Sessions
    storage: Storage
    superuser_url: str
    http: Any = None
    citizen: Any = None
    officer: Any = None
    agency_id: Any = None
    ids: dict[str, UUID] = field(default_factory=dict)

    @contextmanager
    def as_(self, actor: Actor) -> Iterator[Session]:
        """One committed act of somebody."""
        with self.app() as session:
            act_as(session, actor.id, actor.agency_ids)
            yield session
            session.commit()

    def attach(self, actor: Actor, dossier_id: UUID, paper: str, name: str) -> UUID:
        """A file sent, checked and ready."""
        data = corpus.pdf(pages=1 + len(self.ids))
        with self.as_(actor) as session:
            plan = attachments.begin(session, self.storage, actor, dossier_id, paper, name, len(data))
        corpus.send(self.http, plan, data)
        with self.as_(actor) as session:
            attachments.complete(session, self.storage, actor, dossier_id, plan.attachment_id)
        self.relay()
        return plan.attachment_id

    def file(self, name: str, procedure: Any) -> UUID:
        """A dossier filed with one file."""
        with self.as_(self.citizen) as session:
            dossier_id = factories.draft(session, self.citizen, procedure, self.agency_id).id
        self.ids[name] = dossier_id
        self.attach(self.citizen, dossier_id, "proof", "giấy tờ.pdf")
        with self.as_(self.citizen) as session:
            filing.submit(session, self.citizen, dossier_id, idempotency_key=str(uuid4()))
        return dossier_id

    def act(self, work: Any, dossier_id: UUID, **more: Any) -> None:
        """One act of the officer."""
        with self.as_(self.officer) as session:
            work(session, self.officer, dossier_id, **more)

    def relay(self) -> None:
        """Hand every waiting event on and do what it calls for, here and now."""
        sent: list[tuple[str, str, int]] = []
        with self.worker() as session:
            while outbox.relay_once(session, SUBSCRIBERS, lambda *told: sent.append(told)):
                session.commit()
        for task, stream_id, seq in sent:
            celery_app.tasks[task](stream_id, seq)

    def sign(self) -> None:
        """A signed root over what there is, in both places."""
        with self.worker() as session:
            anchors.publish(session, self.storage, self.settings.anchor_bucket)
            anchors.anchor_once(session, self.settings.anchor_key.get_secret_value())
            session.commit()
            anchors.publish(session, self.storage, self.settings.anchor_bucket)

    def judge(self, *, stored: bool = True, **more: Any) -> Findings:
        """What `portal verify` says; without the store when the test is not about it."""
        crypto.configure(self.settings)
        storage = self.storage if stored else None
        with self.worker() as session:
            return verify.run(session, storage, self.settings, **{"subscribers": SUBSCRIBERS, **more})

    def spoil(self, *statements: str, **given: Any) -> None:
        """What an intruder with the superuser's rights does: no trigger stops them."""
        engine = sa.create_engine(self.superuser_url)
        with engine.begin() as connection:
            connection.execute(sa.text("SET session_replication_role = replica"))
            for statement in statements:
                done = connection.execute(sa.text(statement), given)
                assert done.rowcount != 0, statement
        engine.dispose()

    def one(self, query: str, **given: Any) -> Any:
        """One value, read as superuser."""
        engine = sa.create_engine(self.superuser_url)
        with engine.connect() as connection:
            found = connection.execute(sa.text(query), given).scalar_one()
        engine.dispose()
        return found


def opened(migrated: Embedded, name: str, buckets: dict[str, str]) -> tuple[World, list[sa.Engine]]:
    """The world on this database."""
    settings = settings_for(migrated, name, **buckets)
    engines = [
        make_engine(settings.database_url.get_secret_value(), threads=3),
        make_engine(settings.database_url_worker.get_secret_value(), threads=3, statement_timeout_ms=60_000),
    ]
    app, worker = (make_sessions(engine) for engine in engines)
    superuser = migrated.postgres.url("postgres", migrated.secrets.database_admin, name)
    return World(settings, app, worker, Storage(settings), superuser), engines


@pytest.fixture(scope="session")
def truth(migrated: Embedded, store: Embedded, smtp: Embedded) -> Iterator[tuple[str, World]]:
    """The world and its database's name; nobody is connected to it any more."""
    buckets = {f"{kind}_bucket": f"{kind}-{secrets.token_hex(4)}" for kind in ("store", "anchor")}
    name = clone(smtp)
    world, engines = opened(smtp, name, buckets)
    crypto.configure(world.settings)
    runtime.install(world.settings, world.worker, world.storage)
    world.http = urllib3.PoolManager()
    for bucket in buckets.values():
        world.storage.ensure_bucket(bucket)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "PRESS", Stamp())
        _people(world)
        _lives(world)
    world.http.clear()
    for engine in engines:
        engine.dispose()
    yield name, world
    drop(smtp, name)


def _people(world: World) -> None:
    with world.worker() as session:
        agency = factories.agency(session, "H99.31")
        world.agency_id = agency.id
        world.citizen = factories.citizen(session)
        world.officer = factories.officer(session, agency.id)
        factories.officer(session, agency.id, Role.ADMINISTRATOR, name="Trần Văn Bình")
        session.commit()


def _lives(world: World) -> None:
    with world.worker() as session:
        plain = factories.procedure(
            session, world.agency_id, made_content=factories.simple(result=None) | {"fees": [FEE]}
        )
        written = factories.procedure(
            session,
            world.agency_id,
            made_content=factories.simple(
                result={"name": "Giấy xác nhận", "electronic": True, "generated": True}
            ),
        )
        session.commit()
    with world.as_(world.citizen) as session:
        world.ids["draft"] = factories.draft(session, world.citizen, plain, world.agency_id).id
    dropped = world.attach(world.citizen, world.ids["draft"], "proof", "nhầm.pdf")
    with world.as_(world.citizen) as session:
        attachments.remove(session, world.citizen, world.ids["draft"], dropped)
    world.sign()
    world.file("filed", plain)
    world.act(processing.refuse, world.file("refused", plain), reason="Nộp sai cơ quan.")
    rejected = world.file("rejected", plain)
    for work in (processing.receive, processing.claim, processing.release, processing.claim):
        world.act(work, rejected)
    world.act(decision.reject, rejected, ground="Không đủ điều kiện.")
    world.sign()
    returned = world.file("returned", plain)
    world.act(processing.receive, returned)
    world.act(processing.claim, returned)
    with world.worker() as session:
        line = session.exec(select(FeeLine).where(FeeLine.dossier_id == returned)).one()
    world.act(fees.settle_fee, returned, fee_line_id=line.id)
    result = world.attach(world.officer, returned, "result", "kết quả.pdf")
    world.act(decision.approve, returned, result_attachment_id=result, ground="Đủ điều kiện.")
    world.act(decision.deliver, returned)
    _paid_online(world, plain)
    _turned(world, plain)
    settled = world.file("settled", written)
    for work in (processing.receive, processing.claim, decision.approve):
        world.act(work, settled)
    world.relay()
    with world.worker() as session:
        fold_once(session)
        session.commit()
        kinds = set(session.exec(select(col(Document.kind))))
        states = set(session.exec(select(col(Attachment.state))))
        statuses = set(session.exec(select(col(Dossier.status))))
    assert kinds == set(DocumentKind)
    assert states == {AttachmentState.READY, AttachmentState.REMOVED, AttachmentState.REPLACED}
    assert statuses == {"draft", "submitted", "accepted", "refused", "stopped", "returned", "settled"}
    world.sign()


def _turned(world: World, procedure: Any) -> None:
    """A dossier whose paper was supplied anew, whose date was put off, and which was taken back."""
    turned = world.file("turned", procedure)
    world.act(processing.receive, turned)
    paper = supplements.Item(kind=ItemKind.PAPER, key="proof", reason="unreadable", why="Chụp lại cho rõ.")
    world.act(supplements.ask, turned, items=[paper])
    world.attach(world.citizen, turned, "proof", "giấy tờ rõ hơn.pdf")
    with world.as_(world.citizen) as session:
        supplying.respond(session, world.citizen, turned)
    until = VIET_NAM.add_working_days(clock.today(), 20)
    world.act(extensions.extend, turned, until=until, reason="Cần thẩm tra thêm.")
    with world.as_(world.citizen) as session:
        ends.ask_withdrawal(session, world.citizen, turned)
    world.act(ends.stop, turned)


def _paid_online(world: World, procedure: Any) -> None:
    """A dossier paid through the gateway, twice: the second time is to be given back."""
    online = world.file("online", procedure)
    world.act(processing.receive, online)
    with world.as_(world.citizen) as session:
        payment, _ = payments.begin(session, world.citizen, online)
    for _ in range(2):
        with world.app() as session:
            payments.book(session, "sandbox", money.told(payment))
            session.commit()


@pytest.fixture
def world(truth: tuple[str, World], migrated: Embedded) -> Iterator[World]:
    """A copy of the true world to spoil; the store is shared, and put right by whoever changes it."""
    name, source = truth
    copy = clone(migrated, name)
    settings = source.settings
    made, engines = opened(
        migrated, copy, {"store_bucket": settings.store_bucket, "anchor_bucket": settings.anchor_bucket}
    )
    made.citizen, made.officer, made.agency_id, made.ids = (
        source.citizen,
        source.officer,
        source.agency_id,
        source.ids,
    )
    crypto.configure(made.settings)
    runtime.install(made.settings, made.worker, made.storage)
    bucket = settings.anchor_bucket
    roots = {one.key for one in made.storage.listing(bucket=bucket)}
    yield made
    for one in list(made.storage.listing(bucket=bucket)):
        if one.key not in roots:  # signed in this copy: the others know nothing of it
            made.storage._store.remove_object(bucket_name=bucket, object_name=one.key)
    for engine in engines:
        engine.dispose()
    drop(migrated, copy)


@pytest.fixture
def given(world: Any, tmp_path: Path) -> SimpleNamespace:
    """The world, its export, the public key, and the receipt of the filed dossier."""
    key = tmp_path / "key.pem"
    key.write_text(anchors.public_key_pem(world.settings.anchor_key.get_secret_value()))
    filing = history(world, world.ids["filed"])[3]
    reference = json.loads(filing["body"])["data"]["reference"]
    code = receipts.code(reference, filing["hash"])
    return SimpleNamespace(
        world=world,
        journal=written(world, tmp_path / "journal.jsonl"),
        key=key,
        code=code,
        reference=reference,
        folder=tmp_path,
    )
