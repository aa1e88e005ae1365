"""A person's tax code is their personal id: the desk masks it; a company's is public."""

import pytest

from portal.web import desk_dossier
from services_catalog.content import Field


@pytest.mark.parametrize(
    ("kind", "value", "hidden"),
    [
        ("tax_code", "001188000001", True),
        ("tax_code", "0100109106", False),
        ("tax_code", "0100109106-001", False),
        ("personal_id", "001188000001", True),
        ("text", "001188000001", False),
    ],
)
def test_what_names_a_person_is_masked_alone_and_within_a_block(kind: str, value: str, hidden: bool) -> None:
    inner = Field(key="code", kind=kind, label="Mã")  # type: ignore[arg-type]
    block = Field(key="firms", kind="repeat", label="Bên", fields=[inner])

    shown = desk_dossier._masked(block, [{"code": value}], False)

    assert desk_dossier._names_a_person(inner, value) is hidden
    assert shown == [{"code": desk_dossier.masked(value) if hidden else value}]
    assert desk_dossier._masked(block, [{"code": value}], True) == [{"code": value}]
