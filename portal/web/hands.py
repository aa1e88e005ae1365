"""The desk's acts of passing on, and the page of who stands in for whom."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from auth import queries as people
from auth.actor import Actor
from auth.http import CurrentActor
from dossiers import handover, standing_in, step_acts
from dossiers.controllers import OFFICER
from portal.core.clock import ZONE, today
from portal.core.errors import DomainError, Invalid, NotFound
from portal.core.http import DbSession
from portal.web.days import WRONG, read_near_day
from portal.web.desk_dossier import Typed
from portal.web.officer import unit_name
from portal.web.officer_acts import ACT, AT, Desk, PostedAct
from portal.web.pages import WITH_FORM, AnyRequest, Notice, PostedForm, done, page, problems_of, see_other

HERE: Final = "/can-bo/thay-viec"
POSTED_TO: Final = (
    "ban-giao", "nhan-ban-giao", "khong-nhan-ban-giao", "phan-cong", "xong-buoc", "tra-buoc",
)  # fmt: skip


def _to(desk: Desk) -> UUID:
    """Whom the form names.

    Raises:
        Invalid: nobody.
    """
    chosen = desk.id_of("to_id")
    if chosen is None:
        raise Invalid("Chọn đồng nghiệp.", errors=[{"field": "to_id", "message": "Chọn đồng nghiệp."}])
    return chosen


def _chosen(desk: Desk, outcome: str, who: str, words: str, text: str) -> Typed:
    """What was chosen and typed in a panel of passing on; its errors stand at who is chosen, or the words."""
    chosen = {"to_id": desk.form.get("to_id")[:40]}
    return Typed(outcome, field=words, extra=text, chosen=chosen, places={"to_id": who})


@post(f"{AT}/ban-giao", **ACT)
def hand_over(desk: PostedAct) -> Response[Any]:
    """Offer the dossier to a colleague."""
    note = desk.form.get("note")[:2100]
    return desk.attempt(
        lambda: handover.hand_over(
            desk.session, desk.actor, desk.dossier_id, to_id=_to(desk), note=note, seq=desk.seq, key=desk.key
        ),
        lambda _: "Đã đề nghị bàn giao. Bạn giữ hồ sơ đến khi đồng nghiệp nhận.",
        _chosen(desk, "hand", "nguoi-nhan-ban-giao", "ban-giao-dieu-can-biet", note),
    )


@post(f"{AT}/nhan-ban-giao", **ACT)
def take(desk: PostedAct) -> Response[Any]:
    """Take what a colleague offers."""
    return desk.attempt(
        lambda: handover.take(desk.session, desk.actor, desk.dossier_id, seq=desk.seq, key=desk.key),
        lambda _: "Đã nhận bàn giao. Bạn đang giữ hồ sơ.",
    )


@post(f"{AT}/khong-nhan-ban-giao", **ACT)
def decline(desk: PostedAct) -> Response[Any]:
    """Not take it, or take one's own offer back."""
    return desk.attempt(
        lambda: handover.decline(desk.session, desk.actor, desk.dossier_id, seq=desk.seq, key=desk.key),
        lambda _: "Hồ sơ vẫn ở người đang giữ.",
    )


@post(f"{AT}/phan-cong", **ACT)
def reassign(desk: PostedAct) -> Response[Any]:
    """Give the dossier to an officer, as head."""
    reason = desk.form.get("reason")[:2100]
    return desk.attempt(
        lambda: handover.reassign(
            desk.session,
            desk.actor,
            desk.dossier_id,
            to_id=_to(desk),
            reason=reason,
            seq=desk.seq,
            key=desk.key,
        ),
        lambda _: "Đã phân công.",
        _chosen(desk, "assign", "nguoi-duoc-giao", "ly-do-phan-cong", reason),
    )


@post(f"{AT}/xong-buoc", **ACT)
def complete_step(desk: PostedAct) -> Response[Any]:
    """The open step is done."""
    note = desk.form.get("note")[:2100]
    return desk.attempt(
        lambda: step_acts.complete(
            desk.session, desk.actor, desk.dossier_id, note=note, seq=desk.seq, key=desk.key
        ),
        lambda _: "Đã xong bước, chuyển sang bước tiếp theo.",
        Typed("step", field="xong-buoc-ghi-chu", extra=note),
    )


@post(f"{AT}/tra-buoc", **ACT)
def return_step(desk: PostedAct) -> Response[Any]:
    """Back to an earlier step."""
    reason, to = desk.form.get("reason")[:2100], desk.form.get("to")
    return desk.attempt(
        lambda: step_acts.send_back(
            desk.session,
            desk.actor,
            desk.dossier_id,
            to=int(to) if to.isascii() and to.isdigit() and len(to) < 4 else 0,
            reason=reason,
            seq=desk.seq,
            key=desk.key,
        ),
        lambda _: "Đã trả lại bước trước.",
        Typed("back", field="ly-do-tra-buoc", extra=reason, chosen={"to": to}, places={"to": "ve-buoc"}),
    )


