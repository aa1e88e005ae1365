"""Filing page by page: nothing typed is lost, questions open on the server, pressing twice is harmless."""

from uuid import uuid4

from sqlalchemy import text

from dossiers.workflow import Status
from tests import factories
from tests.web.conftest import GOOD, World, seen
from tests.web.test_public import PAYLOADS


def opened(world: World) -> str:
    """A draft opened through the procedure's page; its address."""
    world.sign_in()
    page = seen(world.get(f"/thu-tuc/{world.procedure.code}"))
    given = {"submission_id": page.value_of("submission_id"), "agency": page.value_of("agency")}
    answer = world.post(f"/thu-tuc/{world.procedure.code}/bat-dau", given)
    again = world.post(f"/thu-tuc/{world.procedure.code}/bat-dau", given)
    assert answer.status_code == 303
    assert again.headers["location"] == answer.headers["location"]  # a second press finds the same draft
    return str(answer.headers["location"]).removesuffix("/to-khai")


def test_starting_without_an_account_leads_back(world: World) -> None:
    world.sign_out()
    here = f"/thu-tuc/{world.procedure.code}"
    answer = world.post(f"{here}/bat-dau", {}, Referer=f"https://testserver.local{here}")
    assert answer.headers["location"] == f"/dang-nhap?next={here}"


def test_the_form_shows_every_kind(world: World) -> None:
    base = opened(world)
    answer = world.get(f"{base}/to-khai")
    page = seen(answer)
    assert answer.status_code == 200
    assert page.value_of("full_name") == "Nguyễn Thị Hường"  # the account's, while untouched
    assert "Điền sẵn từ tài khoản" in answer.text
    hidden = next(one for one in page.controls if one.get("name") == "other_name")
    assert hidden is not None
    assert 'data-when="[{&#34;name&#34;:&#34;way&#34;' in answer.text
    assert [label for label in page.labels if label not in page.ids] == []


def test_a_section_is_kept_and_shown_again_as_people_write(world: World) -> None:
    base = opened(world)
    answer = world.post(f"{base}/to-khai", GOOD)
    assert answer.headers["location"] == f"{base}/to-khai?phan=more"
    page = seen(world.get(f"{base}/to-khai?phan=request"))
    for name, wanted in {
        "full_name": "Nguyễn Thị Ễ Ộ Ẵ ự",
        "copies_count": "2",
        "worth": "1.250.000",
        "born": "04/02/1988",
        "father_born": "1960",
        "meeting": "08:30 20/11/2026",
        "home.commune": "Xã Tân Hòa",
        "children.1.name": "Bình",
    }.items():
        assert page.value_of(name) == wanted, name
    assert world.post(f"{base}/to-khai", {"_section": "more"}).headers["location"] == f"{base}/giay-to"


def test_errors_keep_everything_that_was_typed(world: World) -> None:
    base = opened(world)
    wrong = {
        **GOOD,
        "born": "31/02/1988",
        "copies_count": "nhiều",
        "person_id": "08318800441",
        "phone": "12345",
        "email": "không phải thư",
        "truth": "",
    }
    answer = world.post(f"{base}/to-khai", wrong)
    assert answer.status_code == 422
    page = seen(answer)
    for name in ("full_name", "born", "copies_count", "person_id", "phone", "email", "children.0.name"):
        assert page.value_of(name) == wrong[name], name
    assert "Dòng một\nDòng hai" in answer.text
    assert answer.text.split("<title>")[1].startswith("Lỗi: ")
    assert "bạn nhập 11" in answer.text
    for link in ("#born", "#copies_count", "#person_id", "#phone", "#email", "#truth"):
        assert link in page.links, link
        assert link[1:] in page.ids
    kept = seen(world.get(f"{base}/to-khai?phan=request"))  # and the draft has it as well
    assert kept.value_of("born") == "31/02/1988"


def test_hidden_characters_are_refused_with_the_words_kept(world: World) -> None:
    base = opened(world)
    answer = world.post(f"{base}/to-khai", {**GOOD, "full_name": "An\u202egnaB"})
    assert answer.status_code == 422
    assert "ký tự ẩn" in answer.text
    assert seen(answer).value_of("children.0.name") == "An"


