"""Blind indexes of who is in a dossier, filled at filing; what a search box means is in `desk_search`.

A name is indexed word by word, without marks; a phone and a personal id only whole. Nothing can be read
back, and nothing is found by a part of a word (docs/architecture.md, who sees what).
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from auth import identifiers
from dossiers import owners
from dossiers.models import Dossier
from dossiers.workflow import Status
from portal.core import crypto
from portal.core.errors import Invalid
from portal.core.text import fold

_WORDS: Final = re.compile(r"[^\W_]+")
BATCH: Final = 500


class Kind(StrEnum):
    """What a search is taken for."""

    NUMBER = "number"
    PERSONAL_ID = "personal_id"
    PHONE = "phone"
    NAME = "name"


def words(name: str) -> list[str]:
    """The words of a name as they are indexed: no marks, đ as d, each once."""
    return sorted(set(_WORDS.findall(fold(name))))


def tokens(names: Iterable[str]) -> list[bytes]:
    """The blind index of every word of the names."""
    return [crypto.blind(Kind.NAME, word) for word in sorted({one for name in names for one in words(name)})]


def fill(dossier: Dossier, *people: Mapping[str, Any]) -> None:
    """Index the dossier by who files it (first) and its owner where another: {name, phone, personal_id}.

    A phone or personal id that has no normal form is left out; filing judges it, not the index.
    """
    dossier.name_tokens = tokens(str(person.get("name") or "") for person in people)
    first = people[0] if people else {}
    dossier.phone_index = blind(Kind.PHONE, str(first.get("phone") or ""))
    dossier.personal_id_index = blind(Kind.PERSONAL_ID, str(first.get("personal_id") or ""))
    other = people[1] if len(people) > 1 else {}
    dossier.owner_id_index = blind(Kind.PERSONAL_ID, str(other.get("personal_id") or ""))


def blind(kind: Kind, value: str) -> bytes | None:
    """The index of a whole phone or personal id; None where it is none."""
    whole = normal(kind, value)
    return crypto.blind(kind, whole) if whole else None


def normal(kind: Kind, value: str) -> str:
    """The phone or personal id in normal form; empty where it is none."""
    try:
        return identifiers.phone(value) if kind is Kind.PHONE else identifiers.personal_id(value)
    except Invalid:
        return ""


def backfill(session: Session, after: UUID) -> UUID | None:
    """Index the next dossiers filed before there were indexes, as the worker; the last id looked at, or None.

    Running it again, or beside another, changes nothing more.
    """
    rows = session.exec(
        select(Dossier)
        .where(col(Dossier.id) > after, Dossier.status != Status.DRAFT, col(Dossier.name_tokens) == [])
        .order_by(col(Dossier.id))
        .limit(BATCH)
        .with_for_update()
    ).all()
    for dossier in rows:
        try:
            fill(dossier, *owners.people(opened(session, dossier)))
        except crypto.Unreadable:
            continue  # forgotten people are found by nothing
        session.add(dossier)
    session.flush()
    return rows[-1].id if rows else None


def opened(session: Session, dossier: Dossier) -> dict[str, Any]:
    """The applicant as the dossier keeps them: {name, email, phone, personal_id}."""
    found: dict[str, Any] = crypto.open_(
        session, dossier.subject_id, f"dossier.applicant|{dossier.id}", dossier.applicant
    )
    return found
