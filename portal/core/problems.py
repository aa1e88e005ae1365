"""Every failure as one fact: the problem document (RFC 9457) of an exception."""

from typing import Any

import msgspec
import psycopg
import structlog
from litestar.exceptions import HTTPException, ValidationException
from sqlalchemy import exc as sa_exc

from portal.core.errors import DomainError

log = structlog.get_logger("problems")


class Problem(msgspec.Struct, frozen=True):
    """A problem document before it is written as JSON or as a page."""

    status: int
    type: str
    title: str
    detail: str
    extra: dict[str, Any] = {}
    headers: dict[str, str] = {}

    def document(self) -> dict[str, Any]:
        """The members as they go on the wire."""
        return {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }


HTTP_WORDS = {
    400: ("Yêu cầu không đọc được", "Nội dung gửi lên không đọc được. Tải lại trang rồi thử lại."),
    401: ("Cần đăng nhập", "Đăng nhập để tiếp tục."),
    403: ("Bạn không có quyền làm việc này", "Tài khoản của bạn không được làm việc này."),
    404: ("Không tìm thấy", "Không có trang này, hoặc bạn không được xem."),
    405: ("Không dùng được cách gọi này", "Địa chỉ này không nhận cách gọi vừa dùng."),
    413: ("Nội dung quá lớn", "Nội dung gửi lên vượt quá giới hạn."),
    415: ("Kiểu nội dung không nhận", "Gửi nội dung kiểu application/json."),
    429: ("Bạn thao tác quá nhiều lần", "Chờ ít phút rồi thử lại."),
}


def describe(error: Exception) -> Problem:
    """The problem document of any exception; what is not foreseen is a 500 and is logged."""
    if isinstance(error, DomainError):
        return Problem(
            error.status,
            f"/problems/{type(error).__name__}",
            error.title,
            error.detail,
            error.extra,
            error.headers,
        )
    if isinstance(error, ValidationException):
        fields = [
            {"field": str(part.get("key", "")), "message": str(part.get("message", ""))}
            for part in (error.extra or [])
            if isinstance(part, dict)
        ]
        title, detail = HTTP_WORDS[400]
        return Problem(400, "/problems/Malformed", title, detail, {"errors": fields} if fields else {})
    if isinstance(error, HTTPException):
        status = error.status_code
        if status < 500:
            title, detail = HTTP_WORDS.get(status, HTTP_WORDS[400])
            headers = {
                k: v for k, v in (error.headers or {}).items() if k.lower() in ("allow", "retry-after")
            }
            return Problem(status, f"/problems/Http{status}", title, detail, {}, headers)
    if isinstance(error, (RecursionError, UnicodeError, msgspec.MsgspecError)):
        title, detail = HTTP_WORDS[400]
        return Problem(400, "/problems/Malformed", title, detail)
    cause = error.orig if isinstance(error, sa_exc.DBAPIError) else error
    if isinstance(cause, (psycopg.DataError, psycopg.errors.UntranslatableCharacter)):
        title, detail = HTTP_WORDS[400]
        return Problem(400, "/problems/Malformed", title, detail)
    if isinstance(
        cause, (psycopg.OperationalError, sa_exc.TimeoutError, psycopg.InterfaceError)
    ) or isinstance(error, sa_exc.PendingRollbackError):
        log.warning("database_unavailable", error=type(cause).__name__)
        return Problem(
            503,
            "/problems/Unavailable",
            "Dịch vụ tạm gián đoạn",
            "Chúng tôi chưa ghi nhận được yêu cầu này. Thử lại sau ít giây; gửi lại không tạo hồ sơ thứ hai.",
            {},
            {"Retry-After": "5"},
        )
    log.error("unforeseen", error=type(error).__name__, exc_info=error)
    return Problem(
        500,
        "/problems/Unforeseen",
        "Chúng tôi gặp lỗi",
        "Chúng tôi gặp lỗi khi xử lý. Điều bạn đã lưu vẫn còn. Thử lại sau ít phút.",
    )
