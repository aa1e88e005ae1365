"""What is in the way is said in one sentence, in both languages, and nothing is left running."""

import errno
import os
import shutil
import socket
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from portal.embedded import process
from portal.embedded.process import CannotStart
from portal.embedded.secrets import kept_in, require_same_secrets
from tests.house.running import ROOT, data_folder, environment, portal_up, processes_of

BOTH_LANGUAGES = r"✗ .+ \(.+\)\n?$"


def outcome_of_up(folder: Path, **settings: str) -> tuple[int, str]:
    with portal_up(folder, **settings) as running:
        return running.process.wait(60), running.said()


def test_a_folder_that_cannot_be_written_is_named():
    # /proc refuses root too, as no mode bits would
    with data_folder() as other:
        running = portal_up(other, MOTCUA_VAR="/proc/motcua-var")
        with running:
            code, said = running.process.wait(60), running.said()

    assert code == 1
    assert "/proc/motcua-var" in said
    assert "MOTCUA_VAR" in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize("setting", ["MOTCUA_PORT", "MOTCUA_STORE_PORT"])
def test_a_taken_port_is_named_before_anything_starts(setting):
    with data_folder() as folder, socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = str(holder.getsockname()[1])
        free = str(process.free_ports(1)[0])
        ports = {"MOTCUA_PORT": free, "MOTCUA_STORE_PORT": free, setting: taken}

        code, said = outcome_of_up(folder, **ports)

        assert code == 1
        assert taken in said
        assert setting in said
        assert len(said.strip().splitlines()) == 1
        assert processes_of(folder) == {}


def test_a_port_that_is_no_number_is_named():
    with data_folder() as folder:
        code, said = outcome_of_up(folder, MOTCUA_PORT="tám nghìn")

    assert code == 1
    assert "MOTCUA_PORT" in said
    assert "Traceback" not in said


def test_plain_http_off_this_machine_is_refused():
    with data_folder() as folder:
        code, said = outcome_of_up(folder, MOTCUA_PUBLIC_URL="http://dichvucong.example")

    assert code == 1
    assert "https" in said
    assert len(said.strip().splitlines()) == 1


def test_a_full_disk_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(process.shutil, "disk_usage", lambda _: SimpleNamespace(free=10 * 1024 * 1024))

    with pytest.raises(CannotStart, match=r"đã đầy.*is full"):
        process.require_room(tmp_path)


def test_a_disk_that_fills_while_writing_is_named(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)

    with pytest.raises(CannotStart, match=r"đã đầy.*is full"):
        process.require_room(tmp_path)


def test_a_too_old_python_is_named(tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "cat", "printf", "id"):
        (tools / name).symlink_to(str(shutil.which(name)))
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")  # as python3.9 answers to `sys.exit(sys.version_info < (3, 11))`
    old.chmod(0o755)

    answer = subprocess.run(
        [ROOT / "script" / "setup"],
        env={"PATH": str(tools), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 1
    assert "Python 3.11" in answer.stderr
    assert "needed" in answer.stderr
    assert answer.stdout == ""


def test_a_missing_package_is_named():
    with pytest.raises(CannotStart, match="script/setup"):
        process.package_folder("no_such_package_here")


def test_data_made_with_other_secrets_are_named(tmp_path):
    require_same_secrets(tmp_path, kept_in(tmp_path))
    (tmp_path / "secrets.json").unlink()

    with pytest.raises(CannotStart, match=r"made with another secrets\.json"):
        require_same_secrets(tmp_path, kept_in(tmp_path))


def test_environment_of_tests_is_bare():
    assert not any(name.startswith("MOTCUA_") for name in environment())
