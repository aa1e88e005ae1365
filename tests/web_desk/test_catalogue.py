"""Keeping the catalogue by its pages: the lists and a new procedure."""

from sqlmodel import Session

from services_catalog.models import Level
from tests import factories
from tests.web_desk.conftest import Desk
from tests.web_desk.forms import form_of
from tests.web_desk.keepers import as_reviewer, base, drafted, post, publish, saved, tab
from tests.web_desk.test_desk import INLINE

TABS = ("", "/giay-to", "/phi-thoi-han", "/co-quan", "/quy-trinh", "/so-sanh", "/lich-su")


def test_every_list_and_page_renders_without_inline_code(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    paths = [
        f"/quan-tri/thu-tuc?loai={shelf}"
        for shelf in ["own", "draft", "review", "planned", "ended", "listing"]
    ]
    paths += ["/quan-tri/thu-tuc?query=<script>", "/quan-tri/thu-tuc?query=chi+co&loai=listing"]
    paths += ["/quan-tri/thu-tuc?muc-do=eligible&linh-vuc=%3Cb%3E", "/quan-tri/co-quan", "/quan-tri/duyet"]
    paths += ["/quan-tri/thu-tuc/9.999001", "/quan-tri/thu-tuc/moi", "/quan-tri/thu-tuc/moi?code=9.999001"]
    paths += [base(code) + slug for slug in TABS] + [base(keeper.procedure.code) + slug for slug in TABS]

    for path in paths:
        answer = keeper.get(path)
        assert answer.status_code == 200, path
        assert not INLINE.search(answer.text), path
    assert "chưa nhận trực tuyến ở đây" in keeper.get("/quan-tri/thu-tuc/9.999001").text
    assert keeper.get("/quan-tri/thu-tuc/khong-co").status_code == 404
    assert keeper.get("/quan-tri/thu-tuc?after=zzz").status_code == 303
    assert keeper.get("/quan-tri/co-quan?after=zzz").status_code == 303


def test_shelves_hold_what_they_say_and_filters_narrow_them(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    info = factories.procedure(session, keeper.agency.id, level=Level.INFO, code="9.555001")
    session.commit()

    own = keeper.get("/quan-tri/thu-tuc").text
    assert code in own
    assert info.code in own
    draft = keeper.get("/quan-tri/thu-tuc?loai=draft").text
    assert code in draft
    assert info.code not in draft
    assert "9.999001" in keeper.get("/quan-tri/thu-tuc?loai=listing&query=CHI+CO+ten").text
    level = keeper.get("/quan-tri/thu-tuc?muc-do=info").text
    assert info.code in level
    assert f">{code}<" not in level
    assert "Không có thủ tục nào khớp" in keeper.get("/quan-tri/thu-tuc?query=xyzzyq").text
    assert f">{info.code}<" in keeper.get("/quan-tri/thu-tuc?query=9.5550").text


def test_what_could_be_full_process_and_is_not_is_found(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    group = {
        "groups.0.declared": "partial",
        "groups.0.reason_code": "TECH_OTHER",
        "groups.0.reason_basis": "Điều 14",
    }
    assert tab(keeper, code, "/co-quan").send(keeper, **group).status_code == 303
    post(keeper, code, "gui-duyet")
    publish(as_reviewer(keeper), code)

    text = keeper.get("/quan-tri/thu-tuc?muc-do=eligible").text
    assert code in text
    assert "Đủ điều kiện toàn trình" in text
    assert keeper.procedure.code not in text


def test_a_new_procedure_begins_empty_or_as_a_copy(keeper: Desk, session: Session) -> None:
    path = "/quan-tri/thu-tuc/moi"
    fields = {"name": "Cấp thẻ", "sector": "Hộ tịch", "source": "Quyết định 1/QĐ-BTP"}
    sheet = form_of(keeper.get(path).text, path)

    wrong = sheet.send(keeper, code="abc", name="", copy="0.0")
    assert wrong.status_code == 422
    for told in ("Nhập mã gồm", "Nhập tên thủ tục", "Nhập lĩnh vực", "Không có thủ tục nào mang mã 0.0"):
        assert told in wrong.text
    assert sheet.send(keeper, code="9.888001", **fields).status_code == 303
    assert sheet.send(keeper, code="9.888002", copy=keeper.procedure.code, **fields).status_code == 303
    taken = sheet.send(keeper, code="9.888001", **fields)

    assert taken.status_code == 422
    assert "đã có nội dung ở đây" in taken.text
    assert saved(session, "9.888001").form == []
    copied = saved(session, "9.888002")
    assert (copied.name, len(copied.form)) == ("Cấp thẻ", 1)
    assert "Chưa công bố được" in keeper.get(base("9.888001")).text


def test_a_listed_procedure_is_taken_in(keeper: Desk, session: Session) -> None:
    path = "/quan-tri/thu-tuc/moi"
    sheet = form_of(keeper.get(f"{path}?code=9.999001").text, path)
    assert sheet.values["name"] == ["Thủ tục chỉ có tên"]

    assert sheet.send(keeper, sector="Hộ tịch", source="Danh mục quốc gia").status_code == 303

    assert saved(session, "9.999001").name == "Thủ tục chỉ có tên"
