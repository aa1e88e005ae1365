"""The main job, end to end, by clicks and keys: register, file, accept, decide, download, count, leave."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.birth import OFFICER, Citizen, Mother, Officer
from tests.journeys.browser import Shots, visit
from tests.journeys.papers import draw
from tests.journeys.stack import Stack

JOURNEYS = [
    pytest.param("wide", False, True, id="desktop"),
    pytest.param("phone", True, True, id="phone"),
    pytest.param("plain", False, False, id="without-script"),
]


@pytest.mark.parametrize(("label", "phone", "script"), JOURNEYS)
def test_birth_is_registered_from_the_first_page_to_the_rates(
    label: str, phone: bool, script: bool, stack: Stack, chromium: Browser, shots: Shots, tmp_path: Path
) -> None:
    photo, scan, signed = draw(chromium, tmp_path)
    citizen = Citizen(
        visit(chromium, stack, shots, label, phone=phone, script=script),
        Mother(email=f"me-{label}@motcua.example"),
    )
    officer = Officer(visit(chromium, stack, shots, label, phone=phone, script=script))

    before = citizen.rates("thong-ke-truoc")
    citizen.register()
    citizen.find()
    citizen.fill_form()
    reference = citizen.send(photo, scan)

    officer.start(stack.password(OFFICER))
    number = officer.accept(reference)
    officer.approve(signed)
    officer.visitor.leave()

    taken = citizen.take_result(number, tmp_path)
    assert taken.read_bytes()[:5] == b"%PDF-"
    after = citizen.rates("thong-ke-sau")
    assert after[2] != before[2], before
    citizen.sign_out()
    citizen.visitor.leave()
