"""What the documents say is so: the settings table, links, pictures and commands."""

import os
import re

import pytest

from tests.house.running import ROOT
from tests.house.settings_table import FILE, document

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_the_settings_table_equals_the_code():
    text = FILE.read_text(encoding="utf-8")

    assert document(text) == text, "run python -m tests.house.settings_table"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_pictures_are_there(path):
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) + re.findall(r'src="([^"]+)"', text)
    for target in targets:
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_scripts_named_are_there_and_can_be_run(path):
    for name in set(re.findall(r"\bscript/[a-z-]+\b(?!\.)", path.read_text(encoding="utf-8"))):
        assert os.access(ROOT / name, os.X_OK), name


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_named_are_known(path):
    from portal.cli import parser

    known = set(next(iter(parser()._subparsers._group_actions)).choices)
    for name in set(re.findall(r"`(?:\.venv/bin/)?portal ([a-z-]+)", path.read_text(encoding="utf-8"))):
        assert name in known, name
