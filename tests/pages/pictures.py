"""Small pictures of the pages, and docs/pages.md, the index of them."""

import io
from itertools import chain
from pathlib import Path

from PIL import Image

from tests.pages.looking import STATES, Look
from tests.pages.tour import TOUR, looks
from tests.pages.walker import WIDTHS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures" / "pages"
INDEX = ROOT / "docs" / "pages.md"
AIM = 80 * 1024  # bytes of one picture
COLOURS = 64
GROUNDS = 8  # of these, kept for what covers most of a page
TALLEST = {1280: 1800, 390: 2800}  # px; what is longer is cut there, and further while it is heavy
SHORTEST = 1200
WORDS = {"empty": "trống", "filled": "có dữ liệu", "error": "có lỗi"}
TABLE = ("| page | route | who | status | pictures |", "|---|---|---|---|---|")
HEAD = """# Every page, as it looks

Written by `script/test tests/pages --pictures`, which walks through every page of a running portal with
people of every role, in Chromium, at 1280 and 390 px, and judges each one: axe, console, foreign origins,
sideways scroll, one h1, a title, `lang`, labels. A route that is not in the tour (`tests/pages/tour.py`)
fails the tests. State: trống is a page with nothing to show yet, có dữ liệu one in use, có lỗi what a person
sees when something is wrong; their pictures are drawn too, but not kept in the repository.
"""


def place(look: Look, width: int, folder: Path = FOLDER) -> Path:
    """Where the picture lies: pages in use side by side, the others (not in the repository) by state."""
    return folder / ("" if look.state == "filled" else look.state) / f"{width}-{look.name}.png"


def keep(shot: bytes, look: Look, width: int, folder: Path = FOLDER) -> int:
    """Write one small picture; its bytes."""
    whole = Image.open(io.BytesIO(shot)).convert("RGB")
    tall = min(whole.height, TALLEST[width])
    while True:
        kept = io.BytesIO()
        part = whole.crop((0, 0, whole.width, tall))
        reduced(part).save(kept, "PNG", optimize=True)
        if kept.tell() <= AIM or tall <= SHORTEST:
            break
        tall -= 200
    path = place(look, width, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(kept.getvalue())
    return kept.tell()


def reduced(part: Image.Image) -> Image.Image:
    """The picture in few colours, each the commonest of those it stands for: no ground changes its hue."""
    grounds = [colour for _, colour in sorted(part.getcolors(part.width * part.height) or [])[-GROUNDS:]]
    others = part.quantize(COLOURS - GROUNDS, Image.Quantize.MAXCOVERAGE).getpalette() or []
    wanted = Image.new("P", (1, 1))
    wanted.putpalette([*chain.from_iterable(grounds), *others])
    few = part.quantize(palette=wanted, dither=Image.Dither.NONE)
    beside = Image.merge("RGBA", (*part.split(), Image.frombytes("L", few.size, few.tobytes())))
    palette = few.getpalette() or []
    for _, (*colour, place) in sorted(beside.getcolors(part.width * part.height) or []):  # the commonest last
        palette[3 * place : 3 * place + 3] = colour
    few.putpalette(palette)
    return few


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
    shown = [
        f"[{width}]({place(look, width).relative_to(INDEX.parent)})"
        for width in WIDTHS
        if look.state == "filled" and place(look, width).exists()
    ]
    where = f"`{route}`" if route else "anywhere"
    return f"| {look.name} | {where} | {', '.join(look.by)} | {look.status} | {' '.join(shown) or '–'} |"
