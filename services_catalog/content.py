"""What a procedure's revision says: the JSON of `procedure_revision.content` and of the seed files.

Every length and count is bounded here, since an administrator writes it and everyone is shown it.
Published revisions are read back through the same shape: bounds may only widen, fields only be added.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from services_catalog.levels import Level
from services_catalog.rulesets import ReasonCode

Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,59}\Z", examples=["child_name"])]
Short = Annotated[str, Meta(min_length=1, max_length=200)]
Line = Annotated[str, Meta(min_length=1, max_length=500)]
Text = Annotated[str, Meta(min_length=1, max_length=4000)]
Amount = Annotated[int, Meta(ge=0, le=10_000_000_000)]  # đồng
Count = Annotated[int, Meta(ge=0, le=100)]

Kind = Literal[
    "text", "longtext", "number", "money", "date", "date_or_year", "datetime", "choice", "choices", "yesno",
    "personal_id", "phone", "email", "address", "repeat", "commit", "note",
]  # fmt: skip
LifeEvent = Literal["birth", "marriage", "move", "build", "business", "travel", "copies", "death"]
Channel = Literal["online", "counter", "post"]
Prefill = Literal["account.name", "account.email", "account.phone", "account.personal_id", "account.birth"]

MAX_CONTENT = 512 * 1024  # bytes of JSON


class _Part(Struct, forbid_unknown_fields=True, omit_defaults=True, frozen=True):
    """Strict on the way in, short on the way out."""


class Condition(_Part, frozen=True, kw_only=True):
    """Holds when the answer is one of these (for several choices: when any of them is)."""

    field: Key
    any_of: Annotated[list[Annotated[str, Meta(max_length=100)] | bool], Meta(min_length=1, max_length=100)]


Conditions = Annotated[list[Condition], Meta(max_length=10)]  # all must hold


class Option(_Part, frozen=True, kw_only=True):
    value: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.\-]{1,100}\Z", examples=["facility"])]
    label: Line


class Field(_Part, frozen=True, kw_only=True):
    """One question. `min`, `max` bound numbers and money; `max_length` bounds text."""

    key: Key
    kind: Kind
    label: Line
    hint: Line | None = None
    required: bool = True
    options: Annotated[list[Option], Meta(max_length=300)] = []
    show_when: Conditions = []
    max_length: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    min: Annotated[int, Meta(ge=-1_000_000_000, le=1_000_000_000_000_000)] | None = None
    max: Annotated[int, Meta(ge=-1_000_000_000, le=1_000_000_000_000_000)] | None = None
    prefill: Prefill | None = None
    autocomplete: Annotated[str, Meta(pattern=r"^[a-z0-9 -]{1,60}\Z")] | None = None
    not_future: bool = False
    fields: Annotated[list["Field"], Meta(max_length=40)] = []
    min_items: Annotated[int, Meta(ge=0, le=50)] = 0
    max_items: Annotated[int, Meta(ge=1, le=50)] = 10
    text: Text | None = None


class Section(_Part, frozen=True, kw_only=True):
    key: Key
    title: Short
    intro: Text | None = None
    fields: Annotated[list[Field], Meta(min_length=1, max_length=100)]
    show_when: Conditions = []


class TimeLimit(_Part, frozen=True, kw_only=True):
    """The statutory time. `same_day`: until `result_cutoff` today, else the next working day."""

    amount: Annotated[int, Meta(ge=1, le=1000)]
    unit: Literal["same_day", "working_day", "working_hour", "day"]
    result_cutoff: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d\Z")] | None = None
    note: Text | None = None
    basis: Line | None = None


class Case(_Part, frozen=True, kw_only=True):
    """A variant of the procedure; the first case that holds gives the time limit."""

    key: Key
    name: Line
    time_limit: TimeLimit | None = None
    show_when: Conditions = []


class Requirement(_Part, frozen=True, kw_only=True):
    """A paper (thành phần hồ sơ), in how many originals, certified and plain copies."""

    key: Key
    name: Annotated[str, Meta(min_length=1, max_length=1000)]
    originals: Count = 0
    certified: Count = 0
    copies: Count = 0
    needed: Literal["always", "conditional", "not_needed"]
    when: Line | None = None
    show_when: Conditions = []
    hint: Text | None = None
    electronic_ok: bool = True
    original_shown: bool = False
    replaced_by: Line | None = None
    accept: Annotated[list[Literal["pdf", "jpeg", "png", "docx"]], Meta(min_length=1, max_length=4)]
    max_mb: Annotated[int, Meta(ge=1, le=50)] = 20
    max_files: Annotated[int, Meta(ge=1, le=20)] = 5


class FeeItem(_Part, frozen=True, kw_only=True):
    """A fee (phí) or charge (lệ phí) in whole đồng.

    `quantity_field` is the question that multiplies it. `optional`: owed only for an extra the applicant
    asks for, so it says nothing about the level (condition C5 of levels).
    """

    key: Key
    name: Line
    kind: Literal["fee", "charge"]
    amount_vnd: Amount
    online_amount_vnd: Amount | None = None
    per: Literal["dossier", "copy", "page", "case"]
    quantity_field: Key | None = None
    optional: bool = False
    note: Text | None = None
    basis: Line | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class LegalBasis(_Part, frozen=True, kw_only=True):
    number: Short
    name: Annotated[str, Meta(min_length=1, max_length=1000)]
    articles: Line | None = None


class Step(_Part, frozen=True, kw_only=True):
    """One step inside the agency, with the working hours allotted to it."""

    key: Key
    name: Short
    unit: Short
    role: Short
    hours: Annotated[int, Meta(ge=0, le=10_000)]


class Question(_Part, frozen=True, kw_only=True):
    question: Line
    answer: Text


class Result(_Part, frozen=True, kw_only=True):
    """`generated`: the portal can draw the document up from the answers."""

    name: Line
    electronic: bool
    generated: bool


class RevisionContent(_Part, frozen=True, kw_only=True):
    """All a revision says. `form` is empty when there is no e-form."""

    name: Annotated[str, Meta(min_length=1, max_length=1500)]
    summary: Text
    audience: Annotated[list[Literal["citizen", "organisation"]], Meta(min_length=1, max_length=2)]
    life_events: Annotated[list[LifeEvent], Meta(max_length=8)]
    sector: Short
    agency_level: Literal["commune", "province", "ministry"]
    time_limit: TimeLimit
    cases: Annotated[list[Case], Meta(max_length=30)] = []
    requirements: Annotated[list[Requirement], Meta(max_length=60)]
    fees: Annotated[list[FeeItem], Meta(max_length=30)] = []
    online_payment: bool
    channels: Annotated[list[Channel], Meta(min_length=1, max_length=3)]
    return_ways: Annotated[list[Channel], Meta(min_length=1, max_length=3)]
    result: Result | None
    forms_downloadable: bool
    signature_required: bool
    signing_ways: Annotated[list[Literal["vneid", "personal"]], Meta(max_length=2)]
    presence_required: bool
    field_verification: bool
    result_returned_without_presence: bool
    legal_basis: Annotated[list[LegalBasis], Meta(max_length=60)]
    steps: Annotated[list[Step], Meta(max_length=30)]
    related: Annotated[list[Short], Meta(max_length=30)] = []
    usual_mistakes: Annotated[list[Line], Meta(max_length=30)] = []
    faq: Annotated[list[Question], Meta(max_length=30)] = []
    form: Annotated[list[Section], Meta(max_length=40)] = []
    form_template: Line | None = None
    source: Text


class Offer(_Part, frozen=True, kw_only=True):
    """What one agency declares of a revision; a partial service says why, and on what basis."""

    agency_id: UUID
    declared: Level
    reason_code: ReasonCode | None = None
    reason_basis: (
        Annotated[str, Meta(min_length=1, max_length=1000, examples=["Điều 18 Luật Hộ tịch 60/2014/QH13"])]
        | None
    ) = None


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(RevisionContent)


def decode(raw: bytes | str) -> RevisionContent:
    """A revision's content from its JSON.

    Raises:
        msgspec.ValidationError: it is not of this shape; the message names the place.
    """
    return _decoder.decode(raw)


def plain(content: RevisionContent) -> dict[str, Any]:
    """The content as JSON values, defaults left out: what the column holds."""
    values: dict[str, Any] = msgspec.to_builtins(content)
    return values


def content_hash(content: RevisionContent) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal: equal contents, equal hash."""
    return hashlib.sha256(_encoder.encode(content)).hexdigest()


