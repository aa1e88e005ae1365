"""The first administrator outside the demo: a one-time token made by the operator's command."""

import secrets
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session

from auth import service, sessions
from auth.actor import Role
from auth.models import Account, SetupToken
from portal.core import clock
from portal.core.errors import NotFound

_table = SetupToken.__table__  # type: ignore[attr-defined]


class SetupEnded(NotFound):
    """The token is unknown, used or too old: one answer for all."""

    title = "Đường dẫn thiết lập không còn dùng được"

    def __init__(self) -> None:
        super().__init__("Chạy lại lệnh `portal create-admin` để có đường dẫn mới.")


def make_setup_token(session: Session, *, lasts: timedelta) -> str:
    """A token that makes one administrator within this time. Only its digest is kept."""
    token = secrets.token_urlsafe(32)
    session.execute(
        sa.insert(_table).values(token_hash=sessions.digest(token), expires_at=clock.now() + lasts)
    )
    return token


def make_first_administrator(
    session: Session, token: str, *, name: str, email: str, password: str
) -> Account:
    """Spend the token on an account with the role of administrator.

    Raises:
        SetupEnded: the token is not good, or no longer.
        ProfileIncomplete: entries are missing or wrong; the token stays good.
        EmailTaken: the e-mail has an account; the token stays good.
    """
    now = clock.now()
    spent = session.execute(
        sa.update(_table)
        .where(
            _table.c.token_hash == sessions.digest(token),
            _table.c.used_at.is_(None),
            _table.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(_table.c.token_hash)
    ).one_or_none()
    if spent is None:
        raise SetupEnded
    account = service.create_account(session, name=name, email=email, password=password)
    service.grant(session, account.id, Role.ADMINISTRATOR, None, by=None)
    return account
