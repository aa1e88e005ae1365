"""The tour, of money: what one pays, the sandbox gateway, and the acts of the desk."""

from tests.pages.looking import Look, Stop, at, nothing
from tests.pages.tour_desk import DESK, OFFICER, act
from tests.pages.tour_public import FORM, LANDS

CITIZEN = "citizen"
PAY = "/ho-so/{dossier_id:uuid}/tra-tien"


def refused(name: str, what: str, place: str, status: int) -> Stop:
    """An act that lacks what it needs: the dossier's page says so."""
    return Stop((act(name, place, what, {}, status),), {"empty": FORM, "filled": LANDS})


MONEY: dict[str, Stop] = {
    f"POST {DESK}/thu-phi": refused("can-bo-thu-phi-sai", "thu-phi", "processing", 400),
    f"POST {DESK}/mien-phi": refused("can-bo-mien-phi-sai", "mien-phi", "owing", 422),
    f"POST {DESK}/hoan-tien": refused("can-bo-hoan-tien-sai", "hoan-tien", "processing", 400),
    f"POST {DESK}/nghia-vu": refused("can-bo-nghia-vu-sai", "nghia-vu", "owing", 422),
    f"POST {DESK}/nghia-vu-xong": refused("can-bo-nghia-vu-xong-sai", "nghia-vu-xong", "duty", 400),
    f"POST {DESK}/nghia-vu-rut": refused("can-bo-nghia-vu-rut-sai", "nghia-vu-rut", "duty", 422),
    **{
        f"GET {DESK}/{what}": nothing(OFFICER, f"/can-bo/ho-so/<owing>/{what}")
        for what in ("mien-phi", "hoan-tien", "nghia-vu", "nghia-vu-xong", "nghia-vu-rut")
    },
    f"POST {PAY}": Stop((), {"page": "leads on to the gateway, or back; tests/web_desk/test_money.py"}),
    f"GET {PAY}": nothing(CITIZEN, "/ho-so/<owing>/tra-tien"),
    f"GET {PAY}/{{payment_id:uuid}}": Stop(
        (
            at("tra-tien-dang-cho", "filled", CITIZEN, "/ho-so/<owing>/tra-tien/<payment>", "Đang chờ"),
            at("tra-tien-khong-co", "error", CITIZEN, "/ho-so/<owing>/tra-tien/<none>", "", status=404),
        ),
        {"empty": "an attempt to pay is never empty"},
    ),
    "GET /thanh-toan-thu": Stop(
        (
            # without an address of its own: whoever holds the signed order may pay it
            Look(
                "thanh-toan-thu",
                "filled",
                (CITIZEN,),
                lambda walker: walker.go("/thanh-toan-thu?<order>"),
                "Cổng thanh toán thử",
            ),
            at("thanh-toan-thu-sai", "error", CITIZEN, "/thanh-toan-thu?don=x", "", status=404),
        ),
        {"empty": "an order is never empty"},
    ),
    "POST /thanh-toan-thu": Stop((), {"page": "leads back to the payer; tests/web_desk/test_money.py"}),
}
