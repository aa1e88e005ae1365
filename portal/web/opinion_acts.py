"""The desk's acts of asking another agency, answering, taking a question back."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from dossiers import opinions
from dossiers.process_models import Ballot
from portal.core.errors import Invalid
from portal.web.days import WRONG, read_near_day
from portal.web.desk_dossier import Typed
from portal.web.officer_acts import ACT, AT, Desk, PostedAct

CONSULT, OPINE, REVOKE = "consult", "opine", "revoke-opinion"
PLACES = {"agency_id": "co-quan-hoi", "working_days": "so-ngay-hoi", "due_on": "ngay-hoi"}


def _typed(desk: Desk, outcome: str, field: str, name: str) -> Typed:
    chosen = {key: desk.form.get(key)[:100] for key in ("agency_id", "working_days", "due_on", "ballot")}
    return Typed(outcome, field=field, extra=desk.form.get(name)[:4500], chosen=chosen, places=PLACES)


@post(f"{AT}/lay-y-kien", **ACT)
def consult(desk: PostedAct) -> Response[Any]:
    """Ask an agency."""
    typed = _typed(desk, CONSULT, "cau-hoi", "question")

    def act() -> Any:
        agency_id, days = desk.id_of("agency_id"), desk.form.get("working_days")
        if agency_id is None:
            told = "Chọn cơ quan cần hỏi."
            raise Invalid(told, errors=[{"field": "agency_id", "message": told}])
        due_on = _day(desk.form.get("due_on"))
        return opinions.consult(
            desk.session,
            desk.actor,
            desk.dossier_id,
            agency_id=agency_id,
            question=desk.form.get("question"),
            working_days=int(days) if due_on is None and days.isascii() and days.isdigit() else None,
            due_on=due_on,
            seq=desk.seq,
            key=desk.key,
        )

    return desk.attempt(act, lambda _: "Đã gửi câu hỏi. Cơ quan được hỏi nhận thư báo.", typed)


def _day(given: str) -> date | None:
    if not given.strip():
        return None
    if (day := read_near_day(given)) is not None:
        return day
    raise Invalid(f"{WRONG}.", errors=[{"field": "due_on", "message": f"{WRONG}."}])


@post(f"{AT}/y-kien/{{opinion_id:uuid}}/tra-loi", **ACT)
def opine(desk: PostedAct, opinion_id: FromPath[UUID]) -> Response[Any]:
    """Answer the question put to the officer's agency; the file put there goes along."""

    def act() -> Any:
        given = desk.form.get("ballot")
        if given not in {one.value for one in Ballot}:
            told = "Chọn đồng ý, không đồng ý hoặc ý kiến khác."
            raise Invalid(told, errors=[{"field": "ballot", "message": told}])
        desk.view()  # a dossier out of sight stays so, whatever lies in it
        return opinions.opine(
            desk.session,
            desk.actor,
            desk.dossier_id,
            opinion_id,
            ballot=Ballot(given),
            text=desk.form.get("text"),
            attachment_id=opinions.ready_file(desk.session, desk.dossier_id, opinion_id),
            seq=desk.seq,
            key=desk.key,
        )

    typed = _typed(desk, OPINE, f"tra-loi-{opinion_id}", "text")
    typed = msgspec.structs.replace(typed, places={"ballot": f"phieu-{opinion_id}-1"})
    return desk.attempt(act, lambda _: "Đã gửi ý kiến cho cơ quan hỏi.", typed)


@post(f"{AT}/y-kien/{{opinion_id:uuid}}/rut", **ACT)
def revoke(desk: PostedAct, opinion_id: FromPath[UUID]) -> Response[Any]:
    """Take a question back."""
    return desk.attempt(
        lambda: opinions.revoke(
            desk.session,
            desk.actor,
            desk.dossier_id,
            opinion_id,
            reason=desk.form.get("text"),
            seq=desk.seq,
            key=desk.key,
        ),
        lambda _: "Đã rút câu hỏi. Cơ quan được hỏi nhận thư báo.",
        _typed(desk, REVOKE, f"rut-{opinion_id}", "text"),
    )


route_handlers: list[Any] = [consult, opine, revoke]
