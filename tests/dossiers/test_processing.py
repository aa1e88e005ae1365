"""Reception, claim, fees, decision and return at the desk."""

import re
from datetime import date, timedelta

import msgspec
import pytest

from auth.access_log import note_reading
from dossiers import access, decision, fees, inbox, ledger, processing, queries, views
from dossiers.models import AttachmentState, Document, DocumentKind
from dossiers.workflow import Action, Status, WrongState
from portal.core import events
from portal.core.clock import local, now
from portal.core.db import act_as
from portal.core.errors import Invalid, Stale
from services_catalog import content as catalogue
from services_catalog import terms
from tests import factories


@pytest.fixture
def world(session):
    agency = factories.agency(session)
    procedure = factories.procedure(session, agency.id, made_content=factories.simple())
    applicant = factories.citizen(session)
    officer = factories.officer(session, agency.id)
    dossier = factories.filed(session, applicant, procedure, agency.id)
    act_as(session, officer.id, officer.agency_ids)
    return agency, procedure, applicant, officer, dossier


def events_of(session, dossier):
    return [event.name for event in events.history(session, dossier.id)]


def test_acceptance_gives_the_number_and_the_due_date_with_its_proof(session, world):
    agency, _, _, officer, dossier = world

    accepted = processing.receive(session, officer, dossier.id, seq=dossier.seq)
    seen = views.detail(session, officer, dossier.id)

    today = f"{local(now()):%y%m%d}"
    assert re.fullmatch(rf"{re.escape(agency.code)}-{today}-\d{{4}}", accepted.number)
    assert accepted.status is Status.ACCEPTED
    assert accepted.due_at == accepted.original_due_at == seen.deadline.due_at
    assert accepted.due_at > accepted.accepted_at
    counted = [step for step in seen.deadline.trace if step.ordinal]
    assert len(counted) == 3
    assert events_of(session, dossier)[-1] == "dossier.accepted"


def test_numbers_of_a_day_follow_each_other(session, world):
    agency, procedure, applicant, officer, first = world
    second = factories.filed(session, applicant, procedure, agency.id)
    act_as(session, officer.id, officer.agency_ids)

    numbers = [processing.receive(session, officer, one.id).number[-4:] for one in (first, second)]

    assert int(numbers[1]) == int(numbers[0]) + 1


def test_refusal_needs_a_reason_and_keeps_it_out_of_the_journal(session, world):
    _, _, _, officer, dossier = world

    with pytest.raises(Invalid):
        processing.refuse(session, officer, dossier.id, reason="  ")
    refused = processing.refuse(session, officer, dossier.id, reason="Nộp sai cơ quan")

    assert refused.status is Status.REFUSED
    last = events.history(session, dossier.id)[-1]
    assert "Nộp sai" not in str(last.data)
    assert events.private_of(session, dossier.id, last.seq) == {"reason": "Nộp sai cơ quan"}


def test_an_officer_of_another_agency_sees_nothing_to_act_on(session, world):
    _, _, _, _, dossier = world
    other = factories.officer(session, factories.agency(session).id)
    act_as(session, other.id, other.agency_ids)

    with pytest.raises(access.DossierNotFound):
        processing.receive(session, other, dossier.id)


def test_the_applicant_may_not_act_for_the_desk(session, world):
    _, _, applicant, _, dossier = world
    act_as(session, applicant.id, applicant.agency_ids)

    with pytest.raises(access.Forbidden):
        processing.receive(session, applicant, dossier.id)


def test_nobody_settles_their_own_request(session, world):
    agency, procedure, _, officer, _ = world
    own = factories.filed(session, officer, procedure, agency.id)

    with pytest.raises(access.OwnDossier):
        processing.receive(session, officer, own.id)


def test_an_act_on_an_older_version_is_refused_with_the_present_one(session, world):
    _, _, _, officer, dossier = world
    seen = dossier.seq
    processing.receive(session, officer, dossier.id, seq=seen)

    with pytest.raises(Stale) as refused:
        processing.claim(session, officer, dossier.id, seq=seen)

    assert refused.value.extra == {"seq": seen + 1, "status_now": Status.ACCEPTED}


def test_a_step_not_allowed_now_names_the_present_state(session, world):
    _, _, _, officer, dossier = world

    with pytest.raises(WrongState) as refused:
        decision.deliver(session, officer, dossier.id)

    assert (refused.value.status, refused.value.extra["status_now"]) == (409, Status.SUBMITTED)


