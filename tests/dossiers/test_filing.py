"""Opening, filling and filing a dossier."""

from uuid import uuid4

import pytest

from dossiers import filing, offering, queries, tracking, views
from dossiers.access import DossierNotFound
from dossiers.models import AttachmentState
from dossiers.workflow import Status, WrongState
from portal.core import crypto, events
from portal.core.db import act_as
from portal.core.errors import Stale
from portal.core.idempotency import KeyReused
from tests import factories


@pytest.fixture
def world(session):
    agency = factories.agency(session)
    procedure = factories.procedure(session, agency.id)
    applicant = factories.citizen(session)
    return agency, procedure, applicant


def test_the_same_submission_id_finds_the_same_draft(session, world):
    agency, procedure, applicant = world
    submission_id = uuid4()

    drafts = [
        filing.open_draft(
            session, applicant, submission_id=submission_id, code=procedure.code, agency_id=agency.id
        )
        for _ in range(2)
    ]

    assert drafts[0].id == drafts[1].id
    assert [event.name for event in events.history(session, drafts[0].id)] == ["dossier.opened"]


def test_a_listing_entry_takes_no_dossier(session, world):
    agency, _, applicant = world

    with pytest.raises(offering.NotOffered):
        filing.open_draft(session, applicant, submission_id=uuid4(), code="9.999999", agency_id=agency.id)


def test_what_is_typed_is_kept_even_when_it_is_not_right_yet(session, world):
    agency, procedure, applicant = world
    dossier = factories.draft(session, applicant, procedure, agency.id, full_name="Ngọc", copies_count=50)

    seen = views.detail(session, applicant, dossier.id)

    assert seen.answers == {"full_name": "Ngọc", "copies_count": 50}
    _, errors = filing.save_answers(session, applicant, dossier.id, seq=None, answers={})
    assert [error.field for error in errors] == ["copies_count"]


def test_a_second_window_does_not_overwrite_the_first(session, world):
    agency, procedure, applicant = world
    dossier = factories.draft(session, applicant, procedure, agency.id)

    with pytest.raises(Stale) as refused:
        filing.save_answers(session, applicant, dossier.id, seq=0, answers={"full_name": "Khác"})

    assert refused.value.extra == {"answers_seq": dossier.answers_seq}


def test_filing_names_every_missing_answer_and_paper(session, world):
    agency, procedure, applicant = world
    dossier = factories.draft(session, applicant, procedure, agency.id, full_name="Ngọc")

    with pytest.raises(filing.Incomplete) as refused:
        filing.submit(session, applicant, dossier.id, idempotency_key=None)

    assert [field["field"] for field in refused.value.extra["fields"]] == ["copies_count"]
    assert [paper["key"] for paper in refused.value.extra["papers"]] == ["proof"]
    assert queries.get(session, applicant, dossier.id).status is Status.DRAFT


@pytest.mark.parametrize(
    "state", [AttachmentState.UPLOADING, AttachmentState.CHECKING, AttachmentState.REFUSED]
)
def test_filing_waits_for_each_file_by_name(session, world, state):
    agency, procedure, applicant = world
    dossier = factories.draft(session, applicant, procedure, agency.id)
    factories.ready_file(session, dossier)
    factories.ready_file(session, dossier, state=state)

    with pytest.raises(filing.Incomplete) as refused:
        filing.submit(session, applicant, dossier.id, idempotency_key=None)

    assert "Giấy tờ chứng minh" in refused.value.extra["papers"][0]["message"]


def test_filing_gives_a_reference_seals_the_manifest_and_starts_no_clock(session, world):
    agency, procedure, applicant = world

    dossier = factories.filed(session, applicant, procedure, agency.id)
    seen = views.detail(session, applicant, dossier.id)

    assert dossier.status is Status.SUBMITTED
    assert dossier.reference is not None
    assert filing.check_character(dossier.reference[:8]) == dossier.reference[8]
    assert (seen.number, seen.due_at, seen.deadline) == (None, None, None)
    assert seen.reception_due_at > dossier.submitted_at
    assert [line["filename"] for line in seen.manifest] == ["giấy tờ.pdf"]
    assert [event.name for event in seen.timeline] == ["dossier.opened", "dossier.submitted"]


def test_filing_twice_is_refused_without_the_key_and_repeated_with_it(session, world):
    agency, procedure, applicant = world
    dossier = factories.draft(session, applicant, procedure, agency.id)
    factories.ready_file(session, dossier)
    first = filing.submit(session, applicant, dossier.id, idempotency_key="k1")
    reference = first.reference

    again = filing.submit(session, applicant, dossier.id, idempotency_key="k1")

    assert again.reference == reference
    with pytest.raises(WrongState) as refused:
        filing.submit(session, applicant, dossier.id, idempotency_key="k2")
    assert refused.value.extra == {"status_now": Status.SUBMITTED}
    other = factories.draft(session, applicant, procedure, agency.id)
    with pytest.raises(KeyReused):
        filing.submit(session, applicant, other.id, idempotency_key="k1")


def test_another_persons_dossier_does_not_exist(session, world):
    agency, procedure, applicant = world
    dossier = factories.draft(session, applicant, procedure, agency.id)
    stranger = factories.citizen(session)

    with pytest.raises(DossierNotFound):
        views.detail(session, stranger, dossier.id)
    with pytest.raises(DossierNotFound):
        filing.submit(session, stranger, dossier.id, idempotency_key=None)


