"""The tour, fifth part: files brought into the catalogue."""

from tests.pages.looking import Stop, at, sent
from tests.pages.tour_public import FORM, LANDS

EDITOR = "editor"
PAGE = "/quan-tri/nhap-du-lieu"
ONE = f"{PAGE}/{{import_id:uuid}}"
HEAD = "Nhập dữ liệu"

IMPORTS: dict[str, Stop] = {
    f"GET {PAGE}": Stop(
        (
            at("nhap-du-lieu-chua-co", "empty", EDITOR, PAGE, HEAD),
            at("nhap-du-lieu", "filled", EDITOR, PAGE, HEAD),
            at("nhap-du-lieu-nguoi-duyet", "filled", "reviewer", PAGE, HEAD, long=True),
        ),
        {"error": "a page that nobody knows of is the first one"},
    ),
    f"POST {PAGE}": Stop(
        (sent("nhap-du-lieu-thieu-tep", EDITOR, PAGE, PAGE, {}, HEAD, 422),),
        {"empty": FORM, "filled": LANDS},
    ),
    f"GET {ONE}": Stop(
        (
            at("mot-lan-nap", "filled", EDITOR, f"{PAGE}/<tried>", "details"),
            at(
                "mot-lan-nap-tu-choi",
                "filled",
                "reviewer",
                f"{PAGE}/<tried>?ket-qua=refused",
                "details",
                long=True,
            ),
            at("mot-lan-nap-hong", "error", EDITOR, f"{PAGE}/<unread>", "ảnh chụp"),
            at(
                "mot-lan-nap-khong-co",
                "error",
                EDITOR,
                f"{PAGE}/<none>",
                "Không tìm thấy",
                status=404,
                long=True,
            ),
        ),
        {"empty": "a file that was taken has a row or a reason"},
    ),
    f"GET {ONE}/bao-cao.csv": Stop((), {"page": "a file for spreadsheets"}),
    f"POST {ONE}/nap-that": Stop(
        (sent("nap-that-khong-co", EDITOR, PAGE, f"{PAGE}/<none>/nap-that", {}, "Không tìm thấy", 404),),
        {"empty": FORM, "filled": LANDS},
    ),
}
