"""What each attribute of a revision is called and how a change of it is weighed: the table. Pure."""

from typing import Final

from services_catalog import diff_words as say
from services_catalog.diff_effects import (
    HARMLESS,
    LEGAL,
    NOTICE,
    at_least,
    at_most,
    clock_mode,
    days_given,
    fee_amount,
    harmless,
    intake,
    legal,
    length,
    less_is_told,
    level_declared,
    more_is_law,
    named,
    need,
    new_fee,
    new_paper,
    new_question,
    new_way,
    no_is_law,
    notice,
    old_paper,
    old_question,
    old_way,
    online_amount,
    own_limit,
    own_reception,
    part,
    pattern,
    promise,
    where_owed,
    yes_is_law,
)
from services_catalog.diff_walk import Group, Items, One, Record, Value

CONDITIONS: Final = Value("điều kiện", legal, say.conditions)
OWN_LIMIT: Final = Value("thời hạn riêng", own_limit, say.limit)
STEP: Final = Record(
    {
        "name": Value("tên", harmless),
        "unit": Value("đơn vị", notice),
        "role": Value("người làm", notice),
        "hours": Value("số giờ", notice),
        "actions": Value("việc được làm", notice, say.act_names),
    },
    named("name"),
    say.whole_step,
)
TEMPLATE: Final = Record(
    {"name": Value("tên", harmless), "file": Value("tệp", notice, say.file_name)}, named("name")
)
PAPER: Final = Record(
    {
        "name": Value("tên", notice),
        "code": Value("mã", harmless),
        "template": One("mẫu để tải về", TEMPLATE, part(NOTICE), part(NOTICE)),
        "cases": Value("thuộc", where_owed, say.case_names),
        "ask_basis": Value("căn cứ để yêu cầu", legal),
        "originals": Value("số bản chính", more_is_law),
        "certified": Value("số bản sao chứng thực", more_is_law),
        "copies": Value("số bản chụp", more_is_law),
        "needed": Value("khi nào nộp", need, say.named(say.NEEDED)),
        "when": Value("trường hợp phải nộp", notice),
        "show_when": CONDITIONS,
        "hint": Value("lời nhắc", harmless),
        "electronic_ok": Value("nhận bản điện tử", no_is_law, say.yes_no),
        "original_shown": Value("nộp hoặc xuất trình bản chính", yes_is_law, say.yes_no),
        "replaced_by": Value("cơ sở dữ liệu thay giấy", no_is_law),
        "accept": Value("loại tệp nhận", notice, say.listed),
        "max_mb": Value("dung lượng tối đa (MB)", less_is_told),
        "max_files": Value("số tệp tối đa", less_is_told),
    },
    named("name"),
    say.whole_paper,
)
FEE: Final = Record(
    {
        "name": Value("tên", harmless),
        "kind": Value("loại khoản thu", legal, say.named(say.FEE_KINDS)),
        "amount_vnd": Value("mức thu", fee_amount, say.amount),
        "online_amount_vnd": Value("mức thu khi nộp trực tuyến", online_amount, say.amount),
        "per": Value("tính theo", legal, say.named(say.PER)),
        "quantity_field": Value("nhân với câu hỏi", legal, say.question),
        "optional": Value("chỉ thu khi yêu cầu thêm", no_is_law, say.yes_no),
        "stated": Value("mức thu chỉ nói bằng lời", legal, say.yes_no),
        "note": Value("ghi chú", harmless),
        "basis": Value("căn cứ", legal),
        "valid_from": Value("có hiệu lực từ", legal),
        "valid_to": Value("hết hiệu lực", legal),
        "channels": Value("thu ở kênh", where_owed, say.channel_names),
        "cases": Value("thuộc", where_owed, say.case_names),
    },
    named("name"),
    say.whole_fee,
)
CASE: Final = Record(
    {
        "name": Value("tên", notice),
        "code": Value("mã", harmless),
        "time_limit": OWN_LIMIT,
        "show_when": CONDITIONS,
    },
    named("name"),
    say.whole_case,
)
WAY: Final = Record(
    {"time_limit": OWN_LIMIT, "note": Value("lời nhắc", harmless)},
    lambda it: say.CHANNELS[it.channel],
    say.whole_way,
)
LEGAL_BASIS: Final = Record(
    {
        "name": Value("tên", harmless),
        "articles": Value("điều khoản", legal),
        "issued_on": Value("ngày ban hành", harmless),
    },
    named("number"),
    say.whole_basis,
)
RESULT: Final = Record(
    {
        "name": Value("tên", notice),
        "code": Value("mã", harmless),
        "electronic": Value("bản điện tử", no_is_law, say.yes_no),
        "generated": Value("lập từ tờ khai", harmless, say.yes_no),
    },
    named("name"),
)
REMARK: Final = Record(
    {
        "text": Value("lời", notice),
        "about": Value("đề mục", harmless),
        "code": Value("mã", harmless),
        "cases": Value("thuộc", notice, say.case_names),
    },
    named("text"),
)
OPTION: Final = Record({"label": Value("lời", harmless)}, named("label"))
_field: dict[str, Value | Group | Items | One] = {
    "kind": Value("kiểu câu hỏi", legal, say.named(say.KINDS)),
    "label": Value("câu hỏi", harmless),
    "hint": Value("lời nhắc", harmless),
    "required": Value("bắt buộc", yes_is_law, say.yes_no),
    "required_when": Value("bắt buộc khi", legal, say.conditions),
    "options": Items("lựa chọn", OPTION, named("value"), part(NOTICE), part(LEGAL)),
    "show_when": CONDITIONS,
    "max_length": Value("số ký tự tối đa", length),
    "min": Value("nhỏ nhất", at_least),
    "max": Value("lớn nhất", at_most),
    "prefill": Value("điền sẵn từ", harmless, say.named(say.PREFILL)),
    "autocomplete": Value("gợi ý của trình duyệt", harmless),
    "not_future": Value("không được sau hôm nay", yes_is_law, say.yes_no),
    "min_items": Value("số mục ít nhất", more_is_law),
    "max_items": Value("số mục nhiều nhất", less_is_told),
    "text": Value("lời văn", promise),
    "pattern": Value("mẫu ký tự", pattern),
    "pattern_hint": Value("lời giải thích mẫu", harmless),
}
FIELD: Final = Record(_field, named("label"), say.whole_field)
_field["fields"] = Items("câu hỏi con", FIELD, named("key"), new_question, old_question)
SECTION: Final = Record(
    {"title": Value("tên", harmless), "intro": Value("lời dẫn", harmless), "show_when": CONDITIONS},
    named("title"),
    apart=frozenset({"fields"}),
)
SECTIONS: Final = Items("Tờ khai, phần", SECTION, named("key"), part(HARMLESS), part(HARMLESS))
OFFER: Final = Record(
    {
        "declared": Value("mức độ", level_declared, lambda value, _: say.level(value)),
        "reason_code": Value("lý do chưa toàn trình", legal, lambda value, _: say.reason(value)),
        "reason_basis": Value("căn cứ chưa toàn trình", legal),
        "unit": Value("đơn vị tiếp nhận", notice),
        "steps": Items("bước", STEP, named("key"), part(NOTICE), part(NOTICE)),
    }
)
CONTENT: Final = Record(
    {
        "name": Value("Tên thủ tục", notice),
        "summary": Value("Tóm tắt", harmless),
        "audience": Group("Đối tượng", NOTICE, LEGAL, say.named(say.AUDIENCE)),
        "life_events": Group("Sự kiện cuộc sống", HARMLESS, HARMLESS, say.named(say.LIFE_EVENTS)),
        "sector": Value("Lĩnh vực", harmless),
        "agency_level": Value("Cấp thực hiện", legal, say.named(say.AGENCY_LEVELS)),
        "time_limit": Value("Thời hạn giải quyết", own_limit, say.limit),
        "supplement_clock": Value("Thời hạn khi bổ sung", clock_mode, say.named(say.CLOCKS)),
        "supplement_days": Value("Số ngày làm việc để bổ sung", days_given),
        "intake_scope": Value("Nơi tiếp nhận", intake, say.named(say.SCOPES)),
        "reception_hours": Value("Số giờ kiểm tra hồ sơ", own_reception),
        "reception_days": Value("Số ngày kiểm tra hồ sơ", own_reception),
        "cases": Items("Trường hợp", CASE, named("key"), part(LEGAL), part(LEGAL), LEGAL),
        "requirements": Items("Giấy tờ", PAPER, named("key"), new_paper, old_paper),
        "fees": Items("Phí, lệ phí", FEE, named("key"), new_fee, part(NOTICE)),
        "online_payment": Value("Trả phí trực tuyến", no_is_law, say.yes_no),
        "channels": Group("Cách nộp", NOTICE, LEGAL, say.named(say.CHANNELS)),
        "return_ways": Group("Cách trả kết quả", NOTICE, LEGAL, say.named(say.CHANNELS)),
        "ways": Items("Nộp", WAY, named("channel"), new_way, old_way),
        "result": One("Kết quả", RESULT, part(NOTICE), part(LEGAL)),
        "other_results": Items(
            "Kết quả khác", RESULT, lambda it: it.code or it.name, part(NOTICE), part(LEGAL)
        ),
        "forms_downloadable": Value("Tải được mẫu tờ khai", no_is_law, say.yes_no),
        "signature_required": Value("Tờ khai phải ký", yes_is_law, say.yes_no),
        "signing_ways": Group("Cách ký trực tuyến", NOTICE, LEGAL, say.named(say.SIGNING)),
        "presence_required": Value("Phải có mặt", yes_is_law, say.yes_no),
        "field_verification": Value("Xác minh tại chỗ", yes_is_law, say.yes_no),
        "result_returned_without_presence": Value("Nhận kết quả không cần có mặt", no_is_law, say.yes_no),
        "legal_basis": Items("Căn cứ pháp lý", LEGAL_BASIS, named("number"), part(LEGAL), part(LEGAL)),
        "sequence": Items(
            "Trình tự thực hiện",
            Record(
                {"name": Value("tên", harmless), "text": Value("lời", notice)}, lambda it: it.name or it.text
            ),
            lambda it: it.name or it.text[:40],
            part(NOTICE),
            part(NOTICE),
            NOTICE,
        ),
        "conditions": Group("Yêu cầu, điều kiện", LEGAL, LEGAL),
        "departments": Group("Cơ quan giải quyết", NOTICE, NOTICE),
        "applicants": Group("Đối tượng thực hiện", NOTICE, NOTICE),
        "remarks": Items(
            "Lưu ý về giấy tờ", REMARK, lambda it: it.code or it.text[:60], part(NOTICE), part(NOTICE)
        ),
        "steps": Items("Bước", STEP, named("key"), part(NOTICE), part(NOTICE), NOTICE),
        "related": Group("Thủ tục liên quan", HARMLESS, HARMLESS),
        "usual_mistakes": Group("Lỗi hay gặp", HARMLESS, HARMLESS),
        "faq": Items(
            "Câu hỏi thường gặp",
            Record({"answer": Value("trả lời", harmless)}, named("question"), named("answer")),
            named("question"),
            part(HARMLESS),
            part(HARMLESS),
        ),
        "form_template": Value("Tên mẫu tờ khai", notice),
        "keywords": Group("Từ khóa", HARMLESS, HARMLESS),
        "source": Value("Nguồn", harmless),
    },
    apart=frozenset({"form"}),
)
# The editor's tabs with what each shows, in order; a comparison is read in the same order.
TABS: Final = (
    ("", ("name", "summary", "audience", "life_events", "sector", "agency_level", "conditions", "sequence",
          "result", "other_results", "legal_basis", "related", "usual_mistakes", "faq", "keywords",
          "departments", "applicants", "source")),
    ("giay-to", ("requirements", "remarks", "forms_downloadable", "form_template")),
    ("phi-thoi-han", ("time_limit", "supplement_clock", "supplement_days",
          "reception_hours", "reception_days", "intake_scope", "channels", "return_ways", "ways", "cases",
          "fees", "online_payment")),
    ("co-quan", ("signature_required", "signing_ways", "presence_required", "field_verification",
                 "result_returned_without_presence")),
    ("quy-trinh", ("steps",)),
    ("to-khai", ("form",)),
)  # fmt: skip
