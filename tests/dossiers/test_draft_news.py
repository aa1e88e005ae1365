"""A draft whose procedure has a new revision: what moves, what is told, to whom, how often."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlmodel import Session

from dossiers import draft_messages, draft_news, filing, views
from dossiers.models import AttachmentState, Dossier
from portal.core import clock, crypto, events, runtime
from portal.core.db import act_as, make_engine, make_sessions
from portal.core.mail import inbox
from portal.core.storage import Storage
from portal.embedded import Embedded
from services_catalog import drafting, editor_queries, importing, publishing
from services_catalog.content import Offer, RevisionContent
from services_catalog.levels import Level
from tests import factories
from tests.conftest import clone, drop, settings_for
from tests.services_catalog.following import follow_due

CODE = "1.999008"
CHILDREN = {
    "key": "children",
    "kind": "repeat",
    "label": "Con",
    "required": False,
    "fields": [
        {"key": "name", "kind": "text", "label": "Tên con"},
        {"key": "school", "kind": "text", "label": "Trường", "required": False},
    ],
}
OLD = [*factories.SIMPLE_FORM[0]["fields"], CHILDREN]
NEW = [
    *factories.SIMPLE_FORM[0]["fields"][:2],
    {**CHILDREN, "fields": CHILDREN["fields"][:1]},
    {"key": "purpose", "kind": "text", "label": "Dùng vào việc gì?"},
]
ANSWERS = {"full_name": "Ánh", "note": "Gấp", "children": [{"name": "An", "school": "Tân Hòa"}]}
OTHER_PAPER = {**factories.SIMPLE_PAPERS[0], "key": "photo", "name": "Ảnh chân dung"}


def publish(session: Session, agency_id: UUID, fields: list[Any], **more: Any) -> None:
    """A revision with this form, through two hands; `on`: its day."""
    hands = importing.machine_hands(session)
    on = more.pop("on", None)
    form = [{"key": "request", "title": "Yêu cầu", "fields": fields}]
    content = msgspec.convert({**factories.simple(), "form": form, **more}, RevisionContent)
    offers = [Offer(agency_id=agency_id, declared=Level.FULL)]
    drafting.save_draft(session, CODE, hands.editor, content=content, offers=offers, effective_on=on)
    drafting.send_to_review(session, CODE, hands.editor)
    publishing.publish(session, CODE, hands.reviewer)


@pytest.fixture
def world(session: Session) -> Any:
    agency = factories.agency(session)
    publish(session, agency.id, OLD)
    procedure = editor_queries.by_code(session, CODE)
    applicant = factories.citizen(session)
    dossier = factories.draft(session, applicant, procedure, agency.id, **ANSWERS)
    return agency, applicant, dossier


def opened(session: Session, actor: Any, dossier: Dossier, *, follow: bool = True) -> views.DossierView:
    act_as(session, actor.id, actor.agency_ids)
    return draft_news.opened(session, actor, dossier.id, follow=follow)


def told(view: views.DossierView) -> list[tuple[str, str]]:
    assert view.news is not None
    assert view.news.moved is not None
    changes = view.news.moved.changes
    return [(one.state, one.key) for one in [*changes.questions, *changes.papers]]


def test_a_draft_that_is_up_to_date_has_no_news(session: Session, world: Any) -> None:
    _, applicant, dossier = world

    view = opened(session, applicant, dossier)

    assert view.news is not None
    assert (view.news.moved, view.news.ahead, view.news.received) == (None, [], True)


def test_opening_a_draft_moves_it_and_tells_what_is_new_gone_and_otherwise(
    session: Session, world: Any
) -> None:
    agency, applicant, dossier = world
    publish(session, agency.id, NEW, requirements=[OTHER_PAPER])

    view = opened(session, applicant, dossier)

    assert view.answers == {"full_name": "Ánh", "children": [{"name": "An"}]}
    assert told(view) == [
        ("new", "purpose"),
        ("changed", "children"),
        ("gone", "note"),
        ("new", "photo"),
        ("gone", "proof"),
    ]
    assert told(opened(session, applicant, dossier)) == told(view)  # until it is said to have been seen


def test_what_was_seen_is_told_no_more_and_the_next_revision_again(session: Session, world: Any) -> None:
    agency, applicant, dossier = world
    publish(session, agency.id, NEW)
    opened(session, applicant, dossier)

    draft_news.seen(session, applicant, dossier.id)
    draft_news.seen(session, applicant, dossier.id)

    assert opened(session, applicant, dossier).news.moved is None  # type: ignore[union-attr]
    names = [one.name for one in events.history(session, dossier.id)]
    assert names.count("dossier.revision_seen") == 1
    publish(session, agency.id, OLD)
    assert told(opened(session, applicant, dossier)) == [
        ("new", "note"),
        ("changed", "children"),
        ("gone", "purpose"),
    ]


def test_two_moves_unseen_are_told_as_one(session: Session, world: Any) -> None:
    agency, applicant, dossier = world
    publish(session, agency.id, NEW)
    opened(session, applicant, dossier)
    publish(session, agency.id, OLD, requirements=[OTHER_PAPER])

    assert told(opened(session, applicant, dossier)) == [("new", "photo"), ("gone", "proof")]


def test_answers_posted_from_a_page_of_the_earlier_revision_are_kept_as_far_as_they_fit(
    session: Session, world: Any
) -> None:
    """A row of a block may hold what the new form does not ask: the owner must not be stuck with it."""
    agency, applicant, dossier = world
    publish(session, agency.id, NEW)
    act_as(session, applicant.id, applicant.agency_ids)

    given = {"note": "Rất gấp", "children": [{"name": "Bình", "school": "Bến Gỗ"}]}
    moved, _ = filing.save_answers(session, applicant, dossier.id, seq=1, answers=given)

    kept = views.summary(session, applicant, moved.id).answers
    assert kept == {"full_name": "Ánh", "children": [{"name": "Bình"}]}


def test_a_paper_no_longer_asked_for_is_not_filed(session: Session, world: Any) -> None:
    agency, applicant, dossier = world
    factories.ready_file(session, dossier)
    fields = factories.SIMPLE_FORM[0]["fields"]
    publish(session, agency.id, fields, requirements=[OTHER_PAPER])
    opened(session, applicant, dossier)
    factories.ready_file(session, dossier, "photo", state=AttachmentState.READY)
    filing.save_answers(session, applicant, dossier.id, seq=None, answers=factories.SIMPLE_ANSWERS)

    filing.submit(session, applicant, dossier.id, idempotency_key=None)

    listed = views.summary(session, applicant, dossier.id).manifest
    assert [one["requirement"] for one in listed] == ["photo"]


def test_a_revision_that_waits_is_announced_and_moves_nothing(session: Session, world: Any) -> None:
    agency, applicant, dossier = world
    day = clock.today() + timedelta(days=9)
    publish(session, agency.id, NEW, on=day)

    view = opened(session, applicant, dossier)

    assert view.news is not None
    assert view.news.moved is None
    assert [(one.number, one.effective_on) for one in view.news.ahead] == [(2, day)]
    assert ("new", "purpose") in [(one.state, one.key) for one in view.news.ahead[0].changes.questions]
    assert view.answers["note"] == "Gấp"


def test_a_draft_of_what_is_received_no_longer_stays_its_owners(session: Session, world: Any) -> None:
    _, applicant, dossier = world
    publishing.withdraw(session, CODE, importing.machine_hands(session).reviewer)

    view = opened(session, applicant, dossier)

    assert view.news is not None
    assert not view.news.received
    assert view.answers == ANSWERS


class Post:
    """A committed world with mail, and the event of a new revision."""

    def __init__(self, sessions: Any, sink: str) -> None:
        self.sessions, self.sink = sessions, sink
        with sessions() as session:
            self.agency = factories.agency(session)
            publish(session, self.agency.id, OLD)
            self.procedure_id = editor_queries.by_code(session, CODE).id
            session.commit()
            self.agency_id = self.agency.id

    def draft(self, email: str, days_ago: int = 0) -> UUID:
        with self.sessions() as session:
            applicant = factories.citizen(session, email=email)
            procedure = editor_queries.by_code(session, CODE)
            made = factories.draft(session, applicant, procedure, self.agency_id, full_name="Ánh")
            made.updated_at = clock.now() - timedelta(days=days_ago)
            session.add(made)
            session.commit()
            return made.id

    def publish(self, fields: list[Any], **more: Any) -> int:
        with self.sessions() as session:
            publish(session, self.agency_id, fields, **more)
            session.commit()
            history = events.history(session, self.procedure_id)
            return max(one.seq for one in history if one.name == "procedure.published")

    def letters(self, dossier_id: UUID) -> list[Any]:
        return [letter for letter in inbox(self.sink, limit=1000) if str(dossier_id) in letter.text]


@pytest.fixture(scope="module")
def post(migrated: Embedded, smtp: Embedded) -> Any:
    name = clone(migrated)
    settings = settings_for(smtp, name)
    crypto.configure(settings)
    url = settings.database_url_worker.get_secret_value()
    engine = make_engine(url, threads=2, statement_timeout_ms=60_000)
    app = make_engine(settings.database_url.get_secret_value(), threads=2)
    runtime.install(settings, make_sessions(engine), Storage(settings))
    yield Post(make_sessions(app), str(settings.mail_sink))
    for one in (engine, app):
        one.dispose()
    drop(migrated, name)


def test_owners_of_drafts_touched_lately_get_one_letter_that_names_what_changed(post: Any) -> None:
    lately, long_ago = post.draft("gan@thu.example.vn", 3), post.draft("xua@thu.example.vn", 45)
    seq = post.publish(NEW, requirements=[OTHER_PAPER])

    counts = [draft_messages.tell_drafts(str(post.procedure_id), seq) for _ in range(2)]

    assert counts == [1, 0]
    (letter,) = post.letters(lately)
    assert letter.to == "gan@thu.example.vn"
    for words in ("Câu mới: Dùng vào việc gì?", "Câu đã bỏ: Ghi chú", "Giấy tờ mới: Ảnh chân dung"):
        assert words in letter.text, letter.text
    assert "Ánh" not in letter.text.replace("Nguyễn Thị Ánh", "")
    assert post.letters(long_ago) == []


def test_a_revision_that_asks_nothing_else_sends_no_letter(post: Any) -> None:
    draft = post.draft("khong@thu.example.vn")
    seq = post.publish(NEW, requirements=[OTHER_PAPER], summary="Nói rõ hơn.")

    assert draft_messages.tell_drafts(str(post.procedure_id), seq) == 0
    assert post.letters(draft) == []


def test_a_day_that_has_come_tells_them_too(post: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = post.draft("ngay@thu.example.vn")
    post.publish(OLD, on=clock.today() + timedelta(days=2))
    monkeypatch.setattr(clock._Ahead, "by", timedelta(days=2))
    with post.sessions() as session:
        assert follow_due(session, clock.now()) == [CODE]
        session.commit()
        history = events.history(session, post.procedure_id)
        seq = max(one.seq for one in history if one.name == "procedure.published")

    draft_messages.tell_drafts(str(post.procedure_id), seq)

    assert len(post.letters(draft)) == 1
