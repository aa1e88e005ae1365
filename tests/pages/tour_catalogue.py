"""The tour, fourth part: the catalogue for those who write it and those who publish it."""

from typing import Any

from tests.pages.ground import Ground
from tests.pages.looking import Look, Stop, at, sent
from tests.pages.tour_public import FORM, LANDS

EDITOR, REVIEWER = "editor", "reviewer"
CATALOGUE = "/quan-tri/thu-tuc"
PROCEDURE = "/quan-tri/thu-tuc/{code:str}"
QUEUE = "/quan-tri/duyet"
AGENCIES = "/quan-tri/co-quan"
STOPS = "/quan-tri/tam-dung"
TOO_SOON = {"starts_at": "22:00 01/12/2026", "ends_at": "23:00 31/12/2099", "reason": "Bảo trì"}
COPIES = "Thủ tục cấp bản sao"


def posted(
    name: str, who: str, place: str, act: str, values: dict[str, str], status: int, **more: Any
) -> Look:
    """A look at what an act on a procedure answers."""
    page = f"{CATALOGUE}/<{place}>"
    return sent(name, who, page, f"{page}/{act}", values, "", status, **more)


def tab(slug: str, name: str, wrong: dict[str, str]) -> dict[str, Stop]:
    """A tab of the editor: as it is in force, as a draft, and what a wrong post answers."""
    page, route = f"{CATALOGUE}/<drafted>/{slug}", f"{PROCEDURE}/{slug}"
    return {
        f"GET {route}": Stop(
            (
                at(f"{name}-dang-ap-dung", "filled", REVIEWER, f"{CATALOGUE}/<code>/{slug}", "", long=True),
                at(name, "filled", EDITOR, page, COPIES),
                at(
                    f"{name}-khong-co",
                    "error",
                    EDITOR,
                    f"{CATALOGUE}/0.000000/{slug}",
                    "",
                    status=404,
                    long=True,
                ),
            ),
            {"empty": "a draft has every tab"},
        ),
        f"POST {route}": Stop(
            (
                sent(f"{name}-sai", EDITOR, page, page, wrong, "", 422),
                sent(f"{name}-cu", EDITOR, page, page, {"seq": "1"}, "", 409, long=True),
                sent(f"{name}-thu", EDITOR, page, page, {"do": "check"}, COPIES, 200, state="filled"),
            ),
            {"empty": FORM},
        ),
    }


