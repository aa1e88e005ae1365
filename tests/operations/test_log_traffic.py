"""What the three processes log while people file, stumble and things break: lines of ids, and no person."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from portal.core.observability import ALLOWED
from portal.embedded.process import free_ports
from tests import factories
from tests.conftest import Database
from tests.house.running import ROOT
from tests.operations.rolling import until
from tests.operations.traffic import ANSWER, FILE, PERSON, SIGNED, Refuser, Visit, leaks, lines_of

Start = Callable[..., Path]
SECRET = [*PERSON.values(), *PERSON["name"].split(), ANSWER, FILE, "giấy tờ.png", *SIGNED]


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start a process of the portal; what it prints goes to the file answered."""
    started: list[subprocess.Popen[bytes]] = []

    def go(name: str, *command: str, **more: str) -> Path:
        log = tmp_path / f"{name}.log"
        with log.open("ab") as out:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", *command],
                    cwd=ROOT,
                    env=environment | {"MOTCUA_LOG_LEVEL": "DEBUG"} | more,
                    stdout=out,
                    stderr=out,
                )
            )
        return log

    yield go
    for child in started:
        child.terminate()
    for child in started:
        child.wait(40)


@pytest.fixture
def ground(database: Database) -> tuple[UUID, str, UUID]:
    """The canary's account, a procedure with one paper, and its agency."""
    with database.worker() as session:
        agency = factories.agency(session).id
        made = factories.account(session, **PERSON)
        procedure = factories.procedure(session, agency, made_content=factories.simple())
        session.commit()
        return made.id, procedure.code, agency


@pytest.fixture
def superuser(database: Database) -> Iterator[psycopg.Connection[Any]]:
    url = database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def effects(database: Database, like: str) -> int:
    with database.worker() as session:
        found = session.connection().exec_driver_sql("SELECT count(*) FROM effect WHERE key LIKE %s", (like,))
        return int(found.scalar_one())


def listening(visit: Visit) -> bool:
    try:
        return visit.ask("GET", "/health/live")[0] == 200
    except OSError:
        return False


def test_people_file_and_stumble_and_no_process_logs_who_they_are(
    start: Start,
    ground: tuple[UUID, str, UUID],
    database: Database,
    superuser: psycopg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (port,) = free_ports(1)
    account, procedure, agency = ground
    visit = Visit(port, account)
    with Refuser() as relay:
        logs = {
            "web": start("web", "portal.cli", "web", "--port", str(port)),
            "background": start("background", "portal.cli", "background"),
            "worker": start(
                "worker", "tests.operations.impatient", "worker", MOTCUA_SMTP_PORT=str(relay.port)
            ),
        }
        assert until(lambda: listening(visit), 120)
        visit.file(monkeypatch, procedure, agency)
        visit.stumble()
        assert until(lambda: relay.refused > 1, 120)
        # a row that the database refuses is quoted in its error, by web and by worker
        superuser.execute("ALTER TABLE account ADD CONSTRAINT no_one CHECK (id IS NULL) NOT VALID")
        assert visit.tell("/api/v1/auth/register", {**PERSON, "email": "canary.log8@example.vn"}) == 500
        superuser.execute("ALTER TABLE fold_mark RENAME TO fold_mark_gone")
        assert until(lambda: "ProgrammingError" in logs["background"].read_text())
        superuser.execute("ALTER TABLE fold_mark_gone RENAME TO fold_mark")
        assert until(lambda: "MailUnavailable" in logs["worker"].read_text())

    for name, log in logs.items():
        lines = lines_of(log)
        assert leaks(lines, [*SECRET, "canary.log8@example.vn", *visit.given]) == [], name
        assert lines, name
        for line in lines:
            assert set(json.loads(line)) <= ALLOWED, f"{name}: {line}"
    said = logs["web"].read_text()
    assert "unforeseen" in said
    assert "/api/v1/dossiers/{dossier_id}/submission" in said


def test_a_process_that_says_too_much_is_found_out(
    start: Start, ground: tuple[UUID, str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = free_ports(1)
    account, procedure, agency = ground
    visit = Visit(port, account)
    with Refuser() as relay:
        web = start("web", "tests.operations.talkative", "--port", str(port))
        start("background", "portal.cli", "background")
        worker = start("worker", "tests.operations.impatient", "talkative", MOTCUA_SMTP_PORT=str(relay.port))
        assert until(lambda: listening(visit), 120)
        visit.file(monkeypatch, procedure, agency)
        visit.stumble()

        assert until(lambda: leaks(lines_of(worker), [PERSON["email"]]), 120)
        found = leaks(lines_of(web), SECRET)
    assert [line for line in found if line.startswith(PERSON["personal_id"])]
    assert [line for line in found if line.startswith(PERSON["email"])]
