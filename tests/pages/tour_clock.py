"""The tour, of clocks: the working calendar and failures of the system, kept by an administrator."""

from dossiers.calendar_content import FIRST_NUMBER
from tests.pages.looking import Stop, at, sent
from tests.pages.tour_public import FORM, LANDS

ADMIN = "administrator"
CALENDAR, INCIDENTS = "/quan-tri/lich-lam-viec", "/quan-tri/su-co"
HOURS = {
    "sessions": "07:00–11:30, 13:30–17:00",
    "result_cutoff": "15:00",
    "forwarding_cutoff": "15:00",
}
ONE_MORE = HOURS | {"days": "31/12/2026 Nghỉ cuối năm", "reason": "Văn bản 1/VPCP ngày 01/12/2026"}
FAILURE = {"title": "Không nhận được tệp tải lên", "scope": "all", "began_at": "08:15 01/12/2026"}

CLOCKS: dict[str, Stop] = {
    f"GET {CALENDAR}": Stop(
        (at("lich-lam-viec", "filled", ADMIN, CALENDAR, "Lịch làm việc"),),
        {"empty": "one revision is always in force", "error": "nothing is asked for"},
    ),
    f"POST {CALENDAR}": Stop(
        (
            sent(
                "lich-lam-viec-sai",
                ADMIN,
                CALENDAR,
                CALENDAR,
                HOURS | {"days": "31/02/2026 Không có"},
                "Lịch làm việc",
                422,
            ),
            sent("lich-ban-moi", ADMIN, CALENDAR, CALENDAR, ONE_MORE, "Bản ", 200, state="filled"),
        ),
        {"empty": FORM},
    ),
    f"GET {CALENDAR}/{{number:int}}": Stop(
        (
            at("lich-ban", "filled", ADMIN, f"{CALENDAR}/{FIRST_NUMBER}", "Bản "),
            at("lich-ban-khong-co", "error", ADMIN, f"{CALENDAR}/999", "", status=404),
        ),
        {"empty": "a revision says something"},
    ),
    f"POST {CALENDAR}/{{number:int}}/cong-bo": Stop(
        (sent("lich-cong-bo-sai", ADMIN, CALENDAR, f"{CALENDAR}/999/cong-bo", {}, "", 404),),
        {"empty": FORM, "filled": LANDS},
    ),
    f"POST {CALENDAR}/{{number:int}}/bo": Stop(
        (sent("lich-bo-sai", ADMIN, CALENDAR, f"{CALENDAR}/999/bo", {}, "", 404),),
        {"empty": FORM, "filled": LANDS},
    ),
    f"GET {INCIDENTS}": Stop(
        (at("su-co-khong-co", "empty", ADMIN, INCIDENTS, "Sự cố hệ thống"),),
        {"filled": "a noted failure shows right after its form", "error": "nothing is asked for"},
    ),
    f"POST {INCIDENTS}": Stop(
        (
            sent("su-co-sai", ADMIN, INCIDENTS, INCIDENTS, {"scope": "all"}, "Sự cố hệ thống", 422),
            sent("su-co-dang-co", ADMIN, INCIDENTS, INCIDENTS, FAILURE, "Sự cố", 200, state="filled"),
        ),
        {"empty": FORM},
    ),
    f"POST {INCIDENTS}/{{incident_id:uuid}}/ket-thuc": Stop(
        (
            sent(
                "su-co-het-khong-co",
                ADMIN,
                INCIDENTS,
                f"{INCIDENTS}/<none>/ket-thuc",
                {"ended_at": "10:30 01/12/2026"},
                "",
                404,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
}