EDITORS: dict[str, Stop] = {
    f"POST {PROCEDURE}/ban-nhap": Stop(
        (
            posted("quan-tri-da-soan", EDITOR, "drafted", "ban-nhap", {}, 200, state="filled"),
            posted("quan-tri-chua-co-ban", EDITOR, "listed", "ban-nhap", {}, 404),
        ),
        {"empty": FORM},
    ),
    f"GET {CATALOGUE}": Stop(
        (
            at("quan-tri-chua-soan", "empty", EDITOR, f"{CATALOGUE}?loai=draft", "Danh mục thủ tục"),
            at("quan-tri-thu-tuc", "filled", EDITOR, CATALOGUE, ""),
            at("quan-tri-ban-nhap", "filled", EDITOR, f"{CATALOGUE}?loai=draft", "Danh mục thủ tục"),
            at(
                "quan-tri-danh-muc",
                "filled",
                EDITOR,
                f"{CATALOGUE}?loai=listing&query=khai",
                "Danh mục thủ tục",
                long=True,
            ),
        ),
        {"error": "a shelf nobody knows is the first one"},
    ),
    f"GET {CATALOGUE}/moi": Stop(
        (
            at("quan-tri-them", "empty", EDITOR, f"{CATALOGUE}/moi", "Thêm thủ tục"),
            at(
                "quan-tri-them-tu",
                "filled",
                EDITOR,
                f"{CATALOGUE}/moi?code=<listed>",
                "Thêm thủ tục",
                long=True,
            ),
            at(
                "quan-tri-them-khong-co",
                "error",
                EDITOR,
                f"{CATALOGUE}/moi?code=0.0",
                "",
                status=404,
                long=True,
            ),
        ),
    ),
    f"POST {CATALOGUE}/moi": Stop(
        (
            sent(
                "quan-tri-them-sai",
                EDITOR,
                f"{CATALOGUE}/moi",
                f"{CATALOGUE}/moi",
                {"code": "<code>", "name": "", "sector": "", "source": "", "copy": "0.0"},
                "Thêm thủ tục",
                422,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    "GET /quan-tri/co-quan": Stop(
        (at("quan-tri-co-quan", "filled", EDITOR, "/quan-tri/co-quan", "Cơ quan"),),
        {"empty": "a portal without agencies has nothing to show anybody", "error": "nothing is asked for"},
    ),
    f"GET {AGENCIES}/moi": Stop(
        (at("quan-tri-them-co-quan", "empty", EDITOR, f"{AGENCIES}/moi", "Thêm cơ quan"),),
        {"filled": LANDS, "error": "nothing is asked for"},
    ),
    f"POST {AGENCIES}/moi": Stop(
        (
            sent(
                "quan-tri-co-quan-sai", EDITOR, f"{AGENCIES}/moi", f"{AGENCIES}/moi", {}, "Thêm cơ quan", 422
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    f"GET {AGENCIES}/{{agency:str}}": Stop(
        (
            at("quan-tri-mot-co-quan", "filled", EDITOR, f"{AGENCIES}/H99.12.05", ""),
            at("quan-tri-co-quan-khong-co", "error", EDITOR, f"{AGENCIES}/H00", "", status=404, long=True),
        ),
        {"empty": "an agency has a name"},
    ),
    f"POST {AGENCIES}/{{agency:str}}": Stop(
        (
            sent(
                "quan-tri-co-quan-cu",
                EDITOR,
                f"{AGENCIES}/H99.12.05",
                f"{AGENCIES}/H99.12.05",
                {"seq": "0", "name": "Xã khác"},
                "",
                409,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    f"GET {PROCEDURE}": Stop(
        (
            at(
                "quan-tri-mot-danh-muc",
                "empty",
                EDITOR,
                f"{CATALOGUE}/<listed>",
                "Thủ tục hải quan",
                long=True,
            ),
            at("quan-tri-mot-thu-tuc", "filled", EDITOR, f"{CATALOGUE}/<code>", "Thủ tục đăng ký khai sinh"),
            at("quan-tri-mot-ban-nhap", "filled", EDITOR, f"{CATALOGUE}/<drafted>", COPIES),
            at(
                "quan-tri-khong-co",
                "error",
                EDITOR,
                f"{CATALOGUE}/0.000000",
                "Không tìm thấy",
                status=404,
                long=True,
            ),
        ),
    ),
    f"POST {PROCEDURE}": Stop(
        (
            sent(
                "quan-tri-tong-quan-sai",
                EDITOR,
                f"{CATALOGUE}/<drafted>",
                f"{CATALOGUE}/<drafted>",
                {"name": ""},
                "",
                422,
            ),
            sent(
                "quan-tri-them-can-cu",
                EDITOR,
                f"{CATALOGUE}/<drafted>",
                f"{CATALOGUE}/<drafted>",
                {"do": "add:legal_basis"},
                COPIES,
                200,
                state="filled",
            ),
        ),
        {"empty": FORM},
    ),
    **tab("giay-to", "quan-tri-giay-to", {"requirements.0.max_mb": "x"}),
    **tab("phi-thoi-han", "quan-tri-phi", {"time_limit.amount": "mot"}),
    **tab("co-quan", "quan-tri-muc-do", {"groups.0.declared": ""}),
    **tab("quy-trinh", "quan-tri-quy-trinh", {"steps.0.hours": "x"}),
    f"POST {PROCEDURE}/giay-to/tep": Stop(
        (
            sent(
                "quan-tri-tep-thieu",
                EDITOR,
                f"{CATALOGUE}/<drafted>/giay-to",
                f"{CATALOGUE}/<drafted>/giay-to/tep",
                {"paper": "nothing"},
                "",
                422,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    f"GET {PROCEDURE}/so-sanh": Stop(
        (
            at("quan-tri-ban-dau", "empty", EDITOR, f"{CATALOGUE}/<code>/so-sanh", "", long=True),
            at("quan-tri-so-sanh", "filled", EDITOR, f"{CATALOGUE}/<drafted>/so-sanh", COPIES),
            at(
                "quan-tri-so-sanh-khong-co",
                "error",
                EDITOR,
                f"{CATALOGUE}/0.000000/so-sanh",
                "",
                status=404,
                long=True,
            ),
        ),
    ),
    f"POST {PROCEDURE}/chay-thu": Stop(
        (posted("quan-tri-chay-thu-khong-co", EDITOR, "code", "chay-thu", {}, 409),),
        {"empty": FORM, "filled": LANDS},
    ),
    f"GET {PROCEDURE}/lich-su": Stop(
        (
            at(
                "quan-tri-chua-co-gi",
                "empty",
                EDITOR,
                f"{CATALOGUE}/<listed>/lich-su",
                "Thủ tục hải quan",
                long=True,
            ),
            at("quan-tri-lich-su", "filled", EDITOR, f"{CATALOGUE}/<drafted>/lich-su", COPIES),
            at(
                "quan-tri-lich-su-khong-co",
                "error",
                EDITOR,
                f"{CATALOGUE}/0.000000/lich-su",
                "",
                status=404,
                long=True,
            ),
        ),
    ),
    f"POST {PROCEDURE}/gui-duyet": Stop(
        (posted("quan-tri-gui-duyet-sai", EDITOR, "code", "gui-duyet", {}, 409),),
        {"empty": FORM, "filled": LANDS},
    ),
    f"GET {STOPS}": Stop(
        (
            at("quan-tri-khong-ngung", "empty", REVIEWER, STOPS, "Ngừng nhận"),
            at("quan-tri-bao-ngung", "filled", EDITOR, STOPS, "Ngừng nhận", long=True),
        ),
        {"error": "nothing is asked for"},
    ),
    f"POST {STOPS}": Stop(
        (
            sent("quan-tri-ngung-som", REVIEWER, STOPS, STOPS, TOO_SOON, "Ngừng nhận", 422),
            sent("quan-tri-ngung-trong", REVIEWER, STOPS, STOPS, {}, "Ngừng nhận", 422, long=True),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    f"POST {STOPS}/{{downtime_id:uuid}}/huy": Stop(
        (
            sent(
                "quan-tri-huy-ngung-khong-co",
                REVIEWER,
                STOPS,
                f"{STOPS}/<none>/huy",
                {"reason": "x"},
                "",
                404,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    f"GET {QUEUE}": Stop(
        (
            at("quan-tri-khong-cho-duyet", "empty", REVIEWER, QUEUE, "Chờ duyệt"),
            at("quan-tri-cho-duyet", "filled", REVIEWER, QUEUE, "Chờ duyệt", first=Ground.send_to_review),
        ),
        {"error": "nothing is asked for"},
    ),
    f"GET {QUEUE}/{{code:str}}": Stop(
        (
            at(
                "quan-tri-mot-cho-duyet",
                "filled",
                REVIEWER,
                f"{QUEUE}/<reviewed>",
                "",
                first=Ground.send_to_review,
            ),
            at("quan-tri-duyet-khong-co", "error", REVIEWER, f"{QUEUE}/0.000000", "", status=404, long=True),
        ),
        {"empty": "what waits is there to be seen"},
    ),
    f"POST {PROCEDURE}/cong-bo": Stop(
        (posted("quan-tri-cong-bo-sai", REVIEWER, "code", "cong-bo", {}, 409),),
        {"empty": FORM, "filled": LANDS},
    ),
    f"POST {PROCEDURE}/tra-lai": Stop(
        (posted("quan-tri-tra-lai-sai", REVIEWER, "code", "tra-lai", {"reason": "x"}, 409),),
        {"empty": FORM, "filled": LANDS},
    ),
    f"POST {PROCEDURE}/huy-hen": Stop(
        (posted("quan-tri-huy-hen-sai", REVIEWER, "code", "huy-hen", {"number": "1", "reason": "x"}, 409),),
        {"empty": FORM, "filled": LANDS},
    ),
    f"POST {PROCEDURE}/bo-hen-ngung": Stop(
        (posted("quan-tri-bo-hen-sai", REVIEWER, "code", "bo-hen-ngung", {"reason": "x"}, 409),),
        {"empty": FORM, "filled": LANDS},
    ),
    f"POST {PROCEDURE}/ngung": Stop(
        (
            posted("quan-tri-ngung-cu", REVIEWER, "code", "ngung", {"seq": "1", "reason": "Bãi bỏ"}, 409),
            posted("quan-tri-ngung-thieu", REVIEWER, "code", "ngung", {"reason": ""}, 422, long=True),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    "GET /thu-tuc/bieu-mau/{sha256:str}": Stop(
        (at("tep-mau-khong-co", "error", "nobody", "/thu-tuc/bieu-mau/0", "Không tìm thấy", status=404),),
        {"empty": "a file that is kept has something in it", "filled": "a download, no page"},
    ),
}
