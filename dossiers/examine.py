"""The program that opens one untrusted file: `python -I examine.py FILE`, in a limited child process.

It imports nothing of the portal but `examine_word`, its other half. It prints `ready` once its
libraries are loaded and its limits set, so that a broken installation is not taken for a broken
file, then one line of JSON: `{"kind": "pdf"|"jpeg"|"png"|"docx"|null, "reason": code|null}`.
Codes are those of `refusals.SENTENCES`.
"""

import json
import os
import re
import resource
import sys
import warnings
import zipfile
from pathlib import Path
from typing import Any, Final

import pikepdf
from PIL import Image, ImageFile, UnidentifiedImageError

if __name__ == "__main__":  # alone and isolated, it finds its other half here
    sys.path.append(str(Path(__file__).resolve().parent.parent))
from dossiers.examine_word import Refused, check_word, is_word

MEMORY: Final = 1024 * 1024 * 1024  # bytes of address space
CPU_SECONDS: Final = 20
MAX_PIXELS: Final = 100_000_000
MAX_DECODED_PIXELS: Final = 50_000_000  # larger pictures are judged by their header alone
MAX_SIDE: Final = 30_000
MAX_PAGES: Final = 5_000
MAX_PDF_OBJECTS: Final = 500_000
TAIL: Final = 64 * 1024  # bytes in which a PDF must end

PNG: Final = b"\x89PNG\r\n\x1a\n"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEIC_BRANDS: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
ACTIVE: Final = {
    "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToR", "/GoToE",
    "/Movie", "/Rendition", "/RichMediaExecute",
}  # fmt: skip
PLAYED: Final = {"/RichMedia", "/3D", "/Movie", "/Sound", "/Screen"}  # kinds of annotation
MARKUP: Final = re.compile(rb"<script|<html|<svg|<\?php|<!doctype", re.IGNORECASE)
HIDDEN: Final = re.compile(rb"%PDF-\d\.\d|<script[\s>]|<html[\s>]|<\?php|<!doctype html", re.IGNORECASE)


def sniff(head: bytes) -> str | None:
    """The kind by the first bytes: one of ours, `zip`, `ole`, `heic`, or None."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(PNG):
        return "png"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(OLE):
        return "ole"
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return "heic"
    return None


def examine(path: str) -> dict[str, str | None]:
    """The kind of a file and the code of what speaks against it."""
    with open(path, "rb") as file:
        head = file.read(1024)
    kind = sniff(head)
    try:
        match kind:
            case "pdf":
                check_pdf(path, head)
            case "jpeg" | "png":
                check_image(path, head, kind)
            case "zip":
                kind = "docx" if is_word(path) else None
                check_word(path, head)
            case "ole":
                kind = None
                raise Refused("encrypted" if holds_encrypted_package(path) else "old_word")
            case "heic":
                kind = None
                raise Refused("heic")
            case _:
                raise Refused("kind_unknown")
    except Refused as refusal:
        return {"kind": kind, "reason": str(refusal)}
    except (MemoryError, RecursionError):
        return {"kind": kind, "reason": "too_complex"}
    return {"kind": kind, "reason": None}


def check_pdf(path: str, head: bytes) -> None:
    """A PDF opens without password, has pages, and does nothing by itself."""
    if zipfile.is_zipfile(path):
        raise Refused("polyglot")
    with open(path, "rb") as file:
        file.seek(max(0, Path(path).stat().st_size - TAIL))
        _, end, rest = file.read().rpartition(b"%%EOF")
    if not end:
        raise Refused("damaged")  # cut off; the library would mend it, and pages would be missing
    if MARKUP.search(head) or MARKUP.search(rest):
        raise Refused("polyglot")
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise Refused("encrypted")
            if len(pdf.objects) > MAX_PDF_OBJECTS:
                raise Refused("too_complex")
            for number in range(len(pdf.objects)):
                check_pdf_object(pdf.objects[number])
            if not 1 <= len(pdf.pages) <= MAX_PAGES:
                raise Refused("damaged" if len(pdf.pages) == 0 else "too_complex")
    except pikepdf.PasswordError as error:
        raise Refused("encrypted") from error
    except (pikepdf.PdfError, pikepdf.DependencyError, ValueError, TypeError, AttributeError) as error:
        raise Refused("damaged") from error


def check_pdf_object(top: Any) -> None:
    """Refuse an object, with its direct children, that runs, launches or carries something."""
    waiting = [top]
    while waiting:
        here = waiting.pop()
        if isinstance(here, pikepdf.Array):
            waiting += [item for item in here if is_direct(item)]
        elif isinstance(here, (pikepdf.Dictionary, pikepdf.Stream)):
            keys = set(here.keys())
            if "/JS" in keys or "/XFA" in keys or str(here.get("/S", "")) in ACTIVE:
                raise Refused("active_content")
            opened = here.get("/OpenAction")
            by_itself = isinstance(opened, pikepdf.Dictionary) and str(opened.get("/S", "")) == "/URI"
            if "/AA" in keys or by_itself or str(here.get("/Subtype", "")) in PLAYED:
                raise Refused("active_content")
            kinds = {str(here.get("/Type", "")), str(here.get("/Subtype", ""))}
            if "/EF" in keys or kinds & {"/EmbeddedFile", "/FileAttachment"}:
                raise Refused("embedded_files")
            waiting += [item for key in keys if key != "/Parent" and is_direct(item := here.get(key))]


def is_direct(item: Any) -> bool:
    """Whether the value is a container written in place (those by reference are visited on their own)."""
    return isinstance(item, (pikepdf.Array, pikepdf.Dictionary)) and not item.is_indirect


def check_image(path: str, head: bytes, kind: str) -> None:
    """A picture of bearable size that decodes, and is not also something else."""
    if b"%PDF-" in head or MARKUP.search(head) or zipfile.is_zipfile(path):
        raise Refused("polyglot")
    if HIDDEN.search(Path(path).read_bytes()):  # behind the picture, where only other readers look
        raise Refused("polyglot")
    formats = ("JPEG",) if kind == "jpeg" else ("PNG",)  # JPEG opens MPO, many pictures in one, too
    try:
        with Image.open(path, formats=formats) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
                raise Refused("pixel_flood")
            if kind == "png":
                picture.verify()
        if width * height <= MAX_DECODED_PIXELS:
            with Image.open(path, formats=formats) as picture:
                picture.draft("RGB", (max(width // 8, 1), max(height // 8, 1)))
                picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused("damaged") from error


def holds_encrypted_package(path: str) -> bool:
    """Whether an OLE file is Word's wrapper of a document with a password."""
    return "EncryptedPackage".encode("utf-16-le") in Path(path).read_bytes()


def limit() -> None:
    """Bound what this process may use; it writes no file."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(5)


def prepare() -> None:
    """Set the libraries: what they would warn of, check_image decides before anything is decoded."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.init()


def main() -> None:
    """Examine the file named by the first argument."""
    prepare()
    limit()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdout.write(json.dumps(examine(sys.argv[1])) + "\n")


if __name__ == "__main__":
    main()
