"""What a foreign record says, in our words but still in its own order: between its shape and a revision."""

from datetime import date
from typing import Any, Literal

from msgspec import Struct

from services_catalog.content import Channel, RevisionContent, TimeLimit


class Charge(Struct, frozen=True):
    """What is owed: đồng, or None and the words alone. `price`: neither phí nor lệ phí."""

    kind: Literal["fee", "charge", "price"]
    amount_vnd: int | None
    words: str = ""


class Method(Struct, frozen=True):
    """One way of filing; a record repeats it once for each case that has its own time."""

    channel: Channel
    limit: TimeLimit
    words: str = ""
    charges: list[Charge] = []


class Paper(Struct, frozen=True):
    name: str
    code: str = ""
    originals: int = 0
    copies: int = 0
    required: bool = False
    templates: list[str] = []
    hint: str = ""


class Group(Struct, frozen=True):
    """Papers under one heading: a case, or only "papers to hand in", "papers to show", "remarks"."""

    name: str
    papers: list[Paper]


class KnownCase(Struct, frozen=True):
    """A case that the source names by code, with its own time."""

    name: str
    code: str = ""
    limit: TimeLimit | None = None
    papers: list[Paper] = []


class Named(Struct, frozen=True):
    name: str
    code: str = ""
    day: date | None = None  # of a document of law: issued on


class Record(Struct, kw_only=True):
    """One procedure of a foreign catalogue, read and put right, in its own order."""

    code: str
    name: str
    summary: str = ""
    sectors: list[str] = []
    publisher: str = ""
    agency_level: Literal["commune", "province", "ministry"]
    applicants: list[str] = []
    methods: list[Method] = []
    receiving: str = ""  # where to hand in on paper, in words
    groups: list[Group] = []
    cases: list[KnownCase] = []
    papers: list[Paper] = []  # of every case
    charges: list[Charge] = []  # by every way
    steps: list[tuple[str, str]] = []  # heading, text
    results: list[Named] = []
    return_ways: list[Channel] = []
    bases: list[Named] = []
    conditions: str = ""
    remarks: list[tuple[str, str]] = []  # heading, text
    settled_by: list[Named] = []
    decided_by: list[Named] = []
    helped_by: list[tuple[str, Named]] = []  # in which part, who
    topics: list[str] = []
    keywords: list[str] = []
    related: list[str] = []  # codes
    source: str
    typed_full: bool | None = None
    notes: list[str] = []  # for the report: what was put right


class Imported(Struct, kw_only=True):
    """A record as the draft of a revision, and what belongs beside it."""

    code: str
    content: RevisionContent
    publisher: str
    sectors: list[str]
    agencies: list[Named]  # who may be ours
    typed_full: bool | None  # the source's own flag, typed by hand
    returns_told: bool
    notes: list[str]

    @property
    def row(self) -> dict[str, Any]:
        """What the procedure's own row says beside its revision."""
        said = self.content
        return {
            "publisher": self.publisher[:200],
            "departments": _joined(said.departments, 2000),
            "applicants": _joined(said.applicants, 1000),
        }


def _joined(names: list[str], longest: int) -> str:
    """The names with bars between, as many as fit whole."""
    kept = ""
    for name in names:
        more = f"{kept}|{name}" if kept else name
        if len(more) > longest:
            break
        kept = more
    return kept
