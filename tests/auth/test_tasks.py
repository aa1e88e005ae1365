"""The owner of an address learns of a repeated registration, once; what has ended is cleared."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, func, select

from auth import service, sessions, tasks
from auth.models import Account, WebSession
from portal.core import clock, crypto, mail, runtime
from portal.core.outbox import Outbox
from portal.embedded import Embedded
from tests import factories
from tests.conftest import Database, settings_for

EMAIL = "anh.nguyen@example.vn"


def repeated(session: Session) -> tuple[Account, int]:
    """An account somebody registered again; its event's number."""
    made = factories.account(session, email=EMAIL)
    service.register(session, name="Kẻ Khác", email=EMAIL, password="mật khẩu của kẻ khác")
    session.commit()
    row = session.exec(select(Outbox).where(Outbox.name == "account.registration_repeated")).one()
    return made, row.seq


def test_tells_the_owner_once_and_nothing_of_the_other(smtp: Embedded, database: Database) -> None:
    runtime.settings = settings_for(smtp, database.name)
    with database.app() as session:
        account, seq = repeated(session)
    before = {one.name for one in mail.inbox(runtime.settings.mail_sink)}

    tasks.tell_owner(str(account.id), seq)
    tasks.tell_owner(str(account.id), seq)

    got = [one for one in mail.inbox(runtime.settings.mail_sink) if one.name not in before]
    assert len(got) == 1
    assert got[0].to == EMAIL
    assert "đã có tài khoản" in got[0].subject
    assert "Nguyễn Thị Ánh" in got[0].text
    assert "Kẻ Khác" not in got[0].text


def test_an_erased_person_is_not_written_to(smtp: Embedded, database: Database) -> None:
    runtime.settings = settings_for(smtp, database.name)
    with database.app() as session:
        account, seq = repeated(session)
    engine = sa.create_engine(database.urls["database_url_owner"])
    with engine.begin() as connection:
        connection.execute(sa.delete(crypto.SubjectKey.__table__))  # type: ignore[attr-defined]
    engine.dispose()
    before = len(mail.inbox(runtime.settings.mail_sink))

    tasks.tell_owner(str(account.id), seq)

    assert len(mail.inbox(runtime.settings.mail_sink)) == before


def test_clears_sessions_that_ended(database: Database) -> None:
    with database.app() as session:
        account = factories.account(session)
        for _ in range(3):
            sessions.start(session, account.id, "Ánh", hours=12)
        rested, ended = session.exec(select(WebSession.token_hash).limit(2)).all()
        table = WebSession.__table__  # type: ignore[attr-defined]
        for token_hash, values in (
            (rested, {"seen_at": clock.now() - timedelta(minutes=61)}),
            (ended, {"expires_at": clock.now() - timedelta(seconds=1)}),
        ):
            session.execute(sa.update(table).where(table.c.token_hash == token_hash).values(**values))
        session.commit()

    tasks.sweep()

    with database.app() as session:
        assert session.exec(select(func.count()).select_from(WebSession)).one() == 1
