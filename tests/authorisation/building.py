"""Builds the world of the matrix: who is who, and one dossier in each state."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa
from litestar.testing import TestClient
from sqlmodel import Session, select

from auth import queries as people
from auth import service as auth_service
from auth import sessions as web_sessions
from auth import tokens
from auth.actor import Actor, Role
from auth.models import WebSession
from dossiers import batches, calendar_editing, decision, incidents, processing, standing_in
from dossiers.calendar_models import IncidentScope
from dossiers.models import Attachment, Document, DocumentKind, Dossier
from portal.core import clock
from portal.core.db import act_as
from portal.core.settings import Settings
from services_catalog import downtimes, drafting, publishing, shelf, template_files
from services_catalog.content import Offer, RevisionContent
from services_catalog.models import CatalogueImport, ImportState, Level, Procedure
from tests import factories
from tests.authorisation.world import DRAFTED, REVIEWED, STATES, STOP, WAITING, Case, World


def build(
    connection: sa.Connection, make: Callable[[], Session], client: TestClient[Any], settings: Settings
) -> World:
    """Make everybody and everything."""
    world = World(client, connection)
    with make() as session:
        here, there = factories.agency(session), factories.agency(session)
        procedure = factories.procedure(session, here.id)
        world.code, world.agency_id, world.agency_code = procedure.code, here.id, here.code
        procedure.sector_names = "Hộ tịch"
        shelf.sector_ids(session, ["Hộ tịch"])
        world.places = {"linh-vuc": "ho-tich", "co-quan": here.code}
        _people(session, world, here.id, there.id, settings)
        session.commit()
        _drafted(session, world, here.id)
        world.template = _template(session, world)
        times = {name: datetime.fromisoformat(STOP[name]) for name in ("starts_at", "ends_at")}
        stop = downtimes.announce(session, world.actors["admin"], code=world.code, reason="Bảo trì", **times)
        world.downtime_id = stop.id
        changes = calendar_editing.Changes(result_cutoff="14:30")
        drafted = calendar_editing.draft(session, world.actors["admin"], changes, reason="Theo văn bản mới.")
        world.calendar = drafted.number
        world.incident_id = incidents.note(
            session,
            world.actors["admin"],
            scope=IncidentScope.PROCEDURE,
            code=world.code,
            title="Không tải được tệp",
            began_at=clock.now(),
        ).id
        world.import_id = _imported(session, world)
        for state in STATES:
            world.cases[state] = _case(session, world, procedure, state)
        holder = world.actors["holder"]
        act_as(session, holder.id, holder.agency_ids)
        world.delegation_id = standing_in.delegate(
            session,
            holder,
            agency_id=here.id,
            from_id=_id(holder),
            to_id=_id(world.actors["colleague"]),
            since=clock.now() + timedelta(days=1),
            until=clock.now() + timedelta(days=30),
        ).id
        world.batch_id = batches.begin(session, holder, "start", [batches.Chosen(uuid4(), 1)])
        session.commit()
    return world


def _people(session: Session, world: World, here: UUID, there: UUID, settings: Settings) -> None:
    ids: dict[str, Actor] = {}
    for name in ("owner", "stranger"):
        ids[name] = factories.citizen(session, email=f"{name}@example.vn")
    for name, agency in (("holder", here), ("colleague", here), ("elsewhere", there), ("removed", here)):
        ids[name] = factories.officer(session, agency, email=f"{name}@example.vn")
    ids["editor"] = factories.officer(session, here, Role.CATALOGUE_EDITOR, email="editor@example.vn")
    ids["reviewer"] = factories.officer(session, here, Role.CATALOGUE_REVIEWER, email="reviewer@example.vn")
    ids["admin"] = factories.officer(session, here, Role.ADMINISTRATOR, email="admin@example.vn")
    world.headers["anonymous"] = {}
    for name, actor in ids.items():
        token = _session(session, world, name, actor)
        world.headers[name] = {"cookie": f"__Host-motcua={token}"}
    for held in people.memberships(session, _id(ids["removed"])):
        auth_service.revoke(session, held.id, by=None)
    ended = _session(session, world, "expired", ids["owner"])
    session.execute(
        sa.update(WebSession.__table__)  # type: ignore[attr-defined]
        .where(WebSession.__table__.c.token_hash == web_sessions.digest(ended))  # type: ignore[attr-defined]
        .values(expires_at=clock.now() - timedelta(seconds=1))
    )
    world.headers["expired"] = {"cookie": f"__Host-motcua={ended}"}
    issued = tokens.shared(settings).issue(_id(ids["owner"]), None, clock.now().timestamp())
    world.headers["token"] = {"authorization": f"Bearer {issued}"}
    world.actors = ids


def _session(session: Session, world: World, name: str, actor: Actor) -> str:
    token = web_sessions.start(session, _id(actor), actor.name, hours=12)
    kept = session.exec(select(WebSession).where(WebSession.token_hash == web_sessions.digest(token))).one()
    world.csrf[name] = web_sessions.csrf_text(kept.csrf)
    return token


def _id(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


def _template(session: Session, world: World) -> str:
    """A form to download; its SHA-256."""
    editor = world.actors["editor"].id
    assert editor is not None
    return template_files.keep(
        session, name="Mẫu.pdf", media_type="application/pdf", data=b"%PDF-1.7", by=editor
    )


def _drafted(session: Session, world: World, agency_id: UUID) -> None:
    editor = world.actors["editor"]
    act_as(session, editor.id, editor.agency_ids)
    content = msgspec.convert(factories.simple(), RevisionContent)
    offers = [Offer(agency_id=agency_id, declared=Level.FULL)]
    for code in (DRAFTED, REVIEWED):
        drafting.save_draft(session, code, editor, content=content, offers=offers)
    drafting.send_to_review(session, REVIEWED, editor)
    reviewer = world.actors["reviewer"]
    for day in (clock.today(), date(2030, 1, 1)):
        drafting.save_draft(session, WAITING, editor, content=content, offers=offers, effective_on=day)
        drafting.send_to_review(session, WAITING, editor)
        publishing.publish(session, WAITING, reviewer)
    publishing.withdraw(session, WAITING, reviewer, closes_at=datetime(2040, 1, 1, tzinfo=UTC))


def _imported(session: Session, world: World) -> UUID:
    """A file the editor imported."""
    moment = clock.now()
    made = CatalogueImport(
        kind="replaced",
        dry_run=False,
        filename="giấy tờ.tsv",
        object_key=f"test/{uuid4()}",
        state=ImportState.DONE,
        started_at=moment,
        finished_at=moment,
        actor_id=_id(world.actors["editor"]),
    )
    session.add(made)
    session.flush()
    return made.id


def _case(session: Session, world: World, procedure: Procedure, state: str) -> Case:
    """A dossier of the owner's, brought to the state by the holder."""
    owner, holder = world.actors["owner"], world.actors["holder"]
    if world.agency_id is None:
        raise AssertionError("no agency")
    dossier = factories.draft(session, owner, procedure, world.agency_id)
    file = factories.ready_file(session, dossier)
    if state != "draft":
        act_as(session, owner.id, owner.agency_ids)
        factories.filing.submit(session, owner, dossier.id, idempotency_key=None)
        act_as(session, holder.id, holder.agency_ids)
        _settle(session, holder, dossier, state)
    document = _document(session, dossier)
    result = factories.ready_file(session, dossier, "result", filename="kết quả.pdf")
    return Case(dossier.id, file.id, document.id, result.id, document.code, dossier.reference)


def _settle(session: Session, holder: Actor, dossier: Dossier, state: str) -> None:
    if state == "refused":
        processing.refuse(session, holder, dossier.id, reason="Thiếu giấy tờ")
    if state in ("submitted", "refused"):
        return
    processing.receive(session, holder, dossier.id)
    if state == "accepted":
        return
    processing.claim(session, holder, dossier.id)
    if state == "rejected":
        decision.reject(session, holder, dossier.id, ground="Không đủ điều kiện")
    if state in ("settled", "returned"):
        result: Attachment = factories.ready_file(session, dossier, "result")
        decision.approve(session, holder, dossier.id, result_attachment_id=result.id)
    if state == "returned":
        decision.deliver(session, holder, dossier.id)


def _document(session: Session, dossier: Dossier) -> Document:
    made = Document(
        dossier_id=dossier.id,
        kind=DocumentKind.ACKNOWLEDGEMENT,
        object_key=f"test/{uuid4()}",
        sha256=b"\0" * 32,
        size=10,
        code=uuid4().hex[:12].upper(),
        made_by_seq=1000,
    )
    session.add(made)
    session.flush()
    return made
