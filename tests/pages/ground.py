"""A portal in use: people of every role, and dossiers in every stage, made through the product's own API."""

import io
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pikepdf
import psycopg
from PIL import Image, ImageDraw

from tests.journeys.stack import Stack
from tests.pages.answers import LONG_NAME
from tests.pages.imported import bring
from tests.pages.line import Line
from tests.pages.revisions import REVISED, revise

DESK = "H99.12.05"  # the commune whose desk is full; its officer is Tuấn
OTHER = "H99.13.05"  # of another ward, whose dossiers may be handed in here; its officer is Hạnh
POLICE = "H99.12.06"  # whose opinion is asked
BUILDING, DEATH, CHANGE, BIRTH, COPY = "1.013225", "1.005461", "1.004859", "1.001193", "2.000635"
REVIEWED = "2.000884"  # the procedure whose next revision waits for the second person
DRAFTED = "2.000908"  # the procedure whose next revision is being drafted
LISTED = "1.000005"  # of the national listing only
WAITING = 26  # more than one page of the desk's inbox
LONG_FILE = "Bản vẽ mặt bằng công trình trên lô đất, kèm sơ đồ vị trí, tỷ lệ 1-500, đóng dấu lần {}.pdf"

PEOPLE = {
    "newcomer": "bao@motcua.example",
    "citizen": "khanh.huyen@motcua.example",
    "officer": "tuan@motcua.example",
    "idle": "hanh@motcua.example",
    "head": "quynh@motcua.example",
    "adviser": "khanh@motcua.example",
    "editor": "loan@motcua.example",
    "reviewer": "nghia@motcua.example",
    "administrator": "khue@motcua.example",
}
PASSWORD = "mot cau du dai de nho"


def scan() -> bytes:
    """A small picture of a paper."""
    made = Image.new("RGB", (420, 300), "white")
    pen = ImageDraw.Draw(made)
    for line in range(40, 270, 22):
        pen.line((30, line, 380 - line % 70, line), fill="grey", width=3)
    kept = io.BytesIO()
    made.save(kept, "PNG")
    return kept.getvalue()


def signed() -> bytes:
    """A PDF of one empty page."""
    made, kept = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.save(kept)
    return kept.getvalue()