def test_an_answer_opens_questions_without_script(world: World) -> None:
    base = opened(world)
    answer = world.post(f"{base}/to-khai", {**GOOD, "way": "other"})
    assert answer.headers["location"] == f"{base}/to-khai?phan=request#other_name"
    assert "Có thêm câu hỏi" in world.get(f"{base}/to-khai?phan=request").text
    answer = world.post(f"{base}/to-khai", {**GOOD, "way": "other", "_shown": "other_name"})
    assert answer.status_code == 422
    assert "Nhập người được nhờ" in answer.text
    done = {**GOOD, "way": "other", "_shown": "other_name", "other_name": "Bình"}
    assert world.post(f"{base}/to-khai", done).status_code == 303


def test_blocks_are_added_and_taken_away_by_the_server(world: World) -> None:
    base = opened(world)
    answer = world.post(f"{base}/to-khai", {**GOOD, "do": "add:children"})
    assert answer.headers["location"].endswith("&them=children#children")
    page = seen(world.get(answer.headers["location"].split("#")[0]))
    added = next(one for one in page.controls if one.get("name") == "children.2.name")
    assert "autofocus" in added
    answer = world.post(f"{base}/to-khai", {**GOOD, "do": "remove:children:0"})
    page = seen(world.get(answer.headers["location"].split("#")[0]))
    assert page.value_of("children.0.name") == "Bình"
    assert page.value_of("children.1.name") is None


def test_save_and_leave_never_complains(world: World) -> None:
    base = opened(world)
    answer = world.post(f"{base}/to-khai", {"_section": "request", "full_name": "An", "do": "save"})
    assert answer.headers["location"] == "/ho-so"
    assert "Đã lưu bản nháp" in world.get("/ho-so").text
    assert seen(world.get(f"{base}/to-khai")).value_of("full_name") == "An"


def test_autosave_tells_the_version_and_refuses_an_old_one(world: World) -> None:
    base = opened(world)
    seq = seen(world.get(f"{base}/to-khai")).value_of("seq")
    first = world.patch(f"{base}/to-khai", {"_section": "request", "full_name": "An", "seq": seq})
    assert first.status_code == 200, first.text
    assert first.json()["seq"] == int(seq or 0) + 1
    stale = world.patch(f"{base}/to-khai", {"_section": "request", "full_name": "Bình", "seq": seq})
    assert stale.status_code == 409
    assert stale.json()["answers_seq"] == int(seq or 0) + 1
    answer = world.post(f"{base}/to-khai", {**GOOD, "full_name": "Cường", "seq": seq})
    assert answer.status_code == 422
    assert "sửa ở cửa sổ khác" in answer.text
    assert seen(answer).value_of("full_name") == "Cường"


def test_papers_offer_the_store_s_form_and_go_on(world: World) -> None:
    base = opened(world)
    world.post(f"{base}/to-khai", GOOD)
    answer = world.get(f"{base}/giay-to")
    page = seen(answer)
    assert "Giấy tờ chứng minh" in answer.text
    assert "success_action_redirect" in answer.text
    assert next(one for one in page.controls if one.get("type") == "file")["name"] == "file"
    assert f"{base}/kiem-tra" in page.links  # nothing is owed: no step for fees
    lost = world.get(f"{base}/giay-to/proof/da-gui/{uuid4()}")
    assert lost.headers["location"] == f"{base}/giay-to#proof"
    assert "chưa nhận được tệp" in world.get(f"{base}/giay-to").text


def ready(world: World) -> str:
    """A draft with everything, but not filed."""
    base = opened(world)
    world.post(f"{base}/to-khai", GOOD)
    dossier = factories.filing.queries.get(world.session, acting(world), _id(base))
    factories.ready_file(world.session, dossier)
    world.session.commit()
    return base


def acting(world: World):
    factories.act_as(world.session, world.citizen.id, world.citizen.agency_ids)
    return world.citizen


def _id(base: str):
    from uuid import UUID

    return UUID(base.rsplit("/", 1)[1])


def test_the_review_names_what_is_missing_with_the_way_there(world: World) -> None:
    base = opened(world)
    world.post(f"{base}/to-khai", {**GOOD, "born": "", "do": "save"})
    page = seen(world.get(f"{base}/kiem-tra"))
    assert f"{base}/to-khai?phan=request&ve=kiem-tra#born" in page.links
    assert f"{base}/giay-to#proof" in page.links
    answer = world.post(f"{base}/kiem-tra", {"key": str(uuid4()), "truth": "1", "data": "1"})
    assert answer.status_code == 422
    assert "Còn 2 việc cần làm trước khi nộp" in answer.text
    back = world.post(f"{base}/to-khai", {**GOOD, "ve": "kiem-tra"})
    assert back.headers["location"] == f"{base}/kiem-tra"


