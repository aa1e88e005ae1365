"""Messages and off-line touches: as a person would notice them."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from dossiers import (
    access,
    attachments,
    complaints,
    messages,
    returning,
    touches,
    views,
)
from dossiers.models import AttachmentState
from dossiers.touches import Touch
from dossiers.workflow import WrongState
from portal.core import events
from portal.core.errors import Conflict, Forbidden, Invalid
from portal.core.text import BadText
from tests import factories
from tests.dossiers.beside_place import Place


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def said(page: messages.MessagePage) -> list[tuple[str, str]]:
    return [(one.side, one.text) for one in page.items]


class TestMessages:
    def test_both_sides_write_and_each_has_its_own_unread_ones(self, place: Place) -> None:
        dossier = place.filed()
        messages.send(place.session, place.applicant, dossier.id, text="Cho tôi hỏi giờ làm việc")
        place.as_(place.officer)
        seen = messages.page(place.session, place.officer, dossier.id)
        assert (seen.unread, said(seen)) == (1, [("applicant", "Cho tôi hỏi giờ làm việc")])
        assert messages.unread(place.session, [dossier.id], "desk") == {dossier.id: 1}

        messages.mark_read(place.session, place.officer, dossier.id, seq=seen.items[0].seq)
        messages.send(place.session, place.officer, dossier.id, text="Từ 7 giờ 30")

        assert messages.page(place.session, place.officer, dossier.id).unread == 0
        place.as_(place.applicant)
        answered = messages.page(place.session, place.applicant, dossier.id)
        assert (answered.unread, said(answered)[0]) == (1, ("desk", "Từ 7 giờ 30"))
        assert [one.read for one in answered.items] == [False, True]
        assert messages.unread(place.session, [dossier.id], "applicant") == {dossier.id: 1}

    def test_a_mark_never_goes_back_and_not_ahead_of_what_happened(self, place: Place) -> None:
        dossier = place.filed()
        messages.send(place.session, place.applicant, dossier.id, text="Một")
        place.as_(place.officer)
        messages.mark_read(place.session, place.officer, dossier.id, seq=2**40)
        messages.mark_read(place.session, place.officer, dossier.id, seq=0)
        assert messages.page(place.session, place.officer, dossier.id).unread == 0

        place.as_(place.applicant)
        messages.send(place.session, place.applicant, dossier.id, text="Hai")
        place.as_(place.officer)

        assert messages.page(place.session, place.officer, dossier.id).unread == 1

    def test_the_words_are_in_no_event(self, place: Place) -> None:
        dossier = place.filed()
        messages.send(place.session, place.applicant, dossier.id, text="Con tôi tên Hải Đăng")

        bodies = place.session.execute(sa.text("SELECT convert_from(body, 'UTF8') FROM event")).scalars()
        assert not [one for one in bodies if "Hải Đăng" in one]

    def test_a_draft_has_no_messages(self, place: Place) -> None:
        place.as_(place.applicant)
        draft = factories.draft(place.session, place.applicant, place.procedure, place.agency.id)

        with pytest.raises(WrongState):
            messages.send(place.session, place.applicant, draft.id, text="Xin chào")

    @pytest.mark.parametrize("text", ["", "   \n ", "x" * 4001])
    def test_nothing_and_too_much_are_refused(self, place: Place, text: str) -> None:
        dossier = place.filed()

        with pytest.raises(Invalid):
            messages.send(place.session, place.applicant, dossier.id, text=text)

    def test_hidden_characters_are_refused_and_markup_stays_text(self, place: Place) -> None:
        dossier = place.filed()
        with pytest.raises(BadText):
            messages.send(place.session, place.applicant, dossier.id, text="abc\u202egpj.exe")
        markup = "<script>alert(1)</script> ' OR 1=1 --"
        messages.send(place.session, place.applicant, dossier.id, text=markup)

        assert messages.page(place.session, place.applicant, dossier.id).items[0].text == markup

    def test_strangers_and_other_agencies_see_none(self, place: Place) -> None:
        dossier = place.filed()
        messages.send(place.session, place.applicant, dossier.id, text="Riêng tư")
        for actor in (place.stranger, place.other):
            place.as_(actor)
            for act in (
                lambda who: messages.page(place.session, who, dossier.id),
                lambda who: messages.send(place.session, who, dossier.id, text="Chen vào"),
                lambda who: messages.mark_read(place.session, who, dossier.id, seq=9),
                lambda who: complaints.of_dossier(place.session, who, dossier.id),
                lambda who: returning.way_of(place.session, who, dossier.id),
            ):
                with pytest.raises(access.DossierNotFound):
                    act(actor)

    def test_who_is_only_asked_for_an_opinion_reads_no_message(self, place: Place) -> None:
        dossier = place.filed()
        messages.send(place.session, place.applicant, dossier.id, text="Riêng tư")
        dossier.consulted_agency_ids = sorted(place.other.agency_ids)
        place.session.add(dossier)
        place.as_(place.other)

        assert views.summary(place.session, place.other, dossier.id).id == dossier.id
        with pytest.raises(Forbidden):
            messages.page(place.session, place.other, dossier.id)
        with pytest.raises(Forbidden):
            complaints.of_dossier(place.session, place.other, dossier.id)

    def test_a_file_goes_along_once_and_only_of_ones_own_side(self, place: Place) -> None:
        dossier = place.filed()
        file = factories.ready_file(place.session, dossier, "message")
        reply = factories.ready_file(place.session, dossier, "reply")
        with pytest.raises(messages.FileNotReady):
            messages.send(
                place.session, place.applicant, dossier.id, text="Của ai", attachment_ids=[reply.id]
            )
        messages.send(place.session, place.applicant, dossier.id, text="Đây", attachment_ids=[file.id])

        assert messages.page(place.session, place.applicant, dossier.id).items[0].attachments == [file.id]
        with pytest.raises(messages.FileNotReady):
            messages.send(place.session, place.applicant, dossier.id, text="Lại", attachment_ids=[file.id])
        with pytest.raises(Conflict):
            attachments.remove(place.session, place.applicant, dossier.id, file.id)

    def test_an_unchecked_file_does_not_go(self, place: Place) -> None:
        dossier = place.filed()
        file = factories.ready_file(place.session, dossier, "message", state=AttachmentState.CHECKING)

        with pytest.raises(messages.FileNotReady):
            messages.send(place.session, place.applicant, dossier.id, text="Đây", attachment_ids=[file.id])

    def test_what_the_other_side_has_not_sent_yet_is_not_seen(self, place: Place) -> None:
        dossier = place.filed()
        mine = factories.ready_file(place.session, dossier, "message")
        theirs = factories.ready_file(place.session, dossier, "reply")

        def shown(actor: Actor) -> set[UUID]:
            place.as_(actor)
            return {one.id for one in views.summary(place.session, actor, dossier.id).attachments}

        assert mine.id in shown(place.applicant)
        assert theirs.id not in shown(place.applicant)
        assert theirs.id in shown(place.officer)
        assert mine.id not in shown(place.officer)
        place.as_(place.applicant)
        with pytest.raises(attachments.AttachmentNotFound):
            attachments.remove(place.session, place.applicant, dossier.id, theirs.id)
        with pytest.raises(attachments.AttachmentNotFound):
            attachments.show(place.session, place.applicant, dossier.id, theirs.id)

    def test_the_list_goes_on_behind_its_last_message(self, place: Place) -> None:
        dossier = place.filed()
        for n in range(5):
            messages.send(place.session, place.applicant, dossier.id, text=f"Tin {n}")

        first = messages.page(place.session, place.applicant, dossier.id, limit=3)
        rest = messages.page(place.session, place.applicant, dossier.id, before=first.next, limit=3)

        assert [one.text for one in [*first.items, *rest.items]] == [f"Tin {n}" for n in (4, 3, 2, 1, 0)]
        assert rest.next is None


class TestTouches:
    @pytest.mark.parametrize("kind", list(Touch))
    def test_each_kind_is_an_event_without_its_note(self, place: Place, kind: Touch) -> None:
        dossier = place.in_hand()
        touches.touch(place.session, place.officer, dossier.id, kind=kind, note="Bà Ánh đến ký")

        told = place.last(dossier)
        assert (told.name, told.data["kind"], told.data["first"]) == ("dossier.touched", kind, True)
        assert "Ánh" not in str(told.data)
        assert events.private_of(place.session, dossier.id, told.seq) == {"note": "Bà Ánh đến ký"}

    def test_only_the_first_counts_as_first(self, place: Place) -> None:
        dossier = place.in_hand()
        for _ in range(2):
            touches.touch(place.session, place.officer, dossier.id, kind=Touch.VISIT)

        assert place.last(dossier).data["first"] is False

    def test_the_applicant_and_another_agency_may_not(self, place: Place) -> None:
        dossier = place.in_hand()
        place.as_(place.applicant)
        with pytest.raises(Forbidden):
            touches.touch(place.session, place.applicant, dossier.id, kind=Touch.CASH)
        place.as_(place.other)
        with pytest.raises(access.DossierNotFound):
            touches.touch(place.session, place.other, dossier.id, kind=Touch.CASH)
