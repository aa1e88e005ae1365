"""What can go wrong, as facts; rendered as RFC 9457 problem documents by `portal.core.problems`."""

from typing import Any, ClassVar


class DomainError(Exception):
    """A rule was broken. Subclasses are named for the fact and stand beside the rule.

    `title` names the kind of problem, `detail` says in Vietnamese what happened and what to do,
    `extra` carries what a program may need. `type` on the wire is `/problems/<ClassName>`.
    """

    status: ClassVar[int] = 422
    title: ClassVar[str] = "Chưa thực hiện được"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the answer, such as Retry-After."""
        return {}


class NotFound(DomainError):
    status = 404
    title = "Không tìm thấy"


class Unauthorized(DomainError):
    status = 401
    title = "Cần đăng nhập"


class Forbidden(DomainError):
    status = 403
    title = "Bạn không có quyền làm việc này"


class Conflict(DomainError):
    status = 409
    title = "Trạng thái hiện tại không cho phép"


class Stale(Conflict):
    """The caller's `seq` is not the present one: somebody changed the thing meanwhile."""

    title = "Nội dung vừa được thay đổi"


class Invalid(DomainError):
    """Understood, but incomplete or wrong. `errors` = [{"field": …, "message": …}]."""

    status = 422
    title = "Nội dung chưa đúng"


class Malformed(DomainError):
    status = 400
    title = "Yêu cầu không đọc được"


class TooMany(DomainError):
    """A limit was reached; `retry_after` in seconds."""

    status = 429
    title = "Bạn thao tác quá nhiều lần"

    def __init__(self, detail: str, *, retry_after: int, **extra: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **extra)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after)}


class Unavailable(DomainError):
    """A part of the portal does not answer now; trying again is safe."""

    status = 503
    title = "Dịch vụ tạm gián đoạn"

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": "5"}