_ASKED = re.compile(r"choice|choices|yesno")


def problems(content: RevisionContent) -> list[str]:
    """What the shape alone cannot say: keys twice, conditions on nothing, options missing; [] if sound.

    A condition may only ask an earlier choice, so that visibility is decided from top to bottom.
    """
    found: list[str] = []
    asked: dict[str, Field] = {}
    seen: set[str] = set()
    for section in content.form:
        found += _conditions(f"form.{section.key}", section.show_when, asked)
        for field in section.fields:
            place = f"form.{section.key}.{field.key}"
            if field.key in seen:
                found.append(f"{place}: mã câu hỏi lặp lại")
            found += _conditions(place, field.show_when, asked) + _field(place, field)
            seen.add(field.key)
            asked[field.key] = field
    for part, items in _keyed(content):
        keys = [item.key for item in items]
        found += [f"{part}.{key}: mã lặp lại" for key in sorted({k for k in keys if keys.count(k) > 1})]
    for part, conditional in (("requirements", content.requirements), ("cases", content.cases)):
        for item in conditional:
            found += _conditions(f"{part}.{item.key}", item.show_when, asked)
    for fee in content.fees:
        counted = asked.get(fee.quantity_field or "")
        if fee.quantity_field and (counted is None or counted.kind != "number"):
            found.append(f"fees.{fee.key}: {fee.quantity_field} không phải câu hỏi về số lượng")
        if fee.optional and not fee.quantity_field:
            found.append(f"fees.{fee.key}: khoản tùy chọn cần câu hỏi về số lượng")
    return found


