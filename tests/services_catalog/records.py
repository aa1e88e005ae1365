"""Records of other catalogues, small and whole, to be made untidy."""

from typing import Any

METHOD: dict[str, Any] = {
    "submissionMethod": "ONLINE",
    "processingTime": 5,
    "processingTimeUnit": "WORKING_DAY",
    "description": "Nộp trực tuyến.",
    "fees": [],
}


def national(code: str, /, **changes: Any) -> dict[str, Any]:
    """A record of the national portal of 2026, with changes; None removes a field."""
    record: dict[str, Any] = {
        "id": "019d2bfd-0000",
        "code": code,
        "codeNotation": code,
        "name": "Thủ tục cấp giấy phép thử",
        "state": "ACTIVE",
        "isWard": True,
        "isFullProcess": False,
        "categoriesDetails": [{"name": "Thử nghiệm", "code": "G99-TN01"}],
        "departmentPromulgateName": "Bộ Thử nghiệm",
        "departmentPromulgateCode": "G99",
        "subjectTypesDetails": [{"name": "Công dân Việt Nam", "code": "ĐT1"}],
        "executionSteps": [{"name": "Bước 1:", "description": "Nộp hồ sơ."}],
        "executionMethods": [METHOD],
        "executionCases": [
            {
                "name": "",
                "profileComponents": [
                    {"name": "- Đơn đề nghị theo mẫu;", "code": "G99-KQ1", "originalQty": 1, "copyQty": 0}
                ],
            }
        ],
        "cases": [],
        "legalBasisesDetails": [
            {"name": "Luật Thử nghiệm số 1/2024/QH15 ngày 18/01/2024", "code": "1/2024/QH15"}
        ],
        "resultsDetails": [{"name": "Giấy phép thử", "code": "KQ.G99.1"}],
        "returningMethods": [{"type": "ONLINE", "value": ["ONLINE", "AT_HOME"]}],
        "requirementsAndConditions": "Không",
    }
    made = {**record, **changes}
    return {name: value for name, value in made.items() if value is not None or name not in changes}


def laythutuc(code: str, /, **changes: Any) -> dict[str, Any]:
    """A record of the older exchange, with changes; None removes a field."""
    record: dict[str, Any] = {
        "MATTHC": code,
        "TENTTHC": "Thủ tục cấp giấy phép thử",
        "MACOQUANCONGBO": "G99",
        "TENCOQUANCONGBO": "Bộ Thử nghiệm",
        "TRANGTHAI": "1",
        "CAPTHUCHIEN": [{"CAPTHUCHIEN": "Cấp Xã"}],
        "LINHVUCTHUCHIEN": {"MALINHVUC": "G99-TN01", "TENLINHVUC": "Thử nghiệm"},
        "TRINHTUTHUCHIEN": [
            {
                "TRUONGHOP": "Cấp mới",
                "TRINHTU": [{"TENTRINHTU": "Nộp hồ sơ."}, {"TENTRINHTU": "Nhận kết quả."}],
            }
        ],
        "CACHTHUCTHUCHIEN": [
            {
                "KENH": "2",
                "THOIGIAN": [
                    {
                        "THOIGIANGIAIQUYET": "7,5",
                        "DONVITINH": "Ngày làm việc",
                        "MOTA": "",
                        "PHILEPHI": [{"SOTIEN": "50.000", "DONVI": "Đồng", "MOTA": "Lệ phí cấp phép"}],
                    }
                ],
            },
            {"KENH": "1", "THOIGIAN": {"THOIGIANGIAIQUYET": "10", "DONVITINH": "Ngày làm việc"}},
        ],
        "THANHPHANHOSO": [
            {
                "TRUONGHOP": "Trường hợp cấp mới",
                "GIAYTO": {
                    "TENGIAYTO": "Đơn đề nghị",
                    "SOBANCHINH": "1",
                    "SOBANSAO": "0",
                    "TENMAUDON": "Mau.docx",
                },
            }
        ],
        "DOITUONGTHUCHIEN": [{"TENDOITUONG": "Công dân Việt Nam"}],
        "KETQUATHUCHIEN": [{"TENKETQUA": "Giấy phép thử", "MAKETQUA": "KQ.1"}],
        "CANCUPHAPLY": [
            {"SOVANBAN": "1/2024/QH15", "TENVANBAN": "Luật Thử nghiệm", "NGAYBANHANH": "20240118000000"}
        ],
        "YEUCAU": "Không",
        "TUKHOA": "giấy phép; thử",
    }
    made = {**record, **changes}
    return {name: value for name, value in made.items() if value is not None or name not in changes}