def test_a_retry_with_the_key_changes_nothing_and_answers_the_same(session, world):
    _, _, _, officer, dossier = world
    first = processing.receive(session, officer, dossier.id, key="once").number

    again = processing.receive(session, officer, dossier.id, key="once")

    assert again.number == first
    assert events_of(session, dossier).count("dossier.accepted") == 1


def test_a_held_dossier_is_the_holders_until_the_lease_ends(session, world):
    agency, _, _, officer, dossier = world
    colleague = factories.officer(session, agency.id, name="Vũ Thu Trang")
    factories.in_hand(session, dossier, officer)
    act_as(session, colleague.id, colleague.agency_ids)

    with pytest.raises(processing.HeldByAnother):
        processing.claim(session, colleague, dossier.id)
    with pytest.raises(access.NotHolder):
        decision.approve(session, colleague, dossier.id)
    held = queries.get(session, colleague, dossier.id, for_update=True)
    held.lease_until = now() - timedelta(minutes=1)
    session.add(held)
    session.flush()

    assert processing.claim(session, colleague, dossier.id).holder_id == colleague.id


def test_a_released_dossier_waits_in_the_units_queue(session, world):
    _, _, _, officer, dossier = world
    factories.in_hand(session, dossier, officer)

    released = processing.release(session, officer, dossier.id)

    assert (released.status, released.holder_id) == (Status.PROCESSING, None)
    with pytest.raises(access.NotHolder):
        processing.release(session, officer, dossier.id)


COPIES = {"key": "copies", "name": "Bản sao", "kind": "fee", "amount_vnd": 8000, "per": "copy"}
CASE = {"key": "act", "name": "Lệ phí", "kind": "charge", "amount_vnd": 15000, "per": "case"}
FEES = [COPIES | {"quantity_field": "copies_count"}, CASE | {"online_amount_vnd": 0}]


@pytest.fixture
def with_fees(session, world):
    agency, _, applicant, officer, _ = world
    generated = {"name": "Bản sao", "electronic": True, "generated": True}
    procedure = factories.procedure(
        session, agency.id, made_content=factories.simple() | {"fees": FEES, "result": generated}
    )
    dossier = factories.filed(session, applicant, procedure, agency.id)
    return officer, factories.in_hand(session, dossier, officer)


def test_fees_count_copies_and_leave_out_what_is_free_online(session, with_fees):
    officer, dossier = with_fees

    lines = views.detail(session, officer, dossier.id).fees

    assert [(line.key, line.amount_vnd) for line in lines] == [("copies", 16_000)]


def test_only_fees_in_force_on_the_day_are_owed():
    """Charges are set by the provincial council, for a time (Law on Civil Status 2014, art. 11)."""
    dated = {**COPIES, "quantity_field": None, "valid_from": "2026-01-01", "valid_to": "2026-06-30"}
    body = catalogue.decode(msgspec.json.encode(factories.simple() | {"fees": [dated]}))

    def owed(on):
        return [amount for _, amount in terms.amounts(body, {}, channel="online", on=on)]

    assert owed(date(2025, 12, 31)) == []
    assert owed(date(2026, 1, 1)) == owed(date(2026, 6, 30)) == [8000]
    assert owed(date(2026, 7, 1)) == []


def test_approval_says_unpaid_until_the_cash_is_noted(session, with_fees):
    officer, dossier = with_fees
    line = queries.fee_lines(session, dossier.id)[0]

    with pytest.raises(decision.Unpaid) as refused:
        decision.approve(session, officer, dossier.id)
    fees.settle_fee(session, officer, dossier.id, fee_line_id=line.id)
    with pytest.raises(ledger.FeeSettled):
        fees.settle_fee(session, officer, dossier.id, fee_line_id=line.id)

    assert "16.000" in refused.value.detail
    approved = decision.approve(session, officer, dossier.id)
    assert approved.status is Status.SETTLED
    assert events.history(session, dossier.id)[-1].data["on_time"] is True


def test_an_uploaded_result_must_be_checked_and_becomes_the_document(session, world):
    agency, _, applicant, officer, _ = world
    body = factories.simple() | {"result": {"name": "Giấy phép", "electronic": True, "generated": False}}
    procedure = factories.procedure(session, agency.id, made_content=body)
    dossier = factories.in_hand(session, factories.filed(session, applicant, procedure, agency.id), officer)
    unchecked = factories.ready_file(session, dossier, "result", state=AttachmentState.CHECKING)
    paper = factories.ready_file(session, dossier, "proof")
    result = factories.ready_file(session, dossier, "result")

    for attachment_id in (None, unchecked.id, paper.id):
        with pytest.raises(decision.NoResult), session.begin_nested():
            decision.approve(session, officer, dossier.id, result_attachment_id=attachment_id)
    decision.approve(session, officer, dossier.id, ground="Đủ điều kiện", result_attachment_id=result.id)

    documents = views.detail(session, officer, dossier.id).documents
    assert [(d.kind, d.sha256) for d in documents] == [(DocumentKind.RESULT, result.sha256.hex())]
    assert len(documents[0].code) == 12


