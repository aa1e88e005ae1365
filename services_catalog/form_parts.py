"""The e-form within a revision: sections, questions, their conditions and options.

Every length and count is bounded here, since an administrator writes it and everyone is shown it.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,59}\Z", examples=["child_name"])]
Short = Annotated[str, Meta(min_length=1, max_length=200)]
Line = Annotated[str, Meta(min_length=1, max_length=500)]
Text = Annotated[str, Meta(min_length=1, max_length=4000)]

Kind = Literal[
    "text", "longtext", "number", "money", "date", "date_or_year", "datetime", "choice", "choices", "yesno",
    "personal_id", "tax_code", "phone", "email", "address", "repeat", "commit", "note", "file",
]  # fmt: skip
SILENT = ("note", "file")  # kinds that have no answer: words, and a paper that is handed in with the papers
Prefill = Literal[
    "account.name", "account.email", "account.phone", "account.personal_id", "account.birth", "earlier"
]


class Part(Struct, forbid_unknown_fields=True, omit_defaults=True, frozen=True):
    """Strict on the way in, short on the way out."""


class Condition(Part, frozen=True, kw_only=True):
    """Holds when the answer is one of these (for several choices: when any of them is)."""

    field: Key
    any_of: Annotated[list[Annotated[str, Meta(max_length=100)] | bool], Meta(min_length=1, max_length=100)]


Conditions = Annotated[list[Condition], Meta(max_length=10)]  # all must hold


class Option(Part, frozen=True, kw_only=True):
    value: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.\-]{1,100}\Z", examples=["facility"])]
    label: Line


class Field(Part, frozen=True, kw_only=True):
    """One question. `min`, `max` bound numbers and money; `max_length` bounds text.

    `required_when` asks for an answer only while it holds (then `required` is false). `pattern` is a
    whole-match expression for text, run by an engine of linear time; `pattern_hint` says it in words.
    A `file` shows the paper of the same key among the questions; it has no answer of its own.
    `prefill` "earlier" offers what the applicant answered in an earlier dossier.
    """

    key: Key
    kind: Kind
    label: Line
    hint: Line | None = None
    required: bool = True
    required_when: Conditions = []
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
    pattern: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    pattern_hint: Line | None = None


class Section(Part, frozen=True, kw_only=True):
    key: Key
    title: Short
    intro: Text | None = None
    fields: Annotated[list[Field], Meta(max_length=100)]
    show_when: Conditions = []
