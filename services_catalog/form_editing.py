"""Small changes of a draft's form, one at a time: a content in, a content out. Pure.

A place in the form is named "section:KEY", "KEY", or "BLOCK.KEY" for a question of a repeatable block.
Papers that stand among the questions follow them: same key, same conditions.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Final, TypeVar

import msgspec

from portal.core.errors import Invalid
from services_catalog import content as contents
from services_catalog import form_papers, form_ready
from services_catalog.content import RevisionContent
from services_catalog.form_keys import new_key
from services_catalog.form_parts import Condition, Field, Kind, Section

Earlier = Mapping[str, Set[str]]
SECTION: Final = "section:"
MAX_SECTIONS, MAX_FIELDS, MAX_SUBS = 40, 100, 40
COPY: Final = " (bản sao)"
Part = TypeVar("Part", Section, Field)


class NotThere(Invalid):
    """Somebody removed it meanwhile, or the page was changed."""

    title = "Mục này không còn trong tờ khai"

    def __init__(self) -> None:
        super().__init__("Câu hỏi hay phần này không còn trong tờ khai. Tải lại trang rồi làm tiếp.")


class TooMuch(Invalid):
    """A form has bounds, since everyone is shown it."""

    title = "Tờ khai quá lớn"


def checked(content: RevisionContent) -> RevisionContent:
    """The content, when it keeps the bounds of its shape.

    Raises:
        TooMuch: it does not.
    """
    raw = msgspec.json.encode(content)
    if len(raw) > contents.MAX_CONTENT:
        raise TooMuch("Tờ khai đã đầy: nội dung thủ tục vượt 512 kB. Rút ngắn các lời dẫn, lựa chọn.")
    try:
        return contents.decode(raw)
    except msgspec.ValidationError:
        raise TooMuch("Thay đổi này vượt giới hạn của tờ khai: quá dài, hoặc quá nhiều mục.") from None


def section_of(content: RevisionContent, place: str) -> Section:
    """The section a place is, or lies in. Raises NotThere."""
    key = place.removeprefix(SECTION)
    for section in content.form:
        if place.startswith(SECTION):
            if section.key == key:
                return section
        elif any(field.key == place.partition(".")[0] for field in section.fields):
            return section
    raise NotThere


def field_at(content: RevisionContent, place: str) -> Field:
    """The question at a place. Raises NotThere."""
    block, _, sub = place.partition(".")
    for field in section_of(content, block).fields:
        if field.key == block:
            return _in(field.fields, sub) if sub else field
    raise NotThere


def _in(fields: Sequence[Field], key: str) -> Field:
    found = next((field for field in fields if field.key == key), None)
    if found is None:
        raise NotThere
    return found


def add_section(content: RevisionContent, title: str) -> tuple[RevisionContent, str]:
    """A new, empty section at the end, and its place."""
    if len(content.form) >= MAX_SECTIONS:
        raise TooMuch(f"Tờ khai có tối đa {MAX_SECTIONS} phần.")
    key = new_key(title, taken={section.key for section in content.form})
    return _with(content, [*content.form, Section(key=key, title=title, fields=[])]), SECTION + key


def change_section(
    content: RevisionContent, place: str, *, title: str, intro: str | None, show_when: list[Condition]
) -> RevisionContent:
    """The section with other words and conditions; its key stays."""
    old = section_of(content, place)
    new = msgspec.structs.replace(old, title=title, intro=intro, show_when=show_when)
    return _with(content, [new if section is old else section for section in content.form])


def add_field(
    content: RevisionContent, target: str, kind: Kind, label: str, earlier: Earlier
) -> tuple[RevisionContent, str]:
    """A new question at the end of a section ("section:KEY") or a block ("KEY"), and its place.

    A paper that has this name already is the one a new `file` shows.
    """
    siblings = _siblings(content, target)
    if kind == "file" and (paper := form_papers.unshown(content, label)):
        field = form_papers.showing(paper, label)
    else:
        taken, block = _taken(content, target, kind), _block(target)
        key = new_key(label, kind, taken=taken, earlier=earlier, block=block)
        field = Field(key=key, kind=kind, label=label, **form_ready.DEFAULTS.get(kind, {}))
    return _fill(content, target, [*siblings, field]), _place(target, field.key)


def add_block(
    content: RevisionContent, target: str, block: str, label: str, earlier: Earlier
) -> tuple[RevisionContent, str]:
    """The questions of a ready-made block at the end of a section or a block, and the place of the first.

    In a section their keys share a beginning made of the label; a block has that name already.
    """
    siblings, within = list(_siblings(content, target)), _block(target)
    taken = set(_taken(content, target, "text"))
    parts = form_ready.parts(block, "" if within else label)
    stem = "" if within else _stem(label, [end for end, *_ in parts], taken) + "_"
    first = ""
    for end, kind, words, more in parts:
        key = new_key(stem + end, kind, taken=taken, earlier=earlier, block=within)
        taken.add(key)
        first = first or key
        siblings.append(Field(key=key, kind=kind, label=words, **more))
    return _fill(content, target, siblings), _place(target, first)


def _stem(label: str, ends: Sequence[str], taken: Set[str]) -> str:
    """A beginning under which none of the keys is taken: two blocks of one name stay apart."""
    stem, number = new_key(label, "text", taken=frozenset()), 1
    made = stem
    while any(f"{made}_{end}" in taken for end in ends):
        number += 1
        made = f"{stem}_{number}"
    return made


def change_field(
    content: RevisionContent, place: str, field: Field, earlier: Earlier
) -> tuple[RevisionContent, str]:
    """The question as given, and its place. Its key stays unless that key once stood for this other kind."""
    old = field_at(content, place)
    target = _target(content, place)
    block = _block(target)
    key = old.key
    used_otherwise = earlier.get(place, {field.kind}) != {field.kind}
    of_a_paper = field.kind == "file" and any(paper.key == key for paper in content.requirements)
    if field.kind != old.kind and (used_otherwise or of_a_paper):
        taken = _taken(content, target, field.kind)
        key = new_key(field.label, field.kind, taken=taken, earlier=earlier, block=block)
    new = msgspec.structs.replace(field, key=key)
    made = _fill(content, target, [new if one is old else one for one in _siblings(content, target)])
    if key != old.key:
        made = _renamed(made, old.key, key, block)
    return form_papers.following(content, made), _place(target, key)


def duplicate(content: RevisionContent, place: str, earlier: Earlier) -> tuple[RevisionContent, str]:
    """A copy of a question right after it, under a key of its own, and the place of the copy."""
    old, target = field_at(content, place), _target(content, place)
    taken = _taken(content, target, old.kind)
    key = new_key(old.key, old.kind, taken=taken, earlier=earlier, block=_block(target))
    copy = msgspec.structs.replace(old, key=key, label=old.label[: 500 - len(COPY)] + COPY)
    siblings = list(_siblings(content, target))
    siblings.insert(siblings.index(old) + 1, copy)
    return _fill(content, target, siblings), _place(target, key)


def remove(content: RevisionContent, place: str) -> RevisionContent:
    """Without the section or the question. Papers shown by it stay among the papers."""
    if place.startswith(SECTION):
        gone = section_of(content, place)
        return _with(content, [section for section in content.form if section is not gone])
    old, target = field_at(content, place), _target(content, place)
    return _fill(content, target, [one for one in _siblings(content, target) if one is not old])


def move(content: RevisionContent, place: str, step: int) -> RevisionContent:
    """One place up (-1) or down (1); from the edge of a section a question goes into the next one.

    What stands at the edge of the form, or of its block, stays.
    """
    if place.startswith(SECTION):
        return _with(content, _moved(content.form, section_of(content, place), step))
    old, target = field_at(content, place), _target(content, place)
    siblings = _siblings(content, target)
    moved = _moved(siblings, old, step)
    if moved != siblings or _block(target):
        return _fill(content, target, moved)
    here = content.form.index(section_of(content, place))
    there = here + step
    if not 0 <= there < len(content.form):
        return content
    form = list(content.form)
    others = form[there].fields
    joined = [*others, old] if step < 0 else [old, *others]
    if len(joined) > MAX_FIELDS:
        raise TooMuch(f"Một phần có tối đa {MAX_FIELDS} câu hỏi.")
    form[there] = msgspec.structs.replace(form[there], fields=joined)
    form[here] = msgspec.structs.replace(form[here], fields=[one for one in siblings if one is not old])
    return _with(content, form)


def _moved(parts: Sequence[Part], part: Part, step: int) -> list[Part]:
    made = list(parts)
    here = made.index(part)
    there = here + step
    if 0 <= there < len(made):
        made[here], made[there] = made[there], made[here]
    return made


def _target(content: RevisionContent, place: str) -> str:
    """What holds the question: its block, or its section."""
    block, _, sub = place.partition(".")
    return block if sub else SECTION + section_of(content, place).key


def _block(target: str) -> str:
    return "" if target.startswith(SECTION) else target


def _place(target: str, key: str) -> str:
    return f"{target}.{key}" if _block(target) else key


def _siblings(content: RevisionContent, target: str) -> list[Field]:
    if target.startswith(SECTION):
        return section_of(content, target).fields
    holder = field_at(content, target)
    if holder.kind != "repeat" or "." in target:
        raise NotThere
    return holder.fields


def _taken(content: RevisionContent, target: str, kind: Kind) -> Set[str]:
    """The keys a new question may not have; one that shows a new paper has none of another paper's."""
    if _block(target):
        return {field.key for field in _siblings(content, target)}
    keys = {field.key for section in content.form for field in section.fields}
    return keys | ({paper.key for paper in content.requirements} if kind == "file" else set())


