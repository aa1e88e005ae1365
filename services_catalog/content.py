"""What a procedure's revision says: the JSON of `procedure_revision.content` and of the seed files.

Every length and count is bounded here, since an administrator writes it and everyone is shown it.
Published revisions are read back through the same shape: bounds may only widen, fields only be added.
"""

import hashlib
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from services_catalog.form_parts import (
    Condition,
    Conditions,
    Field,
    Key,
    Kind,
    Line,
    Option,
    Part,
    Prefill,
    Section,
    Short,
    Text,
)
from services_catalog.levels import Level
from services_catalog.rulesets import ReasonCode

__all__ = [
    "MAX_CONTENT",
    "Act",
    "Case",
    "Channel",
    "Condition",
    "FeeItem",
    "Field",
    "Kind",
    "LegalBasis",
    "LifeEvent",
    "NamedResult",
    "Offer",
    "Option",
    "Prefill",
    "Question",
    "Remark",
    "Requirement",
    "Result",
    "RevisionContent",
    "Section",
    "SequenceStep",
    "Step",
    "Template",
    "TimeLimit",
    "Way",
    "content_hash",
    "decode",
    "plain",
]

Prose = Annotated[str, Meta(min_length=1, max_length=20_000)]  # as the source says it, line breaks kept
Code = Annotated[
    str, Meta(min_length=1, max_length=200, examples=["000.00.00.G15-KQ003453"])
]  # as typed there
Keys = Annotated[list[Key], Meta(max_length=100)]
Amount = Annotated[int, Meta(ge=0, le=10_000_000_000)]  # đồng
Count = Annotated[int, Meta(ge=0, le=100)]

LifeEvent = Literal["birth", "marriage", "move", "build", "business", "travel", "copies", "death"]
Channel = Literal["online", "counter", "post"]

MAX_CONTENT = 512 * 1024  # bytes of JSON


class TimeLimit(Part, frozen=True, kw_only=True):
    """The statutory time. `same_day`: until `result_cutoff` today, else the next working day.

    `stated`: the source gives no number that can be counted, only the words in `note`; such a revision
    cannot be filed online (content_checks.problems). `extra_hours` come after the working days: seven
    and a half days are 7 and 4 hours.
    """

    amount: Annotated[int, Meta(ge=1, le=10_000)]
    unit: Literal["same_day", "working_day", "working_hour", "day", "month", "stated"]
    extra_hours: Annotated[int, Meta(ge=0, le=7)] = 0
    result_cutoff: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d\Z")] | None = None
    note: Prose | None = None
    basis: Line | None = None


class Way(Part, frozen=True, kw_only=True):
    """What differs when one files by this channel: its own time limit, and words about it."""

    channel: Channel
    time_limit: TimeLimit | None = None
    note: Prose | None = None


class Case(Part, frozen=True, kw_only=True):
    """A variant (trường hợp) of the procedure, with its own time limit, papers, fees and questions.

    The first case whose `show_when` holds for the answers is the dossier's. Papers and fees name the
    cases they belong to; its questions are the sections and fields under the same conditions.
    """

    key: Key
    name: Annotated[str, Meta(min_length=1, max_length=4000)]
    code: Code | None = None
    time_limit: TimeLimit | None = None
    show_when: Conditions = []


class Template(Part, frozen=True, kw_only=True):
    """A form to download and fill in. `file` is the SHA-256 of a file kept in the catalogue, else a name."""

    name: Line
    file: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")] | None = None


class Requirement(Part, frozen=True, kw_only=True):
    """A paper (thành phần hồ sơ), in how many originals, certified and plain copies.

    `replaced_by` names the national register that holds it: then it is looked up, not asked for, unless
    `ask_basis` records the law that lets an agency ask for it all the same. `cases`: those it belongs to,
    [] = all.

    Source: Decree 309/2026/NĐ-CP, art. 2(1) (no paper whose data a published database holds).
    """

    key: Key
    name: Annotated[str, Meta(min_length=1, max_length=10_000)]
    code: Code | None = None
    template: Template | None = None
    cases: Keys = []
    ask_basis: Line | None = None
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

    @property
    def asked(self) -> bool:
        """Whether an applicant may have to hand it in."""
        return self.needed != "not_needed" and (self.replaced_by is None or self.ask_basis is not None)


class FeeItem(Part, frozen=True, kw_only=True):
    """A fee (phí) or charge (lệ phí) in whole đồng.

    `quantity_field` is the question that multiplies it. `optional`: owed only for an extra the applicant
    asks for, so it says nothing about the level (condition C5 of levels). `channels` and `cases`: where
    it is owed, [] = everywhere. `stated`: something is owed, but the source gives no amount in đồng that
    can be counted, only the words in `note`; such a revision cannot be filed online
    (content_checks.problems).
    """

    key: Key
    name: Line
    kind: Literal["fee", "charge"]
    amount_vnd: Amount
    online_amount_vnd: Amount | None = None
    per: Literal["dossier", "copy", "page", "case"]
    quantity_field: Key | None = None
    optional: bool = False
    stated: bool = False
    note: Prose | None = None
    basis: Line | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    channels: Annotated[list[Channel], Meta(max_length=3)] = []
    cases: Keys = []


class LegalBasis(Part, frozen=True, kw_only=True):
    number: Short
    name: Annotated[str, Meta(min_length=1, max_length=4000)]
    articles: Line | None = None
    issued_on: date | None = None


