"""Money at the desk: paid, waived, given back, a financial duty asked for and met."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from dossiers import decision, duties, fees, ledger, ledger_views, receipting, waivers
from dossiers.duties import DutyLine
from dossiers.models import FeeLine, PaymentMethod
from dossiers.money_models import Receipt
from dossiers.workflow import Status
from portal.core import events
from portal.core.errors import Invalid
from tests.dossiers import money

CASH, TRANSFER = PaymentMethod.CASH, PaymentMethod.TRANSFER


@pytest.fixture
def world(session):
    return money.owing(session)


def test_acceptance_charges_each_fee_and_the_sum_is_what_is_owed(session, world):
    assert money.standing(session, world.id).owed == 8000
    assert ledger_views.of(session, world.officer, world.id).owed_vnd == 58_000


@pytest.mark.parametrize("method", [CASH, TRANSFER])
def test_a_line_paid_at_the_desk_is_settled_and_receipted(session, world, method):
    line = money.line(session, world.id)

    fees.settle_fee(session, world.officer, world.id, fee_line_id=line.id, method=method)

    seen = ledger_views.of(session, world.officer, world.id)
    assert (line.settled_at is not None, line.method, line.settled_by) == (True, method, world.officer.id)
    assert seen.owed_vnd == 50_000
    assert [(one.amount_vnd, one.method) for one in seen.receipts] == [(8000, method)]
    assert len(seen.receipts[0].number) == 8
    with pytest.raises(ledger.FeeSettled):
        fees.settle_fee(session, world.officer, world.id, fee_line_id=line.id)


def test_a_dossier_is_approved_only_when_nothing_is_owed_be_it_paid_or_waived(session, world):
    copies, extra = (money.line(session, world.id, key) for key in ("copies", "extra"))
    fees.settle_fee(session, world.officer, world.id, fee_line_id=copies.id)
    with pytest.raises(decision.Unpaid) as refused:
        decision.approve(session, world.officer, world.id)
    assert [(one["id"], one["amount_vnd"]) for one in refused.value.extra["fees"]] == [(extra.id, 50_000)]

    fees.waive_fee(
        session, world.officer, world.id, fee_line_id=extra.id, code="poor", reason="Sổ hộ nghèo số 12"
    )

    assert (extra.settled_at, extra.waiver) == (None, "poor")
    assert ledger_views.of(session, world.officer, world.id).owed_vnd == 0


def test_a_waiver_keeps_its_reason_out_of_the_journal_and_its_code_in(session, world):
    line = money.line(session, world.id)

    fees.waive_fee(
        session, world.officer, world.id, fee_line_id=line.id, code="merit", reason="Thẻ thương binh 123"
    )

    last = events.history(session, world.id)[-1]
    assert (last.name, last.data["waiver"], last.data["amount_vnd"]) == ("dossier.fee_waived", "merit", 8000)
    assert "thương binh" not in str(last.data)
    assert events.private_of(session, world.id, last.seq) == {"reason": "Thẻ thương binh 123"}


@pytest.mark.parametrize(("code", "reason"), [("poor", "  "), ("because", "Vì thế")])
def test_a_waiver_needs_a_known_exemption_and_a_reason(session, world, code, reason):
    line = money.line(session, world.id)

    with pytest.raises(Invalid):
        fees.waive_fee(session, world.officer, world.id, fee_line_id=line.id, code=code, reason=reason)


@pytest.mark.parametrize(
    ("code", "article"),
    [
        ("merit", "Luật Hộ tịch 60/2014/QH13, Điều 11 khoản 1 điểm a"),
        ("poor", "Luật Hộ tịch 60/2014/QH13, Điều 11 khoản 1 điểm a"),
        ("disabled", "Luật Hộ tịch 60/2014/QH13, Điều 11 khoản 1 điểm a"),
        ("on_time", "Luật Hộ tịch 60/2014/QH13, Điều 11 khoản 1 điểm b"),
        ("resident", "Luật Hộ tịch 60/2014/QH13, Điều 11 khoản 1 điểm b"),
    ],
)
def test_each_exemption_of_civil_status_names_its_article(code, article):
    assert waivers.waiver(code).article == article


def test_a_refund_is_never_more_than_came_in_and_is_owed_no_more(session, world):
    line = money.line(session, world.id)
    refund = {"fee_line_id": line.id, "method": CASH, "reason": "Không đủ điều kiện"}
    with pytest.raises(ledger.MoreThanPaid):
        fees.refund_fee(session, world.officer, world.id, amount_vnd=1, **refund)
    fees.settle_fee(session, world.officer, world.id, fee_line_id=line.id)
    with pytest.raises(ledger.MoreThanPaid):
        fees.refund_fee(session, world.officer, world.id, amount_vnd=8001, **refund)

    fees.refund_fee(session, world.officer, world.id, amount_vnd=3000, **refund)
    part = money.standing(session, world.id)
    fees.refund_fee(session, world.officer, world.id, amount_vnd=5000, **refund)
    whole = money.standing(session, world.id)

    assert (part.owed, part.paid) == (0, 5000)
    assert (whole.owed, whole.paid) == (0, 0)
    assert (line.settled_at, line.waiver) == (None, waivers.REFUNDED)
    with pytest.raises(ledger.MoreThanPaid):
        fees.refund_fee(session, world.officer, world.id, amount_vnd=1, **refund)


def test_a_payment_noted_by_mistake_is_taken_back_whole_and_owed_again(session, world):
    line = money.line(session, world.id)
    fees.settle_fee(session, world.officer, world.id, fee_line_id=line.id)
    undo = {"fee_line_id": line.id, "method": CASH, "reason": "Bấm nhầm", "owed_again": True}
    with pytest.raises(Invalid):
        fees.refund_fee(session, world.officer, world.id, amount_vnd=5000, **undo)

    fees.refund_fee(session, world.officer, world.id, amount_vnd=8000, **undo)

    assert money.standing(session, world.id).owed == 8000
    assert (line.settled_at, line.waived_at) == (None, None)


def test_a_duty_is_asked_met_by_proof_and_the_dossier_goes_on_where_it_was(session, world):
    asked = duties.ask_duty(
        session, world.officer, world.id, lines=[DutyLine("Lệ phí trước bạ", 1_250_000)], note="Thông báo 12"
    )
    assert asked.status is Status.FINANCIAL_DUTY

    met = duties.meet_duty(
        session, world.officer, world.id, method=TRANSFER, note="Giấy nộp tiền 0012 của kho bạc"
    )

    assert met.status is Status.PROCESSING
    assert money.standing(session, world.id, "duty-001").owed == 0
    assert not ledger_views.of(session, world.officer, world.id).receipts  # the treasury's proof is one


def test_the_last_duty_line_settled_at_the_desk_meets_the_duty(session, world):
    lines = [DutyLine("Thuế thu nhập", 2_000_000), DutyLine("Lệ phí trước bạ", 500_000)]
    duties.ask_duty(session, world.officer, world.id, lines=lines)

    first = money.line(session, world.id, "duty-001")
    assert (
        fees.settle_fee(session, world.officer, world.id, fee_line_id=first.id).status
        is Status.FINANCIAL_DUTY
    )
    last = money.line(session, world.id, "duty-002")

    assert fees.settle_fee(session, world.officer, world.id, fee_line_id=last.id).status is Status.PROCESSING
    assert events.history(session, world.id)[-1].data["resumes"] is True
    assert money.standing(session, world.id).owed == 8000  # the fee is another matter


def test_a_duty_taken_back_is_owed_no_more_and_one_asked_again_is_another_line(session, world):
    duties.ask_duty(session, world.officer, world.id, lines=[DutyLine("Tiền sử dụng đất", 90_000_000)])

    back = duties.revoke_duty(session, world.officer, world.id, reason="Gửi nhầm hồ sơ")
    duties.ask_duty(session, world.officer, world.id, lines=[DutyLine("Lệ phí trước bạ", 10_000)])

    assert back.status is Status.FINANCIAL_DUTY  # the same object, asked for again meanwhile
    assert money.standing(session, world.id, "duty-001").owed == 0
    assert money.standing(session, world.id, "duty-002").owed == 10_000


@pytest.mark.parametrize(
    "lines",
    [[], [DutyLine("", 1000)], [DutyLine("Thuế", 0)], [DutyLine("Thuế", 10**13)], [DutyLine("Thuế", 1)] * 21],
)
def test_a_duty_needs_names_and_amounts(session, world, lines):
    with pytest.raises(Invalid):
        duties.ask_duty(session, world.officer, world.id, lines=lines)


def test_receipt_numbers_of_a_year_follow_each_other_and_begin_anew_with_the_year(
    session, world, monkeypatch
):
    def pay(key, at):
        monkeypatch.setattr(receipting, "now", lambda: at)
        line = session.get(FeeLine, money.line(session, world.id, key).id)
        fees.settle_fee(session, world.officer, world.id, fee_line_id=line.id)
        made = sa.select(Receipt.year, Receipt.series, Receipt.number).order_by(Receipt.made_by_seq.desc())
        return session.execute(made.where(Receipt.dossier_id == world.id)).first()

    # 31 December 23:59 and 1 January 00:01 in Viet Nam
    old = pay("copies", datetime(2026, 12, 31, 16, 59, tzinfo=UTC))
    new = pay("extra", datetime(2026, 12, 31, 17, 1, tzinfo=UTC))

    assert tuple(old) == (2026, "MC-26E", 1)
    assert tuple(new) == (2027, "MC-27E", 1)


def test_a_series_that_used_up_eight_digits_gives_no_further_number(session, world):
    agency = world.agency.id
    receipting.allot(agency, "MC-26E", 2026)

    session.execute(
        sa.text("UPDATE receipt_counter SET n = 99999998 WHERE agency_id = :agency"), {"agency": agency}
    )

    assert receipting.allot(agency, "MC-26E", 2026) == 99_999_999
    with pytest.raises(receipting.SeriesFull):
        receipting.allot(agency, "MC-26E", 2026)
