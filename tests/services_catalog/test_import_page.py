"""Importing on the page: a file is tried, then taken; both without JavaScript."""

import re
from typing import Any
from uuid import UUID

from tests.services_catalog import records
from tests.services_catalog.import_place import Place, lines

PAGE = "/quan-tri/nhap-du-lieu"


def sent(place: Place, body: bytes | None, *, name: str = "bản ghi.jsonl", **form: str) -> Any:
    """The form of the page, as a browser sends it."""
    return place.browser.post(
        PAGE,
        files={"file": (name, body) if body is not None else ("", b"")},
        data={"csrf": place.csrf, "kind": "auto", "mode": "try"} | form,
        follow_redirects=False,
    )


def test_a_file_is_tried_first_and_then_taken_without_choosing_it_again(place: Place) -> None:
    body = lines(records.national("1.900001"), records.national("1.900002", state="SUSPENDED"))
    tried = sent(place, body).headers["location"]
    waiting = place.browser.get(tried).text
    place.run(UUID(tried.rpartition("/")[2]))
    done = place.browser.get(tried).text

    assert 'hx-trigger="every 2s"' in waiting
    assert "Xem tiến độ mới nhất" in waiting
    assert "hx-trigger" not in done
    assert "Đây mới là chạy thử" in done
    assert "Tất cả (2)" in done
    assert "chỉ nhận thủ tục đang có hiệu lực" in done
    assert "SUSPENDED" not in place.browser.get(f"{tried}?ket-qua=created").text

    real = place.browser.post(f"{tried}/nap-that", data={"csrf": place.csrf}, follow_redirects=False).headers[
        "location"
    ]
    place.run(UUID(real.rpartition("/")[2]))
    taken = place.browser.get(real).text

    assert real != tried
    assert '<a class="mc-num" href="/quan-tri/thu-tuc/1.900001">' in taken
    assert "chạy thử" not in taken
    assert place.browser.get("/quan-tri/thu-tuc/1.900001").status_code == 200


def test_only_a_dry_run_that_ended_and_is_still_kept_is_taken_for_real(place: Place) -> None:
    body = lines(records.national("1.900001"))
    tried = sent(place, body).headers["location"]
    early = place.browser.post(f"{tried}/nap-that", data={"csrf": place.csrf}).text
    place.run(UUID(tried.rpartition("/")[2]))
    for key in place.stored():
        place.storage.remove(key)
    late = place.browser.post(f"{tried}/nap-that", data={"csrf": place.csrf}).text

    assert "Chỉ nạp thật được tệp đã chạy thử xong." in early
    assert "Tệp chạy thử không còn được giữ." in late


def test_what_cannot_be_taken_is_said_beside_the_field(place: Place) -> None:
    nothing = sent(place, None)
    empty = sent(place, b"")
    first = sent(place, lines(records.national("1.900001")), mode="real")
    second = sent(place, lines(records.national("1.900002")))

    assert (nothing.status_code, empty.status_code, second.status_code) == (422, 422, 409)
    assert "Chọn một tệp trên máy của bạn." in nothing.text
    assert "Tệp trống." in empty.text
    assert re.search(r'id="file-e"|aria-invalid="true"', empty.text)
    assert "Chờ lần nạp đang chạy xong" in second.text
    assert first.headers["location"] in second.text


def test_the_report_is_a_file_for_spreadsheets_with_formulas_kept_as_text(place: Place) -> None:
    made = sent(place, lines(records.national("=1+1"))).headers["location"]
    place.run(UUID(made.rpartition("/")[2]))

    sheet = place.browser.get(f"{made}/bao-cao.csv?ket-qua=refused")

    assert sheet.text.startswith("\ufeffDòng,Mã")
    assert ",'=1+1," in sheet.text
    assert place.browser.get(f"{PAGE}/khong-phai-ma").status_code == 404


def test_hidden_characters_in_a_refused_code_do_not_stop_the_others(place: Place) -> None:
    body = lines(records.national("x\u0000"), records.national("1.900002"), {"code": "\u202e", "name": 7})
    made = place.ask(body, kind="national", dry_run="false")
    place.run(made)

    told = place.show(made)

    assert told["overview"]["counts"] == {"created": 1, "updated": 0, "unchanged": 0, "refused": 2}
    assert told["overview"]["state"] == "done"
