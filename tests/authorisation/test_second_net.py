"""Behind `visible_to` stands row-level security: without the first, the second still answers nothing."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from dossiers import access
from portal.core.db import act_as
from portal.tables import metadata
from tests.authorisation.expectation import Expectation, fits, letter
from tests.authorisation.world import World

EXPECTED = Expectation()
ABOUT_ONE = sorted(route for route in EXPECTED.routes if EXPECTED.by_state(route))
OUTSIDERS = ("anonymous", "stranger", "elsewhere", "admin")

# Tables anyone's transaction may read, and why.
OPEN = {
    "procedure": "the catalogue is public",
    "template_file": "forms to download are public",
    "procedure_revision": "the catalogue is public; drafts are kept from the public by the service",
    "offering": "the catalogue is public",
    "level_change": "the history of levels is published (Decree 224/2026, art. 14)",
    "downtime": "stops are told to the public (Decree 224/2026, art. 13)",
    "calendar_revision": "working days and hours are public, as every deadline is counted on them",
    "incident": "failures are told to the public while they last (Decree 224/2026, art. 13)",
    "sector": "the catalogue is public",
    "agency": "the catalogue is public",
    "service_offer": "who offered what when: published with the figures",
    "rollup": "the published figures",
    "rollup_tail": "the published figures",
    "fold_mark": "how far the figures are folded",
    "anchor": "signed roots: published so that anyone can check",
    "account": "digests and sealed values only; needed before anyone is known, to sign in",
    "membership": "roles by id, read to know who asks",
    "web_session": "digests only; needed before anyone is known",
    "setup_token": "digests only",
    "throttle": "digests only",
    "subject_key": "wrapped keys, worth nothing without the master key",
    "outbox": "ids only",
    "effect": "ids only",
    "idempotency": "digests and ids only",
    "number_counter": "counters",
    "catalogue_version": "a counter",
    "catalogue_import": "rows of public files and the id of who sent them; the service shows them to keepers",
    "alembic_version": "the schema's version",
}


@pytest.fixture
def without_the_first(monkeypatch: pytest.MonkeyPatch, rebuilt: Callable[[], None]) -> None:
    """A patched copy in which the application asks for every dossier."""
    monkeypatch.setattr(access, "visible_to", sa.true)
    monkeypatch.setattr(access, "served_by", sa.true)
    rebuilt()


@pytest.mark.usefixtures("without_the_first")
def test_row_level_security_alone_hides_every_dossier(world: World) -> None:
    wrong = []
    for route in ABOUT_ONE:
        method, path = route.split(" ", 1)
        for principal in OUTSIDERS:
            answer = world.ask(principal, method, path, "processing")
            if not fits(EXPECTED.of(route, "processing", principal), answer):
                wrong.append(f"{route} | {principal}: {letter(answer)} ({answer.status_code})")

    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("without_the_first")
def test_row_level_security_alone_empties_every_list(world: World) -> None:
    reference = str(world.cases["processing"].reference)

    lists = {
        (principal, path): world.ask(principal, "GET", path, "processing").text
        for principal, path in (
            ("stranger", "/api/v1/dossiers"),
            ("stranger", "/ho-so"),
            ("elsewhere", "/api/v1/desk/dossiers"),
            ("elsewhere", "/can-bo"),
        )
    }

    assert [key for key, text in lists.items() if reference in text] == []
    assert reference in world.ask("holder", "GET", "/api/v1/desk/dossiers?view=all", "processing").text


def test_nobody_reads_a_row_of_a_person_or_a_dossier(world: World) -> None:
    """A raw SELECT as motcua_app without an actor: nothing, in every table that is not open for a reason."""
    place = world.connection.begin_nested()
    with Session(world.connection, join_transaction_mode="create_savepoint") as session:
        act_as(session, None, frozenset())
        read = {}
        for table in sorted(metadata.tables.values(), key=lambda one: one.name):
            if table.name not in OPEN:
                read[table.name] = _count(session, table)
        streams = set(session.execute(sa.text("SELECT DISTINCT stream FROM event")).scalars())
    place.rollback()

    assert {name: count for name, count in read.items() if count and name != "event"} == {}
    assert streams <= {
        "procedure",
        "agency",
        "downtime",
        "incident",
    }  # what was published and when; nothing of a person
    assert {"dossier", "attachment", "document", "fee_line", "decision", "person", "access_log"} <= set(read)


def _count(session: Session, table: sa.Table) -> int:
    """The rows of the table that can be read; 0 where reading is not granted at all."""
    hole = session.begin_nested()
    try:
        return int(session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())
    except DBAPIError as error:
        if "permission denied" not in str(error):
            raise
        return 0
    finally:
        hole.rollback()


def test_nobody_changes_the_journal(world: World) -> None:
    for statement in (
        "UPDATE event SET name = 'x'",
        "DELETE FROM event",
        "TRUNCATE event",
        "DELETE FROM access_log",
        "UPDATE event_private SET sealed = ''",
        "DELETE FROM dossier",
        "SELECT count(*) FROM access_log",
    ):
        place = world.connection.begin_nested()
        with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
            world.connection.execute(sa.text(statement))
        place.rollback()
    assert world.connection.execute(sa.text("SELECT 1")).scalar() == 1


def test_a_stranger_neither_adds_nor_changes_rows_of_a_dossier(world: World) -> None:
    """Row-level security holds for writes too."""
    stranger = world.actors["stranger"]
    case = world.cases["processing"]
    place = world.connection.begin_nested()
    with Session(world.connection, join_transaction_mode="create_savepoint") as session:
        act_as(session, stranger.id, frozenset())
        changed = session.execute(
            sa.text("UPDATE dossier SET status = 'settled' WHERE id = :id"), {"id": case.id}
        )
        touched = session.execute(
            sa.text("UPDATE attachment SET state = 'refused' WHERE id = :id"), {"id": case.attachment}
        )
        with pytest.raises(DBAPIError, match="row-level security"):
            session.execute(
                sa.text(
                    "INSERT INTO fee_line (id, dossier_id, key, name, amount_vnd)"
                    " VALUES (:id, :dossier, 'x', 'x', 1)"
                ),
                {"id": uuid4(), "dossier": case.id},
            )
    place.rollback()

    assert (changed.rowcount, touched.rowcount) == (0, 0)  # type: ignore[attr-defined]


def _plain(text: str) -> str:
    """A page without what differs from one answer to the next (nonces, keys, ids)."""
    text = re.sub(r"mã sự cố <span[^>]*>[0-9A-F]+", "", text)
    text = re.sub(r'nonce="[^"]+"|name="(csrf|key)" value="[^"]+"|[0-9a-f]{8}-[0-9a-f-]{27}', "", text)
    return re.sub(r'"instance":"[^"]*"|data-[\w-]+="[^"]*"', "", text)


def test_hidden_is_word_for_word_the_answer_for_nothing(world: World) -> None:
    differ = []
    for route in ABOUT_ONE:
        method, path = route.split(" ", 1)
        for principal in ("stranger", "elsewhere"):
            if EXPECTED.of(route, "processing", principal) == "0":
                hidden = world.ask(principal, method, path, "processing")
                nothing = world.ask_for_nothing(principal, method, path)
                if (hidden.status_code, _plain(hidden.text)) != (nothing.status_code, _plain(nothing.text)):
                    differ.append(f"{route} | {principal}: {hidden.status_code}, {nothing.status_code}")

    assert not differ, "\n".join(differ)


def test_reading_writes_nothing_but_the_access_log(world: World) -> None:
    count = sa.text(
        "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
        " WHERE relname NOT LIKE 'access_log%' AND relname <> 'throttle'"
    )
    wrote = []
    for route in sorted(EXPECTED.routes):
        method, path = route.split(" ", 1)
        if method == "GET" and "/da-gui/" not in path:  # the store's way back completes an upload
            for principal in ("owner", "holder"):
                case = world.cases["processing"]
                before = world.connection.execute(count).scalar()
                place = world.connection.begin_nested()
                world.client.request(method, world.address(path, case), headers=world.headers[principal])
                if world.connection.execute(count).scalar() != before:
                    wrote.append(route)
                place.rollback()

    assert wrote == []
