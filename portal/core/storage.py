"""The object store (any S3 server, over the `minio` SDK): bytes that never pass through the web process.

Two clients: one talks to the store, the other only signs addresses on the origin browsers reach.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import msgspec
import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE, CopySource
from minio.datatypes import Part, PostPolicy
from minio.error import InvalidResponseError, S3Error, ServerError
from minio.retention import Retention

from portal.core.clock import now
from portal.core.errors import Unavailable
from portal.core.settings import Settings

CONNECT_SECONDS, READ_SECONDS = 2, 8
GET_SECONDS = 60  # life of a download address, at most
CHUNK = 256 * 1024  # bytes read from the store at a time
PART = 16 * 1024 * 1024  # bytes of one part of a large file

_MISSING = {"NoSuchKey", "NoSuchObject", "NoSuchVersion", "ResourceNotFound"}
_UPLOAD_GONE = {"NoSuchUpload", "NoSuchKey", "InvalidPart"}
_BUSY = {"SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "TooManyRequests"}


class StoreUnavailable(Unavailable):
    """The object store does not answer now."""

    title = "Kho tệp tạm gián đoạn"

    def __init__(self) -> None:
        super().__init__("Chúng tôi chưa nối được với kho tệp. Tệp đã gửi vẫn an toàn. Thử lại sau ít giây.")


class ObjectMissing(Exception):
    """The store has no object of this key."""


class UploadGone(Exception):
    """The multipart upload was completed, aborted, or never began."""


class ObjectFacts(msgspec.Struct, frozen=True):
    """What the store knows of an object; `size` in bytes."""

    key: str
    size: int
    etag: str
    modified_at: datetime


class StoredPart(msgspec.Struct, frozen=True):
    """A part the store already has; `size` in bytes."""

    number: int
    etag: str
    size: int


class PostForm(msgspec.Struct, frozen=True):
    """An HTML form that sends one file straight to the store; its file input, `file`, comes last."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


