"""What full and partial ask of a revision (Decree 42/2022/NĐ-CP, art. 11; Decree 224/2026/NĐ-CP, art. 14)."""

from datetime import date

import msgspec
import pytest

from services_catalog import judging, queries
from services_catalog.content import Offer, RevisionContent
from services_catalog.levels import Level
from services_catalog.rulesets import ReasonCode
from tests import factories
from tests.services_catalog.drafts import BASIS, CODE, draft, publish


@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        ({"legal_basis": []}, ["C1"]),
        ({"forms_downloadable": False}, ["C2"]),
        ({"signature_required": True, "signing_ways": []}, ["C3"]),
        ({"form": []}, ["C3"]),
        ({"channels": ["counter"]}, ["C4"]),
        ({"presence_required": True}, ["C6"]),
        ({"field_verification": True}, ["C6"]),
        ({"return_ways": ["counter"]}, ["C8"]),
        ({"result_returned_without_presence": False}, ["C8"]),
        ({"presence_required": True, "forms_downloadable": False}, ["C2", "C6"]),
    ],
)
def test_full_process_is_refused_with_every_failing_condition(session, editor, agency_id, fault, codes):
    draft(session, editor, agency_id, **fault)

    with pytest.raises(judging.NotFullProcess) as error:
        publish(session, CODE, editor)

    assert [condition["code"] for condition in error.value.extra["failing"]] == codes
    assert error.value.detail == f"Chưa công bố toàn trình được: đạt {8 - len(codes)} trên 8 điều kiện."
    assert error.value.extra["agencies"] == [str(agency_id)]


FEE = {"key": "fee", "name": "Lệ phí", "kind": "charge", "amount_vnd": 20_000, "per": "dossier"}


@pytest.mark.parametrize(
    ("fee", "has_fee"),
    [
        ({}, True),
        ({"amount_vnd": 0}, False),
        ({"online_amount_vnd": 0}, False),
        ({"online_amount_vnd": 10_000}, True),
        ({"quantity_field": "copies_count"}, True),
        ({"quantity_field": "copies_count", "optional": True}, False),
        ({"valid_to": "2026-06-30"}, False),
        ({"valid_from": "2027-01-01"}, False),
    ],
)
def test_a_fee_counts_when_it_is_owed_in_any_case(fee, has_fee):
    content = msgspec.convert({**factories.simple(), "fees": [FEE | fee]}, RevisionContent)

    assert judging.facts_of(content, date(2026, 11, 22)).has_fee is has_fee


def test_papers_in_the_way_are_named():
    papers = [
        {"key": "a", "name": "Bản chính A", "needed": "always", "original_shown": True, "accept": ["pdf"]},
        {
            "key": "b",
            "name": "Bản giấy B",
            "needed": "conditional",
            "electronic_ok": False,
            "accept": ["pdf"],
        },
        {"key": "c", "name": "Có dữ liệu", "needed": "not_needed", "electronic_ok": False, "accept": ["pdf"]},
    ]
    content = msgspec.convert({**factories.simple(), "requirements": papers}, RevisionContent)

    facts = judging.facts_of(content, date(2026, 11, 22))

    assert (facts.originals_shown, facts.paper_only) == (["Bản chính A"], ["Bản giấy B"])


def test_partial_needs_a_reason_and_its_basis(session, editor, agency_id):
    draft(session, editor, agency_id, Level.PARTIAL, presence_required=True)

    with pytest.raises(judging.ReasonMissing):
        publish(session, CODE, editor)

    draft(
        session,
        editor,
        agency_id,
        Level.PARTIAL,
        presence_required=True,
        reason_code=ReasonCode.PRESENCE,
        reason_basis=BASIS,
    )
    publish(session, CODE, editor)
    offer = queries.procedure_page(session, CODE).offerings[0]
    assert (offer.declared, offer.eligible, offer.reason_basis) == (Level.PARTIAL, False, BASIS)
    assert [c.code for c in offer.verdict.failing] == ["C6"]


def test_a_technical_reason_leaves_the_service_eligible(session, editor, agency_id):
    technical = {"reason_code": ReasonCode.TECH_OTHER, "reason_basis": "Điều 14 Nghị định 224/2026/NĐ-CP"}
    draft(session, editor, agency_id, Level.PARTIAL, forms_downloadable=False, **technical)

    publish(session, CODE, editor)

    assert queries.procedure_page(session, CODE).offerings[0].eligible


def test_partial_needs_an_online_way_in(session, editor, agency_id):
    reason = {"reason_code": ReasonCode.PRESENCE, "reason_basis": BASIS}
    draft(session, editor, agency_id, Level.PARTIAL, channels=["counter"], **reason)

    with pytest.raises(judging.NotOnline):
        publish(session, CODE, editor)


def test_levels_differ_from_agency_to_agency(session, editor, agency_id):
    other = factories.agency(session, "H99.78.05").id
    partial = Offer(
        agency_id=other, declared=Level.PARTIAL, reason_code=ReasonCode.TECH_OTHER, reason_basis=BASIS
    )
    draft(session, editor, agency_id, offers=[Offer(agency_id=agency_id, declared=Level.FULL), partial])

    publish(session, CODE, editor)

    levels = {offer.agency_id: offer.declared for offer in queries.procedure_page(session, CODE).offerings}
    assert levels == {agency_id: Level.FULL, other: Level.PARTIAL}
