"""For whom a dossier is filed: what is asked, what is kept, who is found by it, who may not settle it."""

from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session

from auth import queries as people
from auth.actor import Actor
from dossiers import access, attachments, counter, filing, inbox, parties, processing, supplements, views
from dossiers.attachment_rules import UnknownPaper
from dossiers.counter import Visitor
from dossiers.models import Channel, Dossier, FiledAs
from dossiers.parties import Party
from dossiers.reasons import SUPPLEMENT
from dossiers.supplement_models import ItemKind
from dossiers.workflow import WrongState
from portal.core import clock, events, runtime
from portal.core.errors import Invalid
from portal.web.parties import party_rows
from tests import factories
from tests.conftest import acts_as

FATHER = Party(name="Trần  Văn Bình", number="001060 123456", phone="0987 654 321", address="Thôn Đông")
FIRM = Party(name="Công ty TNHH Hoa Sen", number="0101234567", address="12 Lê Lợi")
HELPER = Party(name="Đoàn viên Mai", unit="Tổ công nghệ số cộng đồng thôn Đông")


@pytest.fixture
def world(session: Session) -> Any:
    agency = factories.agency(session)
    made = factories.procedure(session, agency.id)
    applicant = factories.citizen(session)
    officer = factories.officer(session, agency.id)
    acts_as(session, applicant)
    return session, agency, made, applicant, officer


def draft(world: Any) -> Dossier:
    session, agency, made, applicant, _ = world
    return factories.draft(session, applicant, made, agency.id)


def filed(world: Any, filed_as: FiledAs, party: Party, *papers: str) -> Dossier:
    session, _, _, applicant, _ = world
    dossier = draft(world)
    parties.declare(session, applicant, dossier.id, filed_as=filed_as, party=party)
    for paper in ("proof", *papers):
        factories.ready_file(session, dossier, paper)
    return filing.submit(session, applicant, dossier.id, idempotency_key=None)


@pytest.mark.parametrize(
    ("filed_as", "party", "where", "kept"),
    [
        (
            FiledAs.AUTHORISED,
            FATHER,
            "owner",
            {
                "name": "Trần Văn Bình",
                "number": "001060123456",
                "phone": "0987654321",
                "address": "Thôn Đông",
            },
        ),
        (
            FiledAs.ORGANISATION,
            FIRM,
            "owner",
            {"name": "Công ty TNHH Hoa Sen", "number": "0101234567", "address": "12 Lê Lợi"},
        ),
        (FiledAs.HELPED, HELPER, "helper", {"name": HELPER.name, "unit": HELPER.unit}),
    ],
)
def test_it_is_kept_in_normal_form_and_taken_back(
    world: Any, filed_as: FiledAs, party: Party, where: str, kept: dict[str, str]
) -> None:
    session, _, _, applicant, _ = world
    dossier = draft(world)

    parties.declare(session, applicant, dossier.id, filed_as=filed_as, party=party)
    seen = views.summary(session, applicant, dossier.id)
    assert (seen.filed_as, seen.applicant[where], seen.party) == (filed_as, kept, kept)

    parties.declare(session, applicant, dossier.id, filed_as=FiledAs.SELF)
    seen = views.summary(session, applicant, dossier.id)
    assert (seen.filed_as, seen.party, seen.applicant["name"]) == ("self", None, "Nguyễn Thị Ánh")


@pytest.mark.parametrize(
    ("filed_as", "party", "fields"),
    [
        (FiledAs.AUTHORISED, Party(), {"name", "number"}),
        (FiledAs.REPRESENTED, Party(name="Bé An", number="123"), {"number"}),
        (FiledAs.ORGANISATION, Party(name="Công ty", number="12-34"), {"number"}),
        (FiledAs.HELPED, Party(name="Mai", phone="12"), {"unit", "phone"}),
        (FiledAs.AUTHORISED, None, {"name", "number"}),
    ],
)
def test_what_is_wrong_is_told_by_its_field_and_nothing_changes(
    world: Any, filed_as: FiledAs, party: Party | None, fields: set[str]
) -> None:
    session, _, _, applicant, _ = world
    dossier = draft(world)

    with pytest.raises(Invalid) as refused:
        parties.declare(session, applicant, dossier.id, filed_as=filed_as, party=party)

    assert {one["field"] for one in refused.value.extra["errors"]} == fields
    assert views.summary(session, applicant, dossier.id).filed_as == "self"