def _fill(content: RevisionContent, target: str, fields: list[Field]) -> RevisionContent:
    """The content with these questions in the section or block."""
    most = MAX_SUBS if _block(target) else MAX_FIELDS
    if len(fields) > most:
        raise TooMuch(f"Một {'mục lặp' if _block(target) else 'phần'} có tối đa {most} câu hỏi.")

    if not _block(target):
        here = section_of(content, target)
        new = msgspec.structs.replace(here, fields=fields)
        return _with(content, [new if section is here else section for section in content.form])
    block = field_at(content, target)

    def filled(one: Field) -> Field:
        return msgspec.structs.replace(one, fields=fields) if one is block else one

    return _with(content, [_each(section, filled) for section in content.form])


def _each(section: Section, change: Callable[[Field], Field]) -> Section:
    return msgspec.structs.replace(section, fields=[change(field) for field in section.fields])


def _with(content: RevisionContent, form: Sequence[Section]) -> RevisionContent:
    changed = msgspec.structs.replace(content, form=list(form))
    return form_papers.following(content, changed)


def _renamed(content: RevisionContent, old: str, new: str, block: str) -> RevisionContent:
    """Conditions, papers and fees that speak of a key, with its new name."""

    def conditions(said: list[Condition]) -> list[Condition]:
        return [_replace_condition(one, old, new) for one in said]

    def field(one: Field) -> Field:
        return msgspec.structs.replace(
            one, show_when=conditions(one.show_when), required_when=conditions(one.required_when)
        )

    if block:

        def inside(one: Field) -> Field:
            if one.key != block:
                return one
            return msgspec.structs.replace(one, fields=[field(sub) for sub in one.fields])

        return _with(content, [_each(section, inside) for section in content.form])
    form = [
        msgspec.structs.replace(_each(section, field), show_when=conditions(section.show_when))
        for section in content.form
    ]
    return msgspec.structs.replace(
        content,
        form=form,
        requirements=[
            msgspec.structs.replace(paper, show_when=conditions(paper.show_when))
            for paper in content.requirements
        ],
        cases=[msgspec.structs.replace(case, show_when=conditions(case.show_when)) for case in content.cases],
        fees=[
            msgspec.structs.replace(fee, quantity_field=new) if fee.quantity_field == old else fee
            for fee in content.fees
        ],
    )


def _replace_condition(one: Condition, old: str, new: str) -> Condition:
    return msgspec.structs.replace(one, field=new) if one.field == old else one


def stands(content: RevisionContent, place: str) -> str:
    """Where it stands, in words for those who do not see it move."""
    if place.startswith(SECTION):
        found = content.form.index(section_of(content, place))
        return f"phần {found + 1} trong {len(content.form)}"
    target = _target(content, place)
    siblings = _siblings(content, target)
    at = f"vị trí {siblings.index(field_at(content, place)) + 1} trong {len(siblings)}"
    if _block(target):
        return f"{at} của mục lặp “{field_at(content, target).label}”"
    return f"{at} của phần “{section_of(content, place).title}”"
