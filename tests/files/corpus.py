"""Good and bad files, made here so that nothing hostile lies in the repository."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name
from PIL import Image

from auth.actor import Actor
from portal.core.db import Sessions, act_as

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"


class Acting:
    """`with Acting(sessions, actor) as session`: commits at the end, rolls back on an error."""

    def __init__(self, sessions: Sessions, actor: Actor) -> None:
        self.session = sessions()
        act_as(self.session, actor.id, actor.agency_ids)

    def __enter__(self) -> Any:
        return self.session

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.session.commit()
        self.session.close()


def send(http: Any, plan: Any, data: bytes) -> list[tuple[int, str]]:
    """PUT the plan's parts to the store, as a browser does."""
    told = []
    for part in plan.parts:
        answer = http.request(
            "PUT", part.url, body=data[(part.number - 1) * plan.part_size : part.number * plan.part_size]
        )
        assert answer.status == 200, answer.data
        told.append((part.number, answer.headers["ETag"]))
    return told


def pdf(change: Callable[[pikepdf.Pdf], None] | None = None, pages: int = 1, **save: Any) -> bytes:
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    if change:
        change(made)
    out = io.BytesIO()
    made.save(out, **save)
    return out.getvalue()


def javascript(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def hidden_javascript(made: pikepdf.Pdf) -> None:
    """In a page's additional actions, as a stream, by reference."""
    code = made.make_stream(b"app.alert(1)")
    action = made.make_indirect(Dictionary(S=Name.JavaScript, JS=code))
    made.pages[0].obj.AA = Dictionary(O=action)


def launch(made: pikepdf.Pdf) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, A=Dictionary(S=Name.Launch, F="cmd.exe"))
    made.pages[0].obj.Annots = pikepdf.Array([link])


def xfa(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = Dictionary(XFA=made.make_stream(b"<xdp/>"), Fields=pikepdf.Array())


def attached(made: pikepdf.Pdf) -> None:
    made.attachments["other.exe"] = b"MZ"


def goto(made: pikepdf.Pdf) -> None:
    """Opening at a page is no harm."""
    made.Root.OpenAction = pikepdf.Array([made.pages[0].obj, Name.Fit])


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **save: Any) -> bytes:
    out = io.BytesIO()
    noise = Image.effect_noise((min(size[0], 64), min(size[1], 64)), 60).resize(size).convert(mode)
    noise.save(out, kind, **save)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A small PNG that claims to be huge."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
        + chunk(b"IEND", b"")
    )