class Ground:
    """The running portal, its people and, after `fill()`, their dossiers by stage."""

    def __init__(self, stack: Stack) -> None:
        """Register the citizen and sign everybody in."""
        self.stack, self.filled, self.crowded = stack, False, False
        self.environment = environment(stack)
        self.forget_tries()
        who = {
            "name": LONG_NAME,
            "email": PEOPLE["citizen"],
            "password": PASSWORD,
            "phone": "0912345678",
            "personal_id": "001195000123",
            "birth": "1995-03-15",
        }
        same_origin = {"sec-fetch-site": "same-origin"}
        with httpx.Client(base_url=stack.origin, headers=same_origin, trust_env=False) as http:
            answer = http.post("/api/v1/auth/register", json=who)
            assert answer.status_code < 400, answer.text
        self.lines = {
            name: Line(stack, email, PASSWORD if name == "citizen" else stack.password(email))
            for name, email in PEOPLE.items()
        }
        agencies = self.citizen.ask("GET", "/api/v1/agencies")["items"]
        self.agency = next(str(one["id"]) for one in agencies if one["code"] == DESK)
        self.other = next(str(one["id"]) for one in agencies if one["code"] == OTHER)
        self.police = next(str(one["id"]) for one in agencies if one["code"] == POLICE)
        self.places = {
            "code": BIRTH,
            "drafted": DRAFTED,
            "reviewed": REVIEWED,
            "listed": LISTED,
            "revised": REVISED,
            "agency": self.agency,
            "none": "00000000-0000-4000-8000-000000000000",
            "fresh": self.citizen.open(BIRTH, self.agency),
        }

    @property
    def citizen(self) -> Line:
        """The one whose pages are full."""
        return self.lines["citizen"]

    @property
    def officer(self) -> Line:
        """The one whose desk is full."""
        return self.lines["officer"]

    def fill(self) -> None:
        """Dossiers in every stage; once."""
        if self.filled:
            return
        self.filled = True
        self.places["outdated"] = self.citizen.open(REVISED, self.agency)
        revise(self.lines["editor"], self.lines["reviewer"])
        self.places |= bring(self.lines["editor"])
        paper = scan()
        self._drafts()
        kinds = {
            "submitted": DEATH,
            "asked": DEATH,
            "accepted": DEATH,
            "refused": DEATH,
            "rejected": DEATH,
            "settled": DEATH,
            "returned": DEATH,
            "processing": CHANGE,
            "deciding": BIRTH,
        }
        papers = {DEATH: "old_death_certificate", CHANGE: "evidence", BIRTH: "birth_notice"}
        wanted = {"registration_kind": "on_time", "return_way": "counter", "child_birth": "2026-11-20"}
        for name, code in kinds.items():
            dossier = self.places[name] = self.citizen.open(code, self.agency)
            self.citizen.fill(dossier, code, **wanted)
            self.citizen.hand_in(dossier, papers[code], f"Giấy tờ kèm theo, trang {name}.png", paper)
        for name in kinds:
            self.citizen.until_checked(self.places[name])
            self.citizen.act(self.places[name], "submission")
        self._work()
        self._owe()
        self.until_printed("settled", 1)
        self._know()

    def send_to_review(self) -> None:
        """A procedure's next revision, written and sent to the second person; once."""
        editor, place = self.lines["editor"], f"/api/v1/procedures/{REVIEWED}"
        page = editor.ask("GET", place)
        offers = [
            {name: one[name] for name in ("agency_id", "declared", "reason_code", "reason_basis")}
            for one in page["offerings"]
        ]
        content = page["content"] | {"summary": "Chứng thực chữ ký trên giấy tờ của bạn."}
        editor.ask("PUT", f"{place}/draft", {"content": content, "offers": offers})
        if editor.ask("GET", f"{place}/draft")["status"] == "draft":
            editor.ask("POST", f"{place}/draft/review", {"reason": "Viết lại lời giới thiệu cho dễ hiểu."})

    def crowd(self) -> None:
        """More dossiers than the desk's inbox shows on a page."""
        if self.crowded:
            return
        self.crowded = True
        for _ in range(WAITING):
            dossier = self.citizen.open(COPY, self.agency)
            self.citizen.fill(dossier, COPY)
            self.citizen.act(dossier, "submission")

    def deliver(self) -> None:
        """Hand a result over, once it is there."""
        self.until_printed("returned", 3)
        seen = self.officer.ask("GET", f"/api/v1/dossiers/{self.places['returned']}")
        if seen["status"]["name"] == "settled":
            self.officer.act(self.places["returned"], "delivery")

    def until_printed(self, name: str, count: int) -> None:
        """Wait until the worker has made that many documents of the dossier."""
        self.citizen.until(self.places[name], lambda seen: len(seen["documents"]) >= count)

    def _drafts(self) -> None:
        """A draft with many papers, one of them refused, and one that only waits to be filed."""
        draft = self.places["draft"] = self.citizen.open(BUILDING, self.agency)
        self.citizen.fill(draft, BUILDING)
        for number in range(1, 4):
            self.citizen.hand_in(draft, "floor_drawings", LONG_FILE.format(number), signed())
        self.citizen.hand_in(draft, "site_drawings", "Sơ đồ vị trí.pdf", b"MZ\0 this is no PDF" * 50)
        self.citizen.hand_in(draft, "foundation_drawings", "Bản vẽ móng.pdf", signed())
        complete = self.places["complete"] = self.citizen.open(DEATH, self.agency)
        self.citizen.fill(complete, DEATH)
        self.citizen.hand_in(complete, "old_death_certificate", "Giấy chứng tử cũ.png", scan())
        form = self.citizen.content(BUILDING).form
        self.places["part"] = form[1].key
        self.places["rows_part"] = next(
            section.key for section in form if any(field.kind == "repeat" for field in section.fields)
        )

    def _work(self) -> None:
        """What the officer does with them."""
        act = self.officer.act
        act(self.places["refused"], "refusal", reason="Thiếu bản chụp Giấy chứng tử đã cấp trước đây.")
        wanted = [
            {
                "kind": "paper",
                "key": "old_death_certificate",
                "reason": "unreadable",
                "why": "Chụp lại rõ bốn góc.",
            },
            {
                "kind": "field",
                "key": self.citizen.content(DEATH).form[0].fields[0].key,
                "reason": "incorrect",
                "why": "Ghi đúng như trên giấy chứng tử đã cấp.",
            },
        ]
        act(self.places["asked"], "supplement-request", items=wanted, note="Gửi lại sớm giúp cán bộ.")
        for name in ("accepted", "rejected", "settled", "returned", "processing", "deciding"):
            act(self.places[name], "reception")
        for name in ("rejected", "settled", "returned", "processing", "deciding"):
            act(self.places[name], "claim")
        act(
            self.places["processing"],
            "opinions",
            agency_id=self.police,
            question="Đề nghị cho biết nơi cư trú của người yêu cầu từ năm 2020 đến nay.",
            working_days=5,
        )
        act(self.places["processing"], "notes", text="Người nộp hẹn bổ sung bản gốc chiều thứ Tư.")
        self._elsewhere()
        act(self.places["rejected"], "rejection", ground="Sổ đăng ký khai tử không ghi việc này.")
        for name in ("settled", "returned", "deciding"):
            for fee in self.officer.ask("GET", f"/api/v1/dossiers/{self.places[name]}")["fees"]:
                act(self.places[name], "fee-settlement", fee_line_id=fee["id"])
        for name in ("settled", "returned"):
            act(self.places[name], "approval", ground="Đủ căn cứ theo sổ lưu.")
        self.places["result"] = self.officer.hand_in(
            self.places["deciding"], "result", "Giấy khai sinh, đã ký số.pdf", signed()
        )

    def _elsewhere(self) -> None:
        """Dossiers taken in at the counter for another agency: one to send on, one sent."""
        for number, name in enumerate(("to_forward", "forwarded")):
            made = self.officer.ask(
                "POST",
                "/api/v1/dossiers/counter",
                {
                    "submission_id": str(uuid4()),
                    "procedure": COPY,
                    "agency_id": self.agency,
                    "competent_agency_id": self.other,
                    "channel": "counter",
                    "name": "Đặng Thị Mai Phương",
                    "personal_id": f"00118700012{number}",
                    "phone": "0987000111",
                },
            )
            dossier = self.places[name] = str(made["id"])
            self.officer.fill(dossier, COPY)
            self.officer.act(dossier, "submission")
            self.officer.act(dossier, "reception")
        self.officer.act(self.places["forwarded"], "forwarding", note="Kèm bản chính để đối chiếu.")

    def _owe(self) -> None:
        """A dossier with its fee open, one waiting for a financial duty, and an attempt to pay."""
        for name in ("owing", "duty"):
            dossier = self.places[name] = self.citizen.open(COPY, self.agency)
            self.citizen.fill(dossier, COPY)
            self.citizen.act(dossier, "submission")
            self.officer.act(dossier, "reception")
        self.officer.act(
            self.places["duty"],
            "duty-request",
            lines=[{"name": "Lệ phí trước bạ nhà đất", "amount_vnd": 12_500_000}],
        )
        begun = self.citizen.ask("POST", f"/api/v1/dossiers/{self.places['owing']}/payments", {})
        self.places["payment"] = str(begun["id"])
        self.places["order"] = begun["redirect_url"].partition("?")[2]

    def _know(self) -> None:
        """Numbers and codes that people type."""
        seen = self.citizen.ask("GET", f"/api/v1/dossiers/{self.places['settled']}")
        self.places["document"] = str(seen["documents"][0]["id"])
        self.places["number"] = seen["number"]
        self.places["papers"] = seen["documents"][0]["code"]
        self.places["attachment"] = str(seen["attachments"][0]["id"])

    def forget_tries(self) -> None:
        """Begin the counts of sign-ins and look-ups anew, as after five minutes."""
        self._owner("DELETE FROM throttle")

    def try_once(self, path: str, values: dict[str, str] | None) -> None:
        """One try of nobody, at an address or with a form."""
        method = "GET" if values is None else "POST"
        httpx.request(
            method,
            self.stack.origin + path,
            data=values,
            headers={"sec-fetch-site": "same-origin"},
            trust_env=False,
        )

    @contextmanager
    def broken(self) -> Iterator[None]:
        """The portal as after a wrong migration: a table it reads is not there (an unforeseen fault, 500)."""
        self._owner("ALTER TABLE document RENAME TO document_away")
        try:
            yield
        finally:
            self._owner("ALTER TABLE document_away RENAME TO document")

    @contextmanager
    def silent(self) -> Iterator[None]:
        """The database does not answer in time (503)."""
        with psycopg.connect(self._owner_url) as held:
            held.execute("LOCK TABLE document IN ACCESS EXCLUSIVE MODE")
            yield
            held.rollback()

    @property
    def _owner_url(self) -> str:
        return self.environment["MOTCUA_DATABASE_URL_OWNER"].replace("+psycopg", "")

    def _owner(self, statement: Any) -> None:
        with psycopg.connect(self._owner_url, autocommit=True) as connection:
            connection.execute(statement)


def environment(stack: Stack) -> dict[str, str]:
    """The settings the running portal wrote down."""
    script = f". {shlex.quote(str(stack.folder / 'motcua.env'))} && env -0"
    said = subprocess.run(
        ["sh", "-c", script], capture_output=True, check=True, env={"PATH": os.environ["PATH"]}
    )
    pairs = (one.decode().partition("=") for one in said.stdout.split(b"\0") if one)
    return {name: value for name, _, value in pairs if name.startswith("MOTCUA_")}
