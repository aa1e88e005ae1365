"""The register of dossiers of an agency (sổ theo dõi hồ sơ): what its leaves say. Pure.

Source: Circular 03/2025/TT-VPCP, annex I, form 07; Circular 01/2018/TT-VPCP, form 06, art. 10 (a book a year,
numbered on from the first to the last day of it).
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from dossiers.documents_contents import RETURN_WAYS, Office
from dossiers.documents_sets import REGISTERS, label
from dossiers.words import local, long_date

TEMPLATE: Final = "register.html"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `position`: from 1 in each year; `returned_at`: None until the result was returned."""

    position: int
    number: str
    procedure: str
    applicant: str
    contact: str  # address and phone
    competent: str
    accepted_at: dt.datetime
    due_at: dt.datetime | None
    returned_at: dt.datetime | None
    return_way: str
    note: str = ""


def leaves(
    office: Office, entries: Sequence[Entry], *, since: dt.date, until: dt.date, form_set: str, demo: bool
) -> dict[str, Any]:
    """The template's names for the register of a period (both days belong to it).

    Source: Circular 03/2025/TT-VPCP, annex I, form 07.
    """
    form = REGISTERS[form_set]
    return {
        "form_label": label(form.number, form_set),
        "form_name": form.name,
        "agency": office.name,
        "superior": office.superior,
        "year": since.year,
        "since": long_date(since),
        "until": long_date(until),
        "created": f"{until:%Y-%m-%d}T00:00:00Z",
        "demo": demo,
        "entries": [_line(entry) for entry in entries],
    }


def _line(entry: Entry) -> dict[str, str]:
    return {
        "position": str(entry.position),
        "number": entry.number,
        "procedure": entry.procedure,
        "sets": "01",
        "applicant": entry.applicant,
        "contact": entry.contact,
        "competent": entry.competent,
        "accepted": _short(entry.accepted_at),
        "due": _short(entry.due_at),
        "returned": _short(entry.returned_at),
        "return_way": RETURN_WAYS[entry.return_way],
        "note": entry.note,
    }


def _short(at: dt.datetime | None) -> str:
    return f"{local(at):%H:%M %d/%m/%Y}" if at else ""