def docx(more: dict[str, bytes] | None = None, *, main: str = WORD, rels: str = "", leave: str = "") -> bytes:
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    parts = {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": b"<Relationships/>",
        "word/document.xml": "<w:document><w:t>Đơn đề nghị cấp bản sao</w:t></w:document>".encode(),
        "word/_rels/document.xml.rels": f"<Relationships>{rels}</Relationships>".encode(),
        **(more or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            if name != leave:
                archive.writestr(name, data)
    return out.getvalue()


def outside(kind: str) -> str:
    return (
        f'<Relationship Id="r1" Type="http://x/{kind}" Target="http://evil.example/" TargetMode="External"/>'
    )


def zip_of(names: list[str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return out.getvalue()


def flag_encrypted(data: bytes) -> bytes:
    """Set the encryption bit of every entry, in both headers."""
    changed = bytearray(data)
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.find(magic)
        while start >= 0:
            changed[start + place] |= 1
            start = changed.find(magic, start + 4)
    return bytes(changed)


def ole(*streams: str) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + b"".join(s.encode("utf-16-le") for s in streams)
    )


GOOD: dict[str, tuple[str, bytes, str]] = {
    "one page": ("giấy chứng sinh.pdf", pdf(), "pdf"),
    "many pages": ("a.PDF", pdf(pages=60), "pdf"),
    "opens at a page": ("a.pdf", pdf(goto), "pdf"),
    "object streams": ("a.pdf", pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate), "pdf"),
    "linearised": ("a.pdf", pdf(linearize=True), "pdf"),
    "bytes after the end": ("a.pdf", pdf() + b"\r\n\0\0\0", "pdf"),
    "byte order mark": ("a.pdf", b"\xef\xbb\xbf" + pdf(), "pdf"),
    "phone picture": ("IMG_1.jpg", picture(size=(4000, 3000)), "jpeg"),
    "progressive": ("a.jpeg", picture(progressive=True), "jpeg"),
    "grey": ("a.jpg", picture(mode="L"), "jpeg"),
    "print colours": ("a.jpg", picture(mode="CMYK"), "jpeg"),
    "motion photo": ("a.jpg", picture() + b"\0\0\0\x18ftypmp42" + b"\0" * 5000, "jpeg"),
    "png": ("a.png", picture("PNG"), "png"),
    "png with alpha": ("a.png", picture("PNG", mode="RGBA"), "png"),
    "png called jpg": ("a.jpg", picture("PNG"), "png"),
    "word": ("Đơn.docx", docx(), "docx"),
    "word with a link": ("a.docx", docx(rels=outside("hyperlink")), "docx"),
    "word with a picture": ("a.docx", docx({"word/media/image1.jpeg": picture()}), "docx"),
}

BAD: dict[str, tuple[str, bytes, str]] = {
    "0 bytes": ("a.pdf", b"", "empty"),
    "over the limit": ("a.pdf", pdf() + b"\0" * (5 * 1024 * 1024), "too_large"),
    "text called pdf": ("a.pdf", b"hello", "kind_unknown"),
    "program called pdf": ("a.pdf", b"MZ\x90\0" + b"\0" * 500, "kind_unknown"),
    "svg with script": ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "kind_unknown"),
    "html": ("a.pdf", b"<!doctype html><script>alert(1)</script>", "kind_unknown"),
    "gif": ("a.png", picture("GIF", mode="P"), "kind_unknown"),
    "rtf": ("a.docx", b"{\\rtf1 hello}", "kind_unknown"),
    "heic": ("a.jpg", b"\0\0\0\x18ftypheic" + b"\0" * 100, "heic"),
    "old word": ("a.docx", ole("WordDocument"), "old_word"),
    "picture called pdf": ("a.pdf", picture(), "kind_mismatch"),
    "pdf called picture": ("a.jpg", pdf(), "kind_mismatch"),
    "half a pdf": ("a.pdf", pdf(pages=5)[:500], "damaged"),
    "pdf header only": ("a.pdf", b"%PDF-1.7\n%%EOF", "damaged"),
    "half a picture": ("a.jpg", picture()[:3000], "damaged"),
    "half a png": ("a.png", picture("PNG")[:3000], "damaged"),
    "picture header only": ("a.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 50, "damaged"),
    "pdf with password": ("a.pdf", pdf(encryption=pikepdf.Encryption(user="a", owner="b")), "encrypted"),
    "locked pdf": ("a.pdf", pdf(encryption=pikepdf.Encryption(user="", owner="b")), "encrypted"),
    "word with password": ("a.docx", ole("EncryptionInfo", "EncryptedPackage"), "encrypted"),
    "encrypted entries": ("a.docx", flag_encrypted(docx()), "encrypted"),
    "pdf javascript": ("a.pdf", pdf(javascript), "active_content"),
    "pdf javascript by reference": ("a.pdf", pdf(hidden_javascript), "active_content"),
    "pdf javascript compressed": (
        "a.pdf",
        pdf(javascript, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "active_content",
    ),
    "pdf launches": ("a.pdf", pdf(launch), "active_content"),
    "pdf xfa": ("a.pdf", pdf(xfa), "active_content"),
    "pdf carries a file": ("a.pdf", pdf(attached), "embedded_files"),
    "pixel flood": ("a.png", png_header(50_000, 50_000), "pixel_flood"),
    "long picture": ("a.png", png_header(65_000, 10), "pixel_flood"),
    "pdf in a picture": ("a.jpg", picture(comment=b"%PDF-1.7"), "polyglot"),
    "script in a picture": ("a.jpg", picture(comment=b"<script>alert(1)</script>"), "polyglot"),
    "zip behind a picture": ("a.jpg", picture() + zip_of(["a.txt"]), "polyglot"),
    "zip behind a pdf": ("a.pdf", pdf() + zip_of(["a.txt"]), "polyglot"),
    "plain zip": ("a.docx", zip_of(["a.txt"]), "kind_unknown"),
    "spreadsheet": ("a.docx", zip_of(["[Content_Types].xml", "xl/workbook.xml"]), "kind_unknown"),
    "zip bomb": ("a.docx", docx({"word/media/a.xml": b"\0" * (30 * 1024 * 1024)}), "zip_bomb"),
    "many entries": ("a.docx", docx({f"word/{n}.xml": b"" for n in range(1100)}), "zip_bomb"),
    "entry outside": ("a.docx", docx({"../../etc/cron.d/x": b"x"}), "damaged"),
    "macro": ("a.docx", docx({"word/vbaProject.bin": b"\0"}), "macro"),
    "macro type": ("a.docx", docx(main=MACRO), "macro"),
    "ole object": ("a.docx", docx({"word/embeddings/oleObject1.bin": b"\0"}), "embedded_files"),
    "outside template": ("a.docx", docx(rels=outside("attachedTemplate")), "external_content"),
    "xml entity": (
        "a.docx",
        docx({"word/document.xml": b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"}),
        "external_content",
    ),
}
