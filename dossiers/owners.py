"""Whose dossier it is, read from the applicant as a dossier keeps them (parties.declare). Pure."""

from collections.abc import Mapping
from typing import Any


def owner_of(applicant: Mapping[str, Any]) -> Mapping[str, str]:
    """Whose dossier it is, where that is not who files: {name, number, phone?, address}; else {}."""
    found: Mapping[str, str] = applicant.get("owner") or {}
    return found


def owner_name(applicant: Mapping[str, Any]) -> str:
    """The name the dossier goes by: its owner's, else the applicant's."""
    return str(owner_of(applicant).get("name") or applicant.get("name") or "")


def shown_name(applicant: Mapping[str, Any]) -> str:
    """The same, with who files where that is another: how lists name a dossier."""
    name, files = owner_name(applicant), str(applicant.get("name") or "")
    return f"{name} ({files} nộp)" if owner_of(applicant) else name


def people(applicant: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Everybody the dossier names, who files first, for the blind indexes: {name, phone, personal_id}."""
    owner = owner_of(applicant)
    return [applicant, *([{**owner, "personal_id": owner.get("number")}] if owner else [])]
