"""What a procedure's own words demand in person or on paper, sentence by sentence. Pure.

For contents that describe more than is offered here, such as records of other catalogues: their level
cannot be judged by an e-form they do not have, but the law they recount either demands someone's presence,
an original, a check on the spot, or it does not.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from portal.core.text import fold
from services_catalog.content import RevisionContent

Demand = Literal["presence", "collected", "field", "originals", "offline", "counter_return"]

DEMANDS: Final[dict[Demand, tuple[str, str]]] = {  # the condition that fails, and the demand in words
    "presence": ("C6", "phải có mặt"),
    "collected": ("C8", "phải đến nhận kết quả"),
    "field": ("C6", "xác minh tại chỗ"),
    "originals": ("C6", "nộp hoặc xuất trình bản chính"),
    "offline": ("C4", "không có cách nộp trực tuyến"),
    "counter_return": ("C8", "kết quả chỉ trả tại nơi nộp"),
}


class Evidence(msgspec.Struct, frozen=True):
    """One sentence that decides: what it demands, where it stands, and the sentence.

    `always` is false when the sentence itself leaves it open ("nếu cần thiết") or speaks of some cases.
    """

    demand: Demand
    place: str
    sentence: str
    always: bool = True


_SENTENCE = re.compile(r"(?<=;)\s+|(?<=\.)\s+(?=[-+*•(A-ZĐÂĂÊÔƠƯÁÀẢÃẠ])|\n+|\s+(?=[-+*•]\s)")
# A line broken in the middle of a sentence, as copying from a page of print does; "a)" begins a point.
_WRAPPED = re.compile(r"(?<=[^\s.;:])\s*\n\s*(?=[^\W\d_A-ZĐÂĂÊÔƠƯÁÀẢÃẠ])(?!\w{1,2}[).])")
_MAYBE = re.compile(r"\(?(?:neu can|neu co|trong truong hop can|truong hop can|khi can thiet|neu thay can)")

_PRESENCE = re.compile(
    r"(?:phai|deu|cung) co mat(?! nuoc)|truc tiep co mat|chi (?:duoc )?tien hanh khi [^.;]{0,60}co mat"
)
_SIGNED = re.compile(r"(?:nguoi (?:co )?yeu cau|hai ben|cac ben)[^.;]{0,260}ky (?:ten )?vao (?:so|giay)")
_COLLECTED = re.compile(
    r"(?:den truc tiep|truc tiep den)[^.;]{0,80}(?:de )?nhan (?:ket qua|the|giay|ho chieu)"
)
_FIELD = re.compile(
    r"kiem tra (?:tai )?thuc dia|kiem tra hien truong|tham tra thuc te|kham nghiem"
    r"|(?:kiem tra|xac minh|tham dinh|khao sat|danh gia) (?:thuc te|tai cho|thuc dia)(?! su dung va xu ly)"
)
_ORIGINALS = re.compile(
    r"phai nop (?:lai )?ban (?:chinh|goc)|nop ban (?:chinh|goc) (?:giay|cac|the|so)"
    r"|nop cac giay to la thanh phan ho so theo quy dinh truoc khi nhan ket qua"
)
_ALL_ONLINE = re.compile(r"truoc khi nhan ket qua|ban so hoa[^;]*khi nhan ket qua")  # who files online does
_SOME = re.compile(
    r"^\W*(?:\(?[a-z0-9.]{1,4}[).]\s*)?(?:doi voi (?:cac )?truong hop|truong hop|neu )"
    r"(?!ho so (?:da )?(?:hop le|day du|dap ung))(?! ho so (?:da )?(?:hop le|day du|dap ung))"
)
_UPLOADED = "hoac tai len (theo hinh thuc truc tuyen)"


def demands(content: RevisionContent, *, returns_told: bool = True) -> list[Evidence]:
    """The sentences by which the procedure cannot be full-process, whatever a portal offers; [] when none.

    `returns_told` is false when the source does not say how results are returned.

    Source: Circular 01/2023/TT-VPCP (criteria 4, 6, 8); Decree 42/2022/NĐ-CP, art. 11(1) (exceptions:
    presence, verification on the spot).
    """
    found: dict[tuple[Demand, str], Evidence] = {}
    for place, text in _told(content):
        for sentence in _sentences(text):
            for one in _of(place, sentence):
                found.setdefault((one.demand, fold(one.sentence)), one)
    ways = [one for one in _ways(content) if returns_told or one.demand != "counter_return"]
    return [*_shown(content), *found.values(), *ways]


def _told(content: RevisionContent) -> Iterator[tuple[str, str]]:
    """The parts that tell how it is carried out, with their places."""
    for number, step in enumerate(content.sequence, 1):
        yield f"Trình tự, bước {number}", f"{step.name}. {step.text}" if step.name else step.text
    for way in content.ways:
        if way.note:
            yield "Cách thực hiện", way.note
    for remark in content.remarks:
        yield "Giấy tờ, lưu ý", remark.text
    for condition in content.conditions:
        yield "Yêu cầu, điều kiện", condition


def _sentences(text: str) -> Iterator[str]:
    for part in _SENTENCE.split(_WRAPPED.sub(" ", text)):
        told = " ".join(part.split()).strip("-+* ")
        if told:
            yield told


def _of(place: str, sentence: str) -> Iterator[Evidence]:
    bare = fold(sentence)
    some = _SOME.match(bare) is not None
    if (_PRESENCE.search(bare) and "khong phai co mat" not in bare) or _SIGNED.search(bare):
        yield Evidence("presence", place, sentence, not some)
    if _COLLECTED.search(bare):
        yield Evidence("collected", place, sentence, not some)
    if (field := _FIELD.search(bare)) is not None:
        after, before = bare[field.end() :].lstrip(" ,"), bare[: field.start()]
        left_open = _MAYBE.match(after) or _MAYBE.search(before[-40:]) or "doi voi truong hop" in after
        yield Evidence("field", place, sentence, not some and not left_open)
    if _ORIGINALS.search(bare) and "duoc lua chon" not in bare:
        yield Evidence("originals", place, sentence, not some or _ALL_ONLINE.search(bare) is not None)


def _shown(content: RevisionContent) -> Iterator[Evidence]:
    """Papers whose original must be shown or handed in, unless it may be uploaded instead."""
    uploaded = any(_UPLOADED in fold(remark.text) for remark in content.remarks)
    for paper in content.requirements:
        if paper.needed != "not_needed" and paper.original_shown and not uploaded:
            always = paper.needed == "always" and not paper.cases
            yield Evidence("originals", "Giấy tờ", paper.name, always)


def _ways(content: RevisionContent) -> Iterator[Evidence]:
    if "online" not in content.channels:
        yield Evidence("offline", "Cách thực hiện", "Không có cách nộp trực tuyến.")
    if content.result is not None and not {"online", "post"} & set(content.return_ways):
        yield Evidence("counter_return", "Nhận kết quả", "Chỉ trả kết quả tại nơi nộp hồ sơ.")
