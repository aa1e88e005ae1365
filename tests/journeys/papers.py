"""Papers to hand in: a photograph and a scan, drawn by the browser that is there anyway."""

from pathlib import Path

from playwright.sync_api import Browser

NOTICE = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Giấy chứng sinh</title>
<style>body{{font:18px serif;margin:48px;border:2px solid #444;padding:32px}} h1{{text-align:center}}</style>
<p>BỆNH VIỆN ĐA KHOA TỈNH LAM GIANG</p><h1>{title}</h1>
<p>Họ và tên mẹ: <b>Nguyễn Thị Ễ Ộ Ẵ</b></p><p>Sinh con lúc 07 giờ 15 phút, giới tính: nữ, nặng 3.100 gam.</p>
<p>Trang {page}. Giấy này chỉ dùng để thử phần mềm.</p></html>"""


def draw(browser: Browser, folder: Path) -> tuple[Path, Path, Path]:
    """A JPEG and a PDF for the citizen, and a PDF result for the officer."""
    context = browser.new_context(viewport={"width": 900, "height": 640})
    page = context.new_page()
    photo, scan, result = (
        folder / "chung-sinh-1.jpg",
        folder / "chứng sinh, trang 2.pdf",
        folder / "ket-qua.pdf",
    )
    page.set_content(NOTICE.format(title="GIẤY CHỨNG SINH", page=1))
    page.screenshot(path=str(photo), type="jpeg", quality=80)
    page.set_content(NOTICE.format(title="GIẤY CHỨNG SINH", page=2))
    page.pdf(path=str(scan), format="A5")
    page.set_content(NOTICE.format(title="GIẤY KHAI SINH", page=1))
    page.pdf(path=str(result), format="A4")
    context.close()
    return photo, scan, result
