"""The journal as a file, judged by a program that imports nothing of the portal; and a printed receipt."""

import hashlib
import io
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dossiers import documents
from dossiers.models import DocumentKind
from dossiers.verification import export
from portal.core import anchors, receipts
from portal.core.errors import NotFound
from tests.verify.journals import PROGRAM, run, written


def test_the_program_is_short_and_imports_nothing_of_the_portal() -> None:
    source = PROGRAM.read_text("utf-8")
    imported = set(re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE))

    assert imported - {"cryptography"} <= set(sys.stdlib_module_names)
    assert len(source.splitlines()) < 300


def test_a_true_journal_stands(given: SimpleNamespace) -> None:
    code, said = run("journal", given.journal, given.key)

    assert (code, said) == (0, "✓ Sổ cái nguyên vẹn: 69 sự kiện, 15 chuỗi, 3 gốc đã ký.\n")


def test_an_export_holds_no_personal_value(given: SimpleNamespace) -> None:
    text = given.journal.read_text("utf-8")

    for hidden in ("Ánh", "0912345678", "@example.vn", "001190", "giấy tờ", "Nộp sai cơ quan", "Minh Tuấn"):
        assert hidden not in text


def test_a_later_journal_holds_the_earlier_one_whole(given: SimpleNamespace) -> None:
    from dossiers import processing

    given.world.act(processing.receive, given.world.ids["filed"])
    given.world.sign()
    later = written(given.world, given.folder / "later.jsonl")

    assert run("journal", later, given.key, given.journal)[0] == 0
    code, said = run("journal", given.journal, given.key, later)
    assert code == 1
    assert "của bản cũ không còn: sổ đã bị viết lại" in said


def test_what_no_root_covers_yet_waits_for_the_next_export(given: SimpleNamespace) -> None:
    from dossiers import processing

    given.world.act(processing.receive, given.world.ids["filed"])
    again = written(given.world, given.folder / "again.jsonl")

    assert len(again.read_bytes().splitlines()) == len(given.journal.read_bytes().splitlines())
    assert run("journal", again, given.key)[1] == run("journal", given.journal, given.key)[1]


def test_nothing_is_exported_before_the_first_root(world: Any) -> None:
    world.spoil("DELETE FROM anchor")

    with world.worker() as session, pytest.raises(export.NothingSigned):
        export.write(session, io.BytesIO(), world.settings, progress=lambda _: None)


def test_another_key_is_not_believed(given: SimpleNamespace, tmp_path: Path) -> None:
    other = given.world.settings.token_key.get_secret_value()
    (tmp_path / "other.pem").write_text(anchors.public_key_pem(other))

    code, said = run("journal", given.journal, tmp_path / "other.pem")

    assert code == 1
    assert "gốc 1" in said
    assert "chữ ký không phải của khóa này" in said


def test_a_receipt_stands_and_its_files_are_those_that_were_filed(given: SimpleNamespace) -> None:
    world = given.world
    key = world.one("SELECT object_key FROM attachment WHERE dossier_id = :id", id=world.ids["filed"])
    file = given.folder / "giấy tờ.pdf"
    file.write_bytes(world.storage.get_bytes(key))

    code, said = run("receipt", given.code.lower(), given.journal, given.key, file)
    file.write_bytes(b"another")
    other, told = run("receipt", given.code, given.journal, given.key, file)

    assert code == 0, said
    assert f"✓ Hồ sơ {given.reference} đứng trong sổ cái, nguyên vẹn." in said
    assert "Biên nhận: hồ sơ đã nộp lúc" in said
    assert "✓ Đúng 1 tệp đã nộp" in said
    assert other == 1
    assert "không phải là đúng những tệp đã nộp" in told


def test_a_receipt_is_proved_by_its_own_dossier_and_a_path_to_the_root(given: SimpleNamespace) -> None:
    """An inclusion proof: the citizen needs no one else's events."""
    proof = written(given.world, given.folder / "proof.jsonl", given.code)
    lines = [json.loads(line) for line in proof.read_text().splitlines()]

    assert run("receipt", given.code, proof, given.key)[0] == 0
    assert {json.loads(one["body"])["stream_id"] for one in lines if one["kind"] == "event"} == {
        str(given.world.ids["filed"])
    }
    with given.world.worker() as session, pytest.raises(NotFound):
        export.write(
            session, io.BytesIO(), given.world.settings, receipt="ABCDEFGHJ", progress=lambda _: None
        )


def test_a_receipt_of_nothing_or_mistyped_says_so(given: SimpleNamespace) -> None:
    forged = receipts.code(given.reference, hashlib.sha256(b"forged").digest())
    strange = receipts.code("ABCDEFGHJ", hashlib.sha256(b"strange").digest())
    slip = given.code[:-1] + ("A" if given.code[-1] != "A" else "B")

    assert "không có sự kiện mang dấu của biên nhận" in run("receipt", forged, given.journal, given.key)[1]
    assert "Không có hồ sơ ABCDEFGHJ" in run("receipt", strange, given.journal, given.key)[1]
    code, said = run("receipt", slip, given.journal, given.key)
    assert code == 2
    assert "gõ chưa đúng" in said


def test_a_printed_paper_proves_itself(given: SimpleNamespace, tmp_path: Path) -> None:
    """The PDF as the portal draws it: its code is printed, in its QR, and read from the file."""
    with given.world.worker() as session:
        facts = documents.gather(session, DocumentKind.ACKNOWLEDGEMENT, given.world.ids["filed"], 4)
    assert facts is not None
    assert facts.receipt == given.code
    kind = DocumentKind.ACKNOWLEDGEMENT
    pdf = documents.PRESS.template(documents.template(kind), documents.context(kind, facts))
    (tmp_path / "paper.pdf").write_bytes(pdf)

    code, said = run("receipt", tmp_path / "paper.pdf", given.journal, given.key)

    assert code == 0, said
    assert given.reference in said


def test_a_wrong_use_explains_itself() -> None:
    code, said = run("receipt")

    assert code == 2
    assert "verify-journal journal SỔ KHÓA" in said


def test_the_key_and_the_roots_are_published(given: SimpleNamespace) -> None:
    """Anyone may keep them; a journal rewritten later does not hold them any more."""
    from litestar.testing import TestClient

    from portal.app import create_app

    app = create_app(given.world.settings, given.world.app, given.world.storage)
    with TestClient(app, base_url="https://testserver.local") as client:
        key = client.get("/.well-known/motcua-journal-key.pem")
        first = client.get("/api/v1/journal/roots", params={"limit": 2}).json()
        rest = client.get("/api/v1/journal/roots", params={"limit": 2, "after": first["next"]}).json()
    told = [json.loads(line) for line in given.journal.read_text().splitlines()]

    assert key.text == given.key.read_text()
    assert rest["next"] is None
    assert [{"kind": "root", **one} for one in first["items"] + rest["items"]] == [
        one for one in told if one["kind"] == "root"
    ]
