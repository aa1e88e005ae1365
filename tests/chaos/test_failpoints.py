"""Failpoints: read from one setting, refused outside the demo, nothing when unarmed, remembered when hit."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from portal.core import failpoints
from portal.core.failpoints import POINTS, FailpointReached, Unknown, arm, failpoint, read
from tests.chaos.schedule import PLACES
from tests.conftest import ROOT, settings_for

CALL = re.compile(r'failpoint\("([a-z_.]+)"\)')


@pytest.fixture(autouse=True)
def disarmed():
    yield
    arm("")


def test_every_point_stands_once_in_the_code_and_in_the_document():
    code = [path for top in ("portal", "auth", "dossiers") for path in (ROOT / top).rglob("*.py")]
    called = [name for path in code for name in CALL.findall(path.read_text(encoding="utf-8"))]
    told = (ROOT / "docs" / "chaos.md").read_text(encoding="utf-8")

    assert sorted(called) == sorted(POINTS)
    assert [name for name in POINTS if f"`{name}`" not in told] == []


def test_every_point_is_armed_in_some_process():
    assert {name for places in PLACES.values() for name in places} == set(POINTS)


@pytest.mark.parametrize("text", ["nowhere=kill", "mail.after_send=burn", "mail.after_send=sleep:long",
                                  "mail.after_send=kill|every:0", "mail.after_send"])  # fmt: skip
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(Unknown):
        read(text)


def test_an_unarmed_point_does_nothing():
    arm("mail.after_send=raise")

    assert failpoint("http.before_commit") is None


def test_a_point_raises_as_often_as_it_is_told(tmp_path):
    arm("mail.after_send=raise|every:2", str(tmp_path))

    failpoint("mail.after_send")
    with pytest.raises(FailpointReached):
        failpoint("mail.after_send")
    failpoint("mail.after_send")

    assert (tmp_path / "hits").read_text() == "mail.after_send raise\n"


def test_once_is_once_for_all_processes(tmp_path):
    for _ in range(2):
        arm("mail.after_send=raise|once", str(tmp_path))
        raised = []
        try:
            failpoint("mail.after_send")
        except FailpointReached as error:
            raised.append(error)

    assert raised == []
    assert (tmp_path / "hits").read_text() == "mail.after_send raise\n"


def test_a_point_kills_its_process():
    program = "from portal.core.failpoints import arm, failpoint; arm('mail.after_send=kill')"
    ended = subprocess.run(
        [sys.executable, "-c", program + "; failpoint('mail.after_send')"],
        cwd=Path(ROOT),
        env=dict(os.environ),
        check=False,
    )

    assert ended.returncode == -signal.SIGKILL


def test_settings_refuse_failpoints_outside_the_demo(services):
    with pytest.raises(ValidationError, match="MOTCUA_FAILPOINTS"):
        settings_for(
            services,
            "motcua",
            demo=False,
            payment_gateway="",
            failpoints="mail.after_send=kill",
            store_secret_key="k9" * 20,
            public_url="https://dichvucong.vn",
        )

    assert failpoints._armed == {}
