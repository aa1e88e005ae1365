"""The paper by which somebody files for another: asked of them beside the procedure's own papers. Pure."""

from typing import Final

import msgspec

from dossiers.models import FiledAs
from services_catalog.content import Requirement, RevisionContent

AUTHORISATION: Final = "authorisation"  # a procedure may have the paper itself, under this key
_PAPER: Final = Requirement(
    key=AUTHORISATION,
    name="Văn bản ủy quyền",
    originals=1,
    needed="always",
    when="Vì bạn nộp thay theo ủy quyền",
    hint="Bản chụp hoặc quét rõ cả trang, có chữ ký của người ủy quyền.",
    accept=["pdf", "jpeg", "png"],
    max_files=3,
)


def _may(name: str, when: str) -> Requirement:
    """A paper that may be handed in in place of the authorisation, and need not."""
    return msgspec.structs.replace(_PAPER, name=name, when=when, needed="conditional", hint=None)


_PAPERS: Final = {
    FiledAs.AUTHORISED: _PAPER,
    FiledAs.REPRESENTED: _may(
        "Giấy tờ chứng minh bạn là người đại diện theo pháp luật",
        "Khi cơ sở dữ liệu chưa có quan hệ này, ví dụ giấy khai sinh, quyết định giám hộ",
    ),
    FiledAs.ORGANISATION: _may(
        "Văn bản ủy quyền hoặc giấy giới thiệu của tổ chức",
        "Khi bạn không phải người đại diện theo pháp luật của tổ chức",
    ),
}


def amended(content: RevisionContent, filed_as: FiledAs) -> RevisionContent:
    """What the revision asks of who files this way.

    Who acts by authorisation hands it in, whatever the procedure's own conditions for that paper; the other
    papers of `_PAPERS` may be handed in. Source: Civil Code 2015, art. 134 and 138 (representation).
    """
    paper = _PAPERS.get(filed_as)
    if paper is None:
        return content
    own = next((one for one in content.requirements if one.key == AUTHORISATION), None)
    if own is None:
        asked = [*content.requirements, paper]
    elif filed_as is FiledAs.AUTHORISED:
        must = msgspec.structs.replace(own, needed="always", show_when=[], cases=[], electronic_ok=True)
        asked = [must if one is own else one for one in content.requirements]
    else:
        return content
    return msgspec.structs.replace(content, requirements=asked)
