"""`portal verify` is green on truth and names each corruption, in its own line and no other kind's."""

from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dossiers import verify
from dossiers.verification import consequences, files, journal, rights, roots, sealed, state
from portal.core import anchors
from portal.core.clock import now
from tests.verify import tampering
from tests.verify.spoiling import SQL

LATER = timedelta(minutes=20)


def assert_only(found, kind, *fragments):
    """Red, of this kind alone, and some line says all of this."""
    assert not found.green
    assert {one.kind for one in found.findings} == {kind}, found
    lines = [line for line in found.lines if line.startswith(f"✗ {kind}: ")]
    assert any(all(part in line for part in fragments) for line in lines), found


def test_the_true_world_is_green(world):
    found = world.judge(at=now() + LATER)

    assert found.green, found
    assert found.checked["dossiers"] == 8
    assert found.checked["files"] > 10
    assert found.checked["roots"] == 3
    assert not [line for line in found.lines if not line.startswith("✓")], found


def test_an_erased_persons_dossiers_are_green(world):
    """Erasure destroys the key: chain, roots and files stand, texts open for nobody (T23)."""
    world.spoil("DELETE FROM subject_key")

    found = world.judge()

    assert found.green, found
    assert any("of erased persons" in line for line in found.lines)


@pytest.mark.parametrize("name", SQL)
def test_a_change_by_sql_is_named(world, name):
    dossier, statements, kind, *fragments = SQL[name]
    given = {"id": str(world.ids[dossier])} if dossier else {}
    world.spoil(*statements.split("; "), **given)

    stored = kind in ("journal", "roots", "files")
    whose = [] if name == "a dossier put in beside the journal" else given.values()
    assert_only(world.judge(at=now() + LATER, stored=stored), kind, *whose, *fragments)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (tampering.edited, "event 4 of stream {} was changed after root 2"),
        (tampering.dropped, "event 3 of stream {} was changed after root 2"),
        (tampering.reordered, "event 2 of stream {} was changed after root 2"),
        (tampering.cut, "event 5 of stream {} was removed after root 2"),
        (tampering.invented, "event 6 of stream {} was added after root 2"),
    ],
)
def test_a_rewritten_chain_is_caught_by_the_signed_roots(world, change, said):
    """Events, hashes and the row's head made anew: the chain holds, the roots do not."""
    tampering.rewrite(world, world.ids["refused"], change)

    found = world.judge(at=now() + LATER)

    assert_only(found, "roots", said.format(world.ids["refused"]))
    assert any(line.startswith("✓ journal") for line in found.lines)


def test_a_whole_stream_taken_away_is_caught_by_the_signed_roots(world):
    tampering.rewrite(world, world.ids["draft"], lambda _: [])
    world.spoil(
        "DELETE FROM dossier WHERE id = :id",
        "DELETE FROM attachment WHERE dossier_id = :id",
        id=world.ids["draft"],
    )

    assert_only(world.judge(), "roots", f"event 1 of stream {world.ids['draft']} was removed after root 1")


def test_every_column_that_events_determine_is_compared(world):
    columns = {
        "status": "'settled'",
        "applicant_id": "gen_random_uuid()",
        "procedure_id": "gen_random_uuid()",
        "revision_id": "gen_random_uuid()",
        "receiving_agency_id": "gen_random_uuid()",
        "competent_agency_id": "gen_random_uuid()",
        "level": "'partial'",
        "channel": "'post'",
        "reference": "'ABCDEFGHJ'",
        "number": "'H99-1'",
        "created_at": "created_at + interval '1 minute'",
        "submitted_at": "submitted_at + interval '1 second'",
        "reception_due_at": "NULL",
        "accepted_at": "accepted_at - interval '1 day'",
        "original_due_at": "original_due_at + interval '1 day'",
        "due_at": "due_at + interval '1 day'",
        "settled_at": "settled_at - interval '1 hour'",
        "returned_at": "NULL",
        "holder_id": "gen_random_uuid()",
        "lease_until": "now()",
        "return_way": "'post'",
    }
    dossier = world.ids["returned"]
    sets = ", ".join(f"{name} = {value}" for name, value in columns.items())
    world.spoil(f"UPDATE dossier SET {sets} WHERE id = :id", id=dossier)

    found = world.judge()

    assert_only(found, "dossiers", str(dossier))
    for name in columns:
        assert any(f"column {name} is " in line for line in found.lines), (name, found)


def test_an_outbox_row_lost_before_the_relay_saw_it_is_named(world):
    """The event stands, and nothing it calls for ever happens."""
    from dossiers import processing

    world.act(processing.receive, world.ids["filed"])
    world.spoil("DELETE FROM outbox")

    assert world.judge().green  # not late yet: the relay may have it in hand
    assert_only(
        world.judge(at=now() + LATER),
        "outbox",
        f"event 5 (dossier.accepted) of stream {world.ids['filed']}",
        "its outbox row was lost and dossiers.documents.form01 was never done",
    )


def test_an_outbox_that_nobody_empties_is_named(world):
    from dossiers import processing

    world.act(processing.receive, world.ids["filed"])
    world.spoil("INSERT INTO outbox (stream_id, seq, name) SELECT stream_id, seq, name FROM outbox")

    assert_only(world.judge(), "outbox", "event 5 (dossier.accepted)", "waits 2 times")
    assert_only(world.judge(at=now() + LATER), "outbox", "event 5 (dossier.accepted)", "waits 2 times")
    world.spoil("DELETE FROM outbox WHERE id = (SELECT max(id) FROM outbox)")
    assert_only(world.judge(at=now() + LATER), "outbox", "has waited since", "does the relay run?")


