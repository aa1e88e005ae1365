"""A desk with one agency, its officer, and a browser that posts the forms it was shown."""

import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import TestClient
from sqlmodel import Session

from auth.actor import Actor, Role
from auth.models import Agency
from dossiers import processing
from dossiers.models import Dossier
from portal.core.db import act_as
from services_catalog.models import Origin, Procedure
from tests import factories

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Desk:
    """An officer's browser at one agency."""

    def __init__(self, session: Session, client: TestClient[Any]) -> None:
        self.session, self.client = session, client
        self.agency: Agency = factories.agency(session)
        self.officer: Actor = factories.officer(session, self.agency.id, email="can-bo@example.vn")
        self.procedure: Procedure = factories.procedure(session, self.agency.id)
        self.applicant: Actor | None = None  # one person files all, unless a test names somebody

    def open(self) -> "Desk":
        """Commit what was made and sign the officer in."""
        self.session.commit()
        factories.signed_in(self.client, "can-bo@example.vn")
        return self

    def filed(self, made: Procedure | None = None, **more: Any) -> Dossier:
        """A dossier somebody filed."""
        applicant = self.applicant if self.applicant and not more else factories.citizen(self.session, **more)
        self.applicant = applicant
        return factories.filed(self.session, applicant, made or self.procedure, self.agency.id)

    def accepted(self, made: Procedure | None = None, **more: Any) -> Dossier:
        dossier = self.filed(made, **more)
        act_as(self.session, self.officer.id, self.officer.agency_ids)
        return processing.receive(self.session, self.officer, dossier.id)

    def in_hand(self, made: Procedure | None = None, **more: Any) -> Dossier:
        return factories.in_hand(self.session, self.filed(made, **more), self.officer)

    def get(self, path: str) -> Any:
        return self.client.get(path, headers={"accept": "text/html"}, follow_redirects=False)

    def page(self, dossier_id: UUID) -> str:
        answer = self.get(f"/can-bo/ho-so/{dossier_id}")
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def fields(self, text: str, path: str) -> dict[str, str]:
        """The hidden fields of the form that posts to the path."""
        start = text.index(f'action="{path}"')
        return {
            name: unescape(value)
            for name, value in HIDDEN.findall(text[start : text.index("</form>", start)])
        }

    def post(self, dossier_id: UUID, act: str, *, text: str | None = None, **more: str) -> Any:
        """Post a form of the dossier's page, or of the page given."""
        path = f"/can-bo/ho-so/{dossier_id}/{act}"
        fields = self.fields(text if text is not None else self.page(dossier_id), path)
        return self.send(path, fields | more)

    def send(self, path: str, fields: dict[str, str]) -> Any:
        return self.client.post(path, data=fields, headers={"accept": "text/html"}, follow_redirects=False)


@pytest.fixture
def desk(session: Session, client: TestClient[Any]) -> Desk:
    return Desk(session, client)


@pytest.fixture
def keeper(desk: Desk, session: Session) -> Desk:
    """The desk with an editor of the catalogue signed in."""
    factories.officer(
        session, desk.agency.id, Role.CATALOGUE_EDITOR, email="bien-tap@example.vn", name="Ngô Thanh Vân"
    )
    session.add(
        Procedure(
            code="9.999001",
            name="Thủ tục chỉ có tên",
            name_folded="thu tuc chi co ten",
            origin=Origin.LISTING,
        )
    )
    factories.officer(
        session, desk.agency.id, Role.CATALOGUE_REVIEWER, email="duyet@example.vn", name="Hoàng Văn Nghĩa"
    )
    session.commit()
    factories.signed_in(desk.client, "bien-tap@example.vn")
    return desk
