"""Imports asked for on the web: the file in the store, the worker's batches, the API's report."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import services_catalog
from dossiers.tasks import missing_effects
from portal.core import events, runtime
from portal.worker import SUBSCRIBERS
from services_catalog import import_queries, import_tasks
from services_catalog.imports import running
from services_catalog.models import CatalogueImport
from tests.services_catalog import records
from tests.services_catalog.import_place import ADDRESS, Place, lines

SEED = Path(services_catalog.__file__).parent / "seed"


def test_a_file_is_kept_taken_by_the_worker_and_reported_line_by_line(place: Place) -> None:
    body = lines(records.national("1.900001"), records.national("x y"), records.national("1.900002"))

    import_id = place.ask(body, kind="auto", dry_run="false")
    waiting = place.show(import_id)["overview"]
    place.run(import_id)
    done = place.show(import_id)

    assert (waiting["state"], waiting["done"], waiting["kind"]) == ("waiting", 0, "auto")
    told = done["overview"]
    assert (told["state"], told["kind"], told["done"], told["total"]) == ("done", "national", 3, 3)
    assert told["counts"] == {"created": 2, "updated": 0, "unchanged": 0, "refused": 1}
    assert [row["code"] for row in done["items"]] == ["1.900001", "x y", "1.900002"]
    assert place.stored() == []
    with place.database.worker() as session:
        names = [one.name for one in events.history(session, import_id)]
        assert missing_effects(session, SUBSCRIBERS) == []
    assert names == ["catalogue_import.started", "catalogue_import.finished"]


def test_lines_come_in_pages_and_by_outcome_and_as_a_spreadsheet(place: Place) -> None:
    rows = [records.national(f"1.90000{n}" if n % 2 else f"=lạ {n}") for n in range(6)]
    import_id = place.ask(lines(*rows), dry_run="true")
    place.run(import_id)

    first = place.show(import_id, limit=2, outcome="refused")
    second = place.show(import_id, limit=2, outcome="refused", after=first["next"])
    sheet = place.browser.get(f"/api/v1/catalogue/imports/{import_id}/report.csv?outcome=refused")

    assert [row["line"] for row in [*first["items"], *second["items"]]] == [1, 3, 5]
    assert second["next"] is None
    assert sheet.text.splitlines()[0] == '\ufeffDòng,Mã,Tên,Kết quả,"Lý do, ghi chú"'
    assert sheet.text.splitlines()[1].startswith("1,'=lạ 0,")
    assert "attachment" in sheet.headers["content-disposition"]
    assert place.browser.get("/api/v1/catalogue/imports").json()["items"][0]["id"] == str(import_id)


CATALOGUE = ("procedure", "procedure_revision", "offering", "sector", "agency", "replaced_paper",
             "catalogue_version", "level_change", "template_file", "downtime")  # fmt: skip


def checksums(place: Place) -> dict[str, str]:
    with place.database.worker() as session:
        return {
            table: session.execute(
                sa.text(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
            ).scalar_one()
            for table in CATALOGUE
        }


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("listing.tsv", "listing"),
        ("replaced_papers.tsv", "replaced"),
        ("agencies.json", "agencies"),
        ("procedures/1.001193.json", "own"),
        ("national", "national"),
    ],
)
def test_a_dry_run_says_what_would_happen_and_changes_nothing(place: Place, name: str, kind: str) -> None:
    body = lines(records.national("1.900001")) if name == "national" else (SEED / name).read_bytes()
    if kind == "own":
        import_id = place.ask((SEED / "agencies.json").read_bytes(), dry_run="false")
        place.run(import_id)
    before = checksums(place)

    tried = place.ask(body, dry_run="true")
    place.run(tried)
    untouched = checksums(place)
    real = place.ask(body, dry_run="false")
    place.run(real)

    assert untouched == before
    assert place.show(tried)["overview"]["counts"] == place.show(real)["overview"]["counts"]
    assert place.show(tried)["overview"]["kind"] == kind
    assert checksums(place) != before


def test_a_worker_that_is_killed_in_the_middle_is_followed_by_one_that_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [records.national(f"1.9000{n:02}") for n in range(25)]
    import_id = place.ask(lines(*rows), dry_run="false")
    calls = []
    usual = running.take

    def dies(*args: Any) -> Any:
        calls.append(1)
        done = usual(*args)
        if len(calls) == 2:
            raise MemoryError
        return done

    monkeypatch.setattr(running, "take", dies)
    with pytest.raises(MemoryError):
        place.run(import_id)
    half = place.show(import_id)["overview"]
    monkeypatch.setattr(running, "take", usual)
    place.run(import_id)
    whole = place.show(import_id)["overview"]

    assert (half["state"], half["done"]) == ("running", 10)
    assert (whole["state"], whole["counts"]["created"], whole["done"]) == ("done", 25, 25)


def test_a_stuck_import_is_found_by_the_sweeper(place: Place) -> None:
    import_id = place.ask(lines(records.national("1.900001")), dry_run="true")

    with place.database.worker() as session:
        found = missing_effects(session, SUBSCRIBERS, older_than=timedelta(seconds=-5))

    assert found == [(import_tasks.RUN, str(import_id), 1)]


def test_when_the_time_is_over_the_rest_is_asked_for_anew(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [records.national(f"1.9000{n:02}") for n in range(12)]
    import_id = place.ask(lines(*rows), dry_run="false")
    again: list[Any] = []
    monkeypatch.setattr(import_tasks.run_import, "delay", lambda *args: again.append(args))
    monkeypatch.setattr(import_tasks, "SECONDS", -1)

    place.run(import_id)

    assert again == [(str(import_id), 1)]
    assert place.show(import_id)["overview"]["state"] == "running"


def test_only_one_import_runs_at_a_time(place: Place) -> None:
    first = place.ask(lines(records.national("1.900001")), dry_run="true")

    second = place.post(lines(records.national("1.900002")), dry_run="true")

    assert second.status_code == 409
    assert (second.json()["type"], second.json()["running"]) == ("/problems/ImportRunning", str(first))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"code": "1.9', "JSON hỏng ở dòng 1"),
        (b"[" * 100_000, "JSON lồng quá sâu"),
        (b"\x00\x01\x02\x03" * 10, "Không nhận ra"),
        (b"mau\tcan nang\n1\t2\n", "Không nhận ra loại tệp"),
        ("code\tname\n".encode("utf-16")[:-1], "đứt giữa chừng"),
    ],
)
def test_a_file_that_cannot_be_read_fails_as_a_whole_with_the_reason(
    place: Place, body: bytes, problem: str
) -> None:
    import_id = place.ask(body, dry_run="false")
    place.run(import_id)

    told = place.show(import_id)["overview"]

    assert told["state"] == "failed"
    assert problem in told["problem"]
    assert place.stored() == []


def test_an_empty_file_a_wrong_kind_and_a_large_body_are_refused_at_once(place: Place) -> None:
    assert place.post(b"").json()["type"] == "/problems/BadImportFile"
    assert place.post(b"x", kind="pdf").status_code == 400
    assert place.post(b"x" * (51 * 1024 * 1024)).status_code == 413
    assert place.stored() == []


def test_a_browser_proves_by_its_token_that_no_other_site_sent_the_file(place: Place) -> None:
    body = {"file": ("a.json", b"{}", "application/json")}

    without = place.browser.post(ADDRESS, files=body)
    elsewhere = place.browser.post(
        ADDRESS, files=body, headers={"x-csrf-token": place.csrf, "sec-fetch-site": "cross-site"}
    )
    other = place.browser.post(
        "/api/v1/procedures/1.1/draft/review", files=body, headers={"x-csrf-token": place.csrf}
    )

    assert (without.status_code, elsewhere.status_code, other.status_code) == (403, 403, 415)


def test_files_left_behind_by_a_dead_worker_are_swept_once_they_are_old(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = place.ask(lines(records.national("1.900001")), dry_run="true")
    place.storage.put_bytes("imports/stray", b"x", "text/plain")
    assert import_tasks.sweep() == 0

    monkeypatch.setattr(import_tasks, "KEPT", timedelta(seconds=-60))

    assert import_tasks.sweep() == 1
    with place.database.worker() as session:
        kept = session.execute(
            sa.select(CatalogueImport.object_key).where(CatalogueImport.id == waiting)
        ).scalar_one()
        assert import_queries.files_needed(session) == {kept}
    assert place.stored() == [kept]


def test_an_import_that_every_worker_left_ends_and_lets_others_begin(place: Place, monkeypatch: Any) -> None:
    import_id = place.ask(lines(records.national("1.900031")))
    monkeypatch.setattr(import_tasks, "STUCK", timedelta(0))

    runtime.install(place.database.settings, place.database.worker, place.storage)
    import_tasks.sweep()

    told = place.show(import_id)["overview"]
    assert (told["state"], told["problem"]) == (
        "failed",
        "Hệ thống không nạp tiếp được trong 24 giờ. Nạp lại tệp.",
    )
    assert place.post(lines(records.national("1.900032"))).status_code == 202


def test_a_file_of_too_many_rows_is_refused_whole(place: Place, monkeypatch: Any) -> None:
    monkeypatch.setattr(import_tasks, "MAX_ROWS", 1)
    import_id = place.ask(lines(records.national("1.900033"), records.national("1.900034")))

    place.run(import_id)

    assert place.show(import_id)["overview"]["state"] == "failed"
