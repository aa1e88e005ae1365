"""Why a file is refused, in words that say how to put it right."""

from typing import Final

KINDS: Final = {"pdf": "PDF", "jpeg": "JPG", "png": "PNG", "docx": "Word (DOCX)"}
CONTENT_TYPES: Final = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
EXTENSIONS: Final = {
    "pdf": "pdf",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "jpe": "jpeg",
    "jfif": "jpeg",
    "png": "png",
    "docx": "docx",
}  # fmt: skip

SENTENCES: Final = {
    "empty": "Tệp không có nội dung (0 byte). Mở lại tệp trên máy để xem còn đọc được không, rồi chọn lại.",
    "too_large": "Tệp lớn hơn {max_mb} MB. Chụp ở cỡ nhỏ hơn, hoặc chia thành nhiều tệp.",
    "size_mismatch": "Tệp nhận được không đủ dung lượng như đã báo. Chọn lại đúng tệp đó để tải lại.",
    "kind_unknown": "Cơ quan không mở được loại tệp này. Chuyển sang {accepted} rồi tải lại.",
    "kind_not_accepted": "Giấy tờ này chỉ nhận {accepted}. Lưu hoặc chụp lại theo loại đó rồi tải lại.",
    "kind_mismatch": "Đuôi tên tệp không khớp với nội dung bên trong. Mở tệp, chọn “Lưu "
    "thành” {accepted} rồi tải lại.",
    "heic": "Cơ quan không mở được ảnh HEIC. Trên iPhone: mở ảnh, bấm Chia sẻ, Tùy "
    "chọn, chọn Tương thích nhất rồi lưu lại.",
    "old_word": "Đây là tệp Word đời cũ (.doc). Mở tệp, chọn “Lưu thành” PDF rồi tải lại.",
    "encrypted": "Tệp đang đặt mật khẩu hoặc bị khóa. Mở tệp, chọn “In” rồi “Lưu thành "
    "PDF” để có bản không khóa.",
    "active_content": "Tệp PDF có mã lệnh chạy bên trong nên không nhận được. Mở tệp, chọn "
    "“In” rồi “Lưu thành PDF”.",
    "embedded_files": "Tệp có tệp khác đính kèm bên trong. Tải từng tệp riêng, hoặc chọn "
    "“In” rồi “Lưu thành PDF”.",
    "macro": "Tệp Word có macro nên không nhận được. Chọn “Lưu thành” PDF rồi tải lại.",
    "external_content": "Tệp Word lấy nội dung từ nơi khác nên không nhận được. Chọn “Lưu "
    "thành” PDF rồi tải lại.",
    "zip_bomb": "Tệp nén quá mức bình thường nên không mở được. Chọn “Lưu thành” PDF rồi tải lại.",
    "pixel_flood": "Ảnh có kích thước quá lớn (trên 100 triệu điểm ảnh). Chụp hoặc quét "
    "lại ở độ phân giải thấp hơn.",
    "polyglot": "Tệp chứa lẫn nội dung của loại tệp khác. Mở tệp, lưu thành tệp mới rồi tải lại.",
    "damaged": "Tệp hỏng hoặc chưa đầy đủ nên không mở được. Mở thử trên máy, lưu hoặc chụp lại rồi tải lại.",
    "too_complex": "Tệp quá phức tạp để kiểm tra. Chọn “In” rồi “Lưu thành PDF”, hoặc chia thành nhiều tệp.",
    "infected": "Tệp có mã độc nên đã bị chặn. Chọn tệp khác.",
    "not_checked": "Chúng tôi chưa kiểm tra được tệp này sau một ngày. Bỏ tệp rồi tải lại.",
    "abandoned": "Tệp tải dở quá một ngày nên đã được xóa. Chọn lại tệp để tải từ đầu.",
}  # fmt: skip


def explain(reason: str, *, accept: list[str] | tuple[str, ...] = (), max_mb: int = 20) -> str:
    """The sentence for a refused file: why, and what to do."""
    return SENTENCES.get(reason, SENTENCES["damaged"]).format(accepted=accepted(accept), max_mb=max_mb)


def accepted(accept: list[str] | tuple[str, ...]) -> str:
    """The kinds a paper takes, in words: "PDF, JPG hoặc PNG"."""
    names = [KINDS[kind] for kind in accept] or ["PDF"]
    return " hoặc ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def accept_attribute(accept: list[str] | tuple[str, ...]) -> str:
    """The `accept` of a file input: endings and media types, so that phones offer camera and files."""
    endings = [f".{ending}" for ending, kind in EXTENSIONS.items() if kind in accept]
    return ",".join([*(CONTENT_TYPES[kind] for kind in accept), *endings])


def kind_of_name(filename: str) -> str | None:
    """The kind that a file's name promises; None when its ending is none of ours."""
    _, dot, ending = filename.rpartition(".")
    return EXTENSIONS.get(ending.lower()) if dot else None


def contradicts(filename: str, kind: str) -> bool:
    """Whether the name promises another kind; the two kinds of picture pass for one another."""
    promised = kind_of_name(filename)
    return promised is not None and promised != kind and {promised, kind} != {"jpeg", "png"}


def download_name(filename: str, kind: str) -> str:
    """The name a file is given out by: its ending is that of its content, whatever it was called."""
    if kind_of_name(filename) == kind:
        return filename
    stem = filename.rpartition(".")[0] if kind_of_name(filename) else filename
    return f"{stem}.{'jpg' if kind == 'jpeg' else kind}"
