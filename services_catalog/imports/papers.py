"""Papers of foreign records: which headings are cases, which lines are papers and which only say something.

Pure. Portals type the papers of a case, of one heading ("papers to show") and remarks into one list.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

from portal.core.text import fold
from services_catalog.content import Remark, Requirement, Template
from services_catalog.imports.pieces import Group, Paper

Heading = Literal["common", "submit", "show", "remarks", "case"]

_BULLETS = re.compile(r"^[\s\-–—+*•·▪●.]+(?=\S)")
_ORDINAL = re.compile(r"^\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-zđ]|[ivx]{1,4})[).]\s*", re.IGNORECASE)
_SUBMIT = re.compile(r"(?:cac )?(?:loai )?giay to (?:can |phai )?(?:nop|gui)\b.{0,30}")
_SHOW = re.compile(r"(?:cac )?(?:loai )?giay to (?:can |phai )?xuat trinh.{0,30}")
_REMARKS = re.compile(r"(?:\W*)(?:luu y|ghi chu|chu y)\b.{0,30}")
_COMMON = re.compile(
    r"(?:thanh phan |thanh pham )?ho so(?: bao)? gom.{0,40}|thanh ph(?:an|am) ho so.{0,20}"
    r"|(?:cac )?giay to(?: bao)? gom|so luong ho so.{0,20}|ho so|bao gom|gom"
)
_CASE = re.compile(r"(?:doi voi|truong hop|neu)\b")
_PAPER_NOUN = re.compile(
    r"(?:ban (?:sao|chinh|goc|chup|ve|ke|khai|cam ket|thuyet minh|tuong trinh|do|an)|bao cao|ban do|bien ban"
    r"|bien lai|cam ket|chung chi|chung tu|cong van|danh sach|de an|don\b|du an|du toan|giay|ho chieu|ho so"
    r"|hoa don|hop dong|ke hoach|ket qua|ly lich|manh trich|mau (?:so|don|to)|nghi quyet|phieu|phuong an"
    r"|quyet dinh|so do|so ho|tai lieu|tep|the |thong bao|thong tin (?:chung minh|ve)|thoa thuan|to khai"
    r"|to trinh|trich luc|van ban|van bang|anh |hinh anh|y kien|chung minh|can cuoc|mot trong)"
)
_SAYS = re.compile(
    r"(?:truong hop|neu|doi voi|luu y|ghi chu|chu y|vi du|nguoi (?:yeu cau|co yeu cau|nop|tiep nhan|di)"
    r"|ca nhan|co quan|can bo|trong thoi han|khi |viec |ngoai ra|cac giay to|thoi han|thanh phan"
    r"|so luong|khong )"
)
_ORIGINAL = re.compile(r"\(\s*ban goc\s*\)|^ban goc\b")
_WHEN_HEAD = re.compile(
    r"^((?:Đối với |Trong |Nếu )?(?:t|T)rường hợp .{3,400}?)(?:,| thì | phải |:)", re.DOTALL
)
_WHEN_INSIDE = re.compile(
    r"((?:trong|đối với|khi thuộc) trường hợp (?!nộp |gửi |đăng ký trực).{3,400}?)(?=[.;)]|\Z)", re.IGNORECASE
)
_WHEN_TAIL = re.compile(r"\((nếu [^()]{1,200})\)\W*\Z|\b(nếu có)\W*\Z", re.IGNORECASE)
_SPARES = re.compile(
    r"^truong hop [^;]*(?:duoc thay the bang du lieu|thi khong phai (?:nop|xuat trinh|tai len|cung cap))"
)
ACCEPT: Final[list[Literal["pdf", "jpeg", "png", "docx"]]] = ["pdf", "jpeg", "png"]


class HeadedGroup(Struct, frozen=True):
    """A group with what its heading turned out to be; `name` is the heading, bullets and colon off."""

    kind: Heading
    name: str
    papers: list[Paper]


def bare_name(text: str) -> str:
    """A heading or a paper's name without the bullet before it and the colon or semicolon after it."""
    return _BULLETS.sub("", text.strip()).rstrip(" :;").strip()


def case_name(text: str) -> str:
    """The same of a case's heading, without "hồ sơ gồm" at its end."""
    name = bare_name(text)
    return re.sub(r"[\s,]*(?:thì )?(?:hồ sơ )?(?:bao )?gồm(?: có)?\W*\Z", "", name) or name


def core_name(text: str) -> str:
    """What a heading is about, folded: without its ordinal, "đối với trường hợp" and "hồ sơ gồm"."""
    bare = fold(_ORDINAL.sub("", bare_name(text)))
    bare = re.sub(r"^(?:doi voi )?(?:cac )?(?:truong hop )?", "", bare)
    return re.sub(r"[\s,]*(?:thi )?(?:ho so )?(?:bao )?gom\W*\Z", "", bare).strip(" .,:;")


def headed(groups: Sequence[Group]) -> list[HeadedGroup]:
    """The groups with their headings told apart; cases of the same name are one.

    A heading alone among the groups tells nothing apart, so it is no case unless it says that it is one.
    """
    found: list[HeadedGroup] = []
    for group in groups:
        kind = _kind(group.name)
        name = case_name(group.name) if kind == "case" else bare_name(group.name)
        same = next((one for one in found if kind == "case" and fold(one.name) == fold(name)), None)
        if same is not None:
            found[found.index(same)] = HeadedGroup("case", same.name, [*same.papers, *group.papers])
        else:
            found.append(HeadedGroup(kind, name, group.papers))
    cases = [one for one in found if one.kind == "case"]
    if len(cases) == 1 and not _CASE.match(fold(_ORDINAL.sub("", cases[0].name))):
        alone = found.index(cases[0])
        found[alone] = HeadedGroup("common", cases[0].name, cases[0].papers)
    return found