def _keyed(content: RevisionContent) -> Iterator[tuple[str, list[Any]]]:
    for part in ("form", "requirements", "fees", "steps", "cases"):
        yield part, getattr(content, part)


def _conditions(place: str, conditions: list[Condition], asked: dict[str, Field]) -> list[str]:
    found = []
    for condition in conditions:
        field = asked.get(condition.field)
        if field is None or not _ASKED.fullmatch(field.kind):
            found.append(f"{place}: điều kiện hỏi {condition.field}, không phải câu chọn đứng trước")
            continue
        known = {option.value for option in field.options} if field.options else {True, False}
        found += [
            f"{place}: {condition.field} không có lựa chọn {value}"
            for value in condition.any_of
            if value not in known
        ]
    return found


def _field(place: str, field: Field) -> list[str]:
    found = []
    values = [option.value for option in field.options]
    if (field.kind in ("choice", "choices")) != bool(values) or len(values) != len(set(values)):
        found.append(f"{place}: câu chọn cần các lựa chọn khác nhau, câu khác thì không")
    if (field.kind == "repeat") != bool(field.fields) or field.min_items > field.max_items:
        found.append(f"{place}: mục lặp cần câu hỏi con và số mục hợp lý, câu khác thì không")
    if field.kind in ("note", "commit") and not field.text:
        found.append(f"{place}: cần lời văn")
    if field.min is not None and field.max is not None and field.min > field.max:
        found.append(f"{place}: nhỏ nhất lớn hơn lớn nhất")
    before: dict[str, Field] = {}
    for sub in field.fields:
        inner = f"{place}.{sub.key}"
        if sub.kind == "repeat" or sub.key in before:
            found.append(f"{inner}: câu hỏi con lặp mã hoặc lặp lồng nhau")
            continue
        found += _conditions(inner, sub.show_when, before) + _field(inner, sub)
        before[sub.key] = sub
    return found
