"""What no template may hold: inline style or script, unescaped output, addresses of other origins."""

import re
from pathlib import Path

import pytest

from portal.web.pages import HERE, templates

TEMPLATES = sorted((HERE / "templates").rglob("*.html"))
SCRIPTS = sorted((HERE / "static" / "js").glob("*.js"))
STYLES = sorted((HERE / "static" / "css").glob("*.css"))


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 15
    assert SCRIPTS
    assert STYLES


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("a style attribute", r"<[^>]*\sstyle\s*="),
        ("a style element", r"<style\b"),
        ("an inline script", r"<script(?![^>]*\ssrc=)[^>]*>"),
        ("an event attribute", r"<[^>]*\son[a-z]+\s*="),
        ("a javascript: address", r"javascript:"),
        ("output that is not escaped", r"\|\s*safe\b|autoescape\s+false|Markup\("),
        ("another origin", r"(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//"),
        ("a dead link", r"href\s*=\s*[\"']#?[\"']"),
        ("evaluation by htmx", r"hx-on|hx-vals\s*=\s*[\"']js:"),
    ],
)
def test_no_template_holds(path: Path, fault: str, pattern: str) -> None:
    """The content security policy would stop most of these; the page must not need it to."""
    found = re.search(pattern, path.read_text("utf-8"), re.IGNORECASE)
    assert found is None, f"{path.name} holds {fault}: {found and found[0]}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_compiles(path: Path) -> None:
    assert templates().get_template(str(path.relative_to(HERE / "templates")))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
@pytest.mark.parametrize("word", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("])
def test_no_script_writes_markup(path: Path, word: str) -> None:
    """Text from people is set as text."""
    assert word not in path.read_text("utf-8")


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_no_style_asks_another_origin(path: Path) -> None:
    assert re.search(r"url\(\s*[\"']?(?:https?:)?//", path.read_text("utf-8")) is None


def test_unknown_names_are_errors() -> None:
    """A misspelt variable fails a test, it does not print nothing."""
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        templates().from_string("{{ no_such_name }}").render()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_acts_carries_the_token(path: Path) -> None:
    """Signed-in browsers must send it; the store's own form must not know it."""
    source = path.read_text("utf-8")
    whose = path.with_name("dossier.html") if path.name.startswith("_") else path  # a panel has its page's
    given = whose.read_text("utf-8") if whose.exists() else source
    macro = re.search(r"{% macro hidden\(\) %}.*?{% endmacro %}", given, re.DOTALL)
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", source, re.DOTALL):
        if "multipart/form-data" not in form.split(">")[0]:
            whole = form.replace("{{ hidden() }}", macro[0] if macro else "")
            assert "csrf" in whole, form[:120]
