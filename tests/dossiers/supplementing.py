"""What the tests of supplements stand on: a procedure with questions that open others, and its people."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from auth.actor import Actor
from auth.models import Agency
from dossiers import (
    filing,
    open_request,
    processing,
    queries,
    supplement_queries,
    supplements,
    supplying,
    views,
)
from dossiers.models import Dossier
from dossiers.supplement_models import ItemKind
from portal.core import clock, events
from portal.core.calendar import VIET_NAM
from portal.core.clock import local, now
from portal.core.db import act_as
from services_catalog.models import Procedure
from tests import factories

FORM = [
    {
        "key": "request",
        "title": "Yêu cầu",
        "fields": [
            {"key": "full_name", "kind": "text", "label": "Họ và tên", "max_length": 100},
            {"key": "copies_count", "kind": "number", "label": "Số bản", "min": 1, "max": 20},
            {"key": "by_proxy", "kind": "yesno", "label": "Nộp thay người khác?"},
            {
                "key": "proxy_name",
                "kind": "text",
                "label": "Họ tên người được nộp thay",
                "show_when": [{"field": "by_proxy", "any_of": [True]}],
            },
            {"key": "note", "kind": "longtext", "label": "Ghi chú", "required": False, "max_length": 500},
        ],
    }
]
PAPERS = [
    {"key": "proof", "name": "Giấy tờ chứng minh", "needed": "always", "accept": ["pdf", "jpeg", "png"]},
    {"key": "photo", "name": "Ảnh chân dung", "needed": "conditional", "accept": ["jpeg"], "when": "Nếu có"},
    {
        "key": "proxy",
        "name": "Giấy ủy quyền",
        "needed": "conditional",
        "accept": ["pdf"],
        "show_when": [{"field": "by_proxy", "any_of": [True]}],
    },
]
ANSWERS = {"full_name": "Nguyễn Thị Ánh", "copies_count": 2, "by_proxy": False}


@dataclass
class World:
    """One filed dossier, its applicant, and two officers of its agency."""

    session: Session
    agency: Agency
    procedure: Procedure
    applicant: Actor
    officer: Actor
    colleague: Actor
    dossier: Dossier

    def be(self, actor: Actor) -> Actor:
        """From here on the session asks as this person."""
        act_as(self.session, actor.id, actor.agency_ids)
        return actor

    def in_hand(self) -> Dossier:
        """Accepted and held by the officer."""
        return factories.in_hand(self.session, self.dossier, self.officer)

    def ask(self, *items: supplements.Item, **more: Any) -> Dossier:
        """The officer asks for these items."""
        self.be(self.officer)
        return supplements.ask(
            self.session, self.officer, self.dossier.id, items=items or [field("full_name")], **more
        )

    def send_file(self, paper: str = "proof") -> Any:
        """A checked file handed in for the open request."""
        self.be(self.applicant)
        dossier = queries.get(self.session, self.applicant, self.dossier.id)
        made = factories.ready_file(self.session, dossier, paper)
        made.supplement_id = open_request.id_of(self.session, dossier)
        self.session.add(made)
        self.session.flush()
        return made


def field(key: str, **more: Any) -> supplements.Item:
    """A question to put right."""
    given = {"reason": "incorrect", "why": "Ghi đúng như trên căn cước.", **more}
    return supplements.Item(kind=ItemKind.FIELD, key=key, **given)


def paper(key: str, **more: Any) -> supplements.Item:
    """A paper to hand in anew."""
    given = {"reason": "unreadable", "why": "Chụp lại rõ bốn góc.", **more}
    return supplements.Item(kind=ItemKind.PAPER, key=key, **given)


def world_of(session: Session, **changes: Any) -> World:
    """A world in `session`; changes are those of the procedure's content."""
    content = factories.content(
        form=FORM,
        requirements=PAPERS,
        fees=[],
        cases=[],
        **{"time_limit": {"amount": 5, "unit": "working_day"}, **changes},
    )
    agency = factories.agency(session)
    procedure = factories.procedure(session, agency.id, made_content=content)
    applicant = factories.citizen(session)
    officer, colleague = (factories.officer(session, agency.id) for _ in range(2))
    draft = factories.draft(session, applicant, procedure, agency.id, **ANSWERS)
    factories.ready_file(session, draft)
    dossier = submitted(session, applicant, draft)
    return World(session, agency, procedure, applicant, officer, colleague, dossier)


def submitted(session: Session, applicant: Actor, draft: Dossier) -> Dossier:
    """File a draft."""
    act_as(session, applicant.id, applicant.agency_ids)
    return filing.submit(session, applicant, draft.id, idempotency_key=None)


def tomorrow() -> dt.date:
    """The next working day."""
    return VIET_NAM.next_working_day(local(now()).date())


def requests(world):
    return supplement_queries.of(world.session, world.dossier.id, world.dossier.subject_id)


def names(world):
    return [event.name for event in events.history(world.session, world.dossier.id)]


def answers(world):
    world.be(world.applicant)
    return views.summary(world.session, world.applicant, world.dossier.id).answers


def at(monkeypatch, instant):
    """Let it be this instant everywhere."""
    for module in (clock, supplements, open_request, supplying, processing, filing):
        if hasattr(module, "now"):
            monkeypatch.setattr(module, "now", lambda: instant)
