"""What agencies do with each other in invented lives (portal.lives)."""

from dossiers import opinion_queries, opinions
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
