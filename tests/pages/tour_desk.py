"""The tour, third part: the officers' desk, and faults anywhere."""

from datetime import timedelta
from typing import Any

from portal.core.clock import today
from tests.pages.ground import Ground
from tests.pages.looking import Look, Stop, at, nothing, sent
from tests.pages.tour_public import FORM, LANDS
from tests.pages.walker import Walker

OFFICER = "officer"
DESK = "/can-bo/ho-so/{dossier_id:uuid}"
ACTS = ("tiep-nhan", "khong-tiep-nhan", "nhan-viec", "tra-lai", "thu-phi", "quyet-dinh", "tra-ket-qua")
STALE = {"seq": "1", "key": "mot-khoa-cu", "note": "Đã xem lại.", "until": "2040-01-02"}


def act(name: str, place: str, what: str, values: dict[str, str], status: int, **more: Any) -> Look:
    """A look at what an act of the desk answers."""
    page = f"/can-bo/ho-so/<{place}>"
    return sent(name, OFFICER, page, f"{page}/{what}", values, "", status, **more)


def kept_out(name: str, place: str, what: str) -> Stop:
    """An act that comes too late: the dossier's page tells what is so now."""
    return Stop((act(name, place, what, STALE, 409),), {"empty": FORM, "filled": LANDS})


PASSED = "leads back; tests/web_desk/test_hands.py presses it"


def _stood_in(walker: Walker) -> None:
    """A colleague stands in for the officer for some days."""
    walker.go("/can-bo/thay-viec")
    page = walker.page
    if not page.get_by_role("button", name="Kết thúc").count():
        page.get_by_label("Người thay", exact=True).select_option(label="Vũ Thu Trang")
        page.get_by_label("Đến hết ngày").fill(str(today() + timedelta(days=60)))
        page.get_by_role("button", name="Cử người thay").click()
        page.get_by_role("button", name="Kết thúc").wait_for()
        walker.go("/can-bo/thay-viec")


def _in_bulk(walker: Walker) -> None:
    """What became of two dossiers that were taken in hand at once."""
    walker.go("/can-bo?view=all")
    page = walker.page
    for box in page.locator('input[name="chon"]').all()[:2]:
        box.check()
    page.locator('button[value="start"]').click()
    page.get_by_role("link", name="Về danh sách").wait_for()


