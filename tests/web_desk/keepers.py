"""Those who keep the catalogue at its pages: who is signed in, a draft, a tab as it is shown and sent."""

from typing import Any

from sqlmodel import Session

from services_catalog import drafting
from services_catalog.content import RevisionContent
from tests import factories
from tests.web_desk.conftest import Desk
from tests.web_desk.forms import Sheet, form_of


def as_reviewer(keeper: Desk) -> Desk:
    """The same desk with the second person signed in."""
    factories.signed_in(keeper.client, "duyet@example.vn")
    return keeper


def as_editor(keeper: Desk) -> Desk:
    factories.signed_in(keeper.client, "bien-tap@example.vn")
    return keeper


def base(code: str) -> str:
    return f"/quan-tri/thu-tuc/{code}"


def post(keeper: Desk, code: str, act: str, **more: str) -> Any:
    """Post a small form of the procedure's first tab."""
    path = f"{base(code)}/{act}"
    return keeper.send(path, keeper.fields(keeper.get(base(code)).text, path) | more)


def drafted(keeper: Desk, session: Session, **changes: Any) -> str:
    """A procedure with a draft that says the same as what is published; its code."""
    made = factories.procedure(session, keeper.agency.id, made_content=factories.simple(**changes))
    session.commit()
    assert post(keeper, made.code, "ban-nhap").status_code == 303
    return made.code


def tab(keeper: Desk, code: str, slug: str) -> Sheet:
    """The form of a tab as a browser would fill and send it."""
    answer = keeper.get(base(code) + slug)
    assert answer.status_code == 200
    return form_of(answer.text, base(code) + slug)


def saved(session: Session, code: str) -> RevisionContent:
    session.expire_all()
    return drafting.draft(session, code)[2]


def publish(keeper: Desk, code: str, **more: str) -> Any:
    page = keeper.get(f"/quan-tri/duyet/{code}").text
    path = f"{base(code)}/cong-bo"
    return keeper.send(path, keeper.fields(page, path) | more)
