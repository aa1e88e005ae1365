"""A procedure from an empty page to the public and on: two people publish, the day comes, a draft is told."""

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from portal.core.clock import today
from tests.journeys.birth import Citizen, Mother
from tests.journeys.browser import Shots, visit
from tests.journeys.catalogue import CODE, NAME, Applicant, Editor, Reviewer
from tests.journeys.running import free_port, up
from tests.journeys.stack import Stack

pytestmark = pytest.mark.browser
QUESTION = "Đi bằng phương tiện gì"
STEPS = {"chua-den-ngay", "thu-tuc-da-ap-dung", "ban-2-doi-gi", "ban-nhap-duoc-bao", "ban-nhap-da-xem"}
MOTHER = Mother(email="di-chung@motcua.example")


def until_it_is_public(applicant: Applicant) -> None:
    """The worker follows the calendar within a minute."""
    found = applicant.page.get_by_role("heading", level=1, name=NAME)
    applicant.visitor.expected += [f"404 GET .*/thu-tuc/{CODE}", "status of 404"]
    applicant.visitor.go(f"/thu-tuc/{CODE}")
    applicant.load_until(found, seconds=150)


def test_a_procedure_is_built_reviewed_published_for_a_day_and_followed_by_an_open_draft(
    chromium: Browser, shots: Shots
) -> None:
    ports = (free_port(), free_port())
    with tempfile.TemporaryDirectory(prefix="motcua-journey-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with up(folder, *ports) as stack:
            _first_revision(chromium, shots, stack)
        with up(folder, *ports, MOTCUA_CLOCK_AHEAD_HOURS="24") as stack:  # the day has come
            _in_force_and_followed(chromium, shots, stack)

    phone, wide = (
        {path.stem.removeprefix(f"cong-bo-{width}-") for path in shots.folder.glob(f"cong-bo-{width}-*.png")}
        for width in ("phone", "wide")
    )
    assert phone == wide >= STEPS  # each step was judged at both widths


def _first_revision(chromium: Browser, shots: Shots, stack: Stack) -> None:
    editor = Editor(visit(chromium, stack, shots, "cong-bo"))
    editor.begin()
    editor.build()
    editor.send(1, "Quyết định 1/QĐ-UBND", today() + timedelta(days=1))
    editor.cannot_publish()
    editor.visitor.leave()

    reviewer = Reviewer(visit(chromium, stack, shots, "cong-bo"))
    reviewer.publish(1, "Quyết định 1/QĐ-UBND", "Đã duyệt bản 1: áp dụng từ")
    reviewer.visitor.leave()

    applicant = Applicant(visit(chromium, stack, shots, "cong-bo"))
    applicant.finds_nothing()
    applicant.visitor.leave()


def _in_force_and_followed(chromium: Browser, shots: Shots, stack: Stack) -> None:
    applicant = Applicant(visit(chromium, stack, shots, "cong-bo"))
    until_it_is_public(applicant)
    Citizen(applicant.visitor, MOTHER).register()
    applicant.finds()
    applicant.begin()

    editor = Editor(visit(chromium, stack, shots, "cong-bo"))
    editor.ask_more(QUESTION)
    editor.send(2, "Hỏi thêm phương tiện")
    editor.visitor.leave()
    reviewer = Reviewer(visit(chromium, stack, shots, "cong-bo"))
    reviewer.publish(2, "Hỏi thêm phương tiện", "Đã công bố bản 2")
    reviewer.visitor.leave()

    applicant.reads_what_changed(QUESTION)
    applicant.has_a_letter()
    applicant.is_told(QUESTION)
    applicant.visitor.leave()
