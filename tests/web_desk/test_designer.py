"""Building a form by the designer's page, by plain posts: every button is one small change of the draft."""

import re
from html import unescape
from typing import Any

import pytest
from sqlmodel import Session

from auth.actor import Role
from portal.core import events
from services_catalog import checking, drafting, editor_queries
from services_catalog.content import RevisionContent
from tests import factories
from tests.web_desk.conftest import Desk
from tests.web_desk.test_desk import INLINE


class Designer:
    """An editor's browser on the designer's page, without a script."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.session = desk, desk.session
        self.code = desk.procedure.code
        self.path = f"/quan-tri/thu-tuc/{self.code}/to-khai"
        self.text = ""

    def open(self, query: str = "") -> str:
        answer = self.desk.get(self.path + query)
        assert answer.status_code == 200, answer.text[:500]
        assert not INLINE.search(answer.text)
        self.text = answer.text
        return self.text

    def send(self, do: str, status: int = 303, **more: Any) -> Any:
        """Press a button; the page that follows is opened."""
        fields = self.desk.fields(self.text or self.open(), self.path)
        answer = self.desk.send(self.path, {**fields, "do": do, **more})
        assert answer.status_code == status, (do, answer.status_code, answer.text[:400])
        if status == 303:
            self.open(answer.headers["location"].removeprefix(self.path).split("#")[0])
        return answer

    @property
    def content(self) -> RevisionContent:
        self.session.expire_all()
        return drafting.draft(self.session, self.code)[2]

    @property
    def keys(self) -> list[list[str]]:
        return [[field.key for field in section.fields] for section in self.content.form]

    def field(self, key: str) -> Any:
        return next(f for section in self.content.form for f in section.fields if f.key == key)


@pytest.fixture
def designer(desk: Desk, session: Session) -> Designer:
    """The designer with a draft that has no form yet."""
    editor = factories.officer(
        session, desk.agency.id, Role.CATALOGUE_EDITOR, email="bien-tap@example.vn", name="Ngô Thanh Vân"
    )
    body = {**factories.simple(), "form": [], "requirements": []}
    desk.procedure = factories.procedure(session, desk.agency.id, made_content=body)
    content = checking.said(editor_queries.revision(session, desk.procedure.current_revision_id))
    drafting.save_draft(session, desk.procedure.code, editor, content=content, offers=[])
    session.commit()
    factories.signed_in(desk.client, "bien-tap@example.vn")
    return Designer(desk)


PLAIN = {"kind": "text", "required": "always", "label": "Họ tên"}


def test_a_form_is_built_question_by_question(designer: Designer) -> None:
    assert "Tờ khai chưa có phần nào" in designer.open()

    designer.send("add-section", title="Người yêu cầu")
    assert 'id="moi-section-nguoi_yeu_cau"' in designer.text
    designer.send("add:section:nguoi_yeu_cau", label="Họ, chữ đệm, tên", kind="text")
    assert "Đã thêm “Họ, chữ đệm, tên”, vị trí 1 trong 1 của phần “Người yêu cầu”." in designer.text
    designer.send("add:section:nguoi_yeu_cau", label="Giới tính", kind="choice")
    assert "Chưa có lựa chọn nào" in designer.text
    designer.send(
        "save:gioi_tinh", label="Giới tính", kind="choice", required="always", options="Nam\nNữ\n\nNam"
    )
    designer.send("up:gioi_tinh")
    assert "“Giới tính” đứng ở vị trí 1 trong 2 của phần “Người yêu cầu”." in designer.text
    assert 'id="xuong-gioi_tinh" data-move="down" autofocus' in designer.text
    designer.send("copy:gioi_tinh")
    designer.send("remove:gioi_tinh_2")

    assert designer.keys == [["gioi_tinh", "ho_chu_dem_ten"]]
    assert [(one.value, one.label) for one in designer.field("gioi_tinh").options] == [
        ("nam", "Nam"),
        ("nu", "Nữ"),
    ]
    assert "Tờ khai dùng được" in designer.text
    procedure = editor_queries.by_code(designer.session, designer.code)
    names = [event.name for event in events.history(designer.session, procedure.id)]
    assert names.count("procedure.drafted") == 8


def test_a_question_keeps_all_that_is_said_of_it(designer: Designer) -> None:
    designer.send("add-section", title="Phần")
    designer.send("add:section:phan", label="Đã kết hôn", kind="yesno")
    designer.send("add:section:phan", label="Biển số", kind="text")

    designer.send(
        "save:bien_so",
        **{
            "label": "Biển số xe",
            "hint": "Như trên giấy đăng ký",
            "kind": "text",
            "required": "when",
            "required_when.da_ket_hon": "true",
            "show_when.da_ket_hon": ["true", "false"],
            "max_length": "20",
            "ready": "plate",
            "prefill": "earlier",
        },
    )

    field = designer.field("bien_so")
    assert (field.label, field.hint, field.max_length, field.prefill) == (
        "Biển số xe",
        "Như trên giấy đăng ký",
        20,
        "earlier",
    )
    assert (field.required, field.required_when[0].any_of, field.show_when[0].any_of) == (
        False,
        [True],
        [True, False],
    )
    assert field.pattern_hint.startswith("Ghi như trên biển")
    text = designer.open("?cau=bien_so")
    assert re.search(r'name="show_when\.da_ket_hon" value="true" checked', text)
    assert '<option value="plate" selected>' in text
    assert "Bắt buộc khi “Đã kết hôn” là “Có” · Hiện khi “Đã kết hôn” là “Có” hoặc “Không”" in text
    fields = {"label": "Biển số xe", "kind": "text", "required": "never", "ready": "own", "pattern": "(?=a)b"}
    designer.send("save:bien_so", **fields, pattern_hint="Ví dụ")
    assert "Mẫu ký tự không chạy được" in designer.text


def test_a_repeatable_block_with_a_condition_of_its_own(designer: Designer) -> None:
    designer.send("add-section", title="Người đi cùng")
    designer.send("add:section:nguoi_di_cung", label="Người đi cùng", kind="repeat")
    assert "Mục lặp chưa có câu hỏi con nào" in designer.text
    designer.send("add:nguoi_di_cung", label="Là trẻ em", kind="yesno")
    designer.send("add:nguoi_di_cung", label="Người giám hộ", kind="text")
    designer.send(
        "save:nguoi_di_cung.nguoi_giam_ho",
        **{**PLAIN, "label": "Người giám hộ", "show_when.la_tre_em": "true"},
    )
    designer.send("save:nguoi_di_cung", label="Người đi cùng", kind="repeat", required="never", max_items="4")

    block = designer.field("nguoi_di_cung")
    assert (block.max_items, [sub.key for sub in block.fields]) == (4, ["la_tre_em", "nguoi_giam_ho"])
    assert block.fields[1].show_when[0].field == "la_tre_em"
    assert "Tờ khai dùng được" in designer.text


def test_blocks_and_papers_come_ready_made(designer: Designer) -> None:
    designer.send("add-section", title="Doanh nghiệp")
    designer.send("add:section:doanh_nghiep", label="Công ty", kind="block.organisation")
    designer.send("add:section:doanh_nghiep", label="Điều lệ công ty", kind="file")
    designer.send("add:section:doanh_nghiep", label="Cam đoan", kind="commit")

    assert designer.keys == [
        [
            "cong_ty_name",
            "cong_ty_tax_code",
            "cong_ty_representative",
            "cong_ty_address",
            "dieu_le_cong_ty",
            "cam_doan",
        ]
    ]
    paper = designer.content.requirements[0]
    assert (paper.key, paper.name, paper.needed) == ("dieu_le_cong_ty", "Điều lệ công ty", "always")


def test_what_cannot_be_kept_is_shown_as_typed_with_the_reason(designer: Designer) -> None:
    designer.send("add-section", title="Phần")
    designer.send("add:section:phan", label="Số bản", kind="number")
    designer.open("?cau=so_ban")

    answer = designer.send(
        "save:so_ban", 422, label="", kind="number", required="when", min="một", max="9", hint="Ghi số"
    )

    assert "Nhập nội dung câu hỏi" in answer.text
    assert "Ghi số từ -999.999.999 đến 999.999.999" in answer.text
    assert "Chọn câu trả lời làm cho câu này bắt buộc" in answer.text
    assert 'value="một"' in answer.text
    assert 'value="Ghi số"' in answer.text
    assert designer.field("so_ban").label == "Số bản"
    for do, more in (
        ("add-section", {"title": " "}),
        ("add:section:phan", {"label": "\u202e", "kind": "text"}),
        ("add:section:phan", {"label": "Tên", "kind": "text; drop"}),
        ("save:so_ban", {"label": "x" * 600, "kind": "number"}),
        ("save:section:phan", {"title": "x" * 201}),
    ):
        designer.send(do, 422, **more)
    assert designer.keys == [["so_ban"]]


def test_two_editors_meet_in_a_clear_conflict_and_nothing_typed_is_lost(designer: Designer) -> None:
    designer.send("add-section", title="Phần")
    designer.send("add:section:phan", label="Họ tên", kind="text")
    mine = designer.open("?cau=ho_ten")
    designer.send("add:section:phan", label="Ngày sinh", kind="date")  # by another person

    designer.text = mine
    refused = designer.send("save:ho_ten", 409, **{**PLAIN, "label": "Họ, chữ đệm, tên"})

    assert "vừa được người khác sửa" in refused.text
    assert 'value="Họ, chữ đệm, tên"' in refused.text
    assert "Ngày sinh" in refused.text
    designer.text = refused.text
    designer.send("save:ho_ten", **{**PLAIN, "label": "Họ, chữ đệm, tên"})
    assert designer.field("ho_ten").label == "Họ, chữ đệm, tên"
    assert designer.keys == [["ho_ten", "ngay_sinh"]]
    designer.text = mine
    assert designer.send("up:ho_ten", 409).status_code == 409


def test_removing_asks_first_and_names_what_hangs_on_it(designer: Designer) -> None:
    designer.send("add-section", title="Phần")
    designer.send("add:section:phan", label="Đã kết hôn", kind="yesno")
    designer.send("add:section:phan", label="Tên vợ, chồng", kind="text")
    name = {"label": "Tên vợ, chồng", "kind": "text", "required": "always"}
    designer.send("save:ten_vo_chong", **{**name, "show_when.da_ket_hon": "true"})

    asked = designer.open("?xoa=da_ket_hon&den=giu-lai")
    assert "Xóa “Đã kết hôn”?" in asked
    assert "Đang hỏi theo câu trả lời ở đây: Tên vợ, chồng" in asked
    designer.send("remove:da_ket_hon")

    assert "Điều kiện hỏi một câu không còn trong tờ khai (da_ket_hon)" in designer.text
    assert "Còn 1 chỗ phải sửa" in designer.text
    kept = designer.open("?cau=ten_vo_chong")
    assert "da_ket_hon (câu này không còn hoặc đứng sau)" in kept
    designer.send("save:ten_vo_chong", **name)
    assert "Tờ khai dùng được" in designer.text
    assert "Phần này có 1 câu hỏi, xóa cả" in designer.open("?xoa=section:phan")
    designer.send("remove:section:phan")
    assert designer.content.form == []


def test_what_stands_against_a_question_is_told_while_it_is_typed(designer: Designer) -> None:
    designer.send("add-section", title="Phần")
    designer.send("add:section:phan", label="Cách nhận", kind="choice")

    for fields, told in (
        ({"label": "Cách nhận", "kind": "choice", "options": ""}, "Chưa có lựa chọn nào"),
        ({"label": "", "kind": "choice", "options": "A"}, "Nhập nội dung câu hỏi"),
        ({"label": "Cách", "kind": "number", "min": "3", "max": "1"}, "Số nhỏ nhất lớn hơn số lớn nhất"),
    ):
        answer = designer.send("check:cach_nhan", 200, required="always", **fields)
        assert told in answer.text
        assert "<html" not in answer.text
    clean = designer.send(
        "check:cach_nhan", 200, label="Cách", kind="choice", required="always", options="A\nB"
    )
    assert clean.text.strip() == ""
    assert designer.field("cach_nhan").options == []  # nothing was kept


@pytest.mark.parametrize(
    "do",
    [
        "",
        "x",
        "add",
        "add:",
        "add:section:khong",
        "up:khong",
        "save:",
        "save:a.b.c",
        "remove:section:",
        "copy:é",
    ],
)
def test_a_changed_page_is_refused_in_words(designer: Designer, do: str) -> None:
    designer.open()
    fields = designer.desk.fields(designer.text, designer.path)

    answer = designer.desk.send(
        designer.path, {**fields, "do": do, "label": "Tên", "kind": "text", "title": "T"}
    )

    assert answer.status_code in (400, 422)
    assert "Tải lại trang" in unescape(answer.text)
    assert designer.content.form == []


def test_without_a_draft_the_page_says_how_to_begin_one(desk: Desk, session: Session) -> None:
    factories.officer(session, desk.agency.id, Role.CATALOGUE_EDITOR, email="bien-tap@example.vn")
    session.commit()
    factories.signed_in(desk.client, "bien-tap@example.vn")
    path = f"/quan-tri/thu-tuc/{desk.procedure.code}/to-khai"

    text = desk.get(path).text

    assert "Chưa có bản nháp để soạn tờ khai" in text
    assert f"/quan-tri/thu-tuc/{desk.procedure.code}/ban-nhap" in text
    assert "Họ và tên" in desk.get(f"{path}/xem-truoc").text  # the form that is in force
    assert desk.get("/quan-tri/thu-tuc/khong-co/to-khai").status_code == 404
    csrf = desk.fields(text, f"/quan-tri/thu-tuc/{desk.procedure.code}/ban-nhap")
    assert desk.send(path, {**csrf, "do": "add-section", "title": "Phần"}).status_code == 409


def test_a_reviewer_sees_the_trial_instead(designer: Designer) -> None:
    factories.officer(
        designer.session, designer.desk.agency.id, Role.CATALOGUE_REVIEWER, email="duyet@example.vn"
    )
    designer.session.commit()
    factories.signed_in(designer.desk.client, "duyet@example.vn")

    answer = designer.desk.get(designer.path)

    assert answer.headers["location"] == f"{designer.path}/xem-truoc"
    assert designer.desk.get(f"{designer.path}/xem-truoc").status_code == 200


def test_the_form_is_tried_out_and_nothing_is_kept(designer: Designer) -> None:
    designer.send("add-section", title="Người yêu cầu")
    designer.send("add:section:nguoi_yeu_cau", label="Đã kết hôn", kind="yesno")
    designer.send("add-section", title="Vợ, chồng")
    designer.send("add:section:vo_chong", label="Mã số thuế", kind="tax_code")
    designer.send("add:section:vo_chong", label="Con", kind="repeat")
    designer.send("add:con", label="Tên con", kind="text")
    designer.send("save:section:vo_chong", **{"title": "Vợ, chồng", "show_when.da_ket_hon": "true"})
    path = f"{designer.path}/xem-truoc"
    before = designer.content

    text = designer.desk.get(path).text
    assert not INLINE.search(text)
    assert len(re.findall(r'id="([^"]+)"', text)) == len(set(re.findall(r'id="([^"]+)"', text)))
    assert 'data-when="[{&#34;name&#34;:&#34;da_ket_hon&#34;' in text
    fields = designer.desk.fields(text, path)
    wanting = designer.desk.send(path, {**fields, "do": "next", "da_ket_hon": "true"})
    assert wanting.status_code == 200
    assert "Nhập mã số thuế" in wanting.text
    more = designer.desk.send(path, {**fields, "do": "add:con", "da_ket_hon": "true", "con.0.ten_con": "An"})
    assert 'id="dt-con-1-ten_con"' in more.text
    given = {"da_ket_hon": "true", "ma_so_thue": "0100109107", "con.0.ten_con": "An"}
    right = designer.desk.send(path, {**fields, "do": "next", **given})
    assert "Điền thế này là nộp được" in right.text
    assert "chữ số kiểm tra không khớp" in right.text
    assert designer.content == before
