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

LATER = timedelta(minutes=20)


def only(found, kind, *fragments):
    """Red, of this kind alone, and some line says all of this."""
    assert not found.green
    assert {one.kind for one in found.findings} == {kind}, found
    lines = [line for line in found.lines if line.startswith(f"✗ {kind}: ")]
    assert any(all(part in line for part in fragments) for line in lines), found


def test_the_true_world_is_green(world):
    found = world.judge(at=now() + LATER)

    assert found.green, found
    assert found.checked["dossiers"] == 6
    assert found.checked["files"] > 10
    assert found.checked["roots"] == 3
    assert not [line for line in found.lines if not line.startswith("✓")], found


def test_an_erased_persons_dossiers_are_green(world):
    """Erasure destroys the key: chain, roots and files stand, texts open for nobody (T23)."""
    world.spoil("DELETE FROM subject_key")

    found = world.judge()

    assert found.green, found
    assert any("of erased persons" in line for line in found.lines)


# name: (dossier, SQL of the intruder, kind, what its line says besides the dossier's id)
SQL = {
    "an event edited": (
        "filed",
        "UPDATE event SET body = convert_to(replace(convert_from(body, 'UTF8'), 'online', 'counte'), 'UTF8')"
        " WHERE stream_id = :id AND name = 'dossier.submitted'",
        "journal",
        "event 4 (dossier.submitted) was edited",
    ),
    "an event edited and hashed anew": (
        "filed",
        "UPDATE event SET body = body || ' '::bytea,"
        " hash = sha256(convert_to('motcua/event/1', 'UTF8') || '\\x00'::bytea || prev_hash || body || ' ')"
        " WHERE stream_id = :id AND seq = 3",
        "journal",
        "event 4 (dossier.submitted) does not follow event 3",
    ),
    "an event dropped": (
        "filed",
        "DELETE FROM event WHERE stream_id = :id AND seq = 3",
        "journal",
        "event 3 was removed",
    ),
    "events reordered": (
        "filed",
        "UPDATE event SET seq = CASE seq WHEN 2 THEN 1000003 ELSE 1000002 END"
        " WHERE stream_id = :id AND seq IN (2, 3);"
        " UPDATE event SET seq = seq - 1000000 WHERE seq > 1000000",
        "journal",
        "reordered: at place 2 stands event 3",
    ),
    "a tail cut": (
        "returned",
        "DELETE FROM event WHERE stream_id = :id AND name = 'dossier.delivered'",
        "journal",
        "was cut off its end",
    ),
    "a stream's events all gone": (
        "rejected",
        "DELETE FROM event WHERE stream_id = :id",
        "journal",
        "removed: its row is at",
    ),
    "a stream's row gone": ("draft", "DELETE FROM dossier WHERE id = :id", "journal", "the row was removed"),
    "a head changed": (
        "filed",
        "UPDATE dossier SET head = sha256('x') WHERE id = :id",
        "journal",
        "the head its row keeps",
    ),
    "an event's column changed": (
        "filed",
        "UPDATE event SET name = 'dossier.refused' WHERE stream_id = :id AND seq = 4",
        "journal",
        "column name is not what its signed bytes say",
    ),
    "a filing that never had a fee paid": (
        "returned",
        "UPDATE fee_line SET settled_at = NULL WHERE dossier_id = :id",
        "dossiers",
        "8000 đồng were paid, its row says otherwise",
    ),
    "a fee made less": (
        "rejected",
        "UPDATE fee_line SET amount_vnd = 1 WHERE dossier_id = :id",
        "dossiers",
        "its fees come to 1 đồng, 8000 were fixed",
    ),
    "a decision turned": (
        "rejected",
        "UPDATE decision SET outcome = 'approved', on_time = false WHERE dossier_id = :id",
        "dossiers",
        "decision: outcome is approved, its event says rejected",
    ),
    "a decision gone": (
        "rejected",
        "DELETE FROM decision WHERE dossier_id = :id",
        "dossiers",
        "its decision has no row",
    ),
    "a file's digest changed": (
        "filed",
        "UPDATE attachment SET sha256 = sha256('x') WHERE dossier_id = :id",
        "dossiers",
        "its row's SHA-256 is not the one that was filed",
    ),
    "a file's state changed": (
        "filed",
        "UPDATE attachment SET state = 'refused' WHERE dossier_id = :id",
        "dossiers",
        "is refused, its events lead to ready",
    ),
    "a manifest taken from another dossier": (
        "filed",
        "UPDATE dossier SET manifest = (SELECT o.manifest FROM dossier o WHERE o.id <> :id AND o.manifest"
        " IS NOT NULL LIMIT 1) WHERE id = :id",
        "dossiers",
        "its sealed manifest does not open",
    ),
    "a dossier put in beside the journal": (
        "filed",
        "INSERT INTO dossier SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(),"
        " 'submission_id', gen_random_uuid(), 'reference', 'BBBBBBBBB', 'seq', 0, 'head', NULL))).*"
        " FROM dossier d WHERE d.id = :id",
        "dossiers",
        "dossier BBBBBBBBB",
        "no event opened it",
    ),
    "a document nobody called for": (
        "refused",
        "UPDATE document SET made_by_seq = 2 WHERE dossier_id = :id AND kind = 'form03'",
        "dossiers",
        "document form03 was called for by no event",
    ),
    "a document's digest changed": (
        "settled",
        "UPDATE document SET sha256 = sha256('x') WHERE dossier_id = :id AND kind = 'form01'",
        "files",
        "form01 of dossier",
    ),
    "answers changed after filing": (
        "filed",
        "UPDATE dossier SET answers = (SELECT o.answers FROM dossier o WHERE o.id <> :id LIMIT 1)"
        " WHERE id = :id",
        "private texts",
        "the answers kept now are not those that were filed",
    ),
    "a reason removed": (
        "refused",
        "DELETE FROM event_private WHERE stream_id = :id AND seq = 5",
        "private texts",
        "event 5: its private text was removed",
    ),
    "a reason altered": (
        "refused",
        "UPDATE event_private SET sealed = sealed || 'x' WHERE stream_id = :id AND seq = 5",
        "private texts",
        "event 5: its private text does not open",
    ),
    "a reason salted otherwise": (
        "refused",
        "UPDATE event_private SET salt = '\\x00' WHERE stream_id = :id AND seq = 5",
        "private texts",
        "event 5: its private text is not the one that was written",
    ),
    "a counter changed": (
        "",
        "UPDATE rollup SET submitted = submitted + 1",
        "figures",
        "published and recounted differ in counts",
    ),
    "a mark moved, so that the tail counts twice": (
        "",
        "UPDATE fold_mark SET xid = '0'",
        "figures",
        "published and recounted differ in",
    ),
    "an offer changed": (
        "",
        "UPDATE service_offer SET declared = 'partial'",
        "figures",
        "published and recounted differ in offers",
    ),
    "a key that names nothing": (
        "",
        "UPDATE idempotency SET resource = gen_random_uuid()",
        "keys",
        "which is not there",
    ),
    "an office nobody gave": (
        "",
        "INSERT INTO membership (id, account_id, role, valid_from) SELECT gen_random_uuid(), applicant_id,"
        " 'administrator', now() FROM dossier LIMIT 1",
        "roles",
        "and no event grants it",
    ),
    "an office ended without a word": (
        "",
        "UPDATE membership SET valid_to = valid_from WHERE role = 'officer'",
        "roles",
        "was ended and no event says so",
    ),
    "a consequence undone": (
        "filed",
        "DELETE FROM effect WHERE key = 'dossiers.documents.acknowledge:' || :id || '\\:4'",
        "outbox",
        "dossiers.documents.acknowledge was never done",
    ),
    "an outbox row of no event": (
        "filed",
        "INSERT INTO outbox (stream_id, seq, name) VALUES (:id, 99, 'dossier.submitted')",
        "outbox",
        "event 99 (dossier.submitted)",
    ),
    "a root's row removed": (
        "",
        "DELETE FROM anchor WHERE id = 2",
        "roots",
        "root 3 of",
        "does not follow the one before: a root was removed",
    ),
    "the last root's row removed": (
        "",
        "DELETE FROM anchor WHERE id = 3",
        "roots",
        "root 3 stands in",
        "its row here was removed",
    ),
    "a root changed": ("", "UPDATE anchor SET root = sha256('x') WHERE id = 2", "roots", "root 2 of"),
}