def test_rejection_closes_as_stopped_with_its_ground(session, world):
    _, _, _, officer, dossier = world
    factories.in_hand(session, dossier, officer)

    rejected = decision.reject(session, officer, dossier.id, ground="Không đủ điều kiện")

    assert rejected.status is Status.STOPPED
    seen = views.detail(session, officer, dossier.id)
    assert (seen.decision.outcome, seen.decision.ground) == ("rejected", "Không đủ điều kiện")
    assert seen.decision.signer == officer.name


def test_the_result_is_returned_only_when_it_is_written(session, with_fees):
    officer, dossier = with_fees
    line = queries.fee_lines(session, dossier.id)[0]
    fees.settle_fee(session, officer, dossier.id, fee_line_id=line.id)
    decision.approve(session, officer, dossier.id)

    with pytest.raises(decision.ResultPending):
        decision.deliver(session, officer, dossier.id)
    session.add(
        Document(
            dossier_id=dossier.id,
            kind=DocumentKind.RESULT,
            object_key="test/result",
            sha256=b"0" * 32,
            size=1,
            code="ABCDEFGHJKMN",
            made_by_seq=dossier.seq,
        )
    )
    session.flush()

    assert decision.deliver(session, officer, dossier.id).status is Status.RETURNED


def test_what_may_be_done_follows_state_and_role(session, world):
    _, _, applicant, officer, dossier = world

    at_desk = views.detail(session, officer, dossier.id).allowed
    factories.in_hand(session, dossier, officer)
    in_hand = views.detail(session, officer, dossier.id).allowed
    act_as(session, applicant.id, applicant.agency_ids)
    for_applicant = views.detail(session, applicant, dossier.id).allowed

    assert {Action.RECEIVE, Action.REFUSE} <= set(at_desk)
    assert {Action.APPROVE, Action.REJECT} <= set(in_hand)
    assert set(for_applicant) == {
        Action.ASK_WITHDRAWAL,
        Action.PAY,
        Action.MESSAGE,
        Action.COMPLAIN,
        Action.CHOOSE_RETURN,
    }


def test_each_view_of_the_desk_holds_what_it_says(session, world):
    agency, procedure, applicant, officer, waiting = world
    day_end = now() + timedelta(days=1)
    held = factories.in_hand(session, factories.filed(session, applicant, procedure, agency.id), officer)

    def ids(view, **more):
        return [row.id for row in inbox.desk(session, officer, view=view, day_end=day_end, **more).items]

    assert ids("to_receive") == [waiting.id]
    assert ids("mine") == ids("unit") == [held.id]
    assert set(ids("all")) == {waiting.id, held.id}
    assert ids("all", query=held.number[-4:]) == [held.id]
    counts = inbox.desk_counts(session, officer, day_end=day_end)
    assert (counts["to_receive"], counts["mine"], counts["settled"]) == (1, 1, 0)
    named = inbox.desk(session, officer, view="mine", day_end=day_end).items[0]
    assert named.applicant_name == "Nguyễn Thị Ánh"


def test_pages_of_the_desk_follow_each_other_without_gap_or_repeat(session, world):
    agency, procedure, applicant, officer, first = world
    wanted = {first.id} | {factories.filed(session, applicant, procedure, agency.id).id for _ in range(6)}
    act_as(session, officer.id, officer.agency_ids)
    seen, after = [], None

    while True:
        page = inbox.desk(session, officer, view="to_receive", day_end=now(), after=after, limit=3)
        seen += [row.id for row in page.items]
        after = page.next
        if after is None:
            break

    assert (len(seen), set(seen)) == (7, wanted)


def test_each_reading_by_an_officer_is_written_down_and_hidden_from_the_web(database):
    import sqlalchemy as sa

    with database.worker() as session:
        agency = factories.agency(session)
        procedure = factories.procedure(session, agency.id)
        dossier = factories.filed(session, factories.citizen(session), procedure, agency.id)
        officer = factories.officer(session, agency.id)
        session.commit()
    count = sa.text("SELECT count(*), min(act) FROM access_log")

    with database.app() as session:
        act_as(session, officer.id, officer.agency_ids)
        note_reading(session, officer, dossier.id, "read")
        session.commit()
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            session.execute(count)
    with database.worker() as session:
        assert tuple(session.execute(count).one()) == (1, "read")
