"""The ways into the catalogue besides searching: what happens in life, sectors, agencies."""

from typing import Final

EVENTS: Final = (
    ("birth", "Sinh con", "Khai sinh, khai sinh lại, liên thông", "egg"),
    ("marriage", "Kết hôn", "Xác nhận độc thân, đăng ký kết hôn", "hearts"),
    ("move", "Chuyển chỗ ở", "Thường trú, tạm trú", "house-door"),
    ("build", "Xây, sửa nhà", "Giấy phép xây dựng", "building-add"),
    ("business", "Mở doanh nghiệp", "Thành lập công ty, giấy phép kinh doanh", "shop"),
    ("travel", "Đi nước ngoài", "Hộ chiếu phổ thông", "passport"),
    ("copies", "Cần bản sao, chứng thực", "Bản sao hộ tịch, chữ ký", "file-earmark-check"),
    ("death", "Người thân qua đời", "Khai tử, khai tử lại", "flower1"),
)
EVENT_NAMES: Final = {key: name for key, name, _, _ in EVENTS}
AUDIENCES: Final = {"citizen": "Người dân", "organisation": "Tổ chức, doanh nghiệp"}
