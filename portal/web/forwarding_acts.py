"""Sending a dossier on and taking it over, on the desk's pages."""

from typing import Any

from litestar import Response, post

from dossiers import forwarding
from dossiers.models import Dossier
from portal.core.clock import now
from portal.core.render import date_vi
from portal.web.desk_dossier import Typed
from portal.web.officer_acts import ACT, AT, PostedAct


@post(f"{AT}/chuyen", **ACT)
def forward(desk: PostedAct) -> Response[Any]:
    """Send the dossier on to the agency that settles it."""
    note = desk.form.get("text")
    return desk.attempt(
        lambda: forwarding.forward(
            desk.session, desk.actor, desk.dossier_id, note=note, seq=desk.seq, key=desk.key
        ),
        lambda _: "Đã chuyển hồ sơ. Giấy bàn giao đang được lập ở mục Văn bản.",
        Typed("forward", field="chuyen-ghi-chu", extra=note[:4500]),
    )


@post(f"{AT}/nhan-chuyen", **ACT)
def take_over(desk: PostedAct) -> Response[Any]:
    """Take over what another agency took in: the clock starts."""

    def told(dossier: Dossier) -> str:
        return f"Đã nhận hồ sơ, hẹn trả {date_vi(dossier.due_at or now())}."

    return desk.attempt(
        lambda: forwarding.take_over(desk.session, desk.actor, desk.dossier_id, seq=desk.seq, key=desk.key),
        told,
    )


route_handlers: list[Any] = [forward, take_over]