def test_a_root_signed_again_with_another_key_is_named(world):
    own = ec.generate_private_key(ec.SECP256R1())
    pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with world.worker() as session:
        anchor = anchors.newest(session)
    signature = anchors.sign(anchors.statement(anchor), pem)
    world.spoil("UPDATE anchor SET signature = :signature WHERE id = :id", signature=signature, id=anchor.id)

    found = world.judge()

    assert_only(found, "roots", f"root {anchor.id} of", "is not signed with the portal's anchor key")
    assert_only(
        found, "roots", f"root {anchor.id} of", f"is not the one that {world.settings.anchor_bucket} keeps"
    )


@pytest.fixture
def borrowed(world):
    """Change objects of the shared store; they are put back as they were."""
    kept = {}

    def borrow(key, bucket=None):
        kept[key, bucket] = world.storage.get_bytes(key, bucket=bucket)
        return kept[key, bucket]

    yield borrow
    for (key, bucket), data in kept.items():
        world.storage.put_bytes(key, data, "application/octet-stream", bucket=bucket)


def key_of(world, name):
    query = "SELECT object_key FROM attachment WHERE dossier_id = :id AND requirement_key = 'proof'"
    return world.one(query, id=world.ids[name])


def test_an_object_deleted_is_named(world, borrowed):
    key = key_of(world, "filed")
    borrowed(key)
    world.storage.remove(key)

    assert_only(world.judge(), "files", f"object {key}", f"of dossier {world.ids['filed']}", "is missing")


def test_an_object_altered_is_named(world, borrowed):
    key = key_of(world, "filed")
    data = borrowed(key)
    world.storage.put_bytes(key, data[:-1] + b"?", "application/pdf")

    assert_only(world.judge(), "files", f"object {key}", f"of dossier {world.ids['filed']}", "was altered")


def test_a_stray_object_is_named_after_a_day(world):
    key = f"attachments/20261101/{uuid4().hex}"
    world.storage.put_bytes(key, b"stray", "application/pdf")
    try:
        young, old = world.judge(), world.judge(at=now() + timedelta(hours=27))
    finally:
        world.storage.remove(key)

    assert young.green, young
    assert_only(old, "files", f"object {key} (5 bytes", "is stray: no row names it")


def test_a_dropped_file_whose_bytes_stay_is_stray_after_a_day(world):
    query = "SELECT object_key FROM attachment WHERE state = 'removed'"
    key = world.one(query)
    world.storage.put_bytes(key, b"left over", "application/pdf")
    try:
        young, old = world.judge(), world.judge(at=now() + timedelta(hours=27))
    finally:
        world.storage.remove(key)

    assert young.green, young
    assert_only(old, "files", f"object {key}", "is stray")


def test_a_root_gone_from_the_second_place_or_changed_there_is_named(world, borrowed):
    bucket = world.settings.anchor_bucket
    keys = [one.key for one in world.storage.listing(anchors.PREFIX, bucket=bucket) if "json" in one.key]
    borrowed(keys[0], bucket)
    data = borrowed(keys[1], bucket)
    world.storage._store.remove_object(bucket_name=bucket, object_name=keys[0])
    world.storage.put_bytes(
        keys[1], data.replace(b'"count":', b'"count":1'), "application/json", bucket=bucket
    )

    found = world.judge()

    assert_only(found, "roots", "root 1 of", f"is missing from {bucket}")
    assert_only(found, "roots", "root 2 of", f"is not the one that {bucket} keeps")


# -- the table is not vacuous: without its check, each corruption passes ----------------------------

WITHOUT = {
    "roots": ("a root changed", roots, "check"),
    "dossiers": ("a decision turned", state, "check"),
    "private texts": ("a reason removed", sealed, "check"),
    "outbox": ("a consequence undone", consequences, "check"),
    "keys": ("a key that names nothing", rights, "check_keys"),
    "roles": ("an office nobody gave", rights, "check_roles"),
    "figures": ("a counter changed", verify, "figures"),
    "files": ("a document's digest changed", files, "check"),
}


def test_a_verify_with_its_checks_left_out_is_green_on_their_corruptions(world, monkeypatch):
    """A deliberate fault of the verifier: each check alone speaks for its corruption."""
    for name, *_ in WITHOUT.values():
        dossier, statement, *_ = SQL[name]
        world.spoil(statement, **({"id": str(world.ids[dossier])} if dossier else {}))
    whole = world.judge(at=now() + LATER)
    assert {one.kind for one in whole.findings} == set(WITHOUT), whole

    for kind, (_, module, check) in WITHOUT.items():
        with monkeypatch.context() as fault:
            fault.setattr(module, check, lambda *_: None)
            found = world.judge(at=now() + LATER, stored=kind != "files")
            assert not found.has(kind), (kind, found)
        monkeypatch.setattr(module, check, lambda *_: None)
    assert world.judge(at=now() + LATER).green


def test_without_the_chain_an_edited_event_passes(world, monkeypatch):
    """A deliberate fault: the roots sign hashes, so only the chain sees bytes that do not give them."""
    dossier, statement, *_ = SQL["an event edited"]
    world.spoil(statement, id=str(world.ids[dossier]))
    monkeypatch.setattr(journal, "check", lambda *_: None)

    found = world.judge(at=now() + LATER, stored=False)

    assert not found.has("journal")
    assert not found.has("roots")


def test_the_roots_are_what_catches_a_rewritten_chain(world, monkeypatch):
    """The chain that was made anew holds: without the signed roots nothing else speaks for the events."""
    tampering.rewrite(world, world.ids["refused"], tampering.cut)
    monkeypatch.setattr(roots, "check", lambda *_: None)
    monkeypatch.setattr(state, "check", lambda *_: None)

    assert not world.judge().has("journal")