def test_an_officer_sees_what_was_filed_with_the_agency_and_no_draft(session, world):
    agency, procedure, applicant = world
    draft = factories.draft(session, applicant, procedure, agency.id)
    filed = factories.filed(session, applicant, procedure, agency.id)
    officer = factories.officer(session, agency.id)
    elsewhere = factories.officer(session, factories.agency(session).id)

    act_as(session, officer.id, officer.agency_ids)
    assert views.detail(session, officer, filed.id).id == filed.id
    with pytest.raises(DossierNotFound):
        views.detail(session, officer, draft.id)
    act_as(session, elsewhere.id, elsewhere.agency_ids)
    with pytest.raises(DossierNotFound):
        views.detail(session, elsewhere, filed.id)


def test_row_security_holds_without_the_query(session, world, monkeypatch, rebuilt):
    import sqlalchemy as sa

    agency, procedure, applicant = world
    dossier = factories.filed(session, applicant, procedure, agency.id)
    stranger = factories.citizen(session)
    monkeypatch.setattr("dossiers.access.visible_to", sa.true)
    rebuilt()

    with pytest.raises(DossierNotFound):
        views.detail(session, stranger, dossier.id)
    for table in ("dossier", "attachment", "document", "fee_line", "decision"):
        assert session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    act_as(session, None, frozenset())
    assert session.execute(sa.text("SELECT count(*) FROM dossier")).scalar_one() == 0
    own = sa.text("SELECT count(*) FROM event WHERE stream = 'dossier'")
    assert session.execute(own).scalar_one() == 0


def test_answers_rest_sealed_under_the_persons_own_key(session, world):
    import sqlalchemy as sa

    agency, procedure, applicant = world
    dossier = factories.draft(session, applicant, procedure, agency.id, full_name="Canh Nong 998877")
    stored = session.execute(
        sa.text("SELECT dossier::text FROM dossier WHERE id = :id"), {"id": dossier.id}
    ).scalar_one()

    assert "Canh Nong 998877" not in stored
    assert b"Canh Nong 998877".hex() not in stored
    with pytest.raises(crypto.Unreadable):
        crypto.open_(session, dossier.subject_id, f"dossier.answers|{uuid4()}", dossier.answers)


def test_a_draft_moves_to_the_newest_revision_when_it_is_saved(session, world):
    from datetime import date

    from portal.core.clock import now
    from services_catalog.models import Offering, ProcedureRevision

    agency, procedure, applicant = world
    dossier = factories.draft(session, applicant, procedure, agency.id)
    factories.ready_file(session, dossier)
    fields = [{"key": "full_name", "kind": "text", "label": "Họ và tên", "max_length": 100}]
    body = factories.simple() | {"form": [{"key": "request", "title": "Yêu cầu", "fields": fields}]}
    newer = ProcedureRevision(
        procedure_id=procedure.id,
        number=2,
        effective_on=date(2026, 11, 1),
        ruleset="224/2026",
        content=body,
        content_hash="1" * 64,
        created_at=now(),
    )
    session.add(newer)
    session.flush()
    session.add(
        Offering(
            revision_id=newer.id,
            procedure_id=procedure.id,
            agency_id=agency.id,
            declared="full",
            eligible=True,
            verdict={},
        )
    )
    session.flush()
    factories.by_two(session, newer)
    procedure.current_revision_id = newer.id
    session.add_all([newer, procedure])
    session.flush()

    with pytest.raises(filing.RevisionMoved):
        filing.submit(session, applicant, dossier.id, idempotency_key=None)
    filing.save_answers(session, applicant, dossier.id, seq=None, answers={})

    seen = views.detail(session, applicant, dossier.id)
    assert (seen.revision_id, seen.answers) == (newer.id, {"full_name": "Nguyễn Thị Ánh"})
    assert filing.submit(session, applicant, dossier.id, idempotency_key=None).status is Status.SUBMITTED


def test_a_reference_catches_each_wrong_character_and_each_swap():
    reference = filing.reference()
    body, check = reference[:8], reference[8]

    for place in range(8):
        for other in filing.ALPHABET:
            changed = body[:place] + other + body[place + 1 :]
            assert (filing.check_character(changed) == check) == (changed == body)
    for place in range(7):
        swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
        assert (filing.check_character(swapped) == check) == (swapped == body)


def test_public_tracking_needs_number_and_factor_and_shows_only_the_stage(session, world):
    agency, procedure, _ = world
    applicant = factories.citizen(session, personal_id="001190123456", phone="0987654321")
    dossier = factories.filed(session, applicant, procedure, agency.id)
    answers = []

    for factor in ("3456", "4321"):
        answers.append(tracking.tracking(session, number=dossier.reference.lower(), factor=factor))
    for number, factor in ((dossier.reference, "0000"), ("ZZZZZZZZZ", "3456"), (dossier.reference, "")):
        with pytest.raises(tracking.NotTracked) as refused:
            tracking.tracking(session, number=number, factor=factor)
        answers.append(refused.value.detail)

    assert answers[0] == answers[1]
    assert answers[0].status is Status.SUBMITTED
    assert len(set(answers[2:])) == 1
    assert not {"procedure_name", "answers", "applicant"} & set(tracking.Tracked.__struct_fields__)