class SequenceStep(Part, frozen=True, kw_only=True):
    """One step of carrying out (trình tự thực hiện), as the public reads it."""

    name: Annotated[str, Meta(min_length=1, max_length=4000)] | None = None
    text: Prose


class Remark(Part, frozen=True, kw_only=True):
    """What a source says among the papers and is none: a heading, an exception, a warning.

    `about` is the heading it stands under; `cases`: those it belongs to, [] = all.
    """

    text: Prose
    about: Line | None = None
    code: Code | None = None
    cases: Keys = []


Act = Literal["receive", "assign", "appraise", "consult", "draft", "sign", "number", "release", "return"]


class Step(Part, frozen=True, kw_only=True):
    """One step inside the agency: who does it, in how many working hours, and what may be done there."""

    key: Key
    name: Short
    unit: Short
    role: Short
    hours: Annotated[int, Meta(ge=0, le=10_000)]
    actions: Annotated[list[Act], Meta(max_length=9)] = []


class Question(Part, frozen=True, kw_only=True):
    question: Line
    answer: Text


class NamedResult(Part, frozen=True, kw_only=True):
    """A result document by its national code."""

    name: Annotated[str, Meta(min_length=1, max_length=4000)]
    code: Code | None = None


class Result(Part, frozen=True, kw_only=True):
    """`generated`: the portal can draw the document up from the answers."""

    name: Annotated[str, Meta(min_length=1, max_length=4000)]
    code: Code | None = None
    electronic: bool
    generated: bool


class RevisionContent(Part, frozen=True, kw_only=True):
    """All a revision says. `form` is empty when there is no e-form.

    `time_limit` holds where neither the case nor the way of filing has its own. A supplement pauses it or
    begins it anew (`supplement_clock`); the applicant has `supplement_days` working days for it, None = no
    end. `reception_hours` or `reception_days` (working) replace the limit of the check at reception.
    `intake_scope`: whose counters take it in besides the competent unit's, those of the province or all.
    `sequence` is the course the public reads, `steps` the work inside the agency. `departments`,
    `applicants`: who settles it and who may ask for it, in the words of an imported record.
    """

    name: Annotated[str, Meta(min_length=1, max_length=1500)]
    summary: Text
    audience: Annotated[list[Literal["citizen", "organisation"]], Meta(min_length=1, max_length=2)]
    life_events: Annotated[list[LifeEvent], Meta(max_length=8)]
    sector: Short
    agency_level: Literal["commune", "province", "ministry"]
    time_limit: TimeLimit
    supplement_clock: Literal["pause", "restart"] = "pause"
    supplement_days: Annotated[int, Meta(ge=1, le=365)] | None = None
    intake_scope: Literal["unit", "province", "nation"] = "unit"
    reception_hours: Annotated[int, Meta(ge=1, le=1000)] | None = None
    reception_days: Annotated[int, Meta(ge=1, le=365)] | None = None
    cases: Annotated[list[Case], Meta(max_length=100)] = []
    requirements: Annotated[list[Requirement], Meta(max_length=500)]
    fees: Annotated[list[FeeItem], Meta(max_length=500)] = []
    online_payment: bool
    channels: Annotated[list[Channel], Meta(min_length=1, max_length=3)]
    return_ways: Annotated[list[Channel], Meta(min_length=1, max_length=3)]
    ways: Annotated[list[Way], Meta(max_length=3)] = []
    result: Result | None
    other_results: Annotated[list[NamedResult], Meta(max_length=100)] = []
    forms_downloadable: bool
    signature_required: bool
    signing_ways: Annotated[list[Literal["vneid", "personal"]], Meta(max_length=2)]
    presence_required: bool
    field_verification: bool
    result_returned_without_presence: bool
    legal_basis: Annotated[list[LegalBasis], Meta(max_length=200)]
    sequence: Annotated[list[SequenceStep], Meta(max_length=100)] = []
    conditions: Annotated[list[Prose], Meta(max_length=100)] = []
    departments: Annotated[list[Line], Meta(max_length=1000)] = []
    applicants: Annotated[list[Line], Meta(max_length=100)] = []
    remarks: Annotated[list[Remark], Meta(max_length=500)] = []
    steps: Annotated[list[Step], Meta(max_length=30)]
    related: Annotated[list[Short], Meta(max_length=30)] = []
    usual_mistakes: Annotated[list[Line], Meta(max_length=30)] = []
    faq: Annotated[list[Question], Meta(max_length=30)] = []
    form: Annotated[list[Section], Meta(max_length=40)] = []
    form_template: Line | None = None
    keywords: Annotated[list[Line], Meta(max_length=100)] = []
    source: Text


class Offer(Part, frozen=True, kw_only=True):
    """What one agency declares of a revision; a partial service says why, and on what basis.

    `unit` is the unit that receives; `steps`, when given, are the agency's own internal process.
    """

    agency_id: UUID
    declared: Level
    reason_code: ReasonCode | None = None
    reason_basis: (
        Annotated[str, Meta(min_length=1, max_length=1000, examples=["Điều 18 Luật Hộ tịch 60/2014/QH13"])]
        | None
    ) = None
    unit: Line | None = None
    steps: Annotated[list[Step], Meta(max_length=30)] = []


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