def test_ones_own_number_is_not_somebody_elses(world: Any) -> None:
    session, _, _, applicant, _ = world
    dossier = draft(world)
    own = views.summary(session, applicant, dossier.id).applicant["personal_id"]

    with pytest.raises(Invalid, match="chính mình"):
        parties.declare(
            session, applicant, dossier.id, filed_as=FiledAs.AUTHORISED, party=Party(name="Ánh", number=own)
        )


def test_ones_own_household_bears_ones_number(world: Any) -> None:
    """Since 01/07/2025 the tax code of a household business is its owner's personal id."""
    session, _, _, applicant, _ = world
    dossier = draft(world)
    own = views.summary(session, applicant, dossier.id).applicant["personal_id"]
    household = Party(name="Hộ kinh doanh Ánh", number=own)

    parties.declare(session, applicant, dossier.id, filed_as=FiledAs.ORGANISATION, party=household)
    assert (views.summary(session, applicant, dossier.id).party or {})["number"] == own


def test_only_a_draft_of_ones_own(world: Any) -> None:
    session, _, _, applicant, _ = world
    dossier = filed(world, FiledAs.HELPED, HELPER)

    with pytest.raises(WrongState):
        parties.declare(session, applicant, dossier.id, filed_as=FiledAs.SELF)
    stranger = factories.citizen(session)
    acts_as(session, stranger)
    with pytest.raises(access.DossierNotFound):
        parties.declare(session, stranger, dossier.id, filed_as=FiledAs.SELF)


def test_filing_by_authorisation_demands_its_paper(world: Any) -> None:
    """Civil Code 2015, art. 138."""
    session, _, _, applicant, _ = world
    dossier = draft(world)
    factories.ready_file(session, dossier)
    parties.declare(session, applicant, dossier.id, filed_as=FiledAs.AUTHORISED, party=FATHER)

    with pytest.raises(filing.Incomplete) as refused:
        filing.submit(session, applicant, dossier.id, idempotency_key=None)
    assert refused.value.extra["papers"] == [
        {"key": "authorisation", "message": "Tải lên “Văn bản ủy quyền”."}
    ]

    factories.ready_file(session, dossier, "authorisation")
    done = filing.submit(session, applicant, dossier.id, idempotency_key=None)
    listed = views.summary(session, applicant, dossier.id).manifest
    assert [line["requirement"] for line in listed] == ["authorisation", "proof"]
    (event,) = [one for one in events.history(session, done.id) if one.name == "dossier.submitted"]
    assert event.data["filed_as"] == "authorised"


@pytest.mark.parametrize("filed_as", [FiledAs.REPRESENTED, FiledAs.ORGANISATION])
def test_other_grounds_may_show_a_paper_and_need_not(world: Any, filed_as: FiledAs) -> None:
    session, _, _, applicant, _ = world
    dossier = filed(world, filed_as, FATHER if filed_as is FiledAs.REPRESENTED else FIRM)

    asked = [one.key for one in views.summary(session, applicant, dossier.id).content.requirements]
    assert asked == ["proof", "authorisation"]


def test_a_procedures_own_authorisation_is_demanded_whatever_the_form_says(world: Any) -> None:
    session, agency, _, applicant, _ = world
    paper = {**factories.SIMPLE_PAPERS[0], "key": "authorisation", "name": "Văn bản ủy quyền có chứng thực"}
    paper |= {
        "needed": "conditional",
        "when": "Khi làm thay",
        "show_when": [{"field": "note", "any_of": ["x"]}],
    }
    body = factories.content(
        form=factories.SIMPLE_FORM, requirements=[paper], fees=[], cases=[],
        time_limit={"amount": 3, "unit": "working_day"},
    )  # fmt: skip
    made = factories.procedure(session, agency.id, made_content=body)
    dossier = factories.draft(session, applicant, made, agency.id)
    parties.declare(session, applicant, dossier.id, filed_as=FiledAs.AUTHORISED, party=FATHER)

    with pytest.raises(filing.Incomplete) as refused:
        filing.submit(session, applicant, dossier.id, idempotency_key=None)
    assert [one["key"] for one in refused.value.extra["papers"]] == ["authorisation"]
    assert "có chứng thực" in refused.value.extra["papers"][0]["message"]