@pytest.mark.parametrize("name", SQL)
def test_a_change_by_sql_is_named(world, name):
    dossier, statements, kind, *fragments = SQL[name]
    given = {"id": str(world.ids[dossier])} if dossier else {}
    world.spoil(*statements.split("; "), **given)

    stored = kind in ("journal", "roots", "files")
    whose = [] if name == "a dossier put in beside the journal" else given.values()
    only(world.judge(at=now() + LATER, stored=stored), kind, *whose, *fragments)


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

    only(found, "roots", said.format(world.ids["refused"]))
    assert any(line.startswith("✓ journal") for line in found.lines)


def test_a_whole_stream_taken_away_is_caught_by_the_signed_roots(world):
    tampering.rewrite(world, world.ids["draft"], lambda _: [])
    world.spoil(
        "DELETE FROM dossier WHERE id = :id",
        "DELETE FROM attachment WHERE dossier_id = :id",
        id=world.ids["draft"],
    )

    only(world.judge(), "roots", f"event 1 of stream {world.ids['draft']} was removed after root 1")


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

    only(found, "dossiers", str(dossier))
    for name in columns:
        assert any(f"column {name} is " in line for line in found.lines), (name, found)


def test_an_outbox_row_lost_before_the_relay_saw_it_is_named(world):
    """The event stands, and nothing it calls for ever happens."""
    from dossiers import processing

    world.act(processing.receive, world.ids["filed"])
    world.spoil("DELETE FROM outbox")

    assert world.judge().green  # not late yet: the relay may have it in hand
    only(
        world.judge(at=now() + LATER),
        "outbox",
        f"event 5 (dossier.accepted) of stream {world.ids['filed']}",
        "its outbox row was lost and dossiers.documents.form01 was never done",
    )