def test_consent_is_asked_and_filing_twice_is_once(world: World) -> None:
    base = ready(world)
    page = seen(world.get(f"{base}/kiem-tra"))
    key = page.value_of("key")
    answer = world.post(f"{base}/kiem-tra", {"key": key})
    assert answer.status_code == 422
    page = seen(answer)
    assert "#data" in page.links
    ticks = [one for one in page.controls if one.get("type") == "checkbox"]
    assert [one["name"] for one in ticks] == ["data"]  # the form has its own promise
    assert "checked" not in ticks[0]
    given = {"key": key, "data": "1", "return_way": "counter"}
    for _ in range(2):
        assert world.post(f"{base}/kiem-tra", given).headers["location"] == f"{base}/da-nop"
    other = {**given, "key": str(uuid4())}
    assert world.post(f"{base}/kiem-tra", other).headers["location"] == f"{base}/da-nop"
    slip = world.get(f"{base}/da-nop")
    seen(slip)
    count = world.session.execute(text("SELECT count(*) FROM dossier")).scalar_one()
    assert count == 1
    reference = world.session.execute(text("SELECT reference FROM dossier")).scalar_one()
    assert reference in slip.text
    for path in ("to-khai", "giay-to", "le-phi", "kiem-tra"):
        assert world.get(f"{base}/{path}").headers["location"] == base


def test_without_a_promise_in_the_form_the_review_asks_for_both(world: World) -> None:
    made = factories.procedure(world.session, world.agency.id)
    dossier = factories.draft(world.session, world.citizen, made, world.agency.id)
    factories.ready_file(world.session, dossier)
    world.session.commit()
    world.sign_in()
    address = f"/ho-so/{dossier.id}/kiem-tra"
    given = {"key": str(uuid4()), "data": "1"}
    page = seen(world.post(address, given))
    assert "#truth" in page.links
    ticks = {one["name"]: "checked" in one for one in page.controls if one.get("type") == "checkbox"}
    assert ticks == {"truth": False, "data": True}
    assert world.post(address, {**given, "truth": "1"}).status_code == 303


def test_what_people_type_runs_nowhere_on_the_way(world: World) -> None:
    """Twenty payloads in every text answer: in the form, its errors, the review and the dossier."""
    base = ready(world)
    for payload in PAYLOADS:
        typed = {
            **GOOD,
            "full_name": payload,
            "reason": payload,
            "copies_count": payload,
            "born": payload,
            "person_id": payload,
            "phone": payload,
            "email": payload,
            "home.detail": payload,
            "home.commune": payload,
            "home.province": payload,
            "children.0.name": payload,
        }
        answer = world.post(f"{base}/to-khai", typed)
        assert answer.status_code == 422
        page = seen(answer)
        assert page.value_of("full_name") == payload
        seen(world.get(f"{base}/kiem-tra"))
        seen(world.get("/ho-so"))
    mild = {
        **GOOD,
        "person_id": "",
        "phone": "",
        "email": "",
        "full_name": PAYLOADS[0],
        "reason": PAYLOADS[5],
        "home.detail": PAYLOADS[2],
    }
    assert world.post(f"{base}/to-khai", mild).status_code == 303
    key = seen(world.get(f"{base}/kiem-tra")).value_of("key")
    assert world.post(f"{base}/kiem-tra", {"key": key, "truth": "1", "data": "1"}).status_code == 303
    shown = world.get(base)
    seen(shown)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.text


def test_another_s_draft_is_not_there(world: World) -> None:
    base = opened(world)
    world.sign_in("bao@example.vn")
    for path in ("", "/to-khai", "/giay-to", "/le-phi", "/kiem-tra", "/da-nop"):
        assert world.get(base + path).status_code == 404, path
    assert world.post(f"{base}/to-khai", GOOD).status_code == 404
    assert world.post(f"{base}/kiem-tra", {"key": str(uuid4()), "truth": "1", "data": "1"}).status_code == 404
    assert world.patch(f"{base}/to-khai", GOOD).status_code == 404
    world.sign_out()
    assert world.get(f"{base}/to-khai").headers["location"] == f"/dang-nhap?next={base}/to-khai"
    assert world.session.execute(text("SELECT status FROM dossier")).scalar_one() == Status.DRAFT