class Storage:
    """One bucket of one store. Make one per process; it is safe in threads."""

    def __init__(self, settings: Settings) -> None:
        self.bucket = settings.store_bucket
        public = urlsplit(settings.store_public_url)
        self._origin = f"{public.scheme}://{public.netloc}"
        pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            maxsize=settings.request_threads,
            retries=urllib3.Retry(total=1, connect=1, read=0, redirect=0, status=0, backoff_factor=0.1),
        )
        keys = {
            "access_key": settings.store_access_key,
            "secret_key": settings.store_secret_key.get_secret_value(),
            "region": settings.store_region,  # given, so that no request is spent on finding it
            "http_client": pool,
        }
        self._store = Minio(endpoint=settings.store_endpoint, secure=settings.store_secure, **keys)
        self._signer = Minio(endpoint=public.netloc, secure=public.scheme == "https", **keys)

    def ping(self) -> None:
        """Ask whether the bucket is there.

        Raises:
            StoreUnavailable: the store does not answer, or has no such bucket.
        """
        with _answering():
            if not self._store.bucket_exists(bucket_name=self.bucket):
                raise StoreUnavailable

    def ensure_bucket(self, bucket: str | None = None, *, object_lock: bool = False) -> None:
        """Make the bucket, private, unless it is there; with object lock its versions resist deletion."""
        name = bucket or self.bucket
        with _answering():
            if self._store.bucket_exists(bucket_name=name):
                return
            try:
                self._store.make_bucket(bucket_name=name, object_lock=object_lock)
            except S3Error as error:
                if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                    raise

    def put_bytes(
        self, key: str, data: bytes, content_type: str, *, bucket: str | None = None, days: int = 0
    ) -> None:
        """Keep bytes the portal made (a document, a root); `days` locks them where the bucket has a lock."""
        lock = Retention(COMPLIANCE, now() + timedelta(days=days)) if days else None
        name = bucket or self.bucket
        try:
            with _answering():
                self._store.put_object(name, key, io.BytesIO(data), len(data), content_type, retention=lock)
        except S3Error as error:
            if lock is None or error.code != "InvalidRequest":
                raise
            self.put_bytes(key, data, content_type, bucket=name)

    def put_file(self, key: str, path: Path, *, bucket: str | None = None) -> None:
        """Keep a file's bytes, streamed: what a restore brings back."""
        with _answering():
            self._store.fput_object(
                bucket_name=bucket or self.bucket, object_name=key, file_path=str(path), part_size=PART
            )

    @contextmanager
    def open(self, key: str, *, bucket: str | None = None) -> Iterator[Iterator[bytes]]:
        """The object's bytes, in chunks, from one GET.

        Raises:
            ObjectMissing: there is no such object.
            StoreUnavailable: the store failed, also in the middle of the stream.
        """
        with _answering():
            answer = self._store.get_object(bucket_name=bucket or self.bucket, object_name=key)
        try:
            yield _chunks(answer)
        finally:
            answer.close()
            answer.release_conn()

    def get_bytes(self, key: str, *, bucket: str | None = None) -> bytes:
        """The whole of a small object.

        Raises:
            ObjectMissing: there is no such object.
        """
        with self.open(key, bucket=bucket) as chunks:
            return b"".join(chunks)

    def stat(self, key: str, *, bucket: str | None = None) -> ObjectFacts | None:
        """What the store knows of the object; None when there is none."""
        try:
            with _answering():
                found = self._store.stat_object(bucket_name=bucket or self.bucket, object_name=key)
        except ObjectMissing:
            return None
        return ObjectFacts(key, found.size, found.etag, found.last_modified)

    def copy(self, source: str, target: str) -> None:
        """Copy an object inside the store.

        Raises:
            ObjectMissing: there is no source.
        """
        with _answering():
            self._store.copy_object(
                bucket_name=self.bucket, object_name=target, source=CopySource(self.bucket, source)
            )

    def remove(self, key: str) -> None:
        """Remove the object; nothing happens when there is none."""
        try:
            with _answering():
                self._store.remove_object(bucket_name=self.bucket, object_name=key)
        except ObjectMissing:
            return

    def listing(self, prefix: str = "", *, bucket: str | None = None) -> Iterator[ObjectFacts]:
        """Every object whose key starts with the prefix, in the order of their keys, page by page."""
        name = bucket or self.bucket
        with _answering():
            for found in self._store.list_objects(bucket_name=name, prefix=prefix or None, recursive=True):
                yield ObjectFacts(found.object_name, found.size, found.etag or "", found.last_modified)

    def presigned_get(self, key: str, *, filename: str, content_type: str, seconds: int = GET_SECONDS) -> str:
        """A download address of one object for at most a minute: always an attachment of the given name.

        Give it out only after `access.visible_to`, never write it to a log or a message (trust.md T12).
        """
        url: str = self._signer.get_presigned_url(
            method="GET",
            bucket_name=self.bucket,
            object_name=key,
            expires=timedelta(seconds=min(seconds, GET_SECONDS)),
            response_headers={
                "response-content-disposition": attachment_disposition(filename),
                "response-content-type": content_type,
                "response-cache-control": "private, no-store",
            },
        )
        return url

    def create_multipart(self, key: str) -> str:
        """Begin an upload in parts; returns its id."""
        with _answering():
            upload_id: str = self._store._create_multipart_upload(
                bucket_name=self.bucket,
                object_name=key,
                headers={"Content-Type": "application/octet-stream"},
            )
        return upload_id

    def part_url(self, key: str, upload_id: str, number: int, *, seconds: int) -> str:
        """An address that takes this one part by PUT."""
        url: str = self._signer.get_presigned_url(
            method="PUT",
            bucket_name=self.bucket,
            object_name=key,
            expires=timedelta(seconds=seconds),
            extra_query_params={"uploadId": upload_id, "partNumber": str(number)},
        )
        return url

    def parts(self, key: str, upload_id: str) -> list[StoredPart]:
        """The parts the store has of an unfinished upload, by number.

        Raises:
            UploadGone: there is no such upload any more.
        """
        found: list[StoredPart] = []
        marker: str | None = None
        while True:
            with _answering(upload=True):
                page = self._store._list_parts(
                    bucket_name=self.bucket,
                    object_name=key,
                    upload_id=upload_id,
                    part_number_marker=marker,
                )
            found += [StoredPart(part.part_number, part.etag, part.size) for part in page.parts]
            if not page.is_truncated:
                return sorted(found, key=lambda part: part.number)
            marker = str(page.next_part_number_marker)

    def complete_multipart(self, key: str, upload_id: str, parts: list[StoredPart]) -> None:
        """Make the parts one object.

        Raises:
            UploadGone: there is no such upload any more, or a part changed meanwhile.
        """
        with _answering(upload=True):
            self._store._complete_multipart_upload(
                bucket_name=self.bucket,
                object_name=key,
                upload_id=upload_id,
                parts=[Part(part.number, part.etag) for part in parts],
            )

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Drop an unfinished upload with its parts; nothing happens when it is gone."""
        try:
            with _answering(upload=True):
                self._store._abort_multipart_upload(
                    bucket_name=self.bucket, object_name=key, upload_id=upload_id
                )
        except UploadGone:
            return

    def unfinished(self, prefix: str, before: datetime) -> list[tuple[str, str]]:
        """(key, upload id) of uploads begun before the instant and never completed; at most 1,000."""
        with _answering():
            page = self._store._list_multipart_uploads(bucket_name=self.bucket, prefix=prefix)
        return [
            (upload.object_name, upload.upload_id)
            for upload in page.uploads
            if upload.initiated_time is not None and upload.initiated_time < before
        ]

    def post_form(self, key: str, *, max_bytes: int, redirect: str, seconds: int) -> PostForm:
        """A form that sends one file of at most max_bytes to exactly this key, then goes to `redirect`.

        The policy fixes bucket, key, size and the redirect (its beginning; the SDK knows no equality
        there). The file's own name does not arrive: stores differ in what they put for it.
        """
        expires_at = now() + timedelta(seconds=seconds)
        policy = PostPolicy(self.bucket, expires_at)
        policy.add_equals_condition("key", key)
        policy.add_equals_condition("Content-Type", "application/octet-stream")
        policy.add_content_length_range_condition(0, max_bytes)
        policy.add_starts_with_condition("success_action_redirect", redirect)
        signed: dict[str, str] = self._signer.presigned_post_policy(policy)
        return PostForm(
            f"{self._origin}/{self.bucket}",
            {
                "key": key,
                "Content-Type": "application/octet-stream",
                "success_action_redirect": redirect,
                **signed,
            },
            expires_at,
        )


def attachment_disposition(filename: str) -> str:
    """`Content-Disposition: attachment` with the name in UTF-8 (RFC 5987) and an ASCII stand-in."""
    plain = "".join(ch if ch.isascii() and ch.isprintable() and ch not in '"\\%' else "_" for ch in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _chunks(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    with _answering():
        yield from answer.stream(CHUNK)


@contextmanager
def _answering(*, upload: bool = False) -> Iterator[None]:
    """Turn the SDK's failures into ours; what means a mistake of ours passes through."""
    try:
        yield
    except S3Error as error:
        if upload and error.code in _UPLOAD_GONE:
            raise UploadGone from error
        if error.code in _MISSING:
            raise ObjectMissing from error
        if error.code in _BUSY or error.response.status >= 500:
            raise StoreUnavailable from error
        raise
    except (urllib3.exceptions.HTTPError, ServerError, InvalidResponseError, OSError) as error:
        raise StoreUnavailable from error
