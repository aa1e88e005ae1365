"""A full disk under the store: files wait, filings go on, nothing is half-kept, and it ends with the disk."""

import contextlib
import hashlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

import portal.embedded.store
from dossiers import documents, inspection
from dossiers.models import Document
from portal.app import create_app
from portal.core import events, runtime
from portal.core.errors import Unavailable
from portal.core.storage import Storage, StoreUnavailable
from portal.embedded import Child, Embedded
from tests import factories
from tests.chaos.client import picture
from tests.conftest import Database, settings_for

MEGABYTES = 64


@contextlib.contextmanager
def tmpfs(embedded: Embedded) -> Iterator[Callable[[], Callable[[], None]]]:
    """The store's folder on a small disk of its own; yields how to fill it, which yields how to free it."""
    place = embedded.store.data
    place.mkdir(mode=0o700)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=0777", "motcua", place], check=True
    )

    def fill() -> Callable[[], None]:
        filler = place / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0" * 4096):
                pass
        return filler.unlink

    try:
        yield fill
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextlib.contextmanager
def few_volumes(embedded: Embedded) -> Iterator[Callable[[], Callable[[], None]]]:
    """Without root: a store of a few small volumes, filled by objects to the last of them."""

    def small(name: str, command: list[str], **more: object) -> Child:
        limits = ["-master.volumeSizeLimitMB=1", "-volume.max=8"]
        kept = [part for part in command if "volumeSizeLimitMB" not in str(part)]
        return Child(name, [*kept, *limits], **more)  # type: ignore[arg-type]

    def fill() -> Callable[[], None]:
        storage, keys = runtime.storage, []
        with contextlib.suppress(StoreUnavailable):
            while len(keys) < 200:
                storage.put_bytes(f"filler/{len(keys)}", os.urandom(2**19), "application/octet-stream")
                keys.append(f"filler/{len(keys)}")
        return lambda: [storage.remove(key) for key in keys] and None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portal.embedded.store, "Child", small)
        yield fill


@pytest.fixture
def full_disk() -> Iterator[tuple[Embedded, Callable[[], Callable[[], None]]]]:
    """A store on a small disk, and how to fill it."""
    way = tmpfs if os.geteuid() == 0 and sys.platform == "linux" else few_volumes
    print(f"disk full by: {way.__name__}")
    with Embedded.temporary() as embedded, way(embedded) as fill:
        embedded.start({"store"})
        yield embedded, fill
        embedded.stop()


def put(url: str, content: bytes) -> int:
    """PUT to the store as a browser does; the status."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", address.port or 80, timeout=30)
    with contextlib.closing(connection):
        connection.request("PUT", f"{address.path}?{address.query}", content, {"Host": address.netloc})
        return connection.getresponse().status


def filed_seq(database: Database, dossier_id: UUID) -> int:
    """The place of the filing in the dossier's journal."""
    with database.worker() as session:
        rows = events.history(session, dossier_id)
    return next(event.seq for event in rows if event.name == "dossier.submitted")


def wait_until_taken(storage: Storage) -> None:
    """Until the store writes again: it looks at its disk now and then."""
    until = time.monotonic() + 60
    while True:
        try:
            storage.put_bytes("probe", b"probe" * 1000, "application/octet-stream")
            return
        except StoreUnavailable:
            assert time.monotonic() < until, "the store does not write again"
            time.sleep(0.5)


def test_a_full_store_refuses_files_and_loses_nothing(database: Database, services, full_disk):
    embedded, fill = full_disk
    more = {
        name.removeprefix("MOTCUA_").lower(): value for name, value in embedded.store.environment().items()
    }
    settings = settings_for(services, database.name, **more)
    storage = Storage(settings)
    with database.worker() as session:
        agency = factories.agency(session)
        made = factories.procedure(session, agency.id)
        plain = factories.procedure(
            session, agency.id, made_content=factories.simple() | {"requirements": []}
        )
        factories.account(session, email="day@example.vn")
        session.commit()
        names = {"agency": str(agency.id), "papered": made.code, "plain": plain.code}
    app = create_app(settings, database.app, storage)
    runtime.install(settings, database.worker, storage)
    content = picture(400)
    with TestClient(app, base_url="https://testserver.local", raise_server_exceptions=False) as client:
        factories.signed_in(client, "day@example.vn")

        def opened(code: str) -> str:
            answer = client.post(
                "/api/v1/dossiers",
                json={
                    "submission_id": str(uuid4()),
                    "procedure": code,
                    "agency_id": names["agency"],
                },
            )
            path = f"/api/v1/dossiers/{answer.json()['id']}"
            seq = client.get(path).json()["answers_seq"]
            client.patch(f"{path}/answers", json={"seq": seq, "answers": factories.SIMPLE_ANSWERS})
            return path

        def begun(path: str) -> dict[str, object]:
            answer = client.post(
                f"{path}/attachments",
                json={"requirement_key": "proof", "filename": "ảnh.png", "size": len(content)},
            )
            assert answer.status_code == 201, answer.text
            return answer.json()

        def completed(path: str, plan: dict[str, object]) -> object:
            return client.post(f"{path}/attachments/{plan['attachment_id']}/completion", json={"parts": []})

        papered, other = opened(names["papered"]), opened(names["plain"])
        plan = begun(papered)
        free = fill()
        refused_by_store = put(plan["parts"][0]["url"], content)
        refused = completed(papered, plan)
        filed = client.post(f"{other}/submission", json={})
        dossier_id = UUID(other.rsplit("/", 1)[1])
        with pytest.raises(Unavailable):
            documents.acknowledge(str(dossier_id), filed_seq(database, dossier_id))
        with database.worker() as session:
            kept = session.execute(sa.select(sa.func.count()).select_from(Document)).scalar_one()
        free()
        again = begun(papered)
        wait_until_taken(storage)
        taken = put(again["parts"][0]["url"], content)
        accepted = completed(papered, again)
        inspection.inspect(UUID(str(again["attachment_id"])))
        documents.acknowledge(str(dossier_id), filed_seq(database, dossier_id))
        state = client.get(papered).json()["attachments"][-1]["state"]
    with database.worker() as session:
        paper = session.execute(sa.select(Document.__table__)).one()  # type: ignore[attr-defined]

    assert refused_by_store >= 500
    assert refused.status_code in (409, 503, 507)
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert filed.status_code == 200, filed.text
    assert kept == 0
    assert (taken, accepted.status_code) == (200, 202)
    assert state == "ready"
    assert hashlib.sha256(storage.get_bytes(paper.object_key)).digest() == bytes(paper.sha256)
