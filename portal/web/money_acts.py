"""Money at the desk, by plain forms: paid, waived, given back; a duty asked for, met, taken back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from litestar import Response, post

from dossiers import duties, fees
from dossiers.duties import DutyLine
from dossiers.models import Dossier, PaymentMethod
from portal.core.errors import DomainError, Invalid, Malformed, NotFound
from portal.web.desk_dossier import Typed
from portal.web.officer_acts import ACT, AT, Desk, PostedAct
from portal.web.pages import done, see_other

POSTED_TO = ("mien-phi", "hoan-tien", "nghia-vu", "nghia-vu-xong", "nghia-vu-rut")


def _attempt(desk: Desk, act: Callable[[], Dossier], told: str) -> Response[Any]:
    """Do the act and go back to the page's money; what cannot be done comes back with the words kept."""
    try:
        act()
    except (NotFound, Malformed):
        raise
    except DomainError as error:
        desk.session.rollback()
        typed = Typed(note=desk.form.get("note")[:2000])
        return desk.shown(desk.view(), typed=typed, conflict=error.detail, status_code=error.status)
    return see_other(f"/can-bo/ho-so/{desk.dossier_id}#phi-khung", done(told))


def _line(desk: Desk) -> UUID:
    line = desk.id_of("fee")
    if line is None:
        raise Malformed("Biểu mẫu thiếu thông tin. Tải lại trang rồi thử lại.")
    return line


def _method(desk: Desk) -> PaymentMethod:
    given = desk.form.get("method", "cash")
    if given not in ("cash", "transfer"):
        raise Malformed("Biểu mẫu thiếu thông tin. Tải lại trang rồi thử lại.")
    return PaymentMethod(given)


def amount_of(text: str) -> int:
    """An amount in đồng as people type it: 1.250.000, with or without the word.

    Raises:
        Invalid: it is no whole amount.
    """
    digits = text.replace("đồng", "").replace("đ", "").strip()
    plain = digits.replace(".", "").replace(" ", "").replace("\u00a0", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 13):
        raise Invalid("Nhập số tiền bằng đồng, chỉ gồm chữ số, ví dụ 1.250.000.")
    return int(plain)


@post(f"{AT}/thu-phi", **ACT)
def settle_fee(desk: PostedAct) -> Response[Any]:
    """Note that a fee line was paid in cash or by transfer."""
    line, method = _line(desk), _method(desk)
    return _attempt(
        desk,
        lambda: fees.settle_fee(
            desk.session,
            desk.actor,
            desk.dossier_id,
            fee_line_id=line,
            method=method,
            seq=desk.seq,
            key=desk.key,
        ),
        "Đã ghi nhận khoản thu. Biên lai có trong mục Văn bản sau vài giây.",
    )


@post(f"{AT}/mien-phi", **ACT)
def waive_fee(desk: PostedAct) -> Response[Any]:
    """Exempt the applicant from a line."""
    line = _line(desk)
    return _attempt(
        desk,
        lambda: fees.waive_fee(
            desk.session,
            desk.actor,
            desk.dossier_id,
            fee_line_id=line,
            code=desk.form.get("code")[:40],
            reason=desk.form.get("note"),
            seq=desk.seq,
            key=desk.key,
        ),
        "Đã miễn khoản này.",
    )


@post(f"{AT}/hoan-tien", **ACT)
def refund_fee(desk: PostedAct) -> Response[Any]:
    """Give money back."""
    line, method = _line(desk), _method(desk)
    return _attempt(
        desk,
        lambda: fees.refund_fee(
            desk.session,
            desk.actor,
            desk.dossier_id,
            fee_line_id=line,
            amount_vnd=amount_of(desk.form.get("amount")),
            method=method,
            reason=desk.form.get("note"),
            owed_again=bool(desk.form.get("again")),
            seq=desk.seq,
            key=desk.key,
        ),
        "Đã ghi nhận hoàn tiền.",
    )


@post(f"{AT}/nghia-vu", **ACT)
def ask_duty(desk: PostedAct) -> Response[Any]:
    """Ask for a financial duty."""

    def act() -> Dossier:
        rows = zip(desk.form.all("name"), desk.form.all("amount"), strict=False)
        lines = [DutyLine(name, amount_of(amount)) for name, amount in rows if name.strip() or amount.strip()]
        return duties.ask_duty(
            desk.session,
            desk.actor,
            desk.dossier_id,
            lines=lines,
            note=desk.form.get("note"),
            seq=desk.seq,
            key=desk.key,
        )

    return _attempt(desk, act, "Đã gửi yêu cầu. Đồng hồ dừng đến khi người nộp thực hiện xong.")


@post(f"{AT}/nghia-vu-xong", **ACT)
def meet_duty(desk: PostedAct) -> Response[Any]:
    """Note that the duty is met."""
    method = _method(desk)
    return _attempt(
        desk,
        lambda: duties.meet_duty(
            desk.session,
            desk.actor,
            desk.dossier_id,
            method=method,
            note=desk.form.get("note"),
            seq=desk.seq,
            key=desk.key,
        ),
        "Đã ghi nhận. Hồ sơ được giải quyết tiếp, đồng hồ chạy lại.",
    )


@post(f"{AT}/nghia-vu-rut", **ACT)
def revoke_duty(desk: PostedAct) -> Response[Any]:
    """Take the request back."""
    return _attempt(
        desk,
        lambda: duties.revoke_duty(
            desk.session,
            desk.actor,
            desk.dossier_id,
            reason=desk.form.get("note"),
            seq=desk.seq,
            key=desk.key,
        ),
        "Đã rút lại yêu cầu. Đồng hồ chạy lại.",
    )


route_handlers: list[Any] = [settle_fee, waive_fee, refund_fee, ask_duty, meet_duty, revoke_duty]
