"""The flag "toàn trình" another portal typed by hand, beside what the record's own words allow. Pure.

An imported record has no e-form here, so conditions of ours are unknown of it; what its words demand in
person or on paper is known, and fails by law whatever a portal offers.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from msgspec import Struct

from services_catalog import evidence
from services_catalog.evidence import DEMANDS, Evidence
from services_catalog.imports.pieces import Imported

Finding = Literal["agree", "typed_full", "typed_partial", "untyped"]

WORDS: Final[dict[Finding, str]] = {
    "agree": "Khớp",
    "typed_full": "Ghi toàn trình, nội dung đòi hỏi khác",
    "typed_partial": "Không ghi toàn trình, nội dung không có gì cản trở",
    "untyped": "Không ghi",
}
# What no record of another portal tells: it is built, or not, where the service is offered.
UNKNOWN: Final = (
    ("C2", "tờ khai điện tử"),
    ("C3", "ký số hoặc xác nhận điện tử"),
    ("C5", "thanh toán trực tuyến"),
    ("C7", "kết quả điện tử"),
)
HEADER: Final = (
    "Mã",
    "Tên",
    "Cổng ghi toàn trình",
    "Nội dung cho phép",
    "Kết luận",
    "Điều kiện",
    "Câu quyết định",
)


class Comparison(Struct, frozen=True, kw_only=True):
    """One record: what was typed, what stands against the full process always, and in some cases."""

    code: str
    name: str
    typed: bool | None
    against: list[Evidence]
    sometimes: list[Evidence]

    @property
    def allowed(self) -> bool:
        """Whether nothing in the record's words keeps every case from the full process."""
        return not self.against

    @property
    def finding(self) -> Finding:
        """Whether the flag and the words agree."""
        if self.typed is None:
            return "untyped"
        if self.typed == self.allowed:
            return "agree"
        return "typed_full" if self.typed else "typed_partial"


def compare(given: Imported) -> Comparison:
    """The typed flag of a record beside what its words demand."""
    found = evidence.demands(given.content, returns_told=given.returns_told)
    return Comparison(
        code=given.code,
        name=given.content.name,
        typed=given.typed_full,
        against=[one for one in found if one.always],
        sometimes=[one for one in found if not one.always],
    )


def counts(compared: Iterable[Comparison]) -> dict[Finding, int]:
    """How many records came to each finding, all named."""
    found = Counter(one.finding for one in compared)
    return {finding: found.get(finding, 0) for finding in WORDS}


def summary(compared: Sequence[Comparison]) -> str:
    """All findings in one sentence."""
    parts = (f"{WORDS[finding].lower()} {number}" for finding, number in counts(compared).items() if number)
    return f"{len(compared)} bản ghi: {'; '.join(parts)}."


def told(one: Comparison) -> Iterator[str]:
    """A record in lines: its finding, and each sentence that decides."""
    yield f"{one.code} {one.name}: {WORDS[one.finding].lower()}"
    for found in one.against:
        yield f"  {_of(found)}: “{found.sentence}” ({found.place})"
    for found in one.sometimes:
        yield f"  {_of(found)}, trong một số trường hợp: “{found.sentence}” ({found.place})"
    if one.allowed:
        yield f"  không biết từ bản ghi: {', '.join(f'{code} {name}' for code, name in UNKNOWN)}"


def _of(found: Evidence) -> str:
    condition, words = DEMANDS[found.demand]
    return f"{condition} {words}"


def table(compared: Iterable[Comparison]) -> Iterator[Sequence[object]]:
    """The comparison as a table with its header, a line for each sentence."""
    yield HEADER
    said = {True: "có", False: "không", None: ""}
    for one in compared:
        head = (one.code, one.name, said[one.typed], said[one.allowed], WORDS[one.finding])
        rows = [(_of(found), found.sentence) for found in (*one.against, *one.sometimes)]
        for row in rows or [("", "")]:
            yield (*head, *row)
