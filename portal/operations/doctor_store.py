"""The doctor's questions to the object store: every way the portal and browsers use it, tried for real."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import S3Error

from portal.core.errors import DomainError
from portal.core.settings import Settings
from portal.core.storage import ObjectMissing, Storage, StoredPart, UploadGone
from portal.operations.findings import Result, broken, doubtful, well

PART = 5 * 1024 * 1024
PROBE = ".doctor"


def examine(settings: Settings) -> Iterator[Result]:
    """Write, read, send in parts, delete; then what strangers and browsers may."""
    storage = Storage(settings)
    where = f"thùng {settings.store_bucket}"
    try:
        storage.ping()
    except (DomainError, S3Error):
        yield broken(
            where,
            f"không có, hoặc không nối được kho ở {settings.store_endpoint}",
            "xem kho có chạy không; tạo thùng; sửa MOTCUA_STORE_ENDPOINT, MOTCUA_STORE_BUCKET và hai khoá",
        )
        return
    http = urllib3.PoolManager(timeout=urllib3.Timeout(5), retries=False)
    key = f"{PROBE}/{secrets.token_hex(8)}"
    tries: list[tuple[str, Callable[[], Result]]] = [
        ("ghi, đọc, xoá", lambda: _bytes(storage, key)),
        ("tải lên nhiều phần", lambda: _parts(storage, http, key)),
        ("tải xuống có ký", lambda: _signed(storage, http, key)),
        ("thùng riêng tư", lambda: _private(settings, storage, http, key)),
        ("CORS cho trình duyệt", lambda: _cors(settings, http)),
        ("thùng neo", lambda: _anchors(settings, http)),
    ]
    for part, attempt in tries:
        try:
            yield attempt()
        except (
            DomainError,
            S3Error,
            ObjectMissing,
            UploadGone,
            urllib3.exceptions.HTTPError,
            OSError,
        ) as error:
            yield broken(
                part,
                f"hỏng ({getattr(error, 'code', '') or type(error).__name__})",
                "xem quyền của khoá kho và MOTCUA_STORE_PUBLIC_URL",
            )
    http.clear()
    with suppress(DomainError, S3Error, OSError, urllib3.exceptions.HTTPError):
        storage.remove(key)  # a probe that ended half-way left it


def _bytes(storage: Storage, key: str) -> Result:
    data = secrets.token_bytes(4096)
    storage.put_bytes(key, data, "application/octet-stream")
    with storage.open(key) as chunks:
        whole = b"".join(chunks) == data
    storage.remove(key)
    if not whole or storage.stat(key) is not None:
        return broken(
            "ghi, đọc, xoá", "kho trả lại khác với đã ghi", "kho này không dùng được; xem nhật ký của kho"
        )
    return well("ghi, đọc, xoá", "đúng từng byte")


def _parts(storage: Storage, http: urllib3.PoolManager, key: str) -> Result:
    """As a browser does it: presigned addresses on the public origin, an ETag that it may read."""
    upload, parts = storage.create_multipart(key), []
    for number, data in enumerate((bytes(PART), b"end"), 1):
        answer = http.request("PUT", storage.part_url(key, upload, number, seconds=60), body=data)
        if answer.status != 200:
            storage.abort_multipart(key, upload)
            return broken(
                "tải lên nhiều phần",
                f"kho trả lời {answer.status}",
                "MOTCUA_STORE_PUBLIC_URL phải tới đúng kho, giữ nguyên Host",
            )
        parts.append(StoredPart(number, answer.headers.get("etag", ""), len(data)))
    storage.complete_multipart(key, upload, parts)
    facts = storage.stat(key)
    storage.remove(key)
    if facts is None or facts.size != PART + 3:
        return broken("tải lên nhiều phần", "các phần không ghép lại đủ", "xem nhật ký của kho")
    return well("tải lên nhiều phần", "hai phần ghép thành một tệp")


def _signed(storage: Storage, http: urllib3.PoolManager, key: str) -> Result:
    storage.put_bytes(key, b"0123456789", "application/pdf")
    url = storage.presigned_get(key, filename="kiểm tra.pdf", content_type="application/pdf")
    answer = http.request("GET", url, headers={"Range": "bytes=2-5"})
    storage.remove(key)
    if answer.status != 206 or answer.data != b"2345":
        return broken(
            "tải xuống có ký",
            f"kho trả lời {answer.status} cho một đoạn",
            "MOTCUA_STORE_PUBLIC_URL phải tới đúng kho, giữ nguyên Host",
        )
    if "attachment" not in answer.headers.get("content-disposition", ""):
        return broken(
            "tải xuống có ký",
            "kho bỏ qua Content-Disposition",
            "tệp sẽ mở trong trình duyệt; dùng kho khác hoặc sửa proxy trước kho",
        )
    return well("tải xuống có ký", "cả đoạn, luôn là tệp đính kèm")


def _private(settings: Settings, storage: Storage, http: urllib3.PoolManager, key: str) -> Result:
    storage.put_bytes(key, b"rieng tu", "text/plain")
    seen = []
    for bucket, name in (
        (settings.store_bucket, key),
        (settings.store_bucket, ""),
        (settings.anchor_bucket, ""),
    ):
        answer = http.request("GET", f"{settings.store_public_url}/{bucket}/{name}")
        if answer.status == 200:
            seen.append(f"{bucket}/{'(danh sách)' if not name else '(tệp)'}")
    storage.remove(key)
    if seen:
        return broken(
            "thùng riêng tư",
            f"người lạ đọc được {', '.join(seen)}",
            "bỏ quyền đọc ẩn danh của thùng ngay, rồi xem nhật ký truy cập của kho",
        )
    return well("thùng riêng tư", "người lạ không đọc, không liệt kê được")


def _cors(settings: Settings, http: urllib3.PoolManager) -> Result:
    address = urlsplit(settings.public_url)
    origin = f"{address.scheme}://{address.netloc}"
    answer = http.request(
        "OPTIONS",
        f"{settings.store_public_url}/{settings.store_bucket}/{PROBE}",
        headers={"Origin": origin, "Access-Control-Request-Method": "PUT"},
    )
    allowed = answer.headers.get("access-control-allow-origin", "")
    methods = answer.headers.get("access-control-allow-methods", "")
    if allowed not in (origin, "*") or not ("PUT" in methods or "*" in methods):
        return broken(
            "CORS cho trình duyệt",
            f"kho không cho {origin} gửi tệp",
            "thêm quy tắc CORS: origin này, PUT GET POST, mở tiêu đề ETag",
        )
    exposed = answer.headers.get("access-control-expose-headers", "").lower()
    if allowed == "*":
        return doubtful("CORS cho trình duyệt", "kho nhận mọi trang", f"chỉ cho {origin}")
    if exposed and "etag" not in exposed and "*" not in exposed:
        return broken("CORS cho trình duyệt", "kho không mở tiêu đề ETag", "thêm ETag vào ExposeHeaders")
    return well("CORS cho trình duyệt", f"{origin} gửi được")


def _anchors(settings: Settings, http: urllib3.PoolManager) -> Result:
    part = f"thùng neo {settings.anchor_bucket}"
    if settings.anchor_bucket == settings.store_bucket:
        return broken(part, "trùng với thùng tệp", "dùng một thùng khác, có khoá đối tượng, ở nơi khác")
    store = Minio(
        endpoint=settings.store_endpoint,
        access_key=settings.store_access_key,
        secret_key=settings.store_secret_key.get_secret_value(),
        secure=settings.store_secure,
        region=settings.store_region,
        http_client=http,
    )
    if not store.bucket_exists(bucket_name=settings.anchor_bucket):
        return broken(part, "chưa có", "tạo thùng với object lock bật từ đầu, tốt nhất ở kho khác")
    try:
        store.get_object_lock_config(bucket_name=settings.anchor_bucket)
    except S3Error as error:
        if error.code == "AccessDenied":
            return broken(
                part,
                "khoá kho không được hỏi và đặt thời hạn lưu",
                "cho khoá này PutObjectRetention và GetBucketObjectLockConfiguration ở thùng neo",
            )
        return doubtful(
            part, "không có khoá đối tượng", "tạo lại thùng với object lock: gốc đã ký phải không xoá được"
        )
    return well(part, "có khoá đối tượng")
