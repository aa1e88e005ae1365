"""Internal notes: what stays between the desks."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from dossiers import access, notes, views
from dossiers.access import OwnDossier
from dossiers.workflow import WrongState
from portal.core.errors import Forbidden, Invalid, Stale
from portal.core.idempotency import KeyReused
from portal.core.text import BadText
from tests import factories
from tests.dossiers.beside_place import Place

WORDS = "Anh Hải Đăng hẹn chiều thứ Tư quay lại"


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def names(place: Place, actor: Actor, dossier_id: object) -> list[str]:
    place.as_(actor)
    return [one.name for one in views.detail(place.session, actor, dossier_id).timeline]  # type: ignore[arg-type]


def test_officers_read_who_wrote_what_newest_first(place: Place) -> None:
    dossier = place.in_hand()
    notes.note(place.session, place.officer, dossier.id, text="Một")
    notes.note(place.session, place.officer, dossier.id, text=WORDS)

    colleague = place.as_(factories.officer(place.session, place.agency.id))
    read = notes.of_dossier(place.session, colleague, dossier.id)

    assert [(one.author, one.text) for one in read] == [
        (place.officer.name, WORDS),
        (place.officer.name, "Một"),
    ]
    assert names(place, colleague, dossier.id)[-1] == "dossier.note_added"


def test_the_words_are_in_no_event(place: Place) -> None:
    dossier = place.in_hand()
    notes.note(place.session, place.officer, dossier.id, text=WORDS)

    bodies = place.session.execute(sa.text("SELECT convert_from(body, 'UTF8') FROM event")).scalars()
    assert not [one for one in bodies if "Hải Đăng" in one]


def test_the_applicant_sees_neither_words_nor_event(place: Place) -> None:
    dossier = place.in_hand()
    notes.note(place.session, place.officer, dossier.id, text=WORDS)

    assert "dossier.note_added" not in names(place, place.applicant, dossier.id)
    for act in (
        lambda: notes.of_dossier(place.session, place.applicant, dossier.id),
        lambda: notes.note(place.session, place.applicant, dossier.id, text="Của tôi"),
    ):
        with pytest.raises(Forbidden):
            act()


def test_an_officer_reads_no_notes_on_their_own_request(place: Place) -> None:
    own = factories.officer(place.session, place.agency.id)
    place.as_(own)
    dossier = factories.filed(place.session, own, place.procedure, place.agency.id)
    factories.in_hand(place.session, dossier, place.as_(place.officer))
    notes.note(place.session, place.officer, dossier.id, text=WORDS)

    assert "dossier.note_added" not in names(place, own, dossier.id)
    with pytest.raises(OwnDossier):
        notes.of_dossier(place.session, own, dossier.id)


def test_who_is_only_asked_for_an_opinion_sees_none(place: Place) -> None:
    dossier = place.in_hand()
    notes.note(place.session, place.officer, dossier.id, text=WORDS)
    dossier.consulted_agency_ids = sorted(place.other.agency_ids)
    place.session.add(dossier)
    place.session.flush()

    assert "dossier.note_added" not in names(place, place.other, dossier.id)
    with pytest.raises(Forbidden):
        notes.of_dossier(place.session, place.other, dossier.id)
    with pytest.raises(Forbidden):
        notes.note(place.session, place.other, dossier.id, text="Chen vào")


def test_strangers_and_other_agencies_do_not_find_the_dossier(place: Place) -> None:
    dossier = place.in_hand()
    for actor in (place.stranger, place.other):
        place.as_(actor)
        with pytest.raises(access.DossierNotFound):
            notes.note(place.session, actor, dossier.id, text="Chen vào")


def test_a_draft_has_none_and_an_ended_dossier_still_has(place: Place) -> None:
    ended = place.returned()
    notes.note(place.session, place.officer, ended.id, text="Lưu kho")

    place.as_(place.applicant)
    draft = factories.draft(place.session, place.applicant, place.procedure, place.agency.id)
    draft.entered_by = place.officer.id
    place.session.add(draft)
    place.session.flush()
    place.as_(place.officer)
    with pytest.raises(WrongState):
        notes.note(place.session, place.officer, draft.id, text="Chưa nộp")


@pytest.mark.parametrize("text", ["", "  \n ", "x" * (notes.MAX_TEXT + 1)])
def test_nothing_and_too_much_are_refused(place: Place, text: str) -> None:
    dossier = place.in_hand()

    with pytest.raises(Invalid):
        notes.note(place.session, place.officer, dossier.id, text=text)


def test_hidden_characters_are_refused(place: Place) -> None:
    dossier = place.in_hand()

    with pytest.raises(BadText):
        notes.note(place.session, place.officer, dossier.id, text="abc\u202egpj.exe")


def test_a_version_gone_by_is_refused_and_a_retry_writes_once(place: Place) -> None:
    dossier = place.in_hand()
    seen, key = dossier.seq, str(uuid4())
    for _ in range(2):
        notes.note(place.session, place.officer, dossier.id, text=WORDS, seq=seen, key=key)

    assert len(notes.of_dossier(place.session, place.officer, dossier.id)) == 1
    with pytest.raises(Stale):
        notes.note(place.session, place.officer, dossier.id, text="Khác", seq=seen)
    with pytest.raises(KeyReused):
        notes.note(place.session, place.officer, dossier.id, text="Khác", key=key)
