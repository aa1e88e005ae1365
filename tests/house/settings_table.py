"""The table of settings of docs/settings.md: `python -m tests.house.settings_table` writes it anew."""

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from portal.core.settings import Settings
from tests.house.running import ROOT

FILE = ROOT / "docs" / "settings.md"
BEGIN, END = "<!-- settings: made by tests/house/settings_table.py -->", "<!-- end of settings -->"


def shown(default: object) -> str:
    """A default as people write it in an environment."""
    if default is PydanticUndefined:
        return "**needed**"
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default is None or default == "":
        return "—"
    if isinstance(default, bool):
        return f"`{int(default)}`"
    return f"`{default}`"


def table() -> str:
    """One line for each setting, in the order of the code."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"
        lines.append(f"| `MOTCUA_{name.upper()}` | {shown(field.default)} | {field.description} |")
    return "\n".join(lines)


def document(text: str) -> str:
    """The document with the table as it is now."""
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    FILE.write_text(document(FILE.read_text(encoding="utf-8")), encoding="utf-8")
