"""The desk asks for a supplement: choose the items, say what is wrong with each, look at form 02, send."""

import datetime as dt
from typing import Any, Final
from uuid import uuid4

import msgspec
from litestar import Response, get, post

from auth.access_log import note_reading
from dossiers import ends, extensions, reasons, supplement_queries, supplements
from dossiers.controllers import OFFICER
from dossiers.models import Dossier
from dossiers.supplement_models import FurtherGround, ItemKind
from dossiers.views import DossierView
from dossiers.workflow import Action
from portal.core.clock import now, today
from portal.core.errors import Conflict, Invalid
from portal.core.render import date_vi
from portal.web.days import WRONG, read_day
from portal.web.desk_dossier import Typed, unit_of
from portal.web.officer_acts import ACT, AT, Desk, PostedAct
from portal.web.pages import done, page, see_other
from portal.web.supplement_labels import labels

STALE: Final = "Hồ sơ vừa có thay đổi. Xem lại trạng thái mới rồi làm tiếp."


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the form. `key` is kind:key, `id` the same for HTML."""

    key: str
    id: str
    label: str
    chosen: bool
    reason: str
    why: str
    again: str
    before: bool


class Typing(msgspec.Struct, frozen=True, kw_only=True):
    """What the officer typed so far."""

    chosen: tuple[str, ...] = ()
    lines: dict[str, tuple[str, str, str]] = {}
    note: str = ""
    due_on: str = ""
    ground: str = ""
    ground_words: str = ""


def typing_of(desk: Desk) -> Typing:
    """The posted form."""
    form = desk.form
    chosen = tuple(dict.fromkeys(form.all("item")))[: supplements.MAX_ITEMS]
    return Typing(
        chosen=chosen,
        lines={
            key: (form.get(f"r.{key}")[:40], form.get(f"w.{key}")[:4000], form.get(f"g.{key}")[:4000])
            for key in chosen
        },
        note=form.get("note")[:4000],
        due_on=form.get("due_on")[:10],
        ground=form.get("ground")[:20],
        ground_words=form.get("ground_words")[:4000],
    )


@get(
    f"{AT}/bo-sung",
    sync_to_thread=True,
    include_in_schema=False,
    guards=[OFFICER],
    dependencies=ACT["dependencies"],
)
def ask_page(desk: PostedAct) -> Response[Any]:
    """Choose what is to be supplied."""
    view = desk.view()
    if Action.ASK_SUPPLEMENT not in view.allowed:
        return see_other(f"/can-bo/ho-so/{desk.dossier_id}")
    note_reading(desk.session, desk.actor, desk.dossier_id, "read")
    return _shown(desk, view, "choose", Typing())


@post(f"{AT}/bo-sung", **ACT)
def ask(desk: PostedAct) -> Response[Any]:
    """The next step, or the request itself."""
    step, typed = desk.form.get("do"), typing_of(desk)
    view, seq = desk.view(), desk.seq
    if Action.ASK_SUPPLEMENT not in view.allowed or view.seq != seq:
        return desk.shown(view, typed=Typed(), conflict=STALE, status_code=409)
    if step == "choose":
        return _shown(desk, view, "choose", typed)
    if not typed.chosen:
        wrong = [{"field": "items", "message": "Chọn ít nhất một mục hoặc giấy tờ cần bổ sung"}]
        return _shown(desk, view, "choose", typed, wrong, status_code=422)
    if step == "words":
        return _shown(desk, view, "words", typed)
    place = desk.session.begin_nested() if step != "confirm" else None
    try:
        dossier = _ask(desk, typed)
    except Invalid as refusal:
        desk.session.rollback()
        wrong = refusal.extra.get("errors") or [{"field": "items", "message": refusal.detail}]
        return _shown(desk, desk.view(), "words", typed, wrong, status_code=422)
    except Conflict as refusal:
        desk.session.rollback()
        if errors := refusal.extra.get("errors"):
            return _shown(desk, desk.view(), "words", typed, errors, status_code=409)
        return desk.shown(desk.view(), typed=Typed(), conflict=refusal.detail, status_code=409)
    if place is not None:  # tried, and taken back: the page shows what would be sent
        due_at = supplement_queries.opened_due(desk.session, dossier.id)
        place.rollback()
        return _shown(desk, desk.view(), "preview", typed, due_at=due_at)
    return see_other(
        f"/can-bo/ho-so/{desk.dossier_id}",
        done("Đã gửi yêu cầu bổ sung. Đồng hồ dừng đến khi người nộp gửi lại."),
    )


def _ask(desk: Desk, typed: Typing) -> Dossier:
    items = []
    for key in typed.chosen:
        kind, _, name = key.partition(":")
        if kind not in list(ItemKind):
            continue
        reason, why, again = typed.lines[key]
        items.append(
            supplements.Item(kind=ItemKind(kind), key=name[:64], reason=reason, why=why, again=again)
        )
    return supplements.ask(
        desk.session,
        desk.actor,
        desk.dossier_id,
        items=items,
        note=typed.note,
        due_on=_date(typed.due_on, "due_on"),
        ground=FurtherGround(typed.ground) if typed.ground in list(FurtherGround) else None,
        ground_words=typed.ground_words,
        seq=desk.seq,
        key=desk.key if desk.form.get("do") == "confirm" else None,
    )


def _date(text: str, field: str) -> dt.date | None:
    """A day as a date field posts it, or as people write it.

    Raises:
        Invalid: it is none.
    """
    if not text.strip():
        return None
    if (day := read_day(text)) is not None:
        return day
    raise Invalid(f"{WRONG}.", errors=[{"field": field, "message": WRONG}])


def _shown(
    desk: Desk,
    view: DossierView,
    step: str,
    typed: Typing,
    wrong: list[dict[str, str]] | None = None,
    *,
    due_at: dt.datetime | None = None,
    status_code: int = 200,
) -> Response[Any]:
    before = supplement_queries.asked_before(desk.session, view.id)
    stage = supplements.stage_of(view)
    fields, papers = (
        supplements.askable_fields(view.content, view.answers),
        supplements.askable_papers(view.content),
    )
    named = labels(view)
    lines = {
        key: Line(
            key=key,
            id=key.replace(":", "-"),
            label=named.get(key, key),
            chosen=key in typed.chosen,
            reason=typed.lines.get(key, ("", "", ""))[0],
            why=typed.lines.get(key, ("", "", ""))[1],
            again=typed.lines.get(key, ("", "", ""))[2],
            before=tuple(key.split(":", 1)) in before,
        )
        for key in [*(f"paper:{name}" for name in papers), *(f"field:{name}" for name in fields)]
    }
    errors = {one["field"].removeprefix("items."): one["message"] for one in wrong or []}
    return page(
        desk.request,
        "desk/supplement.html",
        status_code=status_code,
        has_errors=bool(wrong),
        unit=unit_of(desk.session, desk.actor, view),
        dossier=view,
        name=view.number or view.reference or "",
        who=view.applicant.get("name") or "Người nộp",
        step=step,
        sections=[
            (section.title, [lines[f"field:{one.key}"] for one in section.fields if one.key in fields])
            for section in view.content.form
        ],
        papers=[lines[f"paper:{name}"] for name in papers],
        chosen=[lines[key] for key in typed.chosen if key in lines],
        typed=typed,
        further=any(stage in stages for stages in before.values()),
        grounds=[(ground.value, words) for ground, words in supplements.GROUNDS.items()],
        ground_words={ground.value: words for ground, words in supplements.GROUNDS.items()},
        codes=[(code, one.words) for code, one in reasons.SUPPLEMENT.items()],
        reasons=reasons.SUPPLEMENT,
        errors=errors,
        problems=[
            {"href": "#" + _anchor(one["field"]), "message": _about(one, named)} for one in wrong or []
        ],
        due_at=due_at,
        today=today(),
        key=str(uuid4()),
    )


def _anchor(field: str) -> str:
    """The id of the control an error names."""
    name = field.removeprefix("items.")
    key, _, part = name.partition(".")
    if ":" not in key:
        return name
    start = {"reason": "r", "why": "w", "again": "g"}.get(part, "r")
    return f"{start}-{key.replace(':', '-')}"


def _about(error: dict[str, str], named: dict[str, str]) -> str:
    key = error["field"].removeprefix("items.").partition(".")[0]
    return f"{named[key]}: {error['message']}" if key in named else error["message"]


@post(f"{AT}/rut-yeu-cau", **ACT)
def revoke(desk: PostedAct) -> Response[Any]:
    """Take the open request back."""
    note = desk.form.get("note")[:4000]
    return desk.attempt(
        lambda: supplements.revoke(
            desk.session, desk.actor, desk.dossier_id, reason=note, seq=desk.seq, key=desk.key
        ),
        lambda _: "Đã rút lại yêu cầu bổ sung. Người nộp được báo.",
        Typed("rut-yeu-cau", note),
    )


@post(f"{AT}/dung", **ACT)
def stop(desk: PostedAct) -> Response[Any]:
    """Grant the withdrawal; or stop what was not supplied in time."""
    return desk.attempt(
        lambda: ends.stop(desk.session, desk.actor, desk.dossier_id, seq=desk.seq, key=desk.key),
        lambda _: "Đã dừng giải quyết hồ sơ. Người nộp được báo.",
    )


@post(f"{AT}/giu-ho-so", **ACT)
def keep(desk: PostedAct) -> Response[Any]:
    """Refuse the withdrawal, with the reason."""
    note = desk.form.get("note")[:4000]
    return desk.attempt(
        lambda: ends.keep(desk.session, desk.actor, desk.dossier_id, reason=note, seq=desk.seq, key=desk.key),
        lambda _: "Hồ sơ được giải quyết tiếp. Người nộp được báo lý do.",
        Typed("giu-ho-so", note),
    )


@post(f"{AT}/gia-han", **ACT)
def extend(desk: PostedAct) -> Response[Any]:
    """Apologise, and name a new day."""
    note, until = desk.form.get("note")[:4000], desk.form.get("until")[:10]

    def act() -> Dossier:
        day = _date(until, "until")
        if day is None:
            raise Invalid("Chọn ngày hẹn mới.", errors=[{"field": "until", "message": "Chọn ngày hẹn mới"}])
        return extensions.extend(
            desk.session, desk.actor, desk.dossier_id, until=day, reason=note, seq=desk.seq, key=desk.key
        )

    return desk.attempt(
        act,
        lambda dossier: f"Đã xin lỗi và hẹn lại {date_vi(dossier.due_at or now())}. Người nộp được báo.",
        Typed("gia-han", note, until=until),
    )


route_handlers: list[Any] = [ask_page, ask, revoke, stop, keep, extend]
