"""`portal verify`, `export-journal` and `anchor-key`, as an operator calls them."""

import json
from typing import Any

import pytest

from portal import cli
from portal.core import anchors, receipts, runtime
from tests.verify.journals import run
from tests.verify.tampering import history


@pytest.fixture
def portal(world: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call the command on the world; its exit code."""
    monkeypatch.setattr(cli, "_settings", lambda: world.settings)

    def call(*arguments: str) -> int:
        code = cli.main(arguments)
        with runtime.sessions() as session:
            session.get_bind().engine.dispose()
        return code

    return call


def test_verify_prints_a_line_for_each_check_and_ends_with_0(portal, capsys):
    code = portal("verify")
    lines = capsys.readouterr().out.splitlines()

    assert code == 0
    assert [line.split(":")[0] for line in lines] == [
        "✓ journal",
        "✓ roots",
        "✓ dossiers",
        "✓ supplements",
        "✓ opinions",
        "✓ plans",
        "✓ money",
        "✓ private texts",
        "✓ keys",
        "✓ roles",
        "✓ figures",
        "✓ outbox",
        "✓ files",
    ]


def test_verify_tells_a_program_what_differs_and_ends_with_1(portal, world, capsys):
    world.spoil("UPDATE dossier SET number = 'H99-1' WHERE id = :id", id=world.ids["filed"])

    code = portal("verify", "--json", "--without-store")
    told = json.loads(capsys.readouterr().out)

    assert code == 1
    assert told["green"] is False
    assert told["found"] == {"dossiers": 1}
    (finding,) = told["findings"]
    assert finding["subject"] == str(world.ids["filed"])
    assert finding["what"].endswith("column number is H99-1, its events lead to empty")


def test_an_operator_exports_what_a_citizen_then_checks(portal, world, tmp_path, capsys):
    filing = history(world, world.ids["filed"])[3]
    code = receipts.code(json.loads(filing["body"])["data"]["reference"], filing["hash"])
    whole, proof, key = (tmp_path / name for name in ("whole.jsonl", "proof.jsonl", "key.pem"))

    assert portal("export-journal", str(whole)) == 0
    assert portal("export-journal", str(proof), "--receipt", code) == 0
    capsys.readouterr()
    assert cli.main(["anchor-key"]) == 0
    key.write_text(capsys.readouterr().out)

    assert key.read_text() == anchors.public_key_pem(world.settings.anchor_key.get_secret_value())
    assert run("journal", whole, key)[0] == 0
    assert run("receipt", code, proof, key)[0] == 0


def test_an_export_of_an_unknown_receipt_leaves_no_file(portal, tmp_path, capsys):
    code = portal("export-journal", str(tmp_path / "none.jsonl"), "--receipt", "ABCDEFGHJ")

    assert code == 2
    assert "Không có hồ sơ nào mang mã biên nhận này." in capsys.readouterr().err
    assert not (tmp_path / "none.jsonl").exists()