def _kind(heading: str) -> Heading:
    bare = fold(_ORDINAL.sub("", bare_name(heading)))
    if not bare:
        return "common"
    kinds: tuple[tuple[re.Pattern[str], Heading], ...] = (
        (_SUBMIT, "submit"),
        (_SHOW, "show"),
        (_REMARKS, "remarks"),
        (_COMMON, "common"),
    )
    return next((kind for shape, kind in kinds if shape.fullmatch(bare)), "case")


def says_only(paper: Paper, kind: Heading) -> bool:
    """Whether a line among the papers is none: asked for in no copy and named like none, or sparing one."""
    if paper.templates or paper.required:
        return False
    if paper.originals or paper.copies:
        return _SPARES.match(fold(bare_name(paper.name))) is not None
    if kind == "remarks" or paper.name.rstrip().endswith(":"):
        return True
    bare = fold(_ORDINAL.sub("", bare_name(paper.name)))
    if _SAYS.match(bare):
        return True
    return _PAPER_NOUN.match(bare) is None and len(bare) > 200


class Papers:
    """The papers and remarks of a record, gathered group by group; equal papers are one."""

    def __init__(self) -> None:
        self.requirements: list[Requirement] = []
        self.remarks: list[Remark] = []
        self._keys: set[str] = set()

    def add(self, group: HeadedGroup, cases: list[str]) -> None:
        """Take a group; its papers belong to these cases, [] = all."""
        about = group.name[:500] if group.kind in ("submit", "show", "remarks") else None
        for paper in group.papers:
            if says_only(paper, group.kind):
                code = paper.code or None
                text = _BULLETS.sub("", paper.name)
                self.remarks.append(Remark(text=text, about=about, code=code, cases=cases))
            else:
                self._paper(paper, shown=group.kind == "show", cases=cases)
        if group.name and group.kind == "common":
            self._head(group.name, cases)

    def _head(self, heading: str, cases: list[str]) -> None:
        """A heading that is no case: a paper's name without a line of its own, or words about the papers."""
        bare = fold(heading)
        if any(fold(one.name) == bare for one in self.requirements):
            return
        if _PAPER_NOUN.match(bare) and not _COMMON.fullmatch(bare) and "ho so gom" not in bare:
            self._paper(Paper(heading), shown=False, cases=cases)
        elif len(bare) > 40:
            self.remarks.append(Remark(text=heading, cases=cases))

    def _paper(self, paper: Paper, *, shown: bool, cases: list[str]) -> None:
        made = _requirement(self._key(paper), paper, shown=shown, cases=cases)
        for place, other in enumerate(self.requirements):
            if _alike(other, made):
                both = [] if not other.cases or not cases else [*other.cases, *cases]
                merged = list(dict.fromkeys(both))
                self.requirements[place] = _requirement(other.key, paper, shown=shown, cases=merged)
                return
        self._keys.add(made.key)
        self.requirements.append(made)

    def _key(self, paper: Paper) -> str:
        """A key that stays the same from import to import: made of the paper's code, else of its place."""
        bare = re.sub(r"[^a-z0-9]+", "_", fold(paper.code)).strip("_")[:50]
        stem = f"p_{bare}" if bare else f"paper_{len(self.requirements) + 1}"
        key, more = stem, 1
        while key in self._keys:
            more += 1
            key = f"{stem}_{more}"
        return key


def _alike(one: Requirement, other: Requirement) -> bool:
    facts = ("name", "code", "originals", "copies", "original_shown", "template", "hint")
    return all(getattr(one, fact) == getattr(other, fact) for fact in facts)


def _requirement(key: str, paper: Paper, *, shown: bool, cases: list[str]) -> Requirement:
    name = bare_name(paper.name)
    when = None if paper.required else when_needed(name)
    more = [f"Biểu mẫu khác: {', '.join(paper.templates[1:])}."] if len(paper.templates) > 1 else []
    hint = "\n".join([*([paper.hint] if paper.hint else []), *more])
    return Requirement(
        key=key,
        name=name,
        code=paper.code or None,
        template=Template(name=paper.templates[0][:500]) if paper.templates else None,
        cases=cases,
        originals=paper.originals,
        copies=paper.copies,
        needed="conditional" if when is not None else "always",
        when=when or None,
        hint=hint[:4000] or None,
        original_shown=shown or _ORIGINAL.search(fold(name)) is not None,
        accept=ACCEPT,
    )


def when_needed(name: str) -> str | None:
    """The words that say when the paper is needed; None when it always is, "" when they cannot be cut out."""
    head = _WHEN_HEAD.match(name)
    if head:
        return _short(head[1])
    if fold(name).startswith(("doi voi", "truong hop", "neu ")):
        return ""
    one = name.split("\n")[0].partition(";")[0]  # of several papers in one name, none is told apart
    inside = _WHEN_INSIDE.search(one) if one == name or len(name) < 600 else None
    tail = _WHEN_TAIL.search(one) if one == name else None
    found = inside or tail
    return _short(found[1] or found[2]) if found else None


def _short(words: str) -> str:
    told = words.strip().replace("\n", " ")
    return told[0].upper() + told[1:] if len(told) <= 500 else ""
