"""Building a form in small changes: keys that stay, papers that follow, nothing lost on the way."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services_catalog import content_checks, form_checks, form_editing, form_keys, form_ready
from services_catalog.content import Condition, Field, Option, RevisionContent
from services_catalog.form_editing import NotThere, TooMuch
from services_catalog.form_ready import KINDS, ORGANISATION, PERSON
from tests import factories

MARRIED = Condition(field="da_ket_hon", any_of=[True])


def empty() -> RevisionContent:
    return msgspec.convert({**factories.simple(), "form": [], "requirements": []}, RevisionContent)


def begun() -> tuple[RevisionContent, str]:
    return form_editing.add_section(empty(), "Người yêu cầu")


def keys(content: RevisionContent) -> list[list[str]]:
    return [[field.key for field in section.fields] for section in content.form]


def asked(content: RevisionContent, target: str, kind: Any, label: str, **changes: Any) -> RevisionContent:
    content, place = form_editing.add_field(content, target, kind, label, {})
    if not changes:
        return content
    field = msgspec.structs.replace(form_editing.field_at(content, place), **changes)
    return form_editing.change_field(content, place, field, {})[0]


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Họ, chữ đệm, tên", "ho_chu_dem_ten"),
        ("  Địa chỉ (nơi ở)  ", "dia_chi_noi_o"),
        ("2 người làm chứng", "cau_2_nguoi_lam_chung"),
        ("???", "cau"),
        ("名前", "cau"),
        ("Việc", "viec_2"),  # the page around a form has an id of that name
        ("Do", "do_2"),
        ("x" * 200, "x" * 48),
    ],
)
def test_a_key_is_made_of_the_label(label: str, key: str) -> None:
    assert form_keys.new_key(label, "text", taken=frozenset()) == key


def test_a_key_is_never_one_that_is_taken_or_stood_for_another_kind() -> None:
    earlier = {"ten_2": {"date"}, "nguoi.ten": {"date"}}

    assert form_keys.new_key("Tên", "text", taken={"ten"}, earlier=earlier) == "ten_3"
    assert form_keys.new_key("Tên", "date", taken={"ten"}, earlier=earlier) == "ten_2"
    assert form_keys.new_key("Tên", "text", taken=set(), earlier=earlier, block="nguoi") == "ten_2"


def test_options_keep_their_values_when_their_words_are_put_right() -> None:
    before = [
        Option(value="nam", label="Nam"),
        Option(value="nu", label="Nu"),
        Option(value="x", label="Khác"),
    ]

    after = form_keys.options_from(["Chưa rõ", "Nữ", "Khác", "Nam", "Nữ", ""], before)

    assert [(one.value, one.label) for one in after] == [
        ("chua_ro", "Chưa rõ"),
        ("nu", "Nữ"),
        ("x", "Khác"),
        ("nam", "Nam"),
    ]
    assert form_keys.options_from(["Nam", "Tự khai"], before)[1].value == "tu_khai"  # not Nu, put right


def test_a_question_is_added_changed_copied_moved_and_removed() -> None:
    content, first = begun()
    content = asked(content, first, "text", "Họ tên")
    content = asked(content, first, "date", "Ngày sinh")
    content, second = form_editing.add_section(content, "Nội dung")
    content = asked(content, second, "number", "Số bản")

    field = msgspec.structs.replace(form_editing.field_at(content, "ho_ten"), label="Tên gọi", max_length=50)
    content, place = form_editing.change_field(content, "ho_ten", field, {})
    assert place == "ho_ten"  # the key stays when the words change
    content, copy = form_editing.duplicate(content, "ho_ten", {})
    assert copy == "ho_ten_2"
    assert form_editing.field_at(content, copy).label == "Tên gọi (bản sao)"
    assert keys(content) == [["ho_ten", "ho_ten_2", "ngay_sinh"], ["so_ban"]]

    content = form_editing.move(content, "ngay_sinh", -1)
    assert form_editing.stands(content, "ngay_sinh") == "vị trí 2 trong 3 của phần “Người yêu cầu”"
    content = form_editing.move(content, "so_ban", -1)
    assert keys(content) == [["ho_ten", "ngay_sinh", "ho_ten_2", "so_ban"], []]
    content = form_editing.move(form_editing.move(content, "so_ban", 1), "so_ban", 1)
    assert keys(content) == [["ho_ten", "ngay_sinh", "ho_ten_2"], ["so_ban"]]
    content = form_editing.move(content, second, -1)
    assert form_editing.stands(content, second) == "phần 1 trong 2"
    content = form_editing.remove(form_editing.remove(content, "ho_ten_2"), first)
    assert keys(content) == [["so_ban"]]
    with pytest.raises(NotThere):
        form_editing.move(content, "ho_ten", 1)


def test_a_repeatable_block_has_questions_of_its_own() -> None:
    content, section = begun()
    content = asked(content, section, "repeat", "Người đi cùng")
    content = asked(content, "nguoi_di_cung", "text", "Họ tên")
    content = asked(content, "nguoi_di_cung", "yesno", "Đã kết hôn")
    content = asked(content, "nguoi_di_cung", "text", "Tên vợ, chồng", show_when=[MARRIED])
    content = asked(content, section, "text", "Họ tên")

    assert keys(content) == [["nguoi_di_cung", "ho_ten"]]
    content = form_editing.move(content, "nguoi_di_cung.ho_ten", 1)
    block = form_editing.field_at(content, "nguoi_di_cung")
    assert [sub.key for sub in block.fields] == ["da_ket_hon", "ho_ten", "ten_vo_chong"]
    assert content == form_editing.move(content, "nguoi_di_cung.da_ket_hon", -1)  # stays within its block
    assert content_checks.problems(content) == []
    with pytest.raises(NotThere):
        form_editing.add_field(content, "ho_ten", "text", "Trong câu chữ", {})
    with pytest.raises(NotThere):
        form_editing.add_field(content, "nguoi_di_cung.ho_ten", "text", "Sâu hơn", {})


def test_ready_made_blocks_become_questions_under_one_beginning() -> None:
    content, section = begun()
    content, first = form_editing.add_block(content, section, PERSON, "Người yêu cầu", {})
    content, again = form_editing.add_block(content, section, PERSON, "Người yêu cầu", {})
    content, firm = form_editing.add_block(content, section, ORGANISATION, "Doanh nghiệp", {})
    content = asked(content, section, "repeat", "Con")
    content, inside = form_editing.add_block(content, "con", PERSON, "Con", {})

    assert (first, again, firm, inside) == (
        "nguoi_yeu_cau_name",
        "nguoi_yeu_cau_2_name",
        "doanh_nghiep_name",
        "con.name",
    )
    assert (
        form_editing.field_at(content, "nguoi_yeu_cau_birth").label
        == "Ngày, tháng, năm sinh của người yêu cầu"
    )
    assert form_editing.field_at(content, "con.birth").label == "Ngày, tháng, năm sinh"
    assert form_editing.field_at(content, "doanh_nghiep_tax_code").kind == "tax_code"
    assert content_checks.problems(content) == []


def test_a_paper_follows_its_question() -> None:
    content, section = begun()
    content = asked(content, section, "yesno", "Đã kết hôn")
    content, place = form_editing.add_field(content, section, "file", "Giấy chứng nhận kết hôn", {})
    paper = content.requirements[0]
    assert (paper.key, paper.name, paper.needed, paper.show_when) == (
        place,
        "Giấy chứng nhận kết hôn",
        "always",
        [],
    )

    field = form_editing.field_at(content, place)
    content, _ = form_editing.change_field(
        content, place, msgspec.structs.replace(field, label="Giấy kết hôn", show_when=[MARRIED]), {}
    )
    paper = content.requirements[0]
    assert (paper.name, paper.needed, paper.show_when) == ("Giấy kết hôn", "conditional", [MARRIED])

    optional = msgspec.structs.replace(field, required=False)
    content, _ = form_editing.change_field(content, place, optional, {})
    paper = content.requirements[0]
    assert (paper.needed, paper.show_when, paper.when) == ("conditional", [], "Nếu có")
    assert form_editing.remove(content, place).requirements == content.requirements
    assert content_checks.problems(content) == []


def test_a_paper_changed_elsewhere_stays_as_it_is_while_its_question_does_not_change() -> None:
    content, section = begun()
    content, _ = form_editing.add_field(content, section, "file", "Giấy chứng sinh", {})
    elsewhere = msgspec.structs.replace(
        content.requirements[0], originals=1, needed="conditional", when="Nếu sinh ở viện"
    )
    content = msgspec.structs.replace(content, requirements=[elsewhere])

    content = asked(content, section, "text", "Họ tên")

    assert content.requirements == [elsewhere]


def test_a_question_may_show_a_paper_that_is_asked_for_already() -> None:
    body = {**factories.simple(), "form": []}
    content, section = form_editing.add_section(msgspec.convert(body, RevisionContent), "Phần")

    content, place = form_editing.add_field(content, section, "file", "giấy tờ chứng minh", {})
    content, other = form_editing.add_field(content, section, "file", "Giấy tờ chứng minh", {})

    assert (place, other) == ("proof", "giay_to_chung_minh")
    assert [paper.key for paper in content.requirements] == ["proof", "giay_to_chung_minh"]


def test_a_conditional_section_makes_its_papers_conditional() -> None:
    content, first = begun()
    content = asked(content, first, "yesno", "Đã kết hôn")
    content, second = form_editing.add_section(content, "Vợ, chồng")
    content = asked(content, second, "file", "Giấy tờ")

    content = form_editing.change_section(content, second, title="Vợ", intro="Lời", show_when=[MARRIED])
    assert content.requirements[0].show_when == [MARRIED]

    content = form_editing.move(content, "giay_to", -1)
    assert (content.requirements[0].needed, content.requirements[0].show_when) == ("always", [])


def test_a_kind_that_the_key_may_not_have_gets_a_new_key_and_all_that_speak_of_it_follow() -> None:
    content, section = begun()
    content = asked(content, section, "yesno", "Đã kết hôn")
    content = asked(content, section, "text", "Tên", required=False, required_when=[MARRIED])
    content = asked(content, section, "file", "Giấy", show_when=[MARRIED])
    choice = Field(key="da_ket_hon", kind="choice", label="Đã kết hôn")

    same, place = form_editing.change_field(content, "da_ket_hon", choice, {"da_ket_hon": {"choice"}})
    assert place == "da_ket_hon"
    changed, place = form_editing.change_field(content, "da_ket_hon", choice, {"da_ket_hon": {"yesno"}})

    assert place == "da_ket_hon_2"
    assert form_editing.field_at(changed, "ten").required_when[0].field == "da_ket_hon_2"
    assert changed.requirements[0].show_when[0].field == "da_ket_hon_2"
    assert keys(same) == [["da_ket_hon", "ten", "giay"]]


def test_a_question_never_takes_the_key_of_a_strange_paper() -> None:
    body = {**factories.simple(), "form": []}
    content, section = form_editing.add_section(msgspec.convert(body, RevisionContent), "Phần")
    content = asked(content, section, "text", "Proof")

    field = msgspec.structs.replace(form_editing.field_at(content, "proof"), kind="file")
    content, place = form_editing.change_field(content, "proof", field, {})

    assert place == "proof_2"
    assert content.requirements[0].name == "Giấy tờ chứng minh"


def test_bounds_are_said_before_they_are_broken() -> None:
    content, section = begun()
    content = asked(content, section, "repeat", "Mục")
    for number in range(40):
        content = asked(content, "muc", "text", f"Câu {number}")
    with pytest.raises(TooMuch, match="40 câu hỏi"):
        form_editing.add_field(content, "muc", "text", "Thừa", {})
    for number in range(39):
        content, _ = form_editing.add_section(content, f"Phần {number}")
    with pytest.raises(TooMuch, match="40 phần"):
        form_editing.add_section(content, "Thừa")
    with pytest.raises(TooMuch):
        form_editing.checked(
            form_editing.change_section(content, section, title="", intro=None, show_when=[])
        )


def test_every_kind_is_explained_and_every_ready_pattern_takes_its_example() -> None:
    from services_catalog import patterns

    assert all(words.name and words.meaning and words.example for words in KINDS)
    for ready in form_ready.PATTERNS.values():
        assert patterns.sound(ready.pattern), ready.name
        for example in ready.hint.split("ví dụ ")[1].split(" hoặc "):
            assert patterns.matches(ready.pattern, example), example


def test_conditions_may_ask_what_stands_before_only() -> None:
    content, section = begun()
    content = asked(content, section, "yesno", "Một")
    content = asked(content, section, "repeat", "Mục")
    content = asked(content, "muc", "choice", "Trong")
    content = asked(content, "muc", "text", "Sau")
    content = asked(content, section, "choices", "Hai")
    content, second = form_editing.add_section(content, "Phần sau")

    def may(place: str) -> list[str]:
        return list(form_checks.askable(content.form, place))

    assert may(section) == may("mot") == may("muc.trong") == []
    assert may("hai") == ["mot"]
    assert may("muc.sau") == ["trong"]
    assert may(second) == ["mot", "hai"]


LABELS = st.sampled_from(["Họ tên", "Đã kết hôn", "Giấy tờ", "Con", "seq", "9"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["section", "add", "sub", "block", "copy", "up", "down", "remove", "kind"]),
        st.integers(0, 30),
        LABELS,
        st.sampled_from([words.kind for words in KINDS]),
    ),
    max_size=25,
)


def places(content: RevisionContent) -> list[str]:
    found = []
    for section in content.form:
        found.append(f"section:{section.key}")
        for field in section.fields:
            found.append(field.key)
            found += [f"{field.key}.{sub.key}" for sub in field.fields]
    return found


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(STEPS)
def test_any_course_of_changes_keeps_keys_apart_and_the_shape(steps):
    content, _ = begun()
    for act, number, label, kind in steps:
        known = places(content)
        if not known:
            content, _ = form_editing.add_section(content, label)
            continue
        place = known[number % len(known)]
        sections = [one for one in known if one.startswith("section:")]
        blocks = [one for one in known if ":" not in one and "." not in one]
        try:
            match act:
                case "section":
                    content, _ = form_editing.add_section(content, label)
                case "add":
                    target = sections[number % len(sections)]
                    content, made = form_editing.add_field(content, target, kind, label, {})
                    assert made not in known
                case "sub" if blocks:
                    target = blocks[number % len(blocks)]
                    content, made = form_editing.add_field(content, target, kind, label, {})
                    assert made not in known
                case "block":
                    content, _ = form_editing.add_block(content, sections[0], PERSON, label, {})
                case "copy" if ":" not in place:
                    content, made = form_editing.duplicate(content, place, {})
                    assert made not in known
                case "up" | "down":
                    content = form_editing.move(content, place, -1 if act == "up" else 1)
                    assert sorted(places(content)) == sorted(known)
                case "remove":
                    content = form_editing.remove(content, place)
                    assert place not in places(content)
                case "kind" if ":" not in place:
                    field = msgspec.structs.replace(form_editing.field_at(content, place), kind=kind)
                    content, _ = form_editing.change_field(content, place, field, {})
        except (NotThere, TooMuch):
            pass
        content = form_editing.checked(content)
        found = places(content)
        assert len(found) == len(set(found))
        assert not any(
            "trùng mã" in one or "dành cho trang" in one for one in content_checks.problems(content)
        )
        files = [f.key for section in content.form for f in section.fields if f.kind == "file"]
        assert {paper.key for paper in content.requirements} >= set(files)
