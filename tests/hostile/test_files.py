"""Bad files through the real upload: plan, parts, completion, inspection. None is ready; each says why."""

from typing import Any

import pytest
from litestar.testing import TestClient
from PIL import Image

from dossiers import examine, inspection
from dossiers.models import AttachmentState, Dossier
from tests import factories
from tests.files.conftest import (  # noqa: F401  (fixtures)
    House,
    _house,
    browser,
    house,
    settings_of_store,
    storage,
)
from tests.files.corpus import BAD, pdf
from tests.hostile.ground import VIETNAMESE
from tests.hostile.tables.files import EICAR, FAMILIES

TABLE = {f"{family}: {name}": made for family, ones in FAMILIES.items() for name, made in ones.items()}
WHOLE = TABLE | {f"corpus: {name}": (called, data) for name, (called, data, _) in BAD.items()}
HARD = (
    "PDF that breaks readers: pages in a loop",
    "archives that grow: sizes that lie",
    "pictures that break: a text that grows",
    "two kinds in one: a PDF behind a picture",
    "Word that acts: DDE in pieces",
)


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """The examining program's functions, called here: the child process is asked for the hard ones."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    monkeypatch.setattr(inspection, "_examine", lambda path: tuple(examine.examine(str(path)).values()))


@pytest.fixture
def citizen(house: House, browser: TestClient[Any]) -> TestClient[Any]:  # noqa: F811
    return factories.signed_in(browser, house.emails["citizen"])


class Sender:
    """Sends files of one draft as a browser does, and tells what became of them."""

    def __init__(self, house: House, client: TestClient[Any], dossier: Dossier) -> None:  # noqa: F811
        self.house, self.client = house, client
        self.address = f"/api/v1/dossiers/{dossier.id}/attachments"

    def sent(self, name: str, data: bytes, size: int | None = None, backwards: bool = False) -> Any:
        """The last answer the portal gave: a refusal of the plan, or the state after inspection."""
        paper = "letter" if name.endswith(".docx") else "proof"
        body = {"requirement_key": paper, "filename": name, "size": len(data) if size is None else size}
        plan = self.client.post(self.address, json=body)
        if plan.status_code != 201:
            return plan
        told = plan.json()
        parts = told["parts"][::-1] if backwards else told["parts"]
        for part in parts:
            start = (part["number"] - 1) * told["part_size"]
            self.house.http.request("PUT", part["url"], body=data[start : start + told["part_size"]])
        mine = f"{self.address}/{told['attachment_id']}"
        done = self.client.post(f"{mine}/completion", json={})
        if done.status_code == 202:
            inspection.inspect(told["attachment_id"])
            done = self.client.get(mine)
        return done

    def drop(self, answer: Any) -> None:
        if "id" in answer.json():
            self.client.delete(f"{self.address}/{answer.json()['id']}")


def verdict(answer: Any) -> tuple[str, str]:
    """`refused` and the words, whether the plan or the file was refused; else the state."""
    told = answer.json()
    if answer.status_code >= 400:
        return "refused", told["detail"]
    return told["state"], told["message"] or ""


def taken(sender: Sender, table: dict[str, tuple[str, bytes]]) -> list[str]:
    """The bad files that were taken, or refused without plain words."""
    found = []
    for name, (called, data) in table.items():
        answer = sender.sent(called, data)
        state, words = verdict(answer)
        if state != "refused" or answer.status_code >= 500:
            found.append(f"{name}: {state} {answer.status_code}")
        elif not VIETNAMESE.search(words) or words.count(".") < 2:
            found.append(f"{name}: says {words!r}")
        sender.drop(answer)
    return found


@pytest.fixture
def sender(house: House, citizen: TestClient[Any]) -> Sender:  # noqa: F811
    return Sender(house, citizen, house.draft())


def test_a_good_file_is_taken_by_the_same_way(sender: Sender, near: None) -> None:
    assert verdict(sender.sent("giấy.pdf", pdf())) == ("ready", "")


def test_no_bad_file_of_any_family_is_taken(
    sender: Sender, near: None, capsys: pytest.CaptureFixture[str]
) -> None:
    found = taken(sender, TABLE)

    with capsys.disabled():
        print(f"\nbad files sent: {len(TABLE)} of {len(FAMILIES)} families, taken: {len(found)}")
    assert not found, "\n".join(found)
    assert len(FAMILIES) >= 12
    assert len(TABLE) >= 75


@pytest.mark.parametrize("name", HARD)
def test_the_child_process_refuses_the_hard_ones(sender: Sender, name: str) -> None:
    assert taken(sender, {name: TABLE[name]}) == []


@pytest.mark.long
def test_the_child_process_refuses_every_one(sender: Sender) -> None:
    assert len(WHOLE) >= 120
    assert taken(sender, WHOLE) == []


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("../../../etc/passwd", 900),
        ("a\u202efdp.exe", 900),
        ("a\u2066.pdf", 900),
        ("a\u200b.pdf", 900),
        ("a\x00.pdf", 900),
        ("a\x1b[2J.pdf", 900),
        ("x" * 200 + ".pdf", 900),
        ("x" * 700 + ".pdf", 900),
        (".pdf.", 900),
        ("...", 900),
        ("CON", 900),
        ("a.pdf.exe", 900),
        ("a.php", 900),
        ("a.pdf/", 900),
        ("a.svg", 900),
        ("a.PDF:stream.exe", 900),
        ("a.pdf", 0),
        ("a.pdf", -1),
        ("a.pdf", 2**60),
        ("a.pdf", 21 * 1024 * 1024),
    ],
)
def test_a_name_or_size_that_deceives_is_refused_before_a_byte_is_sent(
    sender: Sender, name: str, size: int
) -> None:
    answer = sender.sent(name, b"", size)

    assert answer.status_code in (400, 422)
    assert VIETNAMESE.search(answer.json()["detail"])


def test_a_path_before_the_name_is_left_off(sender: Sender, near: None) -> None:
    answer = sender.sent("../../etc/giấy.pdf", pdf())

    assert answer.json()["state"] == "ready"
    gone = sender.client.get(f"{sender.address}/{answer.json()['id']}/content", follow_redirects=False)
    served = sender.house.http.request("GET", gone.headers["location"])
    assert served.headers["content-disposition"].count("etc") == 0
    assert served.headers["content-disposition"].startswith("attachment; ")


@pytest.mark.parametrize("lie", [-100, 100])
def test_a_file_of_another_size_than_announced_is_not_completed(sender: Sender, lie: int) -> None:
    data = pdf()

    answer = sender.sent("a.pdf", data, len(data) + lie)

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/PartsMissing")


def test_parts_in_any_order_make_the_file_that_was_announced(sender: Sender, near: None) -> None:
    data = pdf() + b"%" + b"x" * (6 * 1024 * 1024) + b"\n%%EOF"

    answer = sender.sent("a.pdf", data, backwards=True)

    assert (answer.json()["state"], answer.json()["size"]) == ("ready", len(data))


def test_a_refused_file_stays_refused_however_often_it_is_completed(sender: Sender, near: None) -> None:
    answer = sender.sent(*TABLE["PDF that acts: JavaScript by name"])
    mine = f"{sender.address}/{answer.json()['id']}"

    for _ in range(3):
        again = sender.client.post(f"{mine}/completion", json={})
        assert (again.status_code, again.json()["state"]) == (202, "refused")
    assert sender.client.get(f"{mine}/content", follow_redirects=False).status_code == 409


def test_a_kind_that_is_claimed_is_not_believed(sender: Sender, near: None) -> None:
    body = {"requirement_key": "proof", "filename": "a.pdf", "size": 68, "content_type": "application/pdf"}
    plan = sender.client.post(sender.address, json=body).json()
    sender.house.http.request(
        "PUT", plan["parts"][0]["url"], body=EICAR, headers={"Content-Type": "application/pdf"}
    )
    mine = f"{sender.address}/{plan['attachment_id']}"
    sender.client.post(f"{mine}/completion", json={})
    inspection.inspect(plan["attachment_id"])

    assert sender.client.get(mine).json()["reason"] == "kind_unknown"


def test_a_line_break_in_a_name_breaks_no_header(sender: Sender, near: None) -> None:
    answer = sender.sent("a\r\nSet-Cookie: x=y.pdf", pdf())

    gone = sender.client.get(f"{sender.address}/{answer.json()['id']}/content", follow_redirects=False)
    served = sender.house.http.request("GET", gone.headers["location"])
    assert served.headers["content-disposition"].startswith('attachment; filename="a Set-Cookie: x=y.pdf";')
    assert "set-cookie" not in served.headers


def test_fault_first_bytes_not_looked_at(sender: Sender, near: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a file is what its name says."""
    monkeypatch.setattr(inspection, "_examine", lambda path: ("pdf", None))

    found = taken(sender, {name: one for name, one in TABLE.items() if name.startswith("wrong first bytes")})

    assert "wrong first bytes: an ELF program: ready 200" in found


def test_fault_actions_of_a_pdf_not_looked_for(
    sender: Sender, near: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the objects of a PDF are not visited."""
    monkeypatch.setattr(examine, "check_pdf_object", lambda top: None)

    found = taken(sender, {name: one for name, one in TABLE.items() if name.startswith("PDF that acts")})

    assert len(found) >= 8


def test_the_states_of_a_file_are_as_many_as_these_tests_know() -> None:
    assert {state.value for state in AttachmentState} == {
        "uploading", "checking", "ready", "refused", "removed", "replaced",
    }  # fmt: skip
