"""Draws documents in a process of its own: frames on stdin and stdout of `dossiers.pdf_child SECONDS`.

Templates are untrusted input (decision 18). This process has no settings, no database and no secret in
its environment. It loads the fonts once, then forks a short-lived child for each document; the child has
limits on CPU, memory and files, so that a bad template ends itself and nothing else. A frame is eight
bytes of length and a body: the request is JSON {template | source, context}, the answer one byte (`+` a
PDF, `-` the reason's code) and the rest.
"""

import json
import os
import resource
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, Final

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

WALL_SECONDS: Final = 120.0  # only against a child that waits for ever; CPU is the limit
MEMORY_BYTES: Final = 1024 * 1024 * 1024
FILE_BYTES: Final = 64 * 1024 * 1024
MAX_HTML: Final = 4 * 1024 * 1024  # characters a template may make
MAX_PDF: Final = 20 * 1024 * 1024

TEMPLATES: Final = Path(__file__).resolve().parent / "templates"
FONTS: Final = (
    Path(__file__).resolve().parent.parent / "portal/web/static/vendor/@fontsource/be-vietnam-pro/files"
)
_RANGES: Final = {
    "latin": "U+0000-00FF, U+2000-206F, U+20AC, U+2212, U+FEFF, U+FFFD",
    "latin-ext": "U+0100-02FF, U+1D00-1DBF, U+1E00-1E9F, U+1EF2-1EFF",
    "vietnamese": "U+0102-0103, U+0110-0111, U+0128-0129, U+0168-0169, U+01A0-01A1, U+01AF-01B0,"
    " U+0300-0301, U+0303-0304, U+0308-0309, U+0323, U+0329, U+1EA0-1EF9, U+20AB",
}


def serve(cpu_seconds: int, inlet: int = 0, outlet: int = 1) -> None:
    """Answer requests until the other side closes; one may use so many seconds of CPU."""
    press = _Press()
    while (request := _read(inlet)) is not None:
        answer = _in_a_child(press, request, inlet, cpu_seconds)
        if answer is None:
            return
        _write(outlet, answer)


class _Press:
    """WeasyPrint with its fonts loaded; made once, used by every child."""

    def __init__(self) -> None:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration

        self.html = HTML
        self.fonts = FontConfiguration()
        if rules := _font_rules():
            CSS(string=rules, font_config=self.fonts, url_fetcher=_bundled_fonts())
        self.draw("<p>ấm</p>")  # loads what is loaded late, before the first real document

    def draw(self, html: str) -> bytes:
        """A PDF/A-3a of the page; nothing is fetched, from anywhere."""
        document = self.html(string=html, url_fetcher=_nothing(), base_url="motcua:///")
        pdf: bytes = document.write_pdf(font_config=self.fonts, pdf_variant="pdf/a-3a", full_fonts=False)
        return pdf


def _font_rules() -> str:
    """One family per subset: of one name, WeasyPrint 70 mixes their glyphs up."""
    return "\n".join(
        f"@font-face {{ font-family: 'Be Vietnam Pro {subset}'; font-weight: {weight};"
        f" unicode-range: {chars}; src: url('{file.as_uri()}') }}"
        for weight in (400, 600, 700)
        for subset, chars in _RANGES.items()
        if (file := FONTS / f"be-vietnam-pro-{subset}-{weight}-normal.woff2").is_file()
    )


def _nothing() -> Any:
    from weasyprint.urls import URLFetcher

    class Nothing(URLFetcher):  # type: ignore[misc]
        """Refuses every address: a document is whole in itself."""

        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002
            raise ValueError("documents load nothing")

    return Nothing()


def _bundled_fonts() -> Any:
    from weasyprint.urls import URLFetcher

    class BundledFonts(URLFetcher):  # type: ignore[misc]
        """Opens font files of the bundled folder only."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith(FONTS.as_uri() + "/") or ".." in url:
                raise ValueError("only bundled fonts are loaded")
            return super().fetch(url, headers)

    return BundledFonts(allowed_protocols=["file"])


def _in_a_child(press: _Press, request: bytes, inlet: int, cpu_seconds: int) -> bytes | None:
    """The answer of a child under limits; None when the caller went away meanwhile."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _limit(cpu_seconds)
        _write_all(writing, _answer(press, request))
        os._exit(0)
    os.close(writing)
    chunks: list[bytes] = []
    until = time.monotonic() + WALL_SECONDS
    gone = late = False
    while True:
        ready, _, _ = select.select([reading, inlet], [], [], max(0.0, until - time.monotonic()))
        if reading in ready:
            if not (chunk := os.read(reading, 1 << 16)):
                break
            chunks.append(chunk)
        else:
            gone, late = bool(ready), not ready
            os.kill(child, signal.SIGKILL)
            break
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if gone:
        return None
    if late:
        return b"-time"
    if os.WIFSIGNALED(status):
        return b"-cpu" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else b"-crash"
    return b"".join(chunks) or b"-crash"


def _limit(cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(press: _Press, request: bytes) -> bytes:
    """The PDF, or the code of what went wrong; never a word of the content."""
    try:
        asked = json.loads(request)
        pdf = press.draw(page(asked))
    except MemoryError:
        return b"-memory"
    except (TemplateError, TypeError, ArithmeticError, LookupError) as error:
        return b"-template " + type(error).__name__.encode()
    except Exception as error:
        return b"-drawing " + type(error).__name__.encode()
    return b"+" + pdf if len(pdf) <= MAX_PDF else b"-size"


def page(asked: dict[str, Any]) -> str:
    """The HTML of a request: a bundled template by name, or the source of one.

    Raises:
        TemplateError: it asks for what the sandbox forbids or the context lacks.
        MemoryError: it makes more than MAX_HTML characters.
    """
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = (
        environment.from_string(asked["source"])
        if "source" in asked
        else environment.get_template(asked["template"])
    )
    parts, size = [], 0
    for part in template.generate(asked["context"]):
        size += len(part)
        if size > MAX_HTML:
            raise MemoryError
        parts.append(part)
    return "".join(parts)


def _read(inlet: int) -> bytes | None:
    head = _read_exactly(inlet, 8)
    return None if head is None else _read_exactly(inlet, int.from_bytes(head))


def _read_exactly(inlet: int, size: int) -> bytes | None:
    body = b""
    while len(body) < size:
        chunk = os.read(inlet, size - len(body))
        if not chunk:
            return None
        body += chunk
    return body


def _write(outlet: int, body: bytes) -> None:
    _write_all(outlet, len(body).to_bytes(8) + body)


def _write_all(outlet: int, body: bytes) -> None:
    while body:
        body = body[os.write(outlet, body) :]


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the caller, which closes our stdin
    try:
        serve(int(sys.argv[1]))
    except BrokenPipeError:
        sys.exit(0)
