"""Pages for anyone: they render, lead somewhere, tell nobody more than they should, and run nothing."""

from datetime import date

import pytest

from dossiers.workflow import Status
from portal.core.calendar import VIET_NAM
from portal.web.public import holiday_ahead, path_of
from tests import factories
from tests.web.conftest import FORM, World, seen

OPEN = [
    "/",
    "/thu-tuc",
    "/dang-nhap",
    "/dang-ky",
    "/tra-cuu",
    "/kiem-tra",
    "/huong-dan",
    "/rieng-tu",
    "/docs",
]
PRIVATE = ["/ho-so", "/tai-khoan"]

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "javascript:alert(1)",
    "<iframe src=javascript:alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "{{ 7*7 }}",
    "{% raw %}<b>{% endraw %}",
    "${7*7}",
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<style>*{background:url(//x)}</style>",
    "<base href=//evil.example>",
    "]]><script>alert(1)</script>",
    "<details open ontoggle=alert(1)>",
]


@pytest.mark.parametrize("who", ["", "huong@example.vn", "tuan@example.vn"])
def test_open_pages_show_to_everyone(world: World, who: str) -> None:
    if who:
        world.sign_in(who)
    for path in OPEN:
        answer = world.get(path)
        if who and path in ("/dang-nhap", "/dang-ky"):
            assert answer.status_code == 303, path
            continue
        assert answer.status_code == 200, path
        page = seen(answer)
        assert "noi-dung" in page.ids, path
        assert [label for label in page.labels if label not in page.ids] == [], path


@pytest.mark.parametrize("who", ["", "huong@example.vn", "tuan@example.vn"])
def test_no_link_is_dead(world: World, who: str) -> None:
    """Every link of every page one meets, two steps deep, leads to a page."""
    if who:
        world.sign_in(who)
    todo, done = ["/", f"/thu-tuc/{world.procedure.code}"], set()
    for path in todo:
        if path in done or len(done) > 60:
            continue
        done.add(path)
        answer = world.get(path)
        assert answer.status_code in (200, 303), f"{path}: {answer.status_code}"
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            page = seen(answer)
            for link in page.links:
                if link.startswith("#"):
                    assert link[1:] in page.ids, f"{path} has {link}"
                elif link.startswith("/") and not link.startswith(("/tinh/", "/hop-thu")):
                    todo.append(link.split("#")[0])
                else:
                    assert link.startswith(("tel:", "/hop-thu")), link
    assert len(done) > 10


@pytest.mark.parametrize("path", PRIVATE)
def test_private_pages_ask_to_sign_in_and_come_back(world: World, path: str) -> None:
    answer = world.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/dang-nhap?next={path}"


def test_search_keeps_the_query_and_offers_the_nearest(world: World) -> None:
    name = world.procedure.name.split()[-1]
    answer = world.get(f"/thu-tuc?q=khongcogi+{name}")
    page = seen(answer)
    assert "Chưa thấy thủ tục nào khớp" in answer.text
    assert "khongcogi" in (page.value_of("q") or "") or any("khongcogi" in value for value in page.values)


def test_odd_queries_are_answered_in_words(world: World) -> None:
    for query in ("a" * 500, "%00", "%E2%80%AEabc", "'; drop table x", "%", "_", "\\"):
        assert world.get(f"/thu-tuc?q={query}").status_code == 200, query


def test_unknown_choices_and_cursors_are_no_trouble(world: World) -> None:
    for address in ("muc-do=x", "viec=x", "linh-vuc=x", "co-quan=x", "doi-tuong=x", "sau=x"):
        assert world.get(f"/thu-tuc?{address}").status_code == 200


def test_the_procedure_page_tells_all(world: World) -> None:
    answer = world.get(f"/thu-tuc/{world.procedure.code}")
    seen(answer)
    for words in (
        "Toàn trình",
        "Bạn chuẩn bị",
        "Giấy tờ chứng minh",
        "3 ngày làm việc",
        "Dự kiến",
        "Bắt đầu nộp",
    ):
        assert words in answer.text, words


def test_the_form_can_be_printed_empty_as_the_second_condition_says(world: World) -> None:
    address = f"/thu-tuc/{world.procedure.code}/to-khai"

    shown = world.client.get(address)

    assert shown.status_code == 200
    assert address in world.client.get(f"/thu-tuc/{world.procedure.code}").text
    assert all(
        field["label"] in shown.text for field in FORM[0]["fields"] if field["kind"] not in ("note", "commit")
    )
    assert world.client.get("/thu-tuc/9.999999/to-khai").status_code == 404


def test_an_unknown_procedure_is_a_page_with_a_search_and_a_code(world: World) -> None:
    answer = world.get("/thu-tuc/9.999999")
    page = seen(answer)
    assert answer.status_code == 404
    assert "mã sự cố" in answer.text
    assert "tim-404" in page.ids


def test_an_error_is_a_problem_document_for_programs(world: World) -> None:
    answer = world.client.get("/thu-tuc/9.999999", headers={"Accept": "application/json"})
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_tracking_gives_one_answer_for_every_failure(world: World) -> None:
    dossier = factories.filed(world.session, world.citizen, world_simple(world), world.agency.id)
    world.session.commit()
    texts = set()
    for number, factor in (
        ("ABCDEFGHJ", "1234"),
        (dossier.reference, "0000"),
        ("", ""),
        ("x" * 200, "y" * 50),
    ):
        answer = world.post("/tra-cuu", {"number": number, "factor": factor})
        assert answer.status_code == 404
        seen(answer)
        texts.add(answer.text.split('class="mc-errors"')[1].split("</div>")[0])
    assert len(texts) == 1


def test_tracking_shows_stage_and_nothing_else(world: World) -> None:
    dossier = factories.filed(world.session, world.citizen, world_simple(world), world.agency.id)
    world.session.commit()
    answer = world.post("/tra-cuu", {"number": f" {dossier.reference.lower()} ", "factor": "5678"})
    assert answer.status_code == 200, answer.text
    seen(answer)
    assert "Mới đăng ký" in answer.text
    assert "Nguyễn Thị Hường" not in answer.text


def test_tracking_is_limited(world: World) -> None:
    codes = {world.post("/tra-cuu", {"number": "ABCDEFGHJ", "factor": "1"}).status_code for _ in range(40)}
    assert codes == {404, 429}


def world_simple(world: World):
    made = factories.procedure(world.session, world.agency.id)
    world.session.commit()
    return made


def test_nothing_typed_by_a_stranger_runs(world: World) -> None:
    """Twenty payloads in every text field open to anyone; the page holds them as text."""
    for payload in PAYLOADS:
        found = world.client.get("/thu-tuc", params={"q": payload}, headers={"Accept": "text/html"})
        assert payload in " ".join(seen(found).values)
        for path in ("/dang-nhap", "/dang-ky"):
            names = ("email", "name", "phone", "personal_id", "birth", "password", "next")
            answer = world.post(path, dict.fromkeys(names, payload))
            assert answer.status_code in (422, 429), path
            page = seen(answer)
            assert payload in page.values
            assert page.value_of("next") == "/"
        seen(world.post("/tra-cuu", {"number": payload, "factor": payload}))
        seen(world.client.get("/kiem-tra", params={"code": payload}))
        seen(world.client.get("/dang-nhap", params={"next": payload}))


def test_signing_in_never_leads_elsewhere(world: World) -> None:
    for target in (
        "//evil.example",
        "https://evil.example",
        "/\\evil",
        "\\\\evil",
        "javascript:x",
        "/\t/e",
        "x",
    ):
        page = seen(world.client.get("/dang-nhap", params={"next": target}))
        assert page.value_of("next") == "/", target
    answer = world.post(
        "/dang-nhap", {"email": "huong@example.vn", "password": factories.PASSWORD, "next": "//evil.example"}
    )
    assert answer.headers["location"] == "/"


def test_the_holiday_notice_comes_a_week_ahead() -> None:
    assert holiday_ahead(date(2026, 11, 16), VIET_NAM) is None
    assert holiday_ahead(date(2026, 11, 17), VIET_NAM) == (date(2026, 11, 24), "Ngày Văn hóa Việt Nam", False)
    today = holiday_ahead(date(2026, 11, 24), VIET_NAM)
    assert today is not None
    assert today[2]


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.DRAFT])
def test_every_status_has_a_path_with_one_now(status: Status) -> None:
    assert [one["kind"] for one in path_of(status)].count("now") == 1
