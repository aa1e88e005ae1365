"""The tour, first part: what everybody may open."""

from tests.pages.looking import Stop, again, at, sent

NOBODY = "nobody"
NO_FORM = "nothing is asked for on this page"
FORM = "the form is the page"
LANDS = "a good form leads on to another page of this tour"
WRONG = {"email": "khong.co@vidu.vn", "password": "sai mat khau roi"}
BAD_PERSON = {"name": "", "email": "khong-phai-thu", "password": "123", "phone": "12", "birth": "31/02/1990"}
TRACKED = {"number": "<number>", "factor": "5678"}
LOST = {"number": "H99.12.05-260101-0000", "factor": "0000"}

BROWSED: dict[str, Stop] = {
    "GET /thu-tuc/viec/{event:str}": Stop(
        (
            at("viec-trong-doi", "filled", NOBODY, "/thu-tuc/viec/birth", "Sinh con"),
            at("viec-qua-doi", "filled", NOBODY, "/thu-tuc/viec/death", "Người thân qua đời", long=True),
            at("viec-khong-co", "error", NOBODY, "/thu-tuc/viec/gi-do", "Không", status=404, long=False),
        ),
        {"empty": "each event has a procedure in the demo"},
    ),
    "GET /thu-tuc/linh-vuc": Stop(
        (at("moi-linh-vuc", "filled", NOBODY, "/thu-tuc/linh-vuc", "Thủ tục theo lĩnh vực"),),
        {"empty": "the listing fills it", "error": NO_FORM},
    ),
    "GET /thu-tuc/linh-vuc/{code:str}": Stop(
        (
            at("linh-vuc", "filled", NOBODY, "/thu-tuc/linh-vuc/ho-tich", "Hộ tịch"),
            at("linh-vuc-khong-co", "error", NOBODY, "/thu-tuc/linh-vuc/gi-do", "Không", status=404),
        ),
        {"empty": "a sector without procedures is not there"},
    ),
    "GET /thu-tuc/co-quan": Stop(
        (at("moi-co-quan", "filled", NOBODY, "/thu-tuc/co-quan", "Thủ tục theo cơ quan"),),
        {"empty": "the demo has its agencies", "error": NO_FORM},
    ),
    "GET /thu-tuc/co-quan/{code:str}": Stop(
        (
            at("co-quan-chua-nhan", "empty", NOBODY, "/thu-tuc/co-quan/H99", "Ủy ban nhân dân tỉnh"),
            at("co-quan", "filled", NOBODY, "/thu-tuc/co-quan/H99.12.05", "Trung tâm Phục vụ"),
            at("co-quan-khong-co", "error", NOBODY, "/thu-tuc/co-quan/H98", "Không", status=404),
        ),
    ),
    "GET /thu-tuc/{code:str}/ban/{number:int}": Stop(
        (
            at("ban-truoc", "filled", NOBODY, "/thu-tuc/<revised>/ban/1", "Cấp bản sao"),
            at("ban-sau", "filled", NOBODY, "/thu-tuc/<revised>/ban/3", "Cấp bản sao", long=True),
            at("ban-khong-co", "error", NOBODY, "/thu-tuc/<revised>/ban/9", "Không", status=404),
        ),
        {"empty": "a revision always says something"},
    ),
    "GET /thu-tuc/{code:str}/ban/{number:int}/thay-doi": Stop(
        (
            at("ban-dau-tien", "empty", NOBODY, "/thu-tuc/<code>/ban/1/thay-doi", "Bản 1 là bản đầu tiên"),
            at("ban-doi-gi", "filled", NOBODY, "/thu-tuc/<revised>/ban/3/thay-doi", "Bản 3 đổi gì"),
            at(
                "ban-doi-gi-khong-co",
                "error",
                NOBODY,
                "/thu-tuc/<revised>/ban/9/thay-doi",
                "Không",
                status=404,
                long=True,
            ),
        ),
    ),
}
PUBLIC: dict[str, Stop] = BROWSED | {
    "GET /": Stop(
        (
            at("trang-dau-chua-co-ho-so", "empty", NOBODY, "/", "Bạn cần làm việc gì?"),
            at("trang-dau", "filled", "nobody citizen", "/", "Bạn cần làm việc gì?"),
        ),
        {"error": NO_FORM},
    ),
    "GET /thu-tuc": Stop(
        (
            at("tim-khong-thay", "empty", NOBODY, "/thu-tuc?q=xyzzyq", "Kết quả cho"),
            at("tim-thu-tuc", "filled", NOBODY, "/thu-tuc", "Thủ tục"),
            at("tim-khai-sinh", "filled", NOBODY, "/thu-tuc?q=khai+sinh", "Kết quả cho", long=True),
        ),
        {"error": "a filter nobody knows is left out"},
    ),
    "GET /thu-tuc/{code:str}": Stop(
        (
            at("thu-tuc-danh-muc", "empty", NOBODY, "/thu-tuc/<listed>", "Thủ tục hải quan"),
            at("thu-tuc", "filled", NOBODY, "/thu-tuc/<code>", "Thủ tục đăng ký khai sinh"),
            at(
                "thu-tuc-mot-phan", "filled", NOBODY, "/thu-tuc/1.013225", "Cấp giấy phép xây dựng", long=True
            ),
            at("thu-tuc-sap-doi", "filled", NOBODY, "/thu-tuc/<revised>", "Cấp bản sao", long=True),
            at(
                "thu-tuc-khong-co",
                "error",
                NOBODY,
                "/thu-tuc/0.000000",
                "Không tìm thấy",
                status=404,
                long=True,
            ),
        ),
    ),
    "GET /thu-tuc/{code:str}/to-khai": Stop(
        (
            at("to-khai-de-in", "filled", NOBODY, "/thu-tuc/<code>/to-khai", "Tờ khai"),
            at(
                "to-khai-khong-co",
                "error",
                NOBODY,
                "/thu-tuc/<listed>/to-khai",
                "Không",
                status=404,
                long=True,
            ),
        ),
        {"empty": "a form to print is always empty"},
    ),
    "GET /dang-nhap": Stop(
        (at("dang-nhap", "empty", NOBODY, "/dang-nhap?next=/ho-so", "Đăng nhập"),),
        {"filled": FORM, "error": "POST /dang-nhap has it"},
    ),
    "POST /dang-nhap": Stop(
        (
            sent("dang-nhap-sai", NOBODY, "/dang-nhap", "/dang-nhap", WRONG, "Đăng nhập", 422),
            again(
                10,
                sent(
                    "dang-nhap-qua-nhieu-lan",
                    NOBODY,
                    "/dang-nhap",
                    "/dang-nhap",
                    WRONG,
                    "Đăng nhập",
                    429,
                    long=True,
                ),
                "/dang-nhap",
                WRONG,
            ),
        ),
        {"empty": FORM, "filled": LANDS},
    ),
    "POST /dang-xuat": Stop(
        (sent("loi-403-trang-khac", "citizen", "/ho-so", "/dang-xuat", {"csrf": "x"}, "Yêu cầu", 403),),
        {"empty": FORM, "filled": LANDS},
    ),
    "GET /dang-ky": Stop(
        (at("dang-ky", "empty", NOBODY, "/dang-ky", "Tạo tài khoản"),),
        {"filled": FORM, "error": "POST /dang-ky has it"},
    ),
    "POST /dang-ky": Stop(
        (
            sent("dang-ky-sai", NOBODY, "/dang-ky", "/dang-ky", BAD_PERSON, "Tạo tài khoản", 422),
            sent(
                "da-dang-ky",
                NOBODY,
                "/dang-ky",
                "/dang-ky",
                {
                    "name": "Hồ Thị Ẵ",
                    "email": "moi.dang.ky@vidu.vn",
                    "password": "mot cau du dai de nho",
                    "agree": "on",
                },
                "Đăng nhập",
                200,
                state="filled",
            ),
        ),
        {"empty": FORM},
    ),
    "GET /tra-cuu": Stop(
        (at("tra-cuu", "empty", NOBODY, "/tra-cuu", "Hồ sơ của bạn đến đâu rồi?"),),
        {"filled": "POST /tra-cuu has it", "error": "POST /tra-cuu has it"},
    ),
    "POST /tra-cuu": Stop(
        (
            sent("tra-cuu-thay", NOBODY, "/tra-cuu", "/tra-cuu", TRACKED, "", 200, state="filled"),
            sent("tra-cuu-khong-thay", NOBODY, "/tra-cuu", "/tra-cuu", LOST, "", 404),
            again(
                10,
                sent("tra-cuu-qua-nhieu-lan", NOBODY, "/tra-cuu", "/tra-cuu", LOST, "", 429, long=True),
                "/tra-cuu",
                LOST,
            ),
        ),
        {"empty": FORM},
    ),
    "GET /thong-ke": Stop(
        (
            at("thong-ke-chua-co-ho-so", "empty", NOBODY, "/thong-ke", "Hồ sơ trực tuyến"),
            at("thong-ke", "filled", NOBODY, "/thong-ke", "Hồ sơ trực tuyến"),
            at(
                "thong-ke-don-vi",
                "filled",
                NOBODY,
                "/thong-ke?unit=commune&by=b",
                "Hồ sơ trực tuyến",
                long=True,
            ),
            at("thong-ke-ky-sai", "error", NOBODY, "/thong-ke?period=nam-ngoai", "Kỳ thống kê", status=400),
        ),
    ),
    "GET /kiem-tra": Stop(
        (
            at("kiem-tra-giay-to", "empty", NOBODY, "/kiem-tra", "Kiểm tra giấy tờ"),
            at(
                "loi-400",
                "error",
                NOBODY,
                "/kiem-tra?code=" + "A" * 120,
                "Yêu cầu không đọc được",
                status=400,
            ),
        ),
        {"filled": "GET /kiem-tra/{code} has it"},
    ),
    "GET /kiem-tra/{code:str}": Stop(
        (
            at("kiem-tra-dung", "filled", NOBODY, "/kiem-tra/<papers>", "Kiểm tra giấy tờ"),
            at("kiem-tra-khong-co", "error", NOBODY, "/kiem-tra/KHONGCOMA123", "Kiểm tra", status=404),
            again(
                10,
                at(
                    "loi-429",
                    "error",
                    NOBODY,
                    "/kiem-tra/HOINHIEULAN1",
                    "Bạn thao tác quá nhiều lần",
                    status=429,
                ),
                "/kiem-tra/HOINHIEULAN1",
            ),
        ),
        {"empty": FORM},
    ),
    "GET /huong-dan": Stop(
        (at("huong-dan", "filled", NOBODY, "/huong-dan", "Nộp hồ sơ"),),
        {"empty": "always the same", "error": NO_FORM},
    ),
    "GET /rieng-tu": Stop(
        (at("rieng-tu", "filled", NOBODY, "/rieng-tu", "Chúng tôi giữ dữ liệu"),),
        {"empty": "always the same", "error": NO_FORM},
    ),
    "GET /docs": Stop(
        (at("giao-dien-phan-mem", "filled", NOBODY, "/docs", "Giao diện cho phần mềm"),),
        {"empty": "always the same", "error": NO_FORM},
    ),
    "GET /hop-thu": Stop(
        (
            at("hop-thu-trong", "empty", NOBODY, "/hop-thu", "Hộp thư"),
            at("hop-thu", "filled", NOBODY, "/hop-thu", "Hộp thư", printed=("settled", 3)),
        ),
        {"error": NO_FORM},
    ),
    "GET /thiet-lap": Stop(
        (at("thiet-lap", "empty", NOBODY, "/thiet-lap?ma=mot-ma-nao-do", "Thiết lập quản trị viên"),),
        {"filled": FORM, "error": "POST /thiet-lap has it"},
    ),
    "POST /thiet-lap": Stop(
        (
            sent(
                "thiet-lap-het-han",
                NOBODY,
                "/thiet-lap?ma=mot-ma-nao-do",
                "/thiet-lap",
                {"name": "Quản Trị", "email": "quan.tri@vidu.vn", "password": "mot cau du dai de nho"},
                "",
                404,
            ),
        ),
        {
            "empty": FORM,
            "filled": "the demo has its administrator; `portal create-admin` makes no token then",
        },
    ),
}
