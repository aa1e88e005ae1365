"""The tour: the form designer and the trial of a form."""

from tests.pages.looking import Stop, at, sent
from tests.pages.tour_catalogue import CATALOGUE, EDITOR, PROCEDURE, REVIEWER
from tests.pages.tour_public import FORM

HERE = f"{CATALOGUE}/<drafted>/to-khai"
TRIAL = f"{HERE}/xem-truoc"

DESIGNER: dict[str, Stop] = {
    f"GET {PROCEDURE}/to-khai": Stop(
        (
            at("quan-tri-to-khai-khong-nhap", "empty", EDITOR, f"{CATALOGUE}/<code>/to-khai", ""),
            at("quan-tri-to-khai", "filled", EDITOR, HERE, "Thủ tục cấp bản sao"),
            at(
                "quan-tri-to-khai-mot-cau",
                "filled",
                EDITOR,
                f"{HERE}?cau=requester_name&den=sua-noi-dung",
                "Thủ tục cấp bản sao",
            ),
            at(
                "quan-tri-to-khai-xoa",
                "filled",
                EDITOR,
                f"{HERE}?xoa=requester_name&den=giu-lai",
                "Thủ tục cấp bản sao",
                long=True,
            ),
            at(
                "quan-tri-to-khai-khong-co",
                "error",
                EDITOR,
                f"{CATALOGUE}/0.000000/to-khai",
                "Không tìm thấy",
                status=404,
                long=True,
            ),
        ),
    ),
    f"POST {PROCEDURE}/to-khai": Stop(
        (
            sent("quan-tri-to-khai-thieu", EDITOR, HERE, HERE, {"do": "add-section", "title": " "}, "", 422),
            sent(
                "quan-tri-to-khai-cu",
                EDITOR,
                HERE,
                HERE,
                {"do": "add-section", "title": "Phần mới", "seq": "1"},
                "",
                409,
            ),
            sent(
                "quan-tri-to-khai-them",
                EDITOR,
                HERE,
                HERE,
                {"do": "add-section", "title": "Phần thêm"},
                "Thủ tục cấp bản sao",
                200,
                state="filled",
            ),
        ),
        {"empty": FORM},
    ),
    f"GET {PROCEDURE}/to-khai/xem-truoc": Stop(
        (
            at(
                "quan-tri-xem-thu-trong",
                "empty",
                EDITOR,
                f"{CATALOGUE}/<listed>/to-khai/xem-truoc",
                "Xem thử",
                long=True,
            ),
            at("quan-tri-xem-thu", "filled", REVIEWER, f"{CATALOGUE}/<code>/to-khai/xem-truoc", "Xem thử"),
            at(
                "quan-tri-xem-thu-khong-co",
                "error",
                EDITOR,
                f"{CATALOGUE}/0.000000/to-khai/xem-truoc",
                "Không tìm thấy",
                status=404,
                long=True,
            ),
        ),
    ),
    f"POST {PROCEDURE}/to-khai/xem-truoc": Stop(
        (
            sent(
                "quan-tri-thu-nop",
                EDITOR,
                f"{CATALOGUE}/<code>/to-khai/xem-truoc",
                f"{CATALOGUE}/<code>/to-khai/xem-truoc",
                {"do": "next"},
                "Xem thử",
                200,
                state="filled",
            ),
        ),
        {"empty": FORM, "error": "what lacks is told on the same page, which keeps nothing"},
    ),
}
