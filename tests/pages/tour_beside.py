"""The tour, what stands beside a dossier's course: messages, the way of the result, opinions, complaints."""

from tests.pages.ground import BIRTH
from tests.pages.looking import Look, Stop, at, nothing, sent
from tests.pages.tour_desk import OFFICER, STALE, act, kept_out
from tests.pages.tour_public import FORM, LANDS
from tests.pages.walker import Walker

HO_SO = "/ho-so/{dossier_id:uuid}"
DESK = "/can-bo/ho-so/{dossier_id:uuid}"
PRESSED = "leads back to the dossier; tests/web_desk/test_beside.py presses it"

ASKED = "leads back to the dossier; tests/web_desk/test_opinions.py presses it"


def wrong(name: str, place: str, what: str, values: dict[str, str]) -> Stop:
    """An act of the desk whose form comes back with what is wrong."""
    looks: tuple[Look, ...] = (act(name, place, what, values, 422),)
    return Stop(looks, {"empty": FORM, "filled": LANDS})


def _keyed(walker: Walker) -> None:
    """The counter with a dossier that was begun for somebody."""
    walker.go("/can-bo/nop-ho")
    page = walker.page
    if not page.get_by_text("Đỗ Thị Hoa Ễ").count():
        page.get_by_label("Thủ tục").select_option(BIRTH)
        page.get_by_label("Họ và tên người nộp").fill("Đỗ Thị Hoa Ễ")
        page.get_by_label("Số định danh cá nhân").fill("001190123456")
        page.get_by_label("Số điện thoại").fill("0987654321")
        page.get_by_role("button", name="Mở hồ sơ").click()
        page.get_by_role("link", name="Về danh sách nộp tại quầy").wait_for()
        walker.go("/can-bo/nop-ho")


BESIDE: dict[str, Stop] = {
    "GET /giay-to-cua-toi": Stop(
        (
            at("ket-qua-cua-toi-trong", "empty", "newcomer", "/giay-to-cua-toi", "Kết quả của tôi"),
            at("ket-qua-cua-toi", "filled", "citizen", "/giay-to-cua-toi", "Kết quả của tôi"),
        ),
        {"error": "a place that is none of ours begins the list anew"},
    ),
    "GET /can-bo/khieu-nai": Stop(
        (
            at("phan-anh-trong", "empty", "idle", "/can-bo/khieu-nai", "Phản ánh"),
            at("phan-anh", "filled", OFFICER, "/can-bo/khieu-nai", "Phản ánh"),
        ),
        {"error": "a place that is none of ours begins the list anew"},
    ),
    "GET /can-bo/nop-ho": Stop(
        (
            at("nop-ho-trong", "empty", "idle", "/can-bo/nop-ho", "Nộp tại quầy"),
            Look("nop-ho-dang-do", "filled", (OFFICER,), _keyed, "Nộp tại quầy", path="/can-bo/nop-ho"),
        ),
        {"error": "what is wrong comes back with the form, below"},
    ),
    "POST /can-bo/nop-ho": Stop(
        (
            sent(
                "nop-ho-thieu",
                OFFICER,
                "/can-bo/nop-ho",
                "/can-bo/nop-ho",
                {"name": "H", "personal_id": "12", "phone": "khong", "email": "khong"},
                "Nộp tại quầy",
                422,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    "GET /can-bo/so-theo-doi": Stop(
        (
            at(
                "so-theo-doi-trong",
                "empty",
                OFFICER,
                "/can-bo/so-theo-doi?tu=2020-01-01&den=2020-01-31",
                "Sổ theo dõi",
            ),
            at("so-theo-doi", "filled", OFFICER, "/can-bo/so-theo-doi", "Sổ theo dõi"),
            at(
                "so-theo-doi-sai",
                "error",
                OFFICER,
                "/can-bo/so-theo-doi?tu=2026-01-02&den=2026-01-01",
                "Sổ theo dõi",
            ),
        )
    ),
    "GET /can-bo/so-theo-doi.pdf": Stop((), {"page": "a file to print"}),
    "GET /can-bo/so-theo-doi.xlsx": Stop((), {"page": "a file for spreadsheets"}),
    "GET /can-bo/in": nothing(OFFICER, "/can-bo/in"),
    "POST /can-bo/in": Stop(
        (
            sent(
                "in-chua-chon",
                OFFICER,
                "/can-bo/so-theo-doi",
                "/can-bo/in",
                {"kind": "form04"},
                "Sổ theo dõi",
                422,
            ),
        ),
        {"empty": FORM, "filled": "a file to print; tests/web_desk/test_register.py"},
    ),
    f"POST {DESK}/phieu-kiem-soat": Stop(
        (), {"page": "leads back; tests/web_desk/test_register.py presses it"}
    ),
    **{
        f"POST {HO_SO}/{what}": Stop((), {"page": PRESSED})
        for what in ("tin-nhan", "nhan-ket-qua", "danh-gia", "phan-anh", "tin-nhan/{attachment_id:uuid}/bo")
    },
    f"GET {HO_SO}/tin-nhan/da-gui/{{attachment_id:uuid}}": Stop((), {"page": PRESSED}),
    f"GET {DESK}/tep/{{key:str}}/da-gui/{{attachment_id:uuid}}": Stop((), {"page": PRESSED}),
    f"POST {DESK}/tep/{{attachment_id:uuid}}/bo": Stop((), {"page": PRESSED}),
    f"POST {DESK}/phan-anh/{{complaint_id:uuid}}/tra-loi": Stop((), {"page": PRESSED}),
    f"POST {DESK}/tin-nhan": wrong("can-bo-tin-nhan-trong", "processing", "tin-nhan", {"text": ""}),
    f"POST {DESK}/ngoai-mang": wrong("can-bo-ngoai-mang-thieu", "processing", "ngoai-mang", {"text": "a"}),
    f"POST {DESK}/ghi-chu": wrong("can-bo-ghi-chu-trong", "processing", "ghi-chu", {"text": ""}),
    f"POST {DESK}/chuyen": kept_out("can-bo-chuyen-khong-can", "accepted", "chuyen"),
    f"POST {DESK}/nhan-chuyen": kept_out("can-bo-nhan-chuyen-khong-co", "accepted", "nhan-chuyen"),
    f"POST {DESK}/lay-y-kien": wrong(
        "can-bo-lay-y-kien-thieu", "processing", "lay-y-kien", {"question": "a"}
    ),
    f"POST {DESK}/y-kien/{{opinion_id:uuid}}/tra-loi": Stop((), {"page": ASKED}),
    f"POST {DESK}/y-kien/{{opinion_id:uuid}}/rut": Stop((), {"page": ASKED}),
    f"POST {DESK}/gui-buu-dien": wrong("can-bo-gui-buu-dien-thieu", "settled", "gui-buu-dien", STALE),
    f"POST {DESK}/mo-lai": wrong("can-bo-mo-lai-thieu", "settled", "mo-lai", {"text": ""}),
}
