"""Sixteen people at work on one dossier at once: whatever was acknowledged is there, once, in one order."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from auth.actor import Actor
from dossiers import ends, messages, notes, processing, supplements, touches, verify
from dossiers.models import Dossier
from dossiers.supplement_models import FurtherGround, ItemKind
from portal.core import events
from portal.core.db import act_as
from portal.core.errors import DomainError
from tests import factories
from tests.conftest import Database

THREADS, ROUNDS = 16, 12
ITEM = supplements.Item(
    kind=ItemKind.FIELD, key="full_name", reason="incorrect", why="Ghi đúng họ tên.", again="Vẫn chưa đúng."
)
Act = Callable[[Any, Actor, Any, str], object]


def _ask(session: Any, who: Actor, dossier_id: Any, words: str) -> object:
    ground = FurtherGround.NEW_FACT
    return supplements.ask(session, who, dossier_id, items=[ITEM], ground=ground, ground_words=words)


OF_DESK: dict[str, Act] = {
    "note": lambda session, who, one, words: notes.note(session, who, one, text=words),
    "touch": lambda session, who, one, words: touches.touch(
        session, who, one, kind=touches.Touch.PHONE, note=words
    ),
    "claim": lambda session, who, one, _: processing.claim(session, who, one),
    "release": lambda session, who, one, _: processing.release(session, who, one),
    "ask": _ask,
    "revoke": lambda session, who, one, words: supplements.revoke(session, who, one, reason=words),
}
OF_APPLICANT: dict[str, Act] = {
    "message": lambda session, who, one, words: messages.send(session, who, one, text=words),
    "ask_withdrawal": lambda session, who, one, words: ends.ask_withdrawal(session, who, one, reason=words),
    "keep": lambda session, who, one, words: ends.keep(session, who, one, reason=words),
}
NAMES = {
    "note": "dossier.note_added", "touch": "dossier.touched", "claim": "dossier.claimed",
    "release": "dossier.released", "ask": "dossier.supplement_asked", "revoke": "dossier.supplement_revoked",
    "message": "dossier.message_sent", "ask_withdrawal": "dossier.withdrawal_asked", "keep": "dossier.kept",
}  # fmt: skip


def test_sixteen_threads_on_one_dossier_lose_no_update(database: Database) -> None:
    with database.worker() as session:
        agency = factories.agency(session)
        procedure = factories.procedure(session, agency.id)
        applicant = factories.citizen(session)
        dossier_id = factories.filed(session, applicant, procedure, agency.id).id
        officers = [factories.officer(session, agency.id) for _ in range(4)]
        factories.in_hand(session, session.get_one(Dossier, dossier_id), officers[0])
        before = Counter(one.name for one in events.history(session, dossier_id))
        session.commit()

    acknowledged: list[tuple[str, str]] = []
    refused: list[str] = []
    broken: list[BaseException] = []
    gate, kept = threading.Barrier(THREADS), threading.Lock()

    def work(place: int) -> None:
        draw = random.Random(place)
        who = applicant if place % 4 == 0 else officers[place % 4]
        acts = OF_APPLICANT if who is applicant else OF_DESK
        gate.wait()
        for number in range(ROUNDS):
            name, words = draw.choice(list(acts)), f"Việc {place}-{number}"
            with database.app() as session:
                act_as(session, who.id, who.agency_ids)
                try:
                    acts[name](session, who, dossier_id, words)
                    session.commit()
                except DomainError:
                    session.rollback()
                    with kept:
                        refused.append(name)
                except BaseException as error:
                    with kept:
                        broken.append(error)
                    raise
                else:
                    with kept:
                        acknowledged.append((name, words))

    threads = [threading.Thread(target=work, args=(place,)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert broken == []
    assert len(acknowledged) + len(refused) == THREADS * ROUNDS
    assert min(len(acknowledged), len(refused)) > 20  # both happened a good deal
    with database.worker() as session:
        history = events.history(session, dossier_id)
        told = Counter(one.name for one in history) - before
        seq = session.execute(
            sa.select(Dossier.seq).where(Dossier.id == dossier_id)  # type: ignore[call-overload]
        ).scalar_one()
    assert told == Counter(NAMES[name] for name, _ in acknowledged)
    assert [one.seq for one in history] == list(range(1, len(history) + 1))
    assert seq == len(history)
    with database.worker() as session:
        private = [events.private_of(session, dossier_id, one.seq) for one in history]
    written = Counter(one["text"] for one in private if "text" in one)
    assert written == Counter(words for name, words in acknowledged if name in ("note", "message"))
    with database.worker() as session:
        assert verify.run(session, None, database.settings).green
