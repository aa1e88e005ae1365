"""The tour, what stands beside a dossier's course: messages, the way of the result, opinions, complaints."""

from tests.pages.looking import Look, Stop, at, nothing, sent
from tests.pages.tour_desk import OFFICER, STALE, act
from tests.pages.tour_public import FORM, LANDS

HO_SO = "/ho-so/{dossier_id:uuid}"
DESK = "/can-bo/ho-so/{dossier_id:uuid}"
PRESSED = "leads back to the dossier; tests/web_desk/test_beside.py presses it"


def wrong(name: str, place: str, what: str, values: dict[str, str]) -> Stop:
    """An act of the desk whose form comes back with what is wrong."""
    looks: tuple[Look, ...] = (act(name, place, what, values, 422),)
    return Stop(looks, {"empty": FORM, "filled": LANDS})


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
    f"POST {DESK}/gui-buu-dien": wrong("can-bo-gui-buu-dien-thieu", "settled", "gui-buu-dien", STALE),
    f"POST {DESK}/mo-lai": wrong("can-bo-mo-lai-thieu", "settled", "mo-lai", {"text": ""}),
}
