"""A person whose line is bad: sends again with the same key until an answer arrives."""

import hashlib
import http.client
import json
import random
import struct
import threading
import time
import zlib
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from tests.chaos.ledger import Ledger, Submission

PATIENCE = 120  # seconds for one act, over any number of tries
CHECKING = 600  # seconds for a file to be checked: a killed worker's task waits for the sweeper
ANSWERS = {"full_name": "Nguyễn Thị Ánh", "copies_count": 2}
Answer = tuple[int, dict[str, Any]]


class GaveUp(Exception):
    """The act got no good answer in time, or one that no retry mends."""


def picture(side: int = 16) -> bytes:
    """A PNG that no one has sent before; `side` in pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + random.randbytes(3 * side) for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


class Client:
    """One signed-in person; each thread has a connection of its own."""

    def __init__(
        self, ledger: Ledger, port: int, account: UUID, email: str, password: str, lost: float
    ) -> None:
        """Prepare; `lost` is the share of submissions whose first answer is thrown away unread."""
        self.ledger = ledger
        self.port = port
        self.account = account
        self.email, self.password = email, password
        self.lost = lost
        self.cookie = ""
        self.kept = threading.local()

    def sign_in(self) -> None:
        """Get a session, as a browser would."""
        self.act("POST", "/api/v1/auth/login", {"email": self.email, "password": self.password})

    def once(
        self, method: str, path: str, body: Any, headers: dict[str, str], *, read: bool = True
    ) -> Answer:
        """Send one request; raises OSError or HTTPException when the line breaks (`read=False` breaks it)."""
        connection = getattr(self.kept, "connection", None)
        if connection is None:
            connection = self.kept.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = headers | {
            "Sec-Fetch-Site": "same-origin",
            "Cookie": self.cookie,
            "Accept": "application/json",
        }
        payload = None if body is None else json.dumps(body).encode()
        if payload is not None:
            sent["Content-Type"] = "application/json"
        begun = time.monotonic()
        try:
            with self.ledger.flying():
                connection.request(method, path, payload, sent)
                if not read:
                    time.sleep(random.random() * 0.05)
                    raise ConnectionAbortedError("the answer is lost")
                answer = connection.getresponse()
                raw = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self.kept.connection = None
            raise
        self.ledger.answered(time.monotonic() - begun)
        kind = answer.getheader("content-type") or ""
        if answer.status in (503, 507) and not (answer.getheader("retry-after") and "problem+json" in kind):
            self.ledger.strange(
                f"{answer.status} without problem document or Retry-After: {method} {path} {kind}"
            )
        if cookie := answer.getheader("set-cookie"):
            self.cookie = cookie.split(";")[0]
        return answer.status, json.loads(raw) if raw[:1] in (b"{", b"[") else {}

    def act(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        lose: bool = False,
        wait_for: str = "",
    ) -> Answer:
        """Send until there is an answer that is not a passing fault.

        Args:
            key: the Idempotency-Key of all tries.
            lose: throw the first answer away unread.
            wait_for: words in a 422 that mean "not yet".
        """
        begun = time.monotonic()
        headers = {"Idempotency-Key": key} if key else {}
        patience = CHECKING if wait_for else PATIENCE
        while time.monotonic() - begun < patience:
            if self.ledger.over.is_set():
                raise GaveUp(f"{path}: the run is over")
            try:
                status, answer = self.once(method, path, body, headers, read=not lose)
            except (OSError, http.client.HTTPException):
                self.ledger.note("lost answer" if lose else "broken line")
                lose = False
                time.sleep(0.05 + random.random() * 0.2)
                continue
            self.ledger.note(str(status))
            if not wait_for:
                self.ledger.longest_wait = max(self.ledger.longest_wait, time.monotonic() - begun)
            if status >= 500 and status not in (503, 507):
                self.ledger.strange(f"{status} for {method} {path.split('?')[0]}: {answer}")
            if status >= 500 or (
                status == 422 and wait_for and wait_for in json.dumps(answer, ensure_ascii=False)
            ):
                self.ledger.over.wait(0.5)
                continue
            return status, answer
        raise GaveUp(f"{method} {path}")

    def file(
        self, submission: Submission, procedure: str, agency: UUID, *, twins: bool, attach: str = ""
    ) -> None:
        """File one dossier from start to end, whatever happens on the way.

        Args:
            twins: send the submission twice at once.
            attach: the requirement to send a file for.
        """
        wanted = {"submission_id": str(submission.id), "procedure": procedure, "agency_id": str(agency)}
        status, opened = self.act("POST", "/api/v1/dossiers", wanted)
        if status not in (200, 201):
            raise GaveUp(f"opening answered {status}: {opened}")
        dossier = UUID(opened["id"])
        with self.ledger.lock:
            submission.dossiers.add(dossier)
        path = f"/api/v1/dossiers/{dossier}"
        self.fill(path)
        if attach:
            self.attach(path, submission, attach)
        senders = [threading.Thread(target=self.submit, args=(path, submission)) for _ in range(twins)]
        for sender in senders:
            sender.start()
        self.submit(path, submission)
        for sender in senders:
            sender.join()

    def fill(self, path: str) -> None:
        """Give the answers; a twin may be a step ahead."""
        for _ in range(20):
            _, seen = self.act("GET", path)
            if "status" not in seen:
                raise GaveUp(f"GET {path}: {seen}")
            if seen["status"]["name"] != "draft":
                return
            status, saved = self.act(
                "PATCH", f"{path}/answers", {"seq": seen["answers_seq"], "answers": ANSWERS}
            )
            if status == 200:
                return
            if status != 409:
                raise GaveUp(f"saving answered {status}: {saved}")
        raise GaveUp("answers moved on twenty times")

    def attach(self, path: str, submission: Submission, requirement: str) -> None:
        """Send one file straight to the store; what a lost answer left half-made is removed first."""
        content = picture()
        wanted = {"requirement_key": requirement, "filename": "giấy tờ.png", "size": len(content)}
        until = time.monotonic() + CHECKING
        while time.monotonic() < until:
            _, seen = self.act("GET", path)
            for file in seen["attachments"]:
                self.act("DELETE", f"{path}/attachments/{file['id']}")
            status, plan = self.act("POST", f"{path}/attachments", wanted)
            if status not in (200, 201):
                raise GaveUp(f"beginning the upload answered {status}: {plan}")
            try:
                part = self.put(plan["parts"][0]["url"], content)
            except (OSError, http.client.HTTPException):
                self.ledger.note("broken line to the store")
                time.sleep(0.3)
                continue
            parts = {"parts": [{"number": 1, "etag": part}]}
            status, _ = self.act("POST", f"{path}/attachments/{plan['attachment_id']}/completion", parts)
            if status in (200, 202):
                submission.completed[plan["attachment_id"]] = hashlib.sha256(content).hexdigest()
                self.drop_strays(path, plan["attachment_id"])
                submission.sha256 = hashlib.sha256(content).hexdigest()
                return
        raise GaveUp("the upload failed again and again")

    def drop_strays(self, path: str, kept: str) -> None:
        """Remove what a begin whose answer was lost has left behind."""
        _, seen = self.act("GET", path)
        for file in seen["attachments"]:
            if file["id"] != kept:
                self.act("DELETE", f"{path}/attachments/{file['id']}")

    def put(self, url: str, content: bytes) -> str:
        """PUT the bytes to the store; answers its etag."""
        address = urlsplit(url)
        connection = http.client.HTTPConnection("127.0.0.1", address.port or 80, timeout=20)
        try:
            connection.request("PUT", f"{address.path}?{address.query}", content, {"Host": address.netloc})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise ConnectionError(f"the store answered {answer.status}")
            return answer.getheader("etag") or ""
        finally:
            connection.close()

    def submit(self, path: str, submission: Submission) -> None:
        """File it; a good answer is written into the ledger as a promise."""
        lose = random.random() < self.lost
        try:
            status, answer = self.act(
                "POST",
                f"{path}/submission",
                key=f"submit-{submission.id}",
                lose=lose,
                wait_for="đang được kiểm tra",
            )
        except GaveUp as error:
            self.ledger.strange(str(error))
            return
        if status != 200:
            self.ledger.strange(f"submission answered {status}: {answer}")
            return
        with self.ledger.lock:
            submission.references.add(answer["reference"])
            self.ledger.acked_at.append(time.monotonic())

    def confirm(self) -> None:
        """Ask for every dossier of one's own that was acknowledged: it is there, under its reference (I1)."""
        for submission in [one for one in self.ledger.submissions.values() if one.applicant == self.account]:
            for dossier in submission.dossiers if submission.acknowledged else ():
                status, seen = self.act("GET", f"/api/v1/dossiers/{dossier}")
                if status != 200 or seen.get("reference") not in submission.references:
                    self.ledger.gone.append(f"dossier {dossier}: its owner is answered {status}")
                self.ledger.note("read again")


def new_submission(client: Client) -> Submission:
    """What the client will file next."""
    submission = Submission(uuid4(), client.account)
    client.ledger.begun(submission)
    return submission
