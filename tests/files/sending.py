"""A file sent through the portal's plan, step by step."""

from dossiers import attachments
from portal.core import events
from tests.files.corpus import send


def begin(house, dossier, data, *, name="giấy chứng sinh.pdf", paper="proof", actor=None, **more):
    who = actor or house.citizen
    with house.as_(who) as session:
        return attachments.begin(
            session, house.storage, who, dossier.id, paper, name, more.pop("size", len(data)), **more
        )


def complete(house, dossier, plan, told=(), actor=None):
    who = actor or house.citizen
    with house.as_(who) as session:
        return attachments.complete(session, house.storage, who, dossier.id, plan.attachment_id, told)


def sent(house, dossier, data, **more):
    """A file sent and completed, not yet inspected."""
    plan = begin(house, dossier, data, **more)
    send(house.http, plan, data)
    complete(house, dossier, plan, actor=more.get("actor"))
    return plan


def state(house, dossier, plan, actor=None):
    who = actor or house.citizen
    with house.as_(who) as session:
        return attachments.show(session, who, dossier.id, plan.attachment_id)


def names_of(house, dossier):
    with house.as_(house.citizen) as session:
        return [event.name for event in events.history(session, dossier.id)]
