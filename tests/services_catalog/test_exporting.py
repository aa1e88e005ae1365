"""The catalogue as open data: what is in it, that another portal takes it over, and how it is fetched."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator
from sqlmodel import Session

import services_catalog
from portal.core.db import Sessions
from portal.operations import catalogue as operations
from services_catalog import export_controllers, exporting, importing
from services_catalog.import_queries import Agencies
from services_catalog.imports import national, running, taking
from services_catalog.imports.own import machine_hands
from tests.services_catalog import records
from tests.services_catalog.import_place import Place

SEED = Path(services_catalog.__file__).parent / "seed"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    export_controllers.EDITIONS.forget()
    yield
    export_controllers.EDITIONS.forget()


@pytest.fixture
def exported(catalogue: Sessions) -> bytes:
    with catalogue() as session:
        return b"".join(exporting.as_json(session))


@pytest.fixture
def offered(session: Session) -> str:
    """A portal with one published procedure; its code."""
    importing.seed_agencies(session, SEED / "agencies.json")
    importing.import_replaced(session, SEED / "replaced_papers.tsv")
    file = SEED / "procedures" / "1.001193.json"
    assert importing.import_file(session, file, importing.machine_hands(session)).outcome == "created"
    return "1.001193"


def test_the_whole_catalogue_is_told_and_fits_its_schema(exported: bytes) -> None:
    told = json.loads(exported)
    own = {path.stem for path in (SEED / "procedures").glob("*.json")}
    listed = {line.split("\t")[0] for line in (SEED / "listing.tsv").read_text("utf-8").splitlines()[1:]}

    Draft202012Validator(json.loads(exporting.schema())).validate(told)
    assert told["format"] == "motcua-catalogue/1"
    assert {one["code"] for one in told["procedures"]} == own
    assert {one["code"] for one in told["listing"]} == listed - own


def test_another_portal_takes_it_over_with_the_same_hashes(
    exported: bytes, session: Session, tmp_path: Path
) -> None:
    file, papers = tmp_path / "catalogue.json", tmp_path / "agencies.json"
    file.write_bytes(exported)
    papers.write_text(json.dumps(json.loads(exported)["agencies"]), "utf-8")
    hands = machine_hands(session)

    def taken(path: Path) -> list[str]:
        with running.opened(path, None) as (plain, kind):
            job = running.Job(path=plain, kind=kind, editor=hands.editor, reviewer=hands.reviewer)
            done = []
            for batch in running.batches(job, seen := {}):
                done += running.take(session, job, batch, seen)
        assert [row for row in done if row.outcome == "refused"] == []
        return [row.outcome for row in done]

    importing.import_replaced(session, SEED / "replaced_papers.tsv")
    assert set(taken(papers)) == {"created"}
    assert set(taken(file)) == {"created"}
    again = json.loads(b"".join(exporting.as_json(session)))

    def essence(told: Any) -> list[Any]:
        return [
            (one["code"], one["content"], one["offers"], one["revision"]["content_hash"])
            for one in told["procedures"]
        ]

    assert essence(again) == essence(json.loads(exported))
    assert again["agencies"] == json.loads(exported)["agencies"]
    assert set(taken(file)) == {"unchanged"}


def test_drafts_and_foreign_records_that_were_not_published_are_left_out(
    session: Session, offered: str, editor: Any
) -> None:
    given = national.read(records.national("1.900001", name="Chưa công bố ở đây"))
    row = taking.take(session, given, editor, Agencies({}, {}), kind="national", line=1)

    told = b"".join([*exporting.as_json(session), *exporting.as_csv(session)]).decode()

    assert row.outcome == "created"
    assert "Chưa công bố ở đây" not in told
    assert offered in told


def test_the_table_has_a_row_for_each_procedure_at_each_agency(session: Session, offered: str) -> None:
    raw = b"".join(exporting.as_csv(session))
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    told = json.loads(b"".join(exporting.as_json(session)))["procedures"][0]

    assert raw.startswith(b"\xef\xbb\xbf")
    assert [row["Mã cơ quan"] for row in rows] == [one["agency"] for one in told["offers"]]
    assert {row["Mã thủ tục"] for row in rows} == {offered}
    assert {row["Mức độ"] for row in rows} <= {"Toàn trình", "Một phần", "Cung cấp thông tin"}


def test_a_formula_in_a_name_is_text_in_the_table(session: Session, offered: str) -> None:
    given = json.loads((SEED / "procedures" / f"{offered}.json").read_text("utf-8"))
    given["content"]["name"] = "=HYPERLINK(1)"
    hands = importing.machine_hands(session)
    assert importing.import_procedure(session, "x", json.dumps(given).encode(), hands).outcome == "updated"

    assert ",'=HYPERLINK(1)," in b"".join(exporting.as_csv(session)).decode()
    assert '"=HYPERLINK(1)"' in b"".join(exporting.as_json(session)).decode()


@pytest.mark.parametrize("name", ["catalogue.json", "catalogue.csv"])
def test_whoever_has_the_present_edition_is_told_so(
    client: Any, session: Session, offered: str, name: str
) -> None:
    first = client.get(f"/open-data/{name}")
    second = client.get(f"/open-data/{name}", headers={"if-none-match": first.headers["etag"]})
    given = json.loads((SEED / "procedures" / f"{offered}.json").read_text("utf-8"))
    given["content"]["summary"] = "Lời mới."
    hands = importing.machine_hands(session)
    importing.import_procedure(session, "x", json.dumps(given).encode(), hands)
    third = client.get(f"/open-data/{name}", headers={"if-none-match": first.headers["etag"]})

    assert (first.status_code, second.status_code, third.status_code) == (200, 304, 200)
    assert int(first.headers["content-length"]) == len(first.content)
    assert second.content == b""
    assert first.headers["etag"] != third.headers["etag"]
    assert offered in first.text


def test_the_schema_is_fetched_as_one(client: Any) -> None:
    answer = client.get("/open-data/catalogue.schema.json")

    assert answer.headers["content-type"].startswith("application/schema+json")
    assert answer.json()["$schema"].endswith("2020-12/schema")


def test_a_reader_of_an_older_edition_gets_all_of_it(session: Session) -> None:
    editions = export_controllers.Editions()

    def of(text: str) -> Callable[[Session], Iterator[bytes]]:
        return lambda _: iter([text.encode() * 300_000])

    _, old = editions.chunks("a", "1", session, of("x"))
    begun = next(old)
    size, new = editions.chunks("a", "2", session, of("y"))

    assert begun + b"".join(old) == b"x" * 300_000
    assert b"".join(new) == b"y" * size


def test_the_command_writes_every_file_as_the_worker(place: Place, tmp_path: Path) -> None:
    place.run(place.ask((SEED / "agencies.json").read_bytes(), dry_run="false"))
    said: list[str] = []

    code = operations.export(str(tmp_path / "new" / "folder"), say=said.append)
    (tmp_path / "file").touch()
    refused = operations.export(str(tmp_path / "file"), say=said.append)

    written = sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())
    assert (code, refused) == (0, 1)
    assert written == ["agencies.json", "catalogue.csv", "catalogue.json", "catalogue.schema.json"]
    assert len(said) == 5
    assert "không ghi được" in said[-1]
    told = json.loads((tmp_path / "new" / "folder" / "agencies.json").read_bytes())
    assert {one["code"] for one in told} >= {"H99", "H99.01"}
