"""The journal as a file, judged by a program that imports nothing of the portal; and a printed receipt."""

import hashlib
import io
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from dossiers import documents
from dossiers.models import DocumentKind
from dossiers.verification import export
from portal.core import anchors, events, receipts
from portal.core.errors import NotFound
from tests.conftest import ROOT
from tests.verify.tampering import history

PROGRAM = ROOT / "script" / "verify-journal"


def run(*arguments: object) -> tuple[int, str]:
    """The program alone: isolated, in an empty environment."""
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={"PATH": "", "LC_ALL": "C.UTF-8"},
        cwd="/",
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def written(world: Any, path: Path, receipt: str = "") -> Path:
    """An export of the world."""
    with world.worker() as session, path.open("wb") as out:
        export.write(session, out, world.settings, receipt=receipt, progress=lambda _: None)
    return path


@pytest.fixture
def given(world: Any, tmp_path: Path) -> SimpleNamespace:
    """The world, its export, the public key, and the receipt of the filed dossier."""
    key = tmp_path / "key.pem"
    key.write_text(anchors.public_key_pem(world.settings.anchor_key.get_secret_value()))
    filing = history(world, world.ids["filed"])[3]
    reference = json.loads(filing["body"])["data"]["reference"]
    code = receipts.code(reference, filing["hash"])
    return SimpleNamespace(
        world=world,
        journal=written(world, tmp_path / "journal.jsonl"),
        key=key,
        code=code,
        reference=reference,
        folder=tmp_path,
    )


def test_the_program_is_short_and_imports_nothing_of_the_portal() -> None:
    source = PROGRAM.read_text("utf-8")
    imported = set(re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE))

    assert imported - {"cryptography"} <= set(sys.stdlib_module_names)
    assert len(source.splitlines()) < 300


def test_a_true_journal_stands(given: SimpleNamespace) -> None:
    code, said = run("journal", given.journal, given.key)

    assert (code, said) == (0, "✓ Sổ cái nguyên vẹn: 47 sự kiện, 11 chuỗi, 3 gốc đã ký.\n")


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

    assert b"form" not in again.read_bytes()
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


# -- mutations ---------------------------------------------------------------------------------

Lines = list[bytes]
Mutation = Callable[[Lines, random.Random], None]
TAG = events.TAG


def flip(lines: Lines, chance: random.Random) -> None:
    n = chance.randrange(len(lines))
    at = chance.randrange(len(lines[n]))
    lines[n] = lines[n][:at] + bytes([lines[n][at] ^ (1 << chance.randrange(8))]) + lines[n][at + 1 :]


def delete(lines: Lines, chance: random.Random) -> None:
    del lines[chance.randrange(len(lines))]


def swap(lines: Lines, chance: random.Random) -> None:
    a, b = chance.sample(range(len(lines)), 2)
    lines[a], lines[b] = lines[b], lines[a]


def repeat(lines: Lines, chance: random.Random) -> None:
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))


def truncate(lines: Lines, chance: random.Random) -> None:
    del lines[chance.randrange(len(lines)) :]


def cut_bytes(lines: Lines, chance: random.Random) -> None:
    n = chance.randrange(len(lines))
    lines[n] = lines[n][: chance.randrange(len(lines[n]))]


def forge(
    change: Callable[[list[dict[str, Any]], random.Random], None],
) -> Callable[[Lines, random.Random], None]:
    """Change a stream's events, then number, chain and count everything anew: only signatures are left."""

    def act(lines: Lines, chance: random.Random) -> None:
        told = [json.loads(line) for line in lines]
        rows = [one for one in told if one["kind"] == "event"]
        stream = json.loads(chance.choice(rows)["body"])["stream_id"]
        mine = [one for one in rows if json.loads(one["body"])["stream_id"] == stream]
        first = told.index(mine[0])
        told = [one for one in told if one not in mine]
        change(mine, chance)
        previous = events.GENESIS
        for seq, one in enumerate(mine, 1):
            body = re.sub(r'"seq":\d+', f'"seq":{seq}', one["body"], count=1)
            one |= {"body": body, "prev": previous.hex()}
            previous = hashlib.sha256(TAG + previous + body.encode()).digest()
            one["hash"] = previous.hex()
        told[first:first] = mine
        told[-1]["events"] = sum(one["kind"] == "event" for one in told)
        raw = [json.dumps(one, separators=(",", ":"), ensure_ascii=False).encode() + b"\n" for one in told]
        told[-1]["sha256"] = hashlib.sha256(b"".join(raw[:-1])).hexdigest()
        raw[-1] = json.dumps(told[-1], separators=(",", ":")).encode() + b"\n"
        lines[:] = raw

    act.__name__ = f"forge {change.__name__}"
    return act


def edit(mine: list[dict[str, Any]], chance: random.Random) -> None:
    one = chance.choice(mine)
    place = [found.start(1) for found in re.finditer(r'(\d)[^:]*"name":', one["body"])][-1:]
    digits = [found.start() for found in re.finditer(r"\d", one["body"]) if found.start() > (place or [0])[0]]
    at = chance.choice(digits)
    other = str((int(one["body"][at]) + 1 + chance.randrange(8)) % 10)
    one["body"] = one["body"][:at] + other + one["body"][at + 1 :]


def drop(mine: list[dict[str, Any]], chance: random.Random) -> None:
    del mine[chance.randrange(len(mine))]


def shorten(mine: list[dict[str, Any]], chance: random.Random) -> None:
    del mine[-1 - chance.randrange(len(mine)) :]


def invent(mine: list[dict[str, Any]], chance: random.Random) -> None:
    mine.append({**chance.choice(mine)})


MUTATIONS = [
    flip,
    flip,
    delete,
    swap,
    repeat,
    truncate,
    cut_bytes,
    *(forge(change) for change in (edit, drop, shorten, invent)),
]


def judge(given: SimpleNamespace) -> Callable[[Lines], list[str]]:
    """The program's own check, loaded as a module so that thousands of journals can be judged."""
    module: Any = ModuleType("verify_journal")
    exec(compile(PROGRAM.read_text("utf-8"), str(PROGRAM), "exec"), module.__dict__)
    key = load_pem_public_key(given.key.read_bytes())

    def check(lines: Lines) -> list[str]:
        given.journal.write_bytes(b"".join(lines))
        journal = module.Journal(given.journal, key)
        return [] if journal.check() else list(journal.faults)

    return check


def mutate(given: SimpleNamespace, times: int, seed: int) -> tuple[int, list[str]]:
    """(how many mutations changed something, those that were not seen)."""
    truth = given.journal.read_bytes().splitlines(keepends=True)
    check, chance = judge(given), random.Random(seed)
    assert check(truth) == []
    changed, unseen = 0, []
    for n in range(times):
        lines = list(truth)
        act = chance.choice(MUTATIONS)
        act(lines, chance)
        if lines == truth:
            continue
        changed += 1
        if not check(lines):
            unseen.append(f"mutation {n} of seed {seed}: {act.__name__}")
    return changed, unseen


def test_no_mutation_of_a_journal_passes(given: SimpleNamespace) -> None:
    changed, unseen = mutate(given, 300, seed=20261123)

    assert unseen == []
    assert changed > 290


@pytest.mark.long
def test_ten_thousand_mutations_of_a_journal_are_all_seen(given: SimpleNamespace) -> None:
    """G12: 10,000 of 10,000."""
    changed, unseen = mutate(given, 10_050, seed=20261124)

    assert unseen == []
    assert changed >= 10_000


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
