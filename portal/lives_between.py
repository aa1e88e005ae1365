"""What agencies and officers do with each other in invented lives (portal.lives)."""

from dossiers import forwarding, handover, opinion_queries, opinions, step_acts, steps
from dossiers.process_models import Ballot
from portal.core.db import act_as
from portal.lives_scene import Scene


def consult(at: Scene) -> object:
    """Another agency of the world; asked again while it has not answered, it is refused."""
    others = [one for one in sorted(at.world.officers) if one != at.dossier.competent_agency_id]
    if not others:
        return None
    return opinions.consult(
        at.session,
        at.desk(),
        at.dossier.id,
        agency_id=at.draw.choice(others),
        question="Đề nghị cho ý kiến về nơi cư trú của người nộp.",
        working_days=at.draw.randrange(1, 10),
    )


def opine(at: Scene) -> object:
    """An officer of an agency that is waited for answers; a question to it is taken back now and then."""
    waiting = [one for one in at.dossier.asked_agency_ids if one in at.world.officers]
    if not waiting:
        return None
    agency_id = at.draw.choice(waiting)
    row = opinion_queries.open_of(at.session, at.dossier.id, agency_id)
    if at.draw.random() < 0.2:
        return opinions.revoke(at.session, at.desk(), at.dossier.id, row.id, reason="Đã tra được.")
    by = at.draw.choice(at.world.officers[agency_id])
    act_as(at.session, by.id, by.agency_ids)
    return opinions.opine(
        at.session, by, at.dossier.id, row.id, ballot=at.draw.choice(list(Ballot)), text="Đã xem hồ sơ."
    )


def pass_on(at: Scene) -> object:
    """The holder offers the dossier to a colleague, who mostly takes it."""
    holder = at.desk()
    others = [one for one in at.world.officers[at.dossier.competent_agency_id] if one.id != holder.id]
    if not others or holder.id != at.dossier.holder_id:
        return None
    to = at.draw.choice(others)
    assert to.id is not None
    handover.hand_over(at.session, holder, at.dossier.id, to_id=to.id, note="Hết ca trực.")
    act_as(at.session, to.id, to.agency_ids)
    answer = handover.take if at.draw.random() < 0.8 else handover.decline
    return answer(at.session, to, at.dossier.id)


def step(at: Scene) -> object:
    """The holder is done with a step of the plan, or sends it back."""
    back = step_acts.earlier(steps.of(at.session, at.dossier.id))
    if back and at.draw.random() < 0.3:
        to = at.draw.choice(back).position
        return step_acts.send_back(at.session, at.desk(), at.dossier.id, to=to, reason="Còn thiếu căn cứ.")
    return step_acts.complete(at.session, at.desk(), at.dossier.id)


def send_on(at: Scene) -> object:
    """From the agency that took it in to the one that settles it, and there taken over."""
    if at.dossier.forwarded_at is None:
        return forwarding.forward(at.session, at.front(), at.dossier.id, note="Kèm bản chính.")
    return forwarding.take_over(at.session, at.desk(), at.dossier.id)
