"""The tour, second part: the account and the dossiers of a citizen."""

from tests.pages.ground import Ground
from tests.pages.looking import Stop, at, nothing, sent
from tests.pages.tour_public import FORM, LANDS

CITIZEN = "citizen"
HO_SO = "/ho-so/{dossier_id:uuid}"
NOT_THERE = "/ho-so/<none>"
ME = {"name": "Nguyễn Thị Ễ Ộ Ẵ", "phone": "12", "personal_id": "1", "birth": "31/02/1990"}

CITIZENS: dict[str, Stop] = {
    "GET /tai-khoan": Stop(
        (
            at("tai-khoan", "filled", "citizen officer administrator", "/tai-khoan", "Tài khoản"),
            at("tai-khoan-moi", "empty", "newcomer", "/tai-khoan", "Tài khoản", long=True),
        ),
        {"error": "POST /tai-khoan has it"},
    ),
    "POST /tai-khoan": Stop(
        (sent("tai-khoan-sai", CITIZEN, "/tai-khoan", "/tai-khoan", ME, "", 422),),
        {"empty": FORM, "filled": LANDS},
    ),
    "POST /tai-khoan/mat-khau": Stop(
        (
            sent(
                "mat-khau-sai",
                CITIZEN,
                "/tai-khoan",
                "/tai-khoan/mat-khau",
                {"old": "khong phai cau nay", "new": "123"},
                "",
                422,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    "GET /thu-tuc/{code:str}/bat-dau": nothing(CITIZEN, "/thu-tuc/<code>/bat-dau"),
    "POST /thu-tuc/{code:str}/bat-dau": Stop(
        (
            sent(
                "bat-dau-chua-chon-noi",
                CITIZEN,
                "/thu-tuc/<code>",
                "/thu-tuc/<code>/bat-dau",
                {"agency": "", "submission_id": "x"},
                "Thủ tục đăng ký khai sinh",
                200,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    "GET /ho-so": Stop(
        (
            at("ho-so-cua-toi-trong", "empty", "newcomer", "/ho-so", "Hồ sơ của tôi"),
            at("ho-so-cua-toi", "filled", CITIZEN, "/ho-so", "Hồ sơ của tôi"),
        ),
        {"error": "an address that cannot be read leads to the first page"},
    ),
    f"GET {HO_SO}": Stop(
        (
            at("ho-so-da-nop", "filled", CITIZEN, "/ho-so/<submitted>", "Thủ tục"),
            at("ho-so-tiep-nhan", "filled", CITIZEN, "/ho-so/<accepted>", "Thủ tục", long=True),
            at("ho-so-phai-tra", "filled", CITIZEN, "/ho-so/<owing>", ""),
            at("ho-so-nghia-vu", "filled", CITIZEN, "/ho-so/<duty>", ""),
            at("ho-so-dang-xu-ly", "filled", CITIZEN, "/ho-so/<processing>", ""),
            at(
                "ho-so-co-ket-qua",
                "filled",
                CITIZEN,
                "/ho-so/<settled>",
                "Thủ tục",
                printed=("settled", 3),
            ),
            at(
                "ho-so-da-tra",
                "filled",
                CITIZEN,
                "/ho-so/<returned>",
                "Thủ tục",
                first=Ground.deliver,
                long=True,
            ),
            at(
                "ho-so-khong-nhan",
                "filled",
                CITIZEN,
                "/ho-so/<refused>",
                "Thủ tục",
                printed=("refused", 2),
            ),
            at(
                "ho-so-tu-choi",
                "filled",
                CITIZEN,
                "/ho-so/<rejected>",
                "Thủ tục",
                printed=("rejected", 3),
            ),
            at("ho-so-khong-co", "error", CITIZEN, NOT_THERE, "", status=404),
        ),
        {"empty": "a draft leads on to its form"},
    ),
    f"GET {HO_SO}/to-khai": Stop(
        (
            at("to-khai-moi", "empty", CITIZEN, "/ho-so/<fresh>/to-khai", "Việc đăng ký"),
            at("to-khai", "filled", CITIZEN, "/ho-so/<draft>/to-khai", "Người yêu cầu"),
            at(
                "to-khai-nguoi-nop",
                "filled",
                CITIZEN,
                "/ho-so/<draft>/to-khai?phan=<part>",
                "Chủ đầu tư",
                long=True,
            ),
            at(
                "to-khai-nhieu-khoi",
                "filled",
                CITIZEN,
                "/ho-so/<draft>/to-khai?phan=<rows_part>",
                "Người thiết kế",
            ),
            at(
                "to-khai-ban-moi",
                "filled",
                CITIZEN,
                "/ho-so/<outdated>/to-khai",
                "Người yêu cầu",
            ),
            at("to-khai-cua-ai", "error", CITIZEN, f"{NOT_THERE}/to-khai", "", status=404, long=True),
        ),
    ),
    f"POST {HO_SO}/ban-moi": Stop(
        (), {"page": "leads back to the page the notice was on; tests/web/test_new_revision.py presses it"}
    ),
    f"POST {HO_SO}/to-khai": Stop(
        (
            sent(
                "to-khai-thieu",
                CITIZEN,
                "/ho-so/<fresh>/to-khai?phan=requester",
                "/ho-so/<fresh>/to-khai",
                {"do": "next", "requester_name": "", "requester_phone": "12"},
                "",
                422,
            ),
            sent(
                "to-khai-cua-so-khac",
                CITIZEN,
                "/ho-so/<draft>/to-khai",
                "/ho-so/<draft>/to-khai",
                {"do": "next", "seq": "0"},
                "",
                422,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    f"GET {HO_SO}/nop-cho": Stop(
        (
            at("nop-cho", "empty", CITIZEN, "/ho-so/<fresh>/nop-cho", "Hồ sơ này nộp cho ai?"),
            at("nop-cho-cua-ai", "error", CITIZEN, f"{NOT_THERE}/nop-cho", "", status=404, long=True),
        ),
        {"filled": "the same page with what was said before; tests/web/test_parties.py reads it"},
    ),
    f"POST {HO_SO}/nop-cho": Stop(
        (
            sent(
                "nop-cho-thieu",
                CITIZEN,
                "/ho-so/<draft>/nop-cho",
                "/ho-so/<draft>/nop-cho",
                {"filed_as": "authorised", "person_number": "12"},
                "Hồ sơ này nộp cho ai?",
                422,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    f"GET {HO_SO}/giay-to": Stop(
        (
            at("giay-to-moi", "empty", CITIZEN, "/ho-so/<fresh>/giay-to", "Giấy tờ"),
            at("giay-to", "filled", CITIZEN, "/ho-so/<draft>/giay-to", "Giấy tờ"),
            at("giay-to-cua-ai", "error", CITIZEN, f"{NOT_THERE}/giay-to", "", status=404, long=True),
        ),
    ),
    f"GET {HO_SO}/giay-to/{{key:str}}/da-gui/{{attachment_id:uuid}}": nothing(
        CITIZEN, "/ho-so/<fresh>/giay-to/birth_notice/da-gui/<none>"
    ),
    f"POST {HO_SO}/giay-to/{{attachment_id:uuid}}/bo": Stop(
        (), {"page": "leads back to the papers; journeys and tests/files press it"}
    ),
    f"GET {HO_SO}/le-phi": Stop(
        (
            at("le-phi", "filled", CITIZEN, "/ho-so/<draft>/le-phi", "Lệ phí"),
            at("le-phi-cua-ai", "error", CITIZEN, f"{NOT_THERE}/le-phi", "", status=404, long=True),
        ),
        {"empty": "a dossier that owes nothing leads on to the last look"},
    ),
    f"GET {HO_SO}/kiem-tra": Stop(
        (
            at("kiem-tra-con-thieu", "empty", CITIZEN, "/ho-so/<fresh>/kiem-tra", "Kiểm tra và nộp"),
            at("kiem-tra-va-nop", "filled", CITIZEN, "/ho-so/<complete>/kiem-tra", "Kiểm tra và nộp"),
            at("kiem-tra-cua-ai", "error", CITIZEN, f"{NOT_THERE}/kiem-tra", "", status=404, long=True),
        ),
    ),
    f"POST {HO_SO}/kiem-tra": Stop(
        (
            sent(
                "kiem-tra-chua-dong-y",
                CITIZEN,
                "/ho-so/<complete>/kiem-tra",
                "/ho-so/<complete>/kiem-tra",
                {},
                "Kiểm tra và nộp",
                422,
            ),
            sent(
                "kiem-tra-thieu-giay-to",
                CITIZEN,
                "/ho-so/<draft>/kiem-tra",
                "/ho-so/<draft>/kiem-tra",
                {"truth": "on", "data": "on"},
                "Kiểm tra và nộp",
                422,
                long=True,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    f"GET {HO_SO}/da-nop": Stop(
        (
            at("da-nop", "filled", CITIZEN, "/ho-so/<submitted>/da-nop", "Đã nộp hồ sơ"),
            at("da-nop-cua-ai", "error", CITIZEN, f"{NOT_THERE}/da-nop", "", status=404, long=True),
        ),
        {"empty": "a draft leads on to the last look"},
    ),
    f"GET {HO_SO}/tai-lieu/{{document_id:uuid}}": nothing(CITIZEN, "/ho-so/<settled>/tai-lieu/<document>"),
}