DESKS: dict[str, Stop] = {
    "GET /can-bo": Stop(
        (
            at("ban-lam-viec-trong", "empty", "idle", "/can-bo", "Hồ sơ"),
            at("ban-lam-viec", "filled", OFFICER, "/can-bo?view=to_receive", "Hồ sơ"),
            at("ban-lam-viec-cho-chuyen", "filled", OFFICER, "/can-bo?view=to_forward", "Hồ sơ", long=True),
            at("ban-lam-viec-duoc-hoi", "filled", "adviser", "/can-bo?view=asked", "Hồ sơ"),
            at("ban-lam-viec-cua-toi", "filled", OFFICER, "/can-bo?view=mine", "Hồ sơ", long=True),
            at("ban-lam-viec-tat-ca", "filled", OFFICER, "/can-bo?view=all", "Hồ sơ", long=True),
            at("ban-lam-viec-day", "filled", OFFICER, "/can-bo", "Hồ sơ", first=Ground.crowd, long=True),
            at(
                "ban-lam-viec-khong-thay",
                "filled",
                OFFICER,
                "/can-bo?view=all&query=xyzzyq",
                "Hồ sơ",
                long=True,
            ),
        ),
        {"error": "a filter nobody knows is left out"},
    ),
    "GET /can-bo/hang-loat": nothing(OFFICER, "/can-bo/hang-loat"),
    "POST /can-bo/hang-loat": Stop(
        (), {"page": "leads to how far it is, or back; tests/web_desk/test_bulk.py"}
    ),
    "GET /can-bo/hang-loat/{batch_id:uuid}": Stop(
        (
            at(
                "hang-loat-khong-co",
                "error",
                OFFICER,
                "/can-bo/hang-loat/00000000-0000-7000-8000-000000000000",
                "Không tìm thấy",
                status=404,
            ),
            Look("hang-loat", "filled", (OFFICER,), _in_bulk, "Nhận việc"),
        ),
        {"empty": "a batch holds at least one dossier"},
    ),
    "GET /can-bo/lich-han": Stop(
        (
            at("lich-han-trong", "empty", "idle", "/can-bo/lich-han?thang=2040-01", "Lịch hạn trả"),
            at("lich-han", "filled", OFFICER, "/can-bo/lich-han", "Lịch hạn trả"),
        ),
        {"error": "a month nobody knows is this one"},
    ),
    "GET /can-bo/khoi-luong": Stop(
        (
            at("khoi-luong-khong-phai-lanh-dao", "empty", OFFICER, "/can-bo/khoi-luong", "Khối lượng việc"),
            at("khoi-luong", "filled", "head", "/can-bo/khoi-luong", "Khối lượng việc"),
        ),
        {"error": "an agency one does not head is as if none were chosen"},
    ),
    "GET /can-bo/xuat.xlsx": Stop((), {"page": "a file for spreadsheets"}),
    "GET /can-bo/xuat.csv": Stop((), {"page": "a file for spreadsheets"}),
    "POST /can-bo/bo-loc": Stop((), {"page": "leads back; tests/web_desk/test_desk_views.py"}),
    f"POST {DESK}/theo-doi": Stop((), {"page": "leads back; tests/web_desk/test_desk_views.py"}),
    "GET /can-bo/thay-viec": Stop(
        (
            at("thay-viec-trong", "empty", "idle", "/can-bo/thay-viec", "Thay việc"),
            Look("thay-viec", "filled", (OFFICER,), _stood_in, "Thay việc", path="/can-bo/thay-viec"),
        ),
        {"error": "what is wrong comes back with the form, below"},
    ),
    "POST /can-bo/thay-viec": Stop(
        (
            sent(
                "thay-viec-thieu",
                OFFICER,
                "/can-bo/thay-viec",
                "/can-bo/thay-viec",
                {"to_id": "", "until": ""},
                "Thay việc",
                422,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    "POST /can-bo/thay-viec/{delegation_id:uuid}/ket-thuc": Stop((), {"page": PASSED}),
    f"GET {DESK}/ban-giao": nothing(OFFICER, "/can-bo/ho-so/<processing>/ban-giao"),
    f"GET {DESK}/nhan-ban-giao": nothing(OFFICER, "/can-bo/ho-so/<processing>/nhan-ban-giao"),
    f"GET {DESK}/khong-nhan-ban-giao": nothing(OFFICER, "/can-bo/ho-so/<processing>/khong-nhan-ban-giao"),
    f"GET {DESK}/phan-cong": nothing(OFFICER, "/can-bo/ho-so/<processing>/phan-cong"),
    f"GET {DESK}/xong-buoc": nothing(OFFICER, "/can-bo/ho-so/<processing>/xong-buoc"),
    f"GET {DESK}/tra-buoc": nothing(OFFICER, "/can-bo/ho-so/<processing>/tra-buoc"),
    f"POST {DESK}/xong-buoc": Stop((), {"page": PASSED}),
    f"POST {DESK}/tra-buoc": Stop((), {"page": PASSED}),
    f"POST {DESK}/ban-giao": Stop(
        (act("can-bo-ban-giao-thieu", "processing", "ban-giao", {"to_id": ""}, 422),),
        {"empty": FORM, "filled": LANDS},
    ),
    f"POST {DESK}/nhan-ban-giao": Stop((), {"page": PASSED}),
    f"POST {DESK}/khong-nhan-ban-giao": Stop((), {"page": PASSED}),
    f"POST {DESK}/phan-cong": Stop((), {"page": "of heads; tests/web_desk/test_hands.py presses it"}),
    "POST /can-bo/tim": Stop((), {"page": "leads to the list; tests/web_desk/test_inbox.py"}),
    f"GET {DESK}": Stop(
        (
            at("can-bo-cho-tiep-nhan", "filled", OFFICER, "/can-bo/ho-so/<submitted>", ""),
            at("can-bo-tiep-nhan", "filled", OFFICER, "/can-bo/ho-so/<accepted>", "", long=True),
            at("can-bo-phai-thu", "filled", OFFICER, "/can-bo/ho-so/<owing>", ""),
            at("can-bo-nghia-vu", "filled", OFFICER, "/can-bo/ho-so/<duty>", ""),
            at("can-bo-dang-giu", "filled", OFFICER, "/can-bo/ho-so/<processing>", ""),
            at("can-bo-cho-chuyen", "filled", OFFICER, "/can-bo/ho-so/<to_forward>", ""),
            at("can-bo-cho-nhan-chuyen", "filled", "idle", "/can-bo/ho-so/<forwarded>", ""),
            at("can-bo-duoc-hoi", "filled", "adviser", "/can-bo/ho-so/<processing>", ""),
            at("can-bo-xem-tep", "filled", OFFICER, "/can-bo/ho-so/<settled>?tep=<attachment>&hien=1", ""),
            at(
                "can-bo-da-tra",
                "filled",
                OFFICER,
                "/can-bo/ho-so/<returned>",
                "",
                first=Ground.deliver,
                long=True,
            ),
            at("can-bo-tu-choi", "filled", OFFICER, "/can-bo/ho-so/<rejected>", "", long=True),
            at("can-bo-khong-nhan", "filled", OFFICER, "/can-bo/ho-so/<refused>", "", long=True),
            at(
                "can-bo-khong-co",
                "error",
                "idle",
                "/can-bo/ho-so/<submitted>",
                "Không tìm thấy",
                status=404,
                long=True,
            ),
        ),
        {"empty": "a dossier without anything is a draft, and no officer's"},
    ),
    f"POST {DESK}/tiep-nhan": kept_out("can-bo-tiep-nhan-muon", "submitted", "tiep-nhan"),
    f"POST {DESK}/nhan-viec": kept_out("can-bo-nhan-muon", "settled", "nhan-viec"),
    f"POST {DESK}/tra-lai": Stop(
        (
            act("can-bo-tra-lai-muon", "rejected", "tra-lai", STALE, 403),
        ),  # who does not hold it has nothing to give
        {"empty": FORM, "filled": LANDS},
    ),
    f"POST {DESK}/tra-ket-qua": kept_out("can-bo-tra-ket-qua-som", "processing", "tra-ket-qua"),
    f"POST {DESK}/khong-tiep-nhan": Stop(
        (
            act(
                "can-bo-xem-truoc-khong-nhan",
                "submitted",
                "khong-tiep-nhan",
                {"do": "preview", "note": "Thiếu bản chụp Giấy chứng tử đã cấp trước đây."},
                200,
                state="filled",
            ),
            act(
                "can-bo-khong-nhan-thieu", "submitted", "khong-tiep-nhan", {"do": "preview", "note": ""}, 422
            ),
        ),
        {"empty": FORM},
    ),
    f"POST {DESK}/quyet-dinh": Stop(
        (
            act(
                "can-bo-xem-truoc-phe-duyet",
                "deciding",
                "quyet-dinh",
                {"do": "preview", "outcome": "approve", "note": "Chúc mừng gia đình."},
                200,
                state="filled",
                checked="deciding",
            ),
            act("can-bo-quyet-dinh-thieu", "processing", "quyet-dinh", {"do": "preview"}, 422),
            act(
                "can-bo-quyet-dinh-muon",
                "settled",
                "quyet-dinh",
                {"outcome": "reject", **STALE},
                409,
                long=True,
            ),
        ),
        {"empty": FORM},
    ),
    f"POST {DESK}/ket-qua/{{attachment_id:uuid}}/bo": Stop(
        (act("loi-404", "settled", "ket-qua/<none>/bo", {}, 404),), {"empty": FORM, "filled": LANDS}
    ),
    f"GET {DESK}/ket-qua/da-gui/{{attachment_id:uuid}}": nothing(
        OFFICER, "/can-bo/ho-so/<deciding>/ket-qua/da-gui/<result>"
    ),
    f"GET {DESK}/tep/{{attachment_id:uuid}}": nothing(OFFICER, "/can-bo/ho-so/<settled>/tep/<attachment>"),
    f"GET {DESK}/tai-lieu/{{document_id:uuid}}": nothing(
        OFFICER, "/can-bo/ho-so/<settled>/tai-lieu/<document>"
    ),
    **{f"GET {DESK}/{one}": nothing(OFFICER, f"/can-bo/ho-so/<submitted>/{one}") for one in ACTS},
}


def _broken(walker: Walker) -> None:
    with walker.ground.broken():
        walker.go("/kiem-tra/<papers>")


def _silent(walker: Walker) -> None:
    with walker.ground.silent():
        walker.go("/kiem-tra/<papers>")


# Faults that are no route's own: as they really look.
FAULTS = (
    at("loi-404-khong-co-trang", "error", "nobody", "/khong-co-trang-nay", "Không tìm thấy", status=404),
    at("loi-405", "error", "citizen", "/dang-xuat", "Không dùng được", status=405),
    at("loi-403", "error", "administrator", "/can-bo", "Bạn không có quyền", status=403),
    at(
        "loi-403-quan-tri",
        "error",
        "officer",
        "/quan-tri/thu-tuc",
        "Bạn không có quyền",
        status=403,
        long=True,
    ),
    at("can-dang-nhap", "error", "nobody", "/ho-so", "Đăng nhập"),
    Look("loi-500", "error", ("nobody",), _broken, "Chúng tôi gặp lỗi", 500),
    Look("loi-503", "error", ("nobody",), _silent, "Dịch vụ tạm gián đoạn", 503),
)
