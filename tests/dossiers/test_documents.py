"""Documents and messages that events call for: made once, kept, provable, told to the right people."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Thread
from typing import Any
from uuid import UUID

import pypdf
import pytest
import sqlalchemy as sa

from auth.actor import Actor
from dossiers import decision, documents, notifications, processing
from dossiers.documents_pdf import PRESS, DocumentFailed
from dossiers.models import Document, DocumentKind, Dossier
from dossiers.tasks import effect_key
from portal.core import crypto, runtime
from portal.core.clock import local
from portal.core.db import Sessions, act_as, make_engine, make_sessions
from portal.core.mail import MailUnavailable, inbox
from portal.core.outbox import done
from portal.core.storage import Storage
from portal.embedded import Embedded
from tests import factories
from tests.conftest import clone, drop, settings_for


@dataclass
class Office:
    """A committed world with store and mail, and a dossier filed in it."""

    app: Sessions
    worker: Sessions
    storage: Storage
    sink: str
    agency_id: UUID
    applicant: Actor
    officer: Actor
    dossier_id: UUID
    reference: str

    def act(self, work: Any, *, by: Actor | None = None, **more: Any) -> int:
        """Do one act at the desk and commit; returns the number of its event."""
        who = by or self.officer
        with self.app() as session:
            act_as(session, who.id, who.agency_ids)
            done_to: Dossier = work(session, who, self.dossier_id, **more)
            session.commit()
            return done_to.seq

    def documents(self) -> list[Document]:
        with self.worker() as session:
            table = Document.__table__
            rows = session.execute(
                sa.select(table).where(table.c.dossier_id == self.dossier_id).order_by(table.c.id)
            )
            return list(rows)

    def text(self, document: Any) -> str:
        data = self.storage.get_bytes(document.object_key)
        assert hashlib.sha256(data).digest() == document.sha256
        assert len(data) == document.size
        return " ".join(
            " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).split()
        )

    def letters(self) -> list[Any]:
        return [letter for letter in inbox(self.sink, limit=1000) if self.holds(letter)]

    def holds(self, letter: Any) -> bool:
        return str(self.dossier_id) in letter.text

    def is_done(self, task: str, seq: int) -> bool:
        with self.worker() as session:
            return done(session, effect_key(task, self.dossier_id, seq))


@pytest.fixture(scope="module")
def world(migrated: Embedded, store: Embedded, smtp: Embedded) -> Iterator[tuple[Any, Sessions, Sessions]]:
    name = clone(migrated)
    made = settings_for(smtp, name)
    engines = [
        make_engine(made.database_url.get_secret_value(), threads=4),
        make_engine(made.database_url_worker.get_secret_value(), threads=4, statement_timeout_ms=60_000),
    ]
    app, worker = (make_sessions(engine) for engine in engines)
    Storage(made).ensure_bucket()
    yield made, app, worker
    for engine in engines:
        engine.dispose()
    drop(migrated, name)


@pytest.fixture
def office(world: tuple[Any, Sessions, Sessions]) -> Office:
    settings, app, worker = world
    crypto.configure(settings)
    storage = Storage(settings)
    runtime.install(settings, worker, storage)
    with app() as session:
        agency = factories.agency(session, phone="0299 3810 221")
        body = factories.simple(
            result={"name": "Giấy xác nhận", "electronic": True, "generated": True},
        )
        procedure = factories.procedure(session, agency.id, made_content=body)
        officer = factories.officer(session, agency.id, email=f"{agency.code.lower()}@coquan.example.vn")
        applicant = factories.citizen(session, email=f"{agency.code.lower()}@thu.example.vn")
        dossier = factories.filed(session, applicant, procedure, agency.id)
        session.commit()
        assert dossier.reference is not None
        return Office(
            app,
            worker,
            storage,
            settings.mail_sink,
            agency.id,
            applicant,
            officer,
            dossier.id,
            dossier.reference,
        )


def test_the_life_of_a_dossier_leaves_its_documents(office: Office) -> None:
    """Decree 118/2025, art. 17(3): the number and the appointment come with acceptance, not before."""
    filed = 2
    documents.acknowledge(str(office.dossier_id), filed)
    accepted = office.act(processing.receive)
    documents.form01(str(office.dossier_id), accepted)
    office.act(processing.claim)
    approved = office.act(decision.approve, ground="Đủ điều kiện.")
    documents.result(str(office.dossier_id), approved)

    made = office.documents()
    acknowledgement, form01, result = (office.text(document) for document in made)
    with office.worker() as session:
        dossier = session.get(Dossier, office.dossier_id)
        assert dossier is not None
        assert dossier.number is not None
        assert dossier.due_at is not None
    assert [one.kind for one in made] == [
        DocumentKind.ACKNOWLEDGEMENT,
        DocumentKind.FORM_01,
        DocumentKind.RESULT,
    ]
    assert office.reference in acknowledgement
    assert "giấy tờ.pdf" in acknowledgement
    assert dossier.number not in acknowledgement
    assert dossier.number in form01
    assert f"17 giờ 00 phút, ngày {local(dossier.due_at).day:02d}" in form01
    assert "Nguyễn Thị Ánh" in form01
    assert "Lê Minh Tuấn" in form01
    assert "Đủ điều kiện." in result
    assert "Giấy xác nhận" in result
    assert "Lê Minh Tuấn" in result
    assert len({one.code for one in made}) == 3
    assert all(len(one.code) == 12 for one in made)


@pytest.mark.parametrize("act", ["refuse", "reject"])
def test_a_refusal_or_rejection_leaves_form_03(office: Office, act: str) -> None:
    """Circular 03/2025/TT-VPCP, annex I, form 03."""
    if act == "refuse":
        seq = office.act(processing.refuse, reason="Không thuộc thẩm quyền.")
    else:
        office.act(processing.receive)
        office.act(processing.claim)
        seq = office.act(decision.reject, ground="Không thuộc thẩm quyền.")
    documents.form03(str(office.dossier_id), seq)

    (made,) = office.documents()
    assert made.kind == DocumentKind.FORM_03
    assert "Không thuộc thẩm quyền." in office.text(made)


def test_an_uploaded_result_is_not_drawn_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The officer's own file is the result: the event says so and nothing is drawn."""
    real = documents.event_of

    def uploaded(session: Any, stream_id: UUID, seq: int) -> Any:
        event = real(session, stream_id, seq)
        event.data["result"] = "uploaded"
        return event

    monkeypatch.setattr(documents, "event_of", uploaded)
    documents.result(str(office.dossier_id), 2)

    assert office.documents() == []
    assert office.is_done("dossiers.documents.result", 2)