def test_an_outbox_that_nobody_empties_is_named(world):
    from dossiers import processing

    world.act(processing.receive, world.ids["filed"])
    world.spoil("INSERT INTO outbox (stream_id, seq, name) SELECT stream_id, seq, name FROM outbox")

    only(world.judge(), "outbox", "event 5 (dossier.accepted)", "waits 2 times")
    only(world.judge(at=now() + LATER), "outbox", "event 5 (dossier.accepted)", "waits 2 times")
    world.spoil("DELETE FROM outbox WHERE id = (SELECT max(id) FROM outbox)")
    only(world.judge(at=now() + LATER), "outbox", "has waited since", "does the relay run?")


def test_a_root_signed_again_with_another_key_is_named(world):
    own = ec.generate_private_key(ec.SECP256R1())
    pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with world.worker() as session:
        anchor = anchors.newest(session)
    signature = anchors.sign(anchors.statement(anchor), pem)
    world.spoil("UPDATE anchor SET signature = :signature WHERE id = :id", signature=signature, id=anchor.id)

    found = world.judge()

    only(found, "roots", f"root {anchor.id} of", "is not signed with the portal's anchor key")
    only(found, "roots", f"root {anchor.id} of", f"is not the one that {world.settings.anchor_bucket} keeps")


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

    only(world.judge(), "files", f"object {key}", f"of dossier {world.ids['filed']}", "is missing")


def test_an_object_altered_is_named(world, borrowed):
    key = key_of(world, "filed")
    data = borrowed(key)
    world.storage.put_bytes(key, data[:-1] + b"?", "application/pdf")

    only(world.judge(), "files", f"object {key}", f"of dossier {world.ids['filed']}", "was altered")


def test_a_stray_object_is_named_after_a_day(world):
    key = f"attachments/20261101/{uuid4().hex}"
    world.storage.put_bytes(key, b"stray", "application/pdf")
    try:
        young, old = world.judge(), world.judge(at=now() + timedelta(hours=27))
    finally:
        world.storage.remove(key)

    assert young.green, young
    only(old, "files", f"object {key} (5 bytes", "is stray: no row names it")


def test_a_dropped_file_whose_bytes_stay_is_stray_after_a_day(world):
    query = "SELECT object_key FROM attachment WHERE state = 'removed'"
    key = world.one(query)
    world.storage.put_bytes(key, b"left over", "application/pdf")
    try:
        young, old = world.judge(), world.judge(at=now() + timedelta(hours=27))
    finally:
        world.storage.remove(key)

    assert young.green, young
    only(old, "files", f"object {key}", "is stray")


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

    only(found, "roots", "root 1 of", f"is missing from {bucket}")
    only(found, "roots", "root 2 of", f"is not the one that {bucket} keeps")


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
