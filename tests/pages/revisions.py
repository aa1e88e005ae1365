"""A procedure whose revisions the public can compare: one in force, one that waits for its day."""

from datetime import timedelta
from typing import Any

from portal.core.clock import today
from tests.pages.line import Line

REVISED = "2.000942"  # its second revision is in force, its third waits


def revise(editor: Line, reviewer: Line) -> None:
    """Publish two more revisions, through the editor's and the reviewer's hands."""
    path = f"/api/v1/procedures/{REVISED}"
    found = editor.ask("GET", path)
    offers = [
        {"agency_id": one["agency_id"], "declared": one["declared"], "reason_code": one["reason_code"]}
        | {"reason_basis": one["reason_basis"]}
        for one in found["offerings"]
    ]
    content: dict[str, Any] = found["content"]
    asked = {"key": "purpose", "kind": "text", "label": "Dùng bản sao vào việc gì?", "required": False}
    content["form"][0]["fields"].append(asked)
    paper = {"key": "introduction", "name": "Giấy giới thiệu", "originals": 1, "needed": "always"}
    slower = {"time_limit": {"amount": 2, "unit": "working_day"}}
    slower["requirements"] = [*content["requirements"], paper | {"accept": ["pdf"]}]
    summary = f"{content['summary']} Bản sao có giá trị như bản chính khi giao dịch."
    for days, change in ((0, {"summary": summary}), (21, slower)):
        content = content | change
        draft = {"content": content, "offers": offers, "effective_on": str(today() + timedelta(days))}
        editor.ask("PUT", f"{path}/draft", draft)
        editor.ask("POST", f"{path}/draft/review", {"reason": "Thông tư mới"})
        reviewer.ask("POST", f"{path}/publication")
