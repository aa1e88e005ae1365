"""Opinions of agencies: what goes along with an answer, and a question taken back."""

from typing import Any
from uuid import uuid4

import pytest

from auth.actor import Actor
from dossiers import (
    attachments,
    decision,
    ends,
    messages,
    opinions,
    views,
)
from dossiers.attachment_rules import AttachmentNotFound, opinion_key
from dossiers.messages import FileNotReady
from dossiers.opinion_queries import OpinionNotFound
from dossiers.opinions import NotWaiting
from dossiers.workflow import WrongState
from portal.core import runtime
from portal.core.errors import Forbidden, Invalid
from portal.core.storage import Storage
from tests import factories
from tests.dossiers.test_opinions import Asking, place

__all__ = ["place"]


class TestFiles:
    def test_a_checked_file_goes_along_and_is_read_by_both_agencies_only(self, place: Asking) -> None:
        third = factories.officer(place.session, factories.agency(place.session).id)
        opinion_id = place.ask()
        place.ask(*third.agency_ids)
        file = factories.ready_file(place.session, place.dossier, opinion_key(opinion_id))
        place.as_(place.officer)
        with pytest.raises(AttachmentNotFound):  # not before it is sent
            attachments.show(place.session, place.officer, place.dossier.id, file.id)
        place.answer(opinion_id, attachment_id=file.id)

        (_, read) = place.read(place.officer)
        assert read.file is not None
        assert read.file.id == file.id
        for actor in (place.officer, place.other):
            place.as_(actor)
            assert attachments.show(place.session, actor, place.dossier.id, file.id).id == file.id
        for actor in (place.applicant, third):
            place.as_(actor)
            with pytest.raises(AttachmentNotFound):
                attachments.show(place.session, actor, place.dossier.id, file.id)
            shown = views.summary(place.session, actor, place.dossier.id).attachments
            assert file.id not in {one.id for one in shown}

    def test_files_of_others_and_unchecked_ones_do_not_go_along(self, place: Asking) -> None:
        opinion_id = place.ask()
        for key in ("reply", "proof", opinion_key(uuid4())):
            file = factories.ready_file(place.session, place.dossier, key)
            with pytest.raises(FileNotReady):
                place.answer(opinion_id, attachment_id=file.id)

    def test_only_the_asked_agency_puts_a_file_there_and_only_while_it_is_asked(
        self, place: Asking, store: Any
    ) -> None:
        storage = Storage(runtime.settings)
        opinion_id = place.ask()

        def begin(actor: Actor, key: str) -> Any:
            place.as_(actor)
            return attachments.begin(place.session, storage, actor, place.dossier.id, key, "tra-loi.pdf", 900)

        assert begin(place.other, opinion_key(opinion_id)).parts
        for actor in (place.officer, place.applicant):
            with pytest.raises(Forbidden):
                begin(actor, opinion_key(opinion_id))
        with pytest.raises(AttachmentNotFound):
            begin(place.other, opinion_key(uuid4()))
        for key in ("message", "reply", "result", "proof"):
            with pytest.raises((Forbidden, WrongState)):
                begin(place.other, key)
        place.answer(opinion_id)
        with pytest.raises(Forbidden):
            begin(place.other, opinion_key(opinion_id))

    def test_who_is_asked_opens_no_file_of_a_message(self, place: Asking) -> None:
        file = factories.ready_file(place.session, place.dossier, "message")
        place.as_(place.applicant)
        messages.send(place.session, place.applicant, place.dossier.id, text="Đây", attachment_ids=[file.id])
        place.ask()

        place.as_(place.other)
        with pytest.raises(AttachmentNotFound):
            attachments.show(place.session, place.other, place.dossier.id, file.id)
        shown = views.summary(place.session, place.other, place.dossier.id).attachments
        assert file.id not in {one.id for one in shown}


class TestTakingBack:
    def test_the_agency_reads_why_and_answers_no_more(self, place: Asking) -> None:
        opinion_id = place.ask()
        factories.ready_file(place.session, place.dossier, opinion_key(opinion_id))
        place.as_(place.officer)
        opinions.revoke(place.session, place.officer, place.dossier.id, opinion_id, reason="Đã tra được")

        (read,) = place.read(place.other)
        assert (read.state, read.text, read.file) == ("revoked", "Đã tra được", None)
        assert views.summary(place.session, place.other, place.dossier.id).allowed == []
        with pytest.raises(Forbidden):
            place.answer(opinion_id)

    def test_a_colleague_takes_it_back_the_asked_agency_does_not(self, place: Asking) -> None:
        opinion_id = place.ask()
        for actor in (place.other, place.applicant):
            place.as_(actor)
            with pytest.raises(Forbidden):
                opinions.revoke(place.session, actor, place.dossier.id, opinion_id, reason="Không")
        colleague = place.as_(factories.officer(place.session, place.agency.id))
        opinions.revoke(place.session, colleague, place.dossier.id, opinion_id, reason="Nhầm cơ quan")

        assert place.read(place.officer)[0].state == "revoked"

    def test_it_needs_a_reason_and_an_open_question(self, place: Asking) -> None:
        opinion_id = place.ask()
        with pytest.raises(Invalid):
            opinions.revoke(place.session, place.officer, place.dossier.id, opinion_id, reason=" ")
        with pytest.raises(OpinionNotFound):
            opinions.revoke(place.session, place.officer, place.dossier.id, uuid4(), reason="Nhầm")
        place.answer(opinion_id)
        place.as_(place.officer)
        with pytest.raises(NotWaiting):
            opinions.revoke(place.session, place.officer, place.dossier.id, opinion_id, reason="Nhầm")

    @pytest.mark.parametrize("end", ["approve", "reject", "stop"])
    def test_a_decision_or_an_end_lets_the_question_lapse(self, place: Asking, end: str) -> None:
        opinion_id = place.ask()
        place.as_(place.officer)
        if end == "approve":
            file = factories.ready_file(place.session, place.dossier, "result")
            decision.approve(place.session, place.officer, place.dossier.id, result_attachment_id=file.id)
        elif end == "reject":
            decision.reject(place.session, place.officer, place.dossier.id, ground="Không đủ điều kiện")
        else:
            place.as_(place.applicant)
            ends.ask_withdrawal(place.session, place.applicant, place.dossier.id)
            place.as_(place.officer)
            ends.stop(place.session, place.officer, place.dossier.id)

        assert place.read(place.officer)[0].state == "lapsed"
        with pytest.raises(Forbidden):
            place.answer(opinion_id)
        assert place.asked_view(place.other).items == []
