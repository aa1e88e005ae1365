"""The tour, the applicant's turn: what is asked and supplied, withdrawals, apologies."""

from tests.pages.looking import Stop, at, nothing, sent
from tests.pages.tour_citizen import CITIZEN, HO_SO, NOT_THERE
from tests.pages.tour_desk import DESK, OFFICER, kept_out
from tests.pages.tour_public import FORM, LANDS

ASK = "/can-bo/ho-so/<submitted>/bo-sung"
ACTS = ("rut-yeu-cau", "dung", "giu-ho-so", "gia-han")

TURN: dict[str, Stop] = {
    f"GET {HO_SO}/bo-sung": Stop(
        (
            at("bo-sung", "filled", CITIZEN, "/ho-so/<asked>/bo-sung", "Bổ sung hồ sơ"),
            at("bo-sung-cua-ai", "error", CITIZEN, f"{NOT_THERE}/bo-sung", "", status=404, long=True),
        ),
        {"empty": "a request always asks for something"},
    ),
    f"POST {HO_SO}/bo-sung": Stop(
        (
            sent(
                "bo-sung-con-thieu",
                CITIZEN,
                "/ho-so/<asked>/bo-sung",
                "/ho-so/<asked>/bo-sung",
                {"do": "send"},
                "Bổ sung hồ sơ",
                422,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    f"POST {HO_SO}/rut-ho-so": Stop((), {"page": "leads back to the dossier; tests/web_desk press it"}),
    f"POST {HO_SO}/giu-lai": Stop((), {"page": "leads back to the dossier; tests/web_desk press it"}),
    f"GET {DESK}/bo-sung": Stop(
        (
            at("can-bo-yeu-cau-bo-sung", "filled", OFFICER, ASK, "Cần bổ sung những gì?"),
            at("can-bo-cho-bo-sung", "filled", OFFICER, "/can-bo/ho-so/<asked>", "", long=True),
            at(
                "can-bo-bo-sung-cua-ai",
                "error",
                OFFICER,
                "/can-bo/ho-so/<none>/bo-sung",
                "Không tìm thấy",
                status=404,
                long=True,
            ),
        ),
        {"empty": "a dossier always has something to ask for"},
    ),
    f"POST {DESK}/bo-sung": Stop(
        (
            sent("can-bo-bo-sung-chua-chon", OFFICER, ASK, ASK, {"do": "words"}, "Cần bổ sung", 422),
            sent(
                "can-bo-bo-sung-noi-ro",
                OFFICER,
                ASK,
                ASK,
                {"do": "words", "item": "paper:old_death_certificate"},
                "Nói rõ từng mục",
                200,
                state="filled",
            ),
            sent(
                "can-bo-bo-sung-thieu-loi",
                OFFICER,
                ASK,
                ASK,
                {"do": "preview", "item": "paper:old_death_certificate"},
                "Nói rõ từng mục",
                422,
            ),
            sent(
                "can-bo-bo-sung-xem-truoc",
                OFFICER,
                ASK,
                ASK,
                {
                    "do": "preview",
                    "item": "paper:old_death_certificate",
                    "r.paper:old_death_certificate": "unreadable",
                    "w.paper:old_death_certificate": "Chụp lại rõ bốn góc.",
                },
                "Xem trước yêu cầu",
                200,
                state="filled",
            ),
        ),
        {"empty": FORM},
    ),
    f"POST {DESK}/rut-yeu-cau": kept_out("can-bo-rut-yeu-cau-muon", "submitted", "rut-yeu-cau"),
    f"POST {DESK}/dung": kept_out("can-bo-dung-som", "submitted", "dung"),
    f"POST {DESK}/giu-ho-so": kept_out("can-bo-giu-muon", "submitted", "giu-ho-so"),
    f"POST {DESK}/gia-han": kept_out("can-bo-gia-han-muon", "settled", "gia-han"),
    **{f"GET {DESK}/{one}": nothing(OFFICER, f"/can-bo/ho-so/<submitted>/{one}") for one in ACTS},
}
