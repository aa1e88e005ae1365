"""Template files of papers: looked into, kept once, given out as downloads."""

import hashlib
import io
import zipfile
from typing import Any

import pikepdf
import pytest
from sqlmodel import Session

from services_catalog import template_files
from tests.web_desk.conftest import Desk
from tests.web_desk.keepers import as_reviewer, base, drafted, saved


def pdf(**more: Any) -> bytes:
    """A small PDF of one page."""
    made = pikepdf.new()
    made.add_blank_page()
    if more.get("script"):
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        made.Root.OpenAction = action
    out = io.BytesIO()
    made.save(out, encryption=pikepdf.Encryption(owner="x", user="x") if more.get("locked") else False)
    return out.getvalue()


def send(keeper: Desk, code: str, data: bytes | None, name: str = "Mẫu số 01.pdf", **more: str) -> Any:
    path = f"{base(code)}/giay-to/tep"
    fields = keeper.fields(keeper.get(f"{base(code)}/giay-to").text, path) | {"paper": "proof"} | more
    files = {} if data is None else {"file": (name, data, "application/octet-stream")}
    headers = {"accept": "text/html"}
    return keeper.client.post(path, data=fields, files=files, headers=headers, follow_redirects=False)


def test_a_form_is_put_to_a_paper_and_given_out_as_a_download(keeper: Desk, session: Session) -> None:
    code, data = drafted(keeper, session), pdf()

    assert send(keeper, code, data).status_code == 303

    template = saved(session, code).requirements[0].template
    assert template is not None
    assert (template.name, template.file) == ("Mẫu số 01", hashlib.sha256(data).hexdigest())
    keeper.client.cookies.clear()
    answer = keeper.client.get(f"/thu-tuc/bieu-mau/{template.file}")
    assert answer.content == data
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''M%E1%BA%ABu")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (None, "", "Chọn một tệp PDF hoặc Word"),
        (b"", "a.pdf", "Chọn một tệp PDF hoặc Word"),
        (b"MZ this is a program", "a.pdf", "không mở được loại tệp này"),
        (b"<html><script>alert(1)</script>", "a.pdf", "không mở được loại tệp này"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "a.png", "Tệp hỏng"),
        (pdf(script=True), "a.pdf", "có mã lệnh chạy bên trong"),
        (pdf(locked=True), "a.pdf", "đặt mật khẩu"),
        (pdf(), "a.docx", "Đuôi tên tệp không khớp"),
        (pdf() + b"\0" * template_files.MAX_BYTES, "a.pdf", "lớn hơn 5 MB"),
    ],
    ids=["none", "empty", "program", "page", "picture", "script", "locked", "other name", "large"],
)
def test_what_may_not_be_given_to_people_is_refused_with_why(
    keeper: Desk,
    session: Session,
    data: bytes | None,
    name: str,
    told: str,
) -> None:
    code = drafted(keeper, session)

    answer = send(keeper, code, data, name)

    assert answer.status_code == 422
    assert told in answer.text
    assert saved(session, code).requirements[0].template is None


def test_a_file_far_too_large_is_turned_away(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)

    assert send(keeper, code, b"%PDF-" + b"\0" * (template_files.MAX_BYTES + 200_000)).status_code == 413


def test_a_zip_in_words_clothing_is_refused(keeper: Desk, session: Session) -> None:
    code, out = drafted(keeper, session), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")

    assert send(keeper, code, out.getvalue(), "a.docx").status_code == 422


def test_a_paper_that_is_not_there_and_a_stale_page_keep_the_draft(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)

    assert send(keeper, code, pdf(), paper="nothing").status_code == 422
    assert send(keeper, code, pdf(), seq="1").status_code == 409
    assert saved(session, code).requirements[0].template is None


def test_only_editors_add_files_and_a_strange_fingerprint_is_nothing(keeper: Desk, session: Session) -> None:
    code = drafted(keeper, session)
    path = f"{base(code)}/giay-to/tep"
    fields = keeper.fields(keeper.get(f"{base(code)}/giay-to").text, path)

    refused = as_reviewer(keeper).client.post(path, data=fields, headers={"accept": "text/html"})

    assert refused.status_code == 403
    for strange in ("0" * 64, "x", "..%2f..", "0" * 63 + "g"):
        assert keeper.get(f"/thu-tuc/bieu-mau/{strange}").status_code == 404
