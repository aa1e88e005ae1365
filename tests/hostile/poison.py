"""A world in which every text that people write is a payload, and what in a page would be harm."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from dossiers import processing
from portal.core import runtime
from portal.core.db import act_as
from tests import factories
from tests.hostile.ground import Ground
from tests.hostile.tables.payloads import MARKUP
from tests.web.conftest import Seen

COMPUTED = "60403983"  # 7771 * 7773: what a template would make of it


def harm(text: str, *, whole: bool = True) -> list[str]:
    """What in a page could run, lead away or was computed."""
    found = [alarm for alarm in Seen(text).alarms if "/tinh/" not in alarm] if whole else []
    found += [payload for payload in MARKUP if payload in text and "<" in payload]
    if COMPUTED in text:
        found.append("a template was run")
    return found


class Poisoned:
    """A world in which every text that somebody may write is a payload."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        owner, holder = ground.world.actors["owner"], ground.world.actors["holder"]
        agency_id = ground.world.agency_id
        assert agency_id is not None
        self.code = "9.666666"
        self.dossiers: list[tuple[str, str]] = []  # id, payload
        with runtime.sessions() as session:
            for payload in MARKUP[:20]:
                factories.agency(session, name=payload)
            session.flush()
            made = factories.procedure(session, agency_id, code=self.code, made_content=content())
            session.commit()
            for n, payload in enumerate(MARKUP):
                dossier = factories.draft(
                    session,
                    owner,
                    made,
                    agency_id,
                    full_name=payload,
                    copies_count=2,
                    note=f"{payload}\n{payload}",
                )
                factories.ready_file(session, dossier, filename=f"{payload}.pdf")
                if n % 3:
                    factories.filing.submit(session, owner, dossier.id, idempotency_key=None)
                if n % 3 == 2:
                    act_as(session, holder.id, holder.agency_ids)
                    processing.refuse(session, holder, dossier.id, reason=payload)
                self.dossiers.append((str(dossier.id), payload))
            session.commit()

    def shown(self) -> Iterator[tuple[str, str]]:
        """Every page that may show one of them, with its text."""
        own = f"/thu-tuc/{self.code}"
        open_ = ("/", "/thu-tuc", own, f"{own}/to-khai", "/thong-ke", "/tra-cuu")
        views = ("to_receive", "mine", "unit", "all", "settled")
        places = [("anonymous", path) for path in open_]
        places += [("owner", path) for path in ("/ho-so", "/tai-khoan", own)]
        places += [("editor", f"/quan-tri{path}") for path in (own, "/thu-tuc", "/co-quan")]
        places += [("holder", f"/can-bo?view={view}") for view in views]
        for dossier, _ in self.dossiers:
            steps = ("", "/to-khai", "/giay-to", "/kiem-tra")
            places += [("owner", f"/ho-so/{dossier}{step}") for step in steps]
            places.append(("holder", f"/can-bo/ho-so/{dossier}"))
        for who, path in places:
            answer, _ = self.ground.ask(who, "GET", path, headers={"accept": "text/html"})
            assert answer.status_code < 500, path
            if answer.status_code == 200:
                yield path, answer.text


def content() -> dict[str, Any]:
    """A procedure all of whose words are payloads."""
    draw = cycle(MARKUP)
    made = factories.simple()
    section: Any = factories.SIMPLE_FORM[0]
    fields = [{**field, "label": next(draw), "hint": next(draw)} for field in section["fields"]]
    made["name"] = next(draw)
    made["form"] = [{**section, "title": next(draw), "intro": next(draw), "fields": fields}]
    words = {key: next(draw) for key in ("name", "hint", "when")}
    made["requirements"] = [{**factories.SIMPLE_PAPERS[0], **words}]
    return made