@get(
    [
        f"{AT}/{act}"
        for act in ("xong-buoc", "tra-buoc", "ban-giao", "nhan-ban-giao", "khong-nhan-ban-giao", "phan-cong")
    ],
    sync_to_thread=False,
    include_in_schema=False,
    guards=[OFFICER],
)
def again(dossier_id: FromPath[UUID]) -> Response[Any]:
    """The address of an act, typed or reloaded: back to the dossier."""
    return see_other(f"/can-bo/ho-so/{dossier_id}")


@get(HERE, sync_to_thread=True, include_in_schema=False, guards=[OFFICER])
def stand_ins(request: AnyRequest, session: DbSession, actor: CurrentActor) -> Response[Any]:
    """Who stands in for whom, and the form that names somebody."""
    return _page(request, session, actor, {})


def _page(
    request: AnyRequest,
    session: DbSession,
    actor: Actor,
    typed: dict[str, str],
    wrong: list[dict[str, str]] | None = None,
) -> Response[Any]:
    mistakes, problems = problems_of(wrong or [])
    agencies = people.agencies_of(session, actor.agency_ids)
    names = {one[0]: people.serving(session, one[0]) for one in agencies}
    known = {one.id: one.name or "Cán bộ chưa đăng nhập lần nào" for all_ in names.values() for one in all_}
    away = {actor.id: known.get(actor.id, actor.name)} if actor.id else {}
    for agency_id in actor.headed_ids:
        away |= {one.id: known[one.id] for one in names.get(agency_id, [])}
    return page(
        request,
        "desk/stand_ins.html",
        status_code=422 if problems else 200,
        has_errors=bool(problems),
        unit=unit_name(session, actor),
        agencies=[(str(one[0]), one[2]) for one in agencies],
        away=[(str(one), name) for one, name in away.items()],
        colleagues=[(str(one), name) for one, name in known.items()],
        rows=[(one, known) for one in standing_in.of_agencies(session, actor)],
        typed={
            "agency": str(agencies[0][0]) if agencies else "",
            "from_id": str(actor.id),
            "to_id": "",
            "since": str(today()),
            "until": "",
            "reason": "",
        }
        | typed,
        mistakes=mistakes,
        problems=problems,
        day=timedelta(days=1),
        may_end=lambda one: actor.id in (one.from_id,) or one.agency_id in actor.headed_ids,
    )


@post(HERE, sync_to_thread=True, include_in_schema=False, guards=[OFFICER], dependencies=WITH_FORM)
def name_one(request: AnyRequest, session: DbSession, actor: CurrentActor, form: PostedForm) -> Response[Any]:
    """Name who stands in, from the morning of one day to the night of another."""
    names = ("agency", "from_id", "to_id", "since", "until", "reason")
    typed = {name: form.get(name)[:500] for name in names}
    wrong: list[dict[str, str]] = []
    ids = {name: _id(typed[name], name, wrong) for name in ("agency", "from_id", "to_id")}
    since, until = (_day(typed[name], name, wrong) for name in ("since", "until"))
    if not wrong:
        assert since is not None
        assert until is not None
        try:
            standing_in.delegate(
                session,
                actor,
                agency_id=ids["agency"],
                from_id=ids["from_id"],
                to_id=ids["to_id"],
                since=datetime.combine(since, time(), ZONE),
                until=datetime.combine(until + timedelta(days=1), time(), ZONE),
                reason=typed["reason"],
            )
        except DomainError as refused:
            session.rollback()
            wrong = refused.extra.get("errors") or [{"field": "from_id", "message": refused.detail}]
    if wrong:
        return _page(request, session, actor, typed, wrong)
    return see_other(HERE, done("Đã cử người thay."))


def _id(text: str, field: str, wrong: list[dict[str, str]]) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        wrong.append({"field": field, "message": "Chọn trong danh sách."})
        return UUID(int=0)


def _day(text: str, field: str, wrong: list[dict[str, str]]) -> date | None:
    day = read_near_day(text)
    if day is None:
        wrong.append({"field": field, "message": f"{WRONG}."})
    return day


@post(
    f"{HERE}/{{delegation_id:uuid}}/ket-thuc", sync_to_thread=True, include_in_schema=False, guards=[OFFICER]
)
def end(session: DbSession, actor: CurrentActor, delegation_id: FromPath[UUID]) -> Response[Any]:
    """End it before its time."""
    try:
        standing_in.end(session, actor, delegation_id)
    except NotFound:
        raise
    except DomainError as refused:
        session.rollback()
        return see_other(HERE, Notice("bad", refused.detail))
    return see_other(HERE, done("Đã kết thúc việc thay."))


route_handlers: list[Any] = [
    hand_over,
    take,
    decline,
    reassign,
    complete_step,
    return_step,
    again,
    stand_ins,
    name_one,
    end,
]