def test_who_files_for_themselves_hands_in_no_authorisation(world: Any) -> None:
    session, _, _, applicant, _ = world
    dossier = draft(world)

    with pytest.raises(UnknownPaper):
        attachments.begin(
            session, runtime.storage, applicant, dossier.id,
            "authorisation", "a.pdf", 1000,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("filed_as", "party", "shown"),
    [
        (FiledAs.AUTHORISED, FATHER, "••3456"),
        (FiledAs.ORGANISATION, FIRM, "0101234567"),
        (FiledAs.ORGANISATION, Party(name="Hộ kinh doanh", number="001060123456"), "••3456"),
    ],
)
def test_a_personal_id_is_masked_at_the_desk_and_a_tax_code_is_not(
    world: Any, filed_as: FiledAs, party: Party, shown: str
) -> None:
    session, _, _, applicant, _ = world
    dossier = filed(world, filed_as, party, "authorisation")
    view = views.summary(session, applicant, dossier.id)
    rows = party_rows(view, masked=lambda number: f"••{number[-4:]}")

    assert shown in [row["value"] for row in rows]


@pytest.mark.parametrize("search", ["trần văn bình", "001060123456", "nguyen thi anh"])
def test_the_desk_finds_it_by_its_owner_and_by_who_files(world: Any, search: str) -> None:
    session, _, _, _, officer = world
    dossier = filed(world, FiledAs.AUTHORISED, FATHER, "authorisation")
    acts_as(session, officer)

    found = inbox.desk(session, officer, view="all", query=search, day_end=clock.now())
    assert [(one.id, one.applicant_name) for one in found.items] == [
        (dossier.id, "Trần Văn Bình (Nguyễn Thị Ánh nộp)")
    ]


def test_the_paper_can_be_asked_for_again(world: Any) -> None:
    session, _, _, _, officer = world
    dossier = filed(world, FiledAs.AUTHORISED, FATHER, "authorisation")
    acts_as(session, officer)
    content = views.summary(session, officer, dossier.id).content

    assert "authorisation" in supplements.askable_papers(content)
    item = supplements.Item(
        kind=ItemKind.PAPER, key="authorisation", reason=next(iter(SUPPLEMENT)), why="Thiếu chữ ký.", again=""
    )
    asked = supplements.ask(session, officer, dossier.id, items=[item], due_on=None)
    assert asked.status == "supplement"


def known(session: Session, person: Actor) -> Actor:
    """The same person as a request knows them."""
    found = people.actor_now(session, person.id)  # type: ignore[arg-type]
    assert found is not None
    return found


def own_number(session: Session, person: Actor) -> str:
    acts_as(session, person)
    return people.person(session, person.id).personal_id  # type: ignore[arg-type]


def test_nobody_settles_what_they_keyed_in_for_themselves(world: Any) -> None:
    """Decree 118/2025/NĐ-CP: impartial reception."""
    session, agency, made, _, officer = world
    visitor = Visitor(name="Lê Minh Tuấn", personal_id=own_number(session, officer), phone="0987654321")
    dossier = counter.open_draft(
        session, officer, submission_id=uuid4(), code=made.code, agency_id=agency.id,
        channel=Channel.COUNTER, visitor=visitor,
    )  # fmt: skip
    filing.save_answers(session, officer, dossier.id, seq=None, answers=dict(factories.SIMPLE_ANSWERS))
    factories.ready_file(session, dossier)
    filing.submit(session, officer, dossier.id, idempotency_key=None)

    with pytest.raises(access.OwnDossier):
        processing.receive(session, known(session, officer), dossier.id)
    assert "receive" not in views.summary(session, known(session, officer), dossier.id).allowed
    colleague = factories.officer(session, agency.id)
    acts_as(session, colleague)
    assert processing.receive(session, known(session, colleague), dossier.id).number


def test_nobody_settles_what_was_filed_for_them(world: Any) -> None:
    session, _, _, applicant, officer = world
    number = own_number(session, officer)
    acts_as(session, applicant)
    for_officer = Party(name="Lê Minh Tuấn", number=number)
    dossier = filed(world, FiledAs.AUTHORISED, for_officer, "authorisation")

    acts_as(session, officer)
    with pytest.raises(access.OwnDossier):
        processing.receive(session, known(session, officer), dossier.id)
