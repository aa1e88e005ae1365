"""One real case for every form: what its event told, and the fields of the circulars it must show."""

from dossiers.documents_acts import Passing, Told, Wanted
from dossiers.models import DocumentKind
from tests.dossiers.test_documents_contents import at

HEAD = (
    "ỦY BAN NHÂN DÂN XÃ TÂN HÒA",
    "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG XÃ TÂN HÒA",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "H99.12.05-261113-0042",
    "Nguyễn Thị Ễ Ộ Ẵ",
    "Mã xác thực văn bản: ABCD-2345-WXYZ",
)
REASON = (
    "Phải xác minh tại Ủy ban nhân dân xã nơi bạn từng cư trú; đến nay chưa có văn bản trả lời.\n"
    "Chúng tôi đã gửi văn bản nhắc ngày 16/11/2026."
)
CENTRE = "Trung tâm Phục vụ hành chính công xã Tân Hòa"
TOLD: dict[DocumentKind, Told] = {
    DocumentKind.FORM_01: Told(),
    DocumentKind.FORM_02: Told(
        wanted=[
            Wanted(
                name="Giấy tờ chứng minh tình trạng hôn nhân: bản án, quyết định ly hôn của Tòa án "
                "đã có hiệu lực hoặc giấy chứng tử của vợ, chồng",
                reason="Mờ, không đọc được",
                why="Trang 2 của bản án bị lóa, không đọc được ngày có hiệu lực",
                originals=1,
                copies=2,
            ),
            Wanted(name="Thông tin khai: Nơi cư trú", reason="", why="Chưa ghi thôn, tổ dân phố."),
        ],
        due_at=at("2026-11-24T17:00"),
        note="Bạn có thể chụp lại dưới ánh sáng ban ngày rồi gửi trên Cổng.",
    ),
    DocumentKind.FORM_03: Told(reason="Không đủ điều kiện theo quy định"),
    DocumentKind.FORM_04: Told(was_due_at=at("2026-11-18T17:00"), due_at=at("2026-11-25T17:00")),
    DocumentKind.FORM_05: Told(
        cause="Người nộp đã rút hồ sơ",
        asked_at=at("2026-11-16T08:15"),
        stood="Đang giải quyết",
        paid_vnd=15_000,
        note="Người nộp đến nhận lại bản chính tại quầy số 3.",
    ),
    DocumentKind.FORM_06: Told(
        passings=[
            Passing(
                at=at("2026-11-13T09:02"),
                what="Tiếp nhận hồ sơ",
                giver="Người nộp hồ sơ",
                taker=f"Lê Minh Tuấn, {CENTRE}",
                due_at=at("2026-11-18T17:00"),
            ),
            Passing(
                at=at("2026-11-13T10:30"),
                what="Bàn giao hồ sơ",
                giver="Lê Minh Tuấn",
                taker="Phạm Thị Hồng Nhung",
                due_at=at("2026-11-18T17:00"),
            ),
            Passing(
                at=at("2026-11-18T16:20"),
                what="Cấp kết quả",
                giver="Phạm Thị Hồng Nhung",
                taker=CENTRE,
                due_at=at("2026-11-18T17:00"),
            ),
            Passing(
                at=at("2026-11-19T08:05"),
                what="Trả kết quả",
                giver="Lê Minh Tuấn",
                taker="Người nộp hồ sơ",
                due_at=at("2026-11-18T17:00"),
            ),
        ]
    ),
    DocumentKind.HAND_OVER: Told(
        passings=[
            Passing(
                at=at("2026-11-13T10:30"),
                what="Bàn giao hồ sơ",
                giver="Lê Minh Tuấn",
                taker="Phạm Thị Hồng Nhung",
                due_at=at("2026-11-18T17:00"),
                note="Đã đối chiếu bản chính.",
            )
        ]
    ),
}
PROCEDURE = "Cấp Giấy xác nhận tình trạng hôn nhân"
FIELDS: dict[DocumentKind, tuple[str, ...]] = {
    DocumentKind.FORM_01: (
        "Số định danh cá nhân 001190123456",
        "0912345678",
        "anh@thu.example.vn",
        "Nộp trực tuyến",
        "Nội dung yêu cầu giải quyết",
        "1. Thành phần hồ sơ nộp gồm",
        "2. Số lượng hồ sơ: 01 (bộ)",
        "3. Thời gian giải quyết hồ sơ theo quy định: 3 ngày làm việc",
        "4. Thời gian nhận hồ sơ: 09 giờ 02 phút, ngày 13 tháng 11 năm 2026",
        "5. Thời gian trả kết quả giải quyết hồ sơ: 17 giờ 00 phút, ngày 18 tháng 11 năm 2026",
        "6. Đăng ký nhận kết quả",
        "Hai mươi ba nghìn đồng",
        "Người nộp hồ sơ",
        "Người tiếp nhận hồ sơ",
        "Lê Minh Tuấn",
        "1022",
    ),
    DocumentKind.FORM_02: (
        "Thôn Đông, Xã Tân Hòa, Tỉnh Lam Giang",
        "0912345678",
        "anh@thu.example.vn",
        "Giấy tờ chứng minh tình trạng hôn nhân",
        "Mờ, không đọc được. Trang 2 của bản án bị lóa",
        "01 – 02",
        "Thông tin khai: Nơi cư trú",
        "Chưa ghi thôn, tổ dân phố.",
        "Bạn có thể chụp lại",
        "Thời hạn bổ sung: 17 giờ 00 phút, ngày 24 tháng 11 năm 2026",
        "0299 3810 221",
        "dichvucong.example.vn/tra-cuu",
        "NGƯỜI HƯỚNG DẪN",
        "Lê Minh Tuấn",
    ),
    DocumentKind.FORM_03: (
        "0912345678",
        "anh@thu.example.vn",
        "Không đủ điều kiện theo quy định",
        "chưa có văn bản trả lời",
        "khiếu nại tới chính cơ quan này trong 90 ngày",
        "khởi kiện tại Tòa án trong 1 năm",
        "Luật Khiếu nại 2011, Điều 7 và Điều 9",
        "0299 3810 221",
        "Lê Minh Tuấn",
    ),
    DocumentKind.FORM_04: (
        "Kính gửi: Nguyễn Thị Ễ Ộ Ẵ",
        "Ngày 13 tháng 11 năm 2026",
        "Thời gian hẹn trả kết quả giải quyết hồ sơ: 17 giờ 00 phút, ngày 18 tháng 11 năm 2026",
        "chưa có văn bản trả lời",
        "xin lỗi bạn",
        "17 giờ 00 phút, ngày 25 tháng 11 năm 2026",
        "THỦ TRƯỞNG CƠ QUAN",
    ),
    DocumentKind.FORM_05: (
        "Kính gửi: Nguyễn Thị Ễ Ộ Ẵ",
        "19 giờ 42 phút, ngày 12 tháng 11 năm 2026 (nộp trực tuyến)",
        "08 giờ 15 phút, ngày 16 tháng 11 năm 2026",
        "Đang giải quyết",
        "Người nộp đã rút hồ sơ",
        "thông báo dừng giải quyết hồ sơ này kể từ",
        "15.000 đồng (Mười lăm nghìn đồng)",
        "quầy số 3",
        "Lê Minh Tuấn",
    ),
    DocumentKind.FORM_06: (
        "Cơ quan tiếp nhận Trung tâm",
        "Cơ quan giải quyết Ủy ban nhân dân xã Tân Hòa",
        "Thời hạn theo quy định 3 ngày làm việc",
        "Người nộp hồ sơ",
        "Phạm Thị Hồng Nhung",
        "10 giờ 30 phút",
        "Trước hạn",
        "Đúng hạn",
        "Quá hạn",
    ),
    DocumentKind.HAND_OVER: (
        "GIẤY BÀN GIAO HỒ SƠ",
        "Thời hạn theo quy định 3 ngày làm việc",
        "Thành phần hồ sơ",
        "Số lượng hồ sơ: 01 (bộ)",
        "Giao lúc: 10 giờ 30 phút, ngày 13 tháng 11 năm 2026",
        "Đã đối chiếu bản chính.",
        "Lập thành 02 bản",
        "BÊN GIAO",
        "BÊN NHẬN",
        "Phạm Thị Hồng Nhung",
    ),
}