def test_a_task_that_runs_again_or_twice_at_once_leaves_one_document(office: Office) -> None:
    tries = [Thread(target=documents.acknowledge, args=(str(office.dossier_id), 2)) for _ in range(2)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    documents.acknowledge(str(office.dossier_id), 2)

    (made,) = office.documents()
    assert made.made_by_seq == 2


def test_a_document_that_cannot_be_drawn_is_reported_and_asked_for_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bomb(*_: Any) -> bytes:
        return PRESS.source("{{ 'x' * 10 ** 10 }}", {})

    monkeypatch.setattr(PRESS, "template", bomb)
    with pytest.raises(DocumentFailed) as caught:
        documents.acknowledge(str(office.dossier_id), 2)

    assert caught.value.reason == "memory"
    assert office.documents() == []
    assert not office.is_done("dossiers.documents.acknowledge", 2)
    monkeypatch.undo()
    documents.acknowledge(str(office.dossier_id), 2)
    assert len(office.documents()) == 1


def test_the_applicant_is_told_of_each_change_without_its_content(office: Office) -> None:
    """Decree 224/2026, art. 15(1)(g): agency, person and time; the rest stays behind the sign-in."""
    notifications.tell_applicant(str(office.dossier_id), 2)
    for act in (processing.receive, processing.claim, processing.claim):
        notifications.tell_applicant(str(office.dossier_id), office.act(act))
    seq = office.act(decision.reject, ground="Bí mật của người dân.")
    notifications.tell_applicant(str(office.dossier_id), seq)
    notifications.tell_applicant(str(office.dossier_id), seq)

    letters = sorted(office.letters(), key=lambda letter: letter.name)
    subjects = [letter.subject.split(": ")[1] for letter in letters]
    assert sorted(subjects) == sorted(
        ["đã nộp", "đã được tiếp nhận", "đang được giải quyết", "bị từ chối giải quyết"]
    )
    assert {letter.to for letter in letters} == {
        letter.to for letter in letters if letter.to.endswith("@thu.example.vn")
    }
    together = "\n".join(letter.text for letter in letters)
    assert office.reference in together
    assert "Kính gửi Nguyễn Thị Ánh," in together
    assert "Người thực hiện: Lê Minh Tuấn." in together
    assert f"/ho-so/{office.dossier_id}" in together
    for hidden in ("Bí mật", "0912345678", "giấy tờ.pdf"):
        assert hidden not in together


def test_the_desk_is_told_of_a_new_dossier_without_the_applicants_name(office: Office) -> None:
    notifications.tell_desk(str(office.dossier_id), 2)
    notifications.tell_desk(str(office.dossier_id), 2)

    (letter,) = office.letters()
    assert letter.to.endswith("@coquan.example.vn")
    assert f"/can-bo/ho-so/{office.dossier_id}" in letter.text
    assert "8 giờ làm việc" in letter.text
    assert "Nguyễn Thị Ánh" not in letter.text


def test_a_silent_relay_leaves_the_message_to_be_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = runtime.settings.model_copy(update={"smtp_port": 1})
    monkeypatch.setattr(runtime, "settings", settings)
    with pytest.raises(MailUnavailable):
        notifications.tell_applicant(str(office.dossier_id), 2)
    assert not office.is_done("dossiers.notifications.tell_applicant", 2)

    monkeypatch.undo()
    notifications.tell_applicant(str(office.dossier_id), 2)
    assert len(office.letters()) == 1


def test_every_event_with_subscribers_has_its_words_and_its_task() -> None:
    """portal/worker.py names tasks as text: each must exist, and each event told must have words."""
    from portal.worker import SUBSCRIBERS, celery_app

    celery_app.loader.import_default_modules()
    told = {name for name, tasks in SUBSCRIBERS.items() if "dossiers.notifications.tell_applicant" in tasks}
    assert told <= set(notifications._WORDS)
    for task in ("acknowledge", "form01", "form03", "receipt", "result"):
        assert f"dossiers.documents.{task}" in celery_app.tasks
