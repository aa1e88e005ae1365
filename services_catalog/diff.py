"""What one revision says otherwise than another, in the editor's order, and how much that weighs. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services_catalog.content import Offer, RevisionContent
from services_catalog.diff_effects import new_question, old_question
from services_catalog.diff_rules import CONTENT, FIELD, OFFER, SECTIONS, TABS
from services_catalog.diff_walk import Change, Effect, Record, Walk, by_key, moved_among, path_of, told
from services_catalog.levels import LEVEL_NAMES

__all__ = ["Change", "Effect", "classify", "compare", "compare_offers"]


def compare(old: RevisionContent | None, new: RevisionContent) -> list[Change]:
    """Every difference between two contents; [] when they are equal. `old` None: the whole is new."""
    if old is None:
        return [
            Change(tab="", place="", label="Thủ tục mới", kind="added", after=new.name, effect=Effect.LEGAL)
        ]
    walk = Walk(old, new)
    told_of = {name for _, names in TABS for name in names}
    for tab, names in TABS:
        walk.tab = tab
        for name in names:
            if name == "form":
                _form(walk)
            elif getattr(old, name) != getattr(new, name):
                walk.record(Record({name: CONTENT.rules[name]}, only=frozenset({name})), old, new, "", "")
    walk.tab = ""
    rest = frozenset(old.__struct_fields__) - told_of
    walk.record(Record({}, only=rest), old, new, "", "")
    return walk.found


def _form(walk: Walk) -> None:
    """The e-form: its sections, and its questions wherever they stand."""
    before, after = walk.before.form, walk.after.form
    if before == after:
        return
    walk.items(SECTIONS, before, after, "form", SECTIONS.label)
    was, now = _placed(before), _placed(after)
    for key, (section, field) in now.items():
        place, label = f"form.{section}.{path_of(key)}", told("Tờ khai, câu", field.label)
        if key not in was:
            effect = new_question(field, walk.before, walk.after)
            walk.note(place, label, "added", effect, after=FIELD.whole(field))
            continue
        home, earlier = was[key]
        walk.record(FIELD, earlier, field, place, told("Tờ khai, câu", earlier.label))
        if home != section:
            names = [_title(walk.before, home), _title(walk.after, section)]
            effect = Effect.LEGAL if _hides(walk, home, section) else Effect.HARMLESS
            walk.note(place, label, "moved", effect, before=names[0], after=names[1])
    for key, (section, field) in was.items():
        if key not in now:
            place, label = f"form.{section}.{path_of(key)}", told("Tờ khai, câu", field.label)
            effect = old_question(field, walk.before, walk.after)
            walk.note(place, label, "removed", effect, before=FIELD.whole(field))
    for section in dict.fromkeys(section for section, _ in now.values()):
        here = [key for key, (home, _) in now.items() if home == section]
        there = [key for key, (home, _) in was.items() if home == section]
        stayed = [key for key in here if key in there]
        for key in moved_among([key for key in there if key in here], stayed):
            places = [f"thứ {side.index(key) + 1}" for side in (there, here)]
            place, label = f"form.{section}.{path_of(key)}", told("Tờ khai, câu", now[key][1].label)
            walk.note(place, label, "moved", Effect.HARMLESS, before=places[0], after=places[1])


def _placed(form: Sequence[Any]) -> dict[tuple[str, int], tuple[str, Any]]:
    """Each question by its key, with the section it stands in."""
    homes = [
        (path_of(key), field)
        for key, section in by_key(form, lambda it: it.key).items()
        for field in section.fields
    ]
    return by_key(homes, lambda pair: pair[1].key)


def _title(content: RevisionContent, section: str) -> str:
    titles = {path_of(key): one.title for key, one in by_key(content.form, lambda it: it.key).items()}
    return f"phần “{titles[section]}”"


def _hides(walk: Walk, home: str, section: str) -> bool:
    """Whether the one section or the other is asked under conditions."""
    sides = ((walk.before, home), (walk.after, section))
    return any(
        one.show_when
        for content, name in sides
        for key, one in by_key(content.form, lambda it: it.key).items()
        if path_of(key) == name
    )


def compare_offers(
    old: Sequence[Offer],
    new: Sequence[Offer],
    names: Mapping[UUID, str],
    before: RevisionContent,
    after: RevisionContent,
) -> list[Change]:
    """Every difference in what agencies declare; their order says nothing."""
    walk = Walk(before, after)
    walk.tab = "co-quan"
    was, now = ({one.agency_id: one for one in side} for side in (old, new))
    for agency_id, offer in now.items():
        place, label = f"offers.{agency_id}", names.get(agency_id, str(agency_id))
        if agency_id not in was:
            walk.note(place, label, "added", Effect.NOTICE, after=LEVEL_NAMES[offer.declared])
        else:
            walk.record(OFFER, was[agency_id], offer, place, label)
    for agency_id, offer in was.items():
        if agency_id not in now:
            label = names.get(agency_id, str(agency_id))
            declared = LEVEL_NAMES[offer.declared]
            walk.note(f"offers.{agency_id}", label, "removed", Effect.LEGAL, before=declared)
    return walk.found


def classify(changes: Sequence[Change]) -> Effect | None:
    """The weight of the heaviest change; None for no change."""
    return max((change.effect for change in changes), key=lambda effect: effect.weight, default=None)
