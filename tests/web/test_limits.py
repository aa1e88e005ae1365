"""The time limit on the pages of filing is the one that is counted."""

from types import SimpleNamespace

import msgspec
import pytest

from portal.web.drafts import limit_of
from services_catalog.content import RevisionContent
from services_catalog.words import time_text
from tests import factories


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"amount": 7, "unit": "working_day", "extra_hours": 4}, "7,5 ngày làm việc"),
        ({"amount": 3, "unit": "working_day"}, "3 ngày làm việc"),
        ({"amount": 2, "unit": "month"}, "2 tháng"),
    ],
)
def test_half_days_are_told_as_on_the_procedures_page(limit, words):
    content = msgspec.convert({**factories.simple(), "time_limit": limit}, RevisionContent)

    told = limit_of(SimpleNamespace(content=content, answers={}, channel="online"))  # type: ignore[arg-type]

    assert told == words == time_text(content.time_limit)
