"""What the portal relies on from any S3 store: the contract of `portal.core.storage`."""

import secrets
from datetime import timedelta

import pytest
import urllib3
from minio import Minio
from minio.error import S3Error

from portal.core.clock import now
from portal.core.storage import ObjectMissing, Storage, StoreUnavailable, UploadGone, attachment_disposition

PART = 5 * 1024 * 1024
http = urllib3.PoolManager()


@pytest.fixture
def key():
    return f"test/{secrets.token_hex(8)}"


def parts_of(storage, key, *sizes):
    upload_id = storage.create_multipart(key)
    for number, size in enumerate(sizes, start=1):
        url = storage.part_url(key, upload_id, number, seconds=60)
        assert http.request("PUT", url, body=bytes([number]) * size).status == 200
    return upload_id


def test_bytes_come_back_as_they_went(storage, key):
    storage.put_bytes(key, "tiếng Việt".encode(), "text/plain")

    assert storage.get_bytes(key) == "tiếng Việt".encode()
    facts = storage.stat(key)
    assert (facts.size, facts.key) == (len("tiếng Việt".encode()), key)
    assert now() - facts.modified_at < timedelta(minutes=1)


def test_what_is_not_there_is_told_apart_from_a_store_that_is_not_there(storage, key, settings_of_store):
    assert storage.stat(key) is None
    with pytest.raises(ObjectMissing):
        storage.get_bytes(key)
    with pytest.raises(ObjectMissing):
        storage.copy(key, key + "2")
    storage.remove(key)

    dead = Storage(settings_of_store.model_copy(update={"store_endpoint": "127.0.0.1:9"}))
    for act in (
        dead.ping,
        lambda: dead.stat(key),
        lambda: dead.create_multipart(key),
        lambda: dead.remove(key),
    ):
        with pytest.raises(StoreUnavailable) as down:
            act()
        assert (down.value.status, down.value.headers) == (503, {"Retry-After": "5"})


def test_a_missing_bucket_is_not_ready(settings_of_store):
    with pytest.raises(StoreUnavailable):
        Storage(settings_of_store.model_copy(update={"store_bucket": "nowhere"})).ping()


def test_parts_become_one_object(storage, key):
    upload_id = parts_of(storage, key, PART, 100)

    parts = storage.parts(key, upload_id)
    assert [(part.number, part.size) for part in parts] == [(1, PART), (2, 100)]
    assert storage.stat(key) is None
    storage.complete_multipart(key, upload_id, parts)

    assert storage.get_bytes(key) == b"\1" * PART + b"\2" * 100
    with pytest.raises(UploadGone):
        storage.parts(key, upload_id)


def test_an_aborted_upload_is_gone(storage, key):
    upload_id = parts_of(storage, key, 10)
    assert (key, upload_id) in storage.unfinished(key, now() + timedelta(hours=1))
    assert storage.unfinished(key, now() - timedelta(hours=1)) == []

    for _ in range(2):
        storage.abort_multipart(key, upload_id)

    with pytest.raises(UploadGone):
        storage.parts(key, upload_id)
    assert http.request("PUT", storage.part_url(key, upload_id, 2, seconds=60), body=b"x").status == 404


def test_a_download_address_gives_one_object_as_an_attachment(storage, key):
    storage.put_bytes(key, b"<script>", "text/html")
    url = storage.presigned_get(key, filename='Đơn "mới".pdf', content_type="application/pdf", seconds=9999)

    answer = http.request("GET", url)

    assert answer.data == b"<script>"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == attachment_disposition('Đơn "mới".pdf')
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "X-Amz-Expires=60&" in url


def test_a_download_address_holds_for_nothing_else(storage, key):
    storage.put_bytes(key, b"x", "text/plain")
    url = storage.presigned_get(key, filename="a.txt", content_type="text/plain")
    flipped = url[:-1] + ("0" if url[-1] != "0" else "1")

    assert http.request("PUT", url, body=b"y").status == 403
    assert http.request("DELETE", url).status == 403
    assert http.request("GET", url.replace(key, key + "2")).status == 403
    assert http.request("GET", url.replace("a.txt", "b.exe")).status == 403
    assert http.request("GET", url.replace("Expires=60", "Expires=600")).status == 403
    assert http.request("GET", flipped).status == 403
    assert http.request("GET", url.split("?")[0]).status == 403


def test_the_bucket_is_private(storage, settings_of_store):
    root = settings_of_store.store_public_url

    assert http.request("GET", f"{root}/{storage.bucket}").status == 403
    assert http.request("GET", f"{root}/{storage.bucket}?list-type=2").status == 403
    assert http.request("PUT", f"{root}/{storage.bucket}/x", body=b"x").status == 403


def test_objects_are_copied_and_listed(storage, key):
    storage.put_bytes(f"{key}/a", b"1", "text/plain")
    storage.copy(f"{key}/a", f"{key}/deep/b")

    assert sorted(found.key for found in storage.listing(f"{key}/")) == [f"{key}/a", f"{key}/deep/b"]
    assert list(storage.listing(f"{key}/none/")) == []


def test_only_the_portals_origin_may_use_the_store_from_a_script(storage, key, store):
    url = storage.part_url(key, storage.create_multipart(key), 1, seconds=60)

    def asked(origin):
        return http.request(
            "OPTIONS", url, headers={"Origin": origin, "Access-Control-Request-Method": "PUT"}
        ).headers.get("Access-Control-Allow-Origin")

    assert asked(store.public_url) == store.public_url
    assert asked("https://evil.example") != "https://evil.example"


def test_a_locked_bucket_keeps_what_was_written(storage, settings_of_store):
    """The anchors' bucket: a version under retention resists deletion."""
    from minio.commonconfig import COMPLIANCE
    from minio.retention import Retention

    bucket = "locked-" + secrets.token_hex(4)
    storage.ensure_bucket(bucket, object_lock=True)
    storage.ensure_bucket(bucket, object_lock=True)
    storage.put_bytes("root", b"1", "text/plain", bucket=bucket)
    client = Minio(
        endpoint=settings_of_store.store_endpoint,
        access_key=settings_of_store.store_access_key,
        secret_key=settings_of_store.store_secret_key.get_secret_value(),
        secure=False,
        region=settings_of_store.store_region,
    )
    version = client.stat_object(bucket_name=bucket, object_name="root").version_id
    client.set_object_retention(
        bucket_name=bucket,
        object_name="root",
        config=Retention(COMPLIANCE, now() + timedelta(days=1)),
    )

    with pytest.raises(S3Error):
        client.remove_object(bucket_name=bucket, object_name="root", version_id=version)
    assert client.get_object(bucket_name=bucket, object_name="root", version_id=version).data == b"1"


def test_a_name_is_given_in_ascii_and_in_utf_8():
    said = attachment_disposition("Giấy\r\nX: 1.pdf")

    assert "\r" not in said
    assert said.startswith('attachment; filename="Gi_y__X: 1.pdf"; filename*=UTF-8')
