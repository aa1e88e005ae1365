"""A signed-in person's line to the portal's API: what fills the pages with data."""

import time
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from services_catalog.content import RevisionContent
from tests.journeys.stack import Stack
from tests.pages.answers import right

PATIENCE = 60  # seconds for the worker to check a file or make a document


class Line:
    """One person: requests carry their session's cookie, as those of a browser do."""

    def __init__(self, stack: Stack, email: str, password: str) -> None:
        """Sign in."""
        self.email = email
        self.http = httpx.Client(base_url=stack.origin, timeout=30, trust_env=False)
        self.http.headers["sec-fetch-site"] = "same-origin"
        answer = self.ask("POST", "/api/v1/auth/login", {"email": email, "password": password}, raw=True)
        self.cookie = answer.headers["set-cookie"].split(";")[0].partition("=")[2]
        self.http.cookies.clear()
        self.http.headers["cookie"] = f"__Host-motcua={self.cookie}"

    def ask(self, method: str, path: str, body: Any = None, *, raw: bool = False) -> Any:
        """One request; the answer's JSON.

        Raises:
            AssertionError: it was refused.
        """
        answer = self.http.request(method, path, json=body)
        assert answer.status_code < 400, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer if raw else answer.json() if answer.content else None

    def content(self, code: str) -> RevisionContent:
        """What the catalogue says of a procedure."""
        found = self.ask("GET", f"/api/v1/procedures/{code}")
        return msgspec.convert(found["content"], RevisionContent)

    def open(self, code: str, agency: str) -> str:
        """A new draft; its id."""
        wanted = {"submission_id": str(uuid4()), "procedure": code, "agency_id": agency}
        return str(self.ask("POST", "/api/v1/dossiers", wanted)["id"])

    def fill(self, dossier: str, code: str, **wanted: Any) -> None:
        """Answer every question of the draft."""
        answers = right(self.content(code).form, wanted)
        seq = self.ask("GET", f"/api/v1/dossiers/{dossier}")["answers_seq"]
        saved = self.ask("PATCH", f"/api/v1/dossiers/{dossier}/answers", {"seq": seq, "answers": answers})
        assert not saved["problems"], saved["problems"]

    def hand_in(self, dossier: str, paper: str, name: str, data: bytes) -> str:
        """Send a file straight to the store, as the page's script does; its id."""
        path = f"/api/v1/dossiers/{dossier}/attachments"
        plan = self.ask("POST", path, {"requirement_key": paper, "filename": name, "size": len(data)})
        stored = httpx.put(plan["parts"][0]["url"], content=data, timeout=30, trust_env=False)
        assert stored.status_code == 200, stored.text
        told = {"parts": [{"number": 1, "etag": stored.headers["etag"]}]}
        self.ask("POST", f"{path}/{plan['attachment_id']}/completion", told)
        return str(plan["attachment_id"])

    def until_checked(self, dossier: str) -> None:
        """Wait until every file of the dossier is judged."""
        self.until(dossier, lambda seen: all(f["state"] != "checking" for f in seen["attachments"]))

    def until(self, dossier: str, holds: Any) -> dict[str, Any]:
        """Wait until the dossier is so; answers it."""
        until = time.monotonic() + PATIENCE
        while not holds(seen := self.ask("GET", f"/api/v1/dossiers/{dossier}")):
            assert time.monotonic() < until, seen
            time.sleep(0.2)
        return dict(seen)

    def act(self, dossier: str, what: str, **body: Any) -> Any:
        """An act on the dossier: submission, reception, claim, approval and the like."""
        return self.ask("POST", f"/api/v1/dossiers/{dossier}/{what}", None if what == "submission" else body)
