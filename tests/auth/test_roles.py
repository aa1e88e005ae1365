"""Roles are dated, given by administrators to others, and read as they are today."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from auth import queries, service, setup
from auth.actor import ANONYMOUS, Actor, Role
from auth.models import Membership
from portal.core import clock, events
from portal.core.db import act_as
from portal.core.errors import Forbidden, Invalid
from tests import factories


def administrator(session: Session) -> Actor:
    made = factories.account(session)
    return Actor(id=made.id, roles=frozenset({Role.CITIZEN, Role.ADMINISTRATOR}))


def test_an_administrator_gives_and_takes_a_role(session: Session) -> None:
    by, agency, account = administrator(session), factories.agency(session), factories.account(session)

    given = service.grant(session, account.id, Role.OFFICER, agency.id, by)
    again = service.grant(session, account.id, Role.OFFICER, agency.id, by)
    assert given.id == again.id
    assert [held.role for held in queries.memberships(session, account.id)] == [Role.OFFICER]

    service.revoke(session, given.id, by)
    service.revoke(session, given.id, by)
    assert queries.memberships(session, account.id) == []
    act_as(session, account.id, frozenset())
    names = [event.name for event in events.history(session, account.id)]
    assert names == ["account.registered", "membership.granted", "membership.revoked"]


@pytest.mark.parametrize(
    "roles", [(), (Role.CITIZEN,), (Role.OFFICER,), (Role.CATALOGUE_EDITOR, Role.OFFICER)], ids=str
)
def test_nobody_else_gives_roles(session: Session, roles: tuple[Role, ...]) -> None:
    account, by = factories.account(session), factories.account(session)
    actor = Actor(id=by.id, roles=frozenset(roles))

    for act in (
        lambda: service.grant(session, account.id, Role.ADMINISTRATOR, None, actor),
        lambda: service.disable(session, account.id, actor),
        lambda: service.grant(session, account.id, Role.ADMINISTRATOR, None, ANONYMOUS),
    ):
        with pytest.raises(Forbidden):
            act()
    assert queries.memberships(session, account.id) == []


def test_nobody_gives_a_role_to_themselves(session: Session) -> None:
    by = administrator(session)
    assert by.id is not None

    with pytest.raises(service.OwnRole):
        service.grant(session, by.id, Role.CATALOGUE_EDITOR, None, by)


def test_an_officer_needs_an_agency_and_citizen_is_not_given(session: Session) -> None:
    account = factories.account(session)

    with pytest.raises(Invalid):
        service.grant(session, account.id, Role.OFFICER, None, None)
    with pytest.raises(Invalid):
        service.grant(session, account.id, Role.CITIZEN, None, None)


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [(0, None, True), (-10, 1, True), (-10, 0, False), (-10, -1, False), (1, None, False), (0, 0, False)],
)
def test_a_role_is_held_from_its_first_day_until_the_day_it_ends(
    session: Session, starts: int, ends: int | None, holds: bool
) -> None:
    account, today = factories.account(session), clock.today()
    session.add(
        Membership(
            account_id=account.id,
            role=Role.CATALOGUE_EDITOR,
            valid_from=today + timedelta(days=starts),
            valid_to=None if ends is None else today + timedelta(days=ends),
        )
    )
    session.flush()

    assert bool(queries.memberships(session, account.id)) is holds


def test_knows_the_agencies_below_one(session: Session) -> None:
    top = factories.agency(session)
    middle = factories.agency(session, parent_id=top.id)
    bottom = factories.agency(session, parent_id=middle.id)
    other = factories.agency(session)

    assert service.agencies_under(session, top.id) == {top.id, middle.id, bottom.id}
    assert service.agencies_under(session, other.id) == {other.id}


def test_the_first_administrator_is_made_once(session: Session) -> None:
    token = setup.make_setup_token(session, lasts=timedelta(hours=1))
    entry = {"name": "Quản Trị", "email": "quan.tri@example.vn", "password": factories.PASSWORD}

    account = setup.make_first_administrator(session, token, **entry)

    assert [held.role for held in queries.memberships(session, account.id)] == [Role.ADMINISTRATOR]
    for worthless in (token, "x", "", "\ud800"):
        with pytest.raises(setup.SetupEnded):
            setup.make_first_administrator(session, worthless, **{**entry, "email": "khac@example.vn"})


def test_an_old_set_up_token_is_worth_nothing(session: Session) -> None:
    token = setup.make_setup_token(session, lasts=timedelta(seconds=-1))

    with pytest.raises(setup.SetupEnded):
        setup.make_first_administrator(
            session, token, name="Quản Trị", email="a@example.vn", password=factories.PASSWORD
        )
