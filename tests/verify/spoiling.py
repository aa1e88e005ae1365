"""What an intruder with the superuser's rights may do by SQL, and how verify must name it."""

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
    "a payment gone from the ledger": (
        "returned",
        "DELETE FROM ledger_entry WHERE dossier_id = :id AND entry = 'payment'",
        "dossiers",
        "made payment of -8000 đồng",
    ),
    "a payment made less in the ledger": (
        "online",
        "UPDATE ledger_entry SET amount_vnd = -1 WHERE dossier_id = :id AND entry = 'payment'",
        "dossiers",
        "an entry payment of -1 đồng",
    ),
    "a credit out of nothing": (
        "rejected",
        "INSERT INTO ledger_entry (dossier_id, fee_line_id, entry, amount_vnd, at, made_by_seq)"
        " SELECT dossier_id, id, 'payment', -8000, now(), 9 FROM fee_line WHERE dossier_id = :id",
        "dossiers",
        "an entry payment of -8000 đồng",
    ),
    "a surplus kept in silence": (
        "online",
        "DELETE FROM ledger_entry WHERE dossier_id = :id AND entry = 'surplus'",
        "dossiers",
        "made surplus of -8000 đồng",
    ),
    "an attempt said to have failed": (
        "online",
        "UPDATE payment SET state = 'failed' WHERE dossier_id = :id",
        "dossiers",
        "is failed, its events say otherwise",
    ),
    "a receipt's number changed": (
        "returned",
        "UPDATE receipt SET number = 77 WHERE dossier_id = :id; UPDATE receipt_counter SET n = 77",
        "dossiers",
        "is not the one that was given",
    ),
    "a receipt made less": (
        "online",
        "UPDATE receipt SET amount_vnd = 1 WHERE dossier_id = :id",
        "dossiers",
        "is over 1 đồng, 8000 were paid",
    ),
    "the counter of receipts set back": (
        None,
        "UPDATE receipt_counter SET n = 1",
        "money",
        "number 2 was given, the counter says 1",
    ),
    "a gateway's message hidden": (
        "online",
        "DELETE FROM callback USING payment p WHERE p.id = payment_id AND p.dossier_id = :id",
        "money",
        "messages tell of 0 đồng, 16000 are booked",
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
