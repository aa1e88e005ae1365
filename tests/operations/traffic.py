"""A person whose every value is a canary, the traffic they make, and the search for them in logs."""

import base64
import http.client
import json
import socketserver
import threading
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote, quote_plus
from uuid import UUID

import pytest

from tests.chaos import client as bad_lines
from tests.chaos.client import Client, new_submission
from tests.chaos.ledger import Ledger

PERSON = {
    "name": "Canarina Quýnh Đượm",
    "email": "canary.log7@example.vn",
    "phone": "0987001144",
    "personal_id": "001190777666",
    "password": "Chim-Hoàng-Yến-Rất-Dài-77",
}
ANSWER = "Canarina xin hai bản sao"
FILE = "giấy-tờ-canarina.png"
SIGNED = ("X-Amz-Signature", "X-Amz-Credential", "uploadId")


def spellings(value: str) -> set[str]:
    """The ways in which a program may write a value into a line."""
    raw = value.encode()
    return {
        value,
        quote(value),
        quote_plus(value),
        json.dumps(value)[1:-1],
        repr(raw)[2:-1],
        base64.b64encode(raw).decode().rstrip("=")[:-1],
    }


def leaks(lines: list[str], values: list[str]) -> list[str]:
    """Each line that holds one of the values, in any spelling, before that value."""
    wanted = {spelt.lower(): value for value in values for spelt in spellings(value)}
    return [f"{value}: {line}" for line in lines for spelt, value in wanted.items() if spelt in line.lower()]


def lines_of(log: Path) -> list[str]:
    """What a process wrote."""
    return log.read_text("utf-8", errors="backslashreplace").splitlines()


class Refuser(socketserver.ThreadingTCPServer):
    """A mail relay that refuses each recipient for now, and quotes the address as real ones do."""

    daemon_threads = True

    class Talk(socketserver.StreamRequestHandler):
        """One conversation."""

        def handle(self) -> None:
            self.wfile.write(b"220 relay\r\n")
            for raw in self.rfile:
                word = raw[:4].upper()
                if word == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                if word == b"RCPT":
                    address = raw.split(b"<")[1].split(b">")[0]
                    self.server.refused += 1  # type: ignore[attr-defined]
                    self.wfile.write(b"451 4.2.0 <" + address + b">: mailbox busy\r\n")
                else:
                    self.wfile.write(b"250 ok\r\n")

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), self.Talk)
        self.refused = 0
        self.port: int = self.server_address[1]

    def __enter__(self) -> "Refuser":
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()


class Visit:
    """What the person does, and what they were given that is secret."""

    def __init__(self, port: int, account: UUID) -> None:
        self.port = port
        self.client = Client(Ledger(), port, account, PERSON["email"], PERSON["password"], lost=0)
        self.given: list[str] = []

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Sec-Fetch-Site": "same-origin", **named})
        answer = connection.getresponse()
        seen = answer.status, answer.read()
        connection.close()
        return seen

    def tell(self, path: str, body: Any) -> int:
        """POST some JSON."""
        sent = json.dumps(body, ensure_ascii=False).encode()
        return self.ask("POST", path, sent, Content_Type="application/json")[0]

    def file(self, monkeypatch: pytest.MonkeyPatch, procedure: str, agency: UUID) -> None:
        """Sign in, get a token, and file a dossier with a file."""
        monkeypatch.setattr(bad_lines, "ANSWERS", {"full_name": ANSWER, "copies_count": 2})
        self.client.sign_in()
        self.given.append(self.client.cookie.split("=", 1)[1])
        status, issued = self.client.act("POST", "/api/v1/auth/token", {"grant_type": "urn:motcua:session"})
        assert status == 200, issued
        self.given.append(issued["access_token"])
        submission = new_submission(self.client)
        self.client.file(submission, procedure, agency, twins=0, attach="proof")
        assert submission.acknowledged, self.client.ledger.odd

    def stumble(self) -> None:
        """What goes wrong every day, with the person's values in each place a request has."""
        email, number = PERSON["email"], PERSON["personal_id"]
        assert self.tell("/api/v1/auth/register", {**PERSON, "password": PERSON["password"]}) == 202
        assert self.tell("/api/v1/auth/login", {"email": email, "password": PERSON["password"] + "x"}) == 401
        assert self.tell("/api/v1/auth/login", {"email": email, "unknown": number}) == 400
        self.ask(
            "POST", "/api/v1/auth/login", b'{"email": "' + email.encode(), Content_Type="application/json"
        )
        self.ask("GET", f"/tra-cuu?so={number}&email={quote(email)}")
        self.ask("GET", f"/khong-co/{quote(PERSON['name'])}/{number}")
        self.ask("GET", f"/api/v1/dossiers/{number}", Authorization=f"Bearer {self.given[-1]}x")
        self.ask("GET", "/ho-so", Cookie=f"__Host-motcua={self.given[0]}", Referer=f"http://x/?e={email}")
        form = f"number={number}&factor={PERSON['phone'][-4:]}&name={quote_plus(PERSON['name'])}".encode()
        self.ask("POST", "/tra-cuu", form, Content_Type="application/x-www-form-urlencoded")
        self.ask("GET", "/dang-nhap", X_Forwarded_For=f"{number}, {email}", User_Agent=quote(PERSON["name"]))
