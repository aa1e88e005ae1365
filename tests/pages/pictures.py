"""Small pictures of the pages, and docs/pages.md, the index of them."""

import io
from pathlib import Path

from PIL import Image

from tests.pages.looking import STATES, Look
from tests.pages.tour import TOUR, looks
from tests.pages.walker import WIDTHS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures" / "pages"
INDEX = ROOT / "docs" / "pages.md"
AIM = 80 * 1024  # bytes of one picture
TALLEST = 4000  # px; what is longer is cut there
WORDS = {"empty": "trống", "filled": "có dữ liệu", "error": "có lỗi"}
TABLE = ("| page | route | who | status | pictures |", "|---|---|---|---|---|")
HEAD = """# Every page, as it looks

Written by `script/test tests/pages --pictures`, which walks through every page of a running portal with
people of every role, in Chromium, at 1280 and 390 px, and judges each one: axe, console, foreign origins,
sideways scroll, one h1, a title, `lang`, labels. A route that is not in the tour (`tests/pages/tour.py`)
fails the tests. State: trống is a page with nothing to show yet, có dữ liệu one in use, có lỗi what a person
sees when something is wrong. Pictures that are not in the repository are made by the same command.
"""


def keep(shot: bytes, name: str, width: int, folder: Path = FOLDER) -> int:
    """Write one picture with as many colours as its size allows; its bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = Image.open(io.BytesIO(shot)).convert("RGB")
    whole = whole.crop((0, 0, whole.width, min(whole.height, TALLEST)))
    for colours in (128, 64, 32, 16):
        kept = io.BytesIO()
        small = whole.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        small.save(kept, "PNG", optimize=True)
        if kept.tell() <= AIM:
            break
    (folder / f"{width}-{name}.png").write_bytes(kept.getvalue())
    return kept.tell()


def document() -> str:
    """What docs/pages.md says, with links to the pictures that are there."""
    lines = [HEAD]
    for state in STATES:
        lines += [f"## {WORDS[state].capitalize()}", "", *TABLE]
        lines += [_row(route, look) for route, look in looks(state, long=True)]
        lines.append("")
    lines += ["## No page of their own", ""]
    lines += [f"- `{route}`: {stop.without['page']}" for route, stop in TOUR.items() if not stop.looks]
    lines += ["", "## States that a route does not have", ""]
    lines += [
        f"- `{route}`, {WORDS[state]}: {why}"
        for route, stop in TOUR.items()
        for state, why in stop.without.items()
        if state in STATES
    ]
    return "\n".join(lines) + "\n"


def _row(route: str, look: Look) -> str:
    files = [(width, f"{width}-{look.name}.png") for width in WIDTHS]
    shown = [f"[{width}](pictures/pages/{file})" for width, file in files if (FOLDER / file).exists()]
    where = f"`{route}`" if route else "anywhere"
    return f"| {look.name} | {where} | {', '.join(look.by)} | {look.status} | {' '.join(shown) or '–'} |"
