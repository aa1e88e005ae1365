"""Files an editor brought into the catalogue: one that was tried, one that nobody can read."""

import json
import re
import time
from typing import Any

from tests.pages.line import PATIENCE, Line
from tests.services_catalog.records import national

PATH = "/api/v1/catalogue"
LONG = "Cấp giấy phép hoạt động đo đạc và bản đồ hạng II (trường hợp cấp lại do hết hạn, bị mất, bị hỏng)"


def bring(editor: Line) -> dict[str, str]:
    """Import both; their ids by place."""
    records = [
        national("9.100001", name=LONG),
        national("9.100002"),
        national("", name="Thủ tục không mã"),
        national("9.100003", state="SUSPENDED"),
        national("9.100002"),
    ]
    tried = "\n".join(json.dumps(one, ensure_ascii=False) for one in records)
    return {
        "tried": _import(editor, "details-cong-quoc-gia-thang-11-nam-2026.jsonl", tried.encode()),
        "unread": _import(editor, "ảnh chụp.json", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    }


def _import(editor: Line, name: str, data: bytes) -> str:
    page = editor.http.get("/quan-tri/nhap-du-lieu").text
    proof = re.search(r'name="csrf" value="([^"]+)"', page)
    assert proof, page[:2000]
    answer = editor.http.post(
        f"{PATH}/import",
        files={"file": (name, data)},
        data={"kind": "auto", "dry_run": "true"},
        headers={"x-csrf-token": proof[1]},
    )
    assert answer.status_code == 202, answer.text
    made = str(answer.json()["id"])
    until = time.monotonic() + PATIENCE
    while not (seen := _overview(editor, made))["finished_at"]:
        assert time.monotonic() < until, seen
        time.sleep(0.2)
    return made


def _overview(editor: Line, made: str) -> Any:
    return editor.ask("GET", f"{PATH}/imports/{made}")["overview"]
