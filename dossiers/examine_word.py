"""What may stand in a Word file: the half of `examine` that opens DOCX. It imports nothing of the portal."""

import html
import re
import zipfile
import zlib
from pathlib import Path
from typing import Final

MAX_ENTRIES: Final = 1_000
MAX_UNZIPPED: Final = 200 * 1024 * 1024  # bytes, counted while unpacking, not as declared
MAX_RATIO: Final = 100  # unpacked to packed, of a whole file above RATIO_FROM
RATIO_FROM: Final = 8 * 1024 * 1024

WORD: Final = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
RELATION: Final = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
ATTRIBUTE: Final = re.compile(r"(\w+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
FIELD: Final = re.compile(r"<(?:\w+:)?instrText\b[^>]*>([^<]*)<|\binstr\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
FETCHING: Final = re.compile(
    r"DDEAUTO|\bDDE\s|INCLUDETEXT|INCLUDEPICTURE|\bIMPORT\s|\bDATABASE\s", re.IGNORECASE
)
# where a link may lead
READING: Final = re.compile(
    r"(?:https?|mailto|tel|ftp):|#|[^:\\/][^:\\]*$", re.IGNORECASE
)  # where a link may lead
PROGRAMS: Final = (
    ".exe", ".dll", ".scr", ".com", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jse", ".wsf", ".hta", ".lnk",
    ".jar", ".msi", ".mht", ".mhtml", ".htm", ".html", ".rtf", ".chm", ".swf",
)  # fmt: skip


class Refused(Exception):
    """The file is refused for the reason of this code."""


def is_word(path: str) -> bool:
    """Whether a ZIP is built as a DOCX; any other ZIP is not a kind of ours."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {"[Content_Types].xml", "word/document.xml"} <= set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError):
        return False


def check_word(path: str, head: bytes) -> None:
    """A DOCX without macros, outside content or bombs."""
    if not is_word(path):
        raise Refused("kind_unknown" if zipfile.is_zipfile(path) else "damaged")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise Refused("zip_bomb")
            names = {entry.filename for entry in entries}
            if len(names) != len(entries) or any(unsafe(name) for name in names):
                raise Refused("damaged")
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise Refused("encrypted")
            if b"%PDF-" in head:
                raise Refused("polyglot")
            unpack(archive, entries, Path(path).stat().st_size)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError, zlib.error) as error:
        raise Refused("damaged") from error


def unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], packed: int) -> None:
    """Unpack every entry in pieces, counting real bytes, and look into the parts that can do harm."""
    total = 0
    for entry in entries:
        name = entry.filename.lower()
        if "vbaproject" in name or "vbadata" in name or "/activex/" in name:
            raise Refused("macro")
        sheet = name.startswith("word/embeddings/") and name.endswith(".xlsx")  # the figures of a chart
        if name.endswith(PROGRAMS) or (name.startswith("word/embeddings/") and not sheet):
            raise Refused("embedded_files")
        looked_into = name.endswith((".xml", ".rels"))
        start, seen = b"", bytearray()
        with archive.open(entry) as part:
            while piece := part.read(64 * 1024):
                total += len(piece)
                if total > MAX_UNZIPPED or (total > RATIO_FROM and total > packed * MAX_RATIO):
                    raise Refused("zip_bomb")
                start = start or piece[:4096]
                if looked_into:
                    seen += piece
        if looked_into and (b"<!DOCTYPE" in start or b"<!ENTITY" in start or b"\x00" in start[:4]):
            raise Refused("external_content")
        check_word_part(name, bytes(seen))


def check_word_part(name: str, part: bytes) -> None:
    """The list of parts names a plain Word document; what leads outside are links to read."""
    if name == "[content_types].xml" and WORD not in part:
        raise Refused("macro" if b"macroEnabled" in part else "kind_unknown")
    text = part.decode("utf-8", "replace")
    if name.endswith(".rels"):
        for relation in RELATION.findall(text):
            check_relation({key: html.unescape(a or b) for key, a, b in ATTRIBUTE.findall(relation)})
    elif name.endswith(".xml"):
        codes = html.unescape("".join(a or b or c for a, b, c in FIELD.findall(text)))
        if FETCHING.search(codes):
            raise Refused("external_content")


def check_relation(named: dict[str, str]) -> None:
    """A part may belong to the document, or be a link that somebody follows knowingly."""
    kind, target = named.get("Type", "").lower(), named.get("Target", "").strip()
    if kind.endswith(("/vbaproject", "/wordvbadata")):
        raise Refused("macro")
    if kind.endswith("/afchunk"):
        raise Refused("embedded_files")
    outside = named.get("TargetMode", "").lower() == "external"
    if outside and not (kind.endswith("/hyperlink") and READING.match(target)):
        raise Refused("external_content")


def unsafe(name: str) -> bool:
    """Whether an entry's name tries to leave its folder."""
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name
