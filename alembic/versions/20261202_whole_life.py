"""The dossier's whole life: supplements, steps, opinions, money, returns, the desk, calendars as data.

Columns are added with defaults, so that processes of the release before go on until they are restarted.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "20261202_whole_life"
down_revision = "20261201_search_in_memory"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROLES = ("citizen", "officer", "head", "catalogue_editor", "catalogue_reviewer", "administrator")
ATTACHMENT_STATES = ("uploading", "checking", "ready", "refused", "removed", "replaced")
ENTRIES = ("charge", "waiver", "payment", "refund", "surplus", "surplus_refund")
METHODS = ("cash", "transfer", "online")
DOCUMENTS = (
    "acknowledgement", "form01", "form02", "form03", "form04", "form05", "form06", "hand_over", "receipt",
    "result",
)  # fmt: skip

GUARDS = r"""
-- Dossiers of the asker's agencies by the blind words of a name, at most so many: the index of words serves no
-- query under row-level security (its operator is not leakproof). The rule of who serves is the policy's.
CREATE FUNCTION dossiers_named(words bytea[], most integer) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE
    'SELECT d.id FROM dossier d WHERE d.name_tokens @> $1 AND d.status <> ''draft'' AND ('
    '     d.receiving_agency_id = ANY ($2) OR d.competent_agency_id = ANY ($2)'
    '  OR d.support_agency_id = ANY ($2) OR d.consulted_agency_ids && $2) LIMIT $3'
    USING words, app_agencies(), most;
END $$;
REVOKE ALL ON FUNCTION dossiers_named(bytea[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dossiers_named(bytea[], integer) TO motcua_app, motcua_worker;

-- A gateway's message acts on one payment: its dossier, and nothing else, is in sight.
CREATE FUNCTION app_paid_dossier() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
  $$ SELECT dossier_id FROM payment WHERE id = NULLIF(current_setting('app.payment', true), '')::uuid $$;

ALTER POLICY dossier_visible ON dossier USING (
  applicant_id = (SELECT app_actor())
  OR (status = 'draft' AND entered_by = (SELECT app_actor()))
  OR (status <> 'draft' AND (
       receiving_agency_id = ANY ((SELECT app_agencies())::uuid[])
    OR competent_agency_id = ANY ((SELECT app_agencies())::uuid[])
    OR support_agency_id = ANY ((SELECT app_agencies())::uuid[])
    OR consulted_agency_ids && (SELECT app_agencies())::uuid[]
    OR reference = (SELECT app_tracking())
    OR number = (SELECT app_tracking())))
  OR id = (SELECT app_paid_dossier())
) WITH CHECK (
  applicant_id = (SELECT app_actor())
  OR receiving_agency_id = ANY ((SELECT app_agencies())::uuid[])
  OR competent_agency_id = ANY ((SELECT app_agencies())::uuid[])
  OR support_agency_id = ANY ((SELECT app_agencies())::uuid[])
  OR consulted_agency_ids && (SELECT app_agencies())::uuid[]
  OR id = (SELECT app_paid_dossier())
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['supplement', 'supplement_item', 'dossier_step', 'opinion', 'payment', 'receipt',
                           'ledger_entry', 'delivery', 'rating', 'complaint', 'read_mark'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format(
      'CREATE POLICY %I ON %I TO motcua_app USING (EXISTS (SELECT 1 FROM dossier d WHERE d.id = dossier_id))',
      t || '_of_visible_dossier', t);
    EXECUTE format('CREATE POLICY %I ON %I TO motcua_worker USING (true) WITH CHECK (true)', t || '_worker', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['saved_filter', 'watch', 'batch'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format(
      'CREATE POLICY %I ON %I TO motcua_app USING (account_id = (SELECT app_actor())) '
      'WITH CHECK (account_id = (SELECT app_actor()))', t || '_own', t);
    EXECUTE format('CREATE POLICY %I ON %I TO motcua_worker USING (true) WITH CHECK (true)', t || '_worker', t);
  END LOOP;
END $$;
ALTER TABLE delegation ENABLE ROW LEVEL SECURITY;
CREATE POLICY delegation_of_own_agency ON delegation TO motcua_app
  USING (agency_id = ANY ((SELECT app_agencies())::uuid[]));
CREATE POLICY delegation_worker ON delegation TO motcua_worker USING (true) WITH CHECK (true);
ALTER TABLE batch_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY batch_item_of_own_batch ON batch_item TO motcua_app
  USING (EXISTS (SELECT 1 FROM batch b WHERE b.id = batch_id));
CREATE POLICY batch_item_worker ON batch_item TO motcua_worker USING (true) WITH CHECK (true);

CREATE TRIGGER ledger_entry_is_append_only BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipt_is_append_only BEFORE UPDATE OR DELETE ON receipt
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE FUNCTION refuse_change_of_calendar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_at IS NOT NULL THEN
    RAISE EXCEPTION 'a published calendar never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER calendar_revision_is_immutable BEFORE UPDATE OR DELETE ON calendar_revision
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_calendar();

-- A count only: an administrator, who sees no dossier, learns how many a new calendar touches.
CREATE FUNCTION running_touched(days date[], agencies uuid[], everyone boolean) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(*) FROM dossier d
  WHERE d.status IN ('accepted', 'processing', 'supplement', 'financial_duty', 'withdrawal_asked')
    AND d.due_at IS NOT NULL
    AND (everyone OR d.competent_agency_id = ANY (agencies) OR EXISTS (
      SELECT 1 FROM unnest(days) AS one(day)
      WHERE one.day BETWEEN (d.accepted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
                        AND (d.due_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date))
$$;
REVOKE ALL ON FUNCTION running_touched(date[], uuid[], boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION running_touched(date[], uuid[], boolean) TO motcua_app, motcua_worker;

DROP POLICY event_read ON event;
CREATE POLICY event_read ON event FOR SELECT TO motcua_app USING (
  stream IN ('procedure', 'procedure_revision', 'agency', 'downtime', 'catalogue_import', 'incident')
  OR stream_id = (SELECT app_actor())
  OR (stream = 'dossier' AND EXISTS (SELECT 1 FROM dossier d WHERE d.id = stream_id))
);

GRANT SELECT, INSERT, UPDATE ON supplement, supplement_item, dossier_step, opinion, delegation, payment,
  callback, sandbox_order, delivery, rating, complaint, read_mark, incident, receipt_counter, batch, batch_item
  TO motcua_app, motcua_worker;
GRANT SELECT, INSERT ON ledger_entry, receipt TO motcua_app, motcua_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_filter, watch, calendar_revision, supplement_item
  TO motcua_app, motcua_worker;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO motcua_app, motcua_worker;
"""

# What was charged and paid before there was a ledger.
BROUGHT_FORWARD = """
INSERT INTO ledger_entry (dossier_id, fee_line_id, entry, amount_vnd, at, made_by_seq)
SELECT f.dossier_id, f.id, 'charge', f.amount_vnd, e.at, e.seq
FROM fee_line f JOIN event e ON e.stream_id = f.dossier_id AND e.name = 'dossier.accepted'
WHERE f.amount_vnd > 0;
INSERT INTO ledger_entry (dossier_id, fee_line_id, entry, amount_vnd, method, by_id, at, made_by_seq)
SELECT f.dossier_id, f.id, 'payment', -f.amount_vnd, f.method, f.settled_by, f.settled_at, e.seq
FROM fee_line f JOIN event e ON e.stream_id = f.dossier_id AND e.name = 'dossier.fee_settled'
  AND convert_from(e.body, 'UTF8')::json -> 'data' ->> 'fee_line_id' = f.id::text
WHERE f.settled_at IS NOT NULL AND f.amount_vnd > 0;
"""
# A dossier that was touched off-line counts once, in the month in which it was accepted: with its acceptance
# when it was touched before, else with its first touch after.
OBSERVED = [
    """
    CREATE OR REPLACE VIEW dossier_change AS
    SELECT e.xid, e.stream_id, e.seq,
           date_trunc('month', CASE e.name
               WHEN 'dossier.accepted' THEN coalesce((b.data ->> 'accepted_at')::timestamptz, e.at)
               WHEN 'dossier.touched' THEN (b.data ->> 'accepted_at')::timestamptz
               WHEN 'dossier.approved' THEN coalesce((b.data ->> 'settled_at')::timestamptz, e.at)
               WHEN 'dossier.rejected' THEN coalesce((b.data ->> 'settled_at')::timestamptz, e.at)
               WHEN 'dossier.reopened' THEN coalesce((b.data ->> 'settled_at')::timestamptz, e.at)
               ELSE e.at END AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS month,
           (b.data ->> 'agency_id')::uuid AS agency_id,
           (b.data ->> 'procedure_id')::uuid AS procedure_id,
           coalesce(b.data ->> 'level', 'partial') AS level,
           coalesce(b.data ->> 'channel', 'counter') AS channel,
           (e.name = 'dossier.submitted')::int AS submitted,
           (e.name = 'dossier.accepted')::int AS received,
           (e.name = 'dossier.refused')::int AS refused,
           -- a reopening takes back, in the month of the undone approval, what that one counted
           (CASE WHEN e.name = 'dossier.reopened' THEN -1
                 ELSE (e.name IN ('dossier.approved', 'dossier.rejected'))::int END) AS settled,
           (CASE WHEN e.name = 'dossier.reopened' THEN -1
                 ELSE (e.name = 'dossier.approved')::int END) AS approved,
           (CASE WHEN e.name IN ('dossier.approved', 'dossier.rejected', 'dossier.reopened')
                 THEN coalesce((b.data ->> 'on_time')::bool, false)::int ELSE 0 END)
               * (CASE WHEN e.name = 'dossier.reopened' THEN -1 ELSE 1 END) AS on_time,
           (e.name = 'dossier.delivered')::int AS returned,
           (CASE e.name
               WHEN 'dossier.touched' THEN true
               WHEN 'dossier.accepted' THEN EXISTS (SELECT FROM event t WHERE t.stream_id = e.stream_id
                   AND t.seq < e.seq AND t.name = 'dossier.touched')
               ELSE false END)::int AS touched,
           (e.name = 'dossier.supplement_asked')::int AS asked,
           (e.name = 'dossier.supplement_asked' AND b.data ->> 'number' = '1')::int AS asked_first,
           (e.name = 'dossier.supplement_asked' AND b.data ->> 'ground' IS NOT NULL)::int AS asked_further
    FROM event e
    CROSS JOIN LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb -> 'data' AS data) b
    WHERE e.stream = 'dossier' AND e.name IN ('dossier.submitted', 'dossier.accepted', 'dossier.refused',
        'dossier.approved', 'dossier.rejected', 'dossier.reopened', 'dossier.delivered', 'dossier.touched',
        'dossier.supplement_asked')
      AND (e.name <> 'dossier.touched' OR (b.data ->> 'first' = 'true' AND b.data ->> 'accepted_at' IS NOT NULL))
    """,
    "DROP FUNCTION dossier_tail()",
    """
    CREATE FUNCTION dossier_tail() RETURNS TABLE (
        month date, agency_id uuid, procedure_id uuid, level text, channel text, submitted bigint,
        received bigint, refused bigint, settled bigint, approved bigint, on_time bigint, returned bigint,
        touched bigint, asked bigint, asked_first bigint, asked_further bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
        SELECT c.month, c.agency_id, c.procedure_id, c.level, c.channel, sum(c.submitted), sum(c.received),
               sum(c.refused), sum(c.settled), sum(c.approved), sum(c.on_time), sum(c.returned), sum(c.touched),
               sum(c.asked), sum(c.asked_first), sum(c.asked_further)
        FROM dossier_change c WHERE c.xid >= (SELECT m.xid FROM fold_mark m)
        GROUP BY c.month, c.agency_id, c.procedure_id, c.level, c.channel
    $$
    """,
    # beside verify_document, which processes of the release before go on asking
    """
    CREATE FUNCTION prove_document(given text)
    RETURNS TABLE (kind text, sha256 bytea, created_at timestamptz, number text, procedure_name text,
                   agency_name text, status text, undone boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
      SELECT d.kind, d.sha256, d.created_at, o.number, o.procedure_name, a.name, o.status,
             d.kind = 'result' AND EXISTS (SELECT FROM event e WHERE e.stream_id = d.dossier_id
                 AND e.seq > d.made_by_seq AND e.name = 'dossier.reopened')
      FROM document d JOIN dossier o ON o.id = d.dossier_id JOIN agency a ON a.id = o.competent_agency_id
      WHERE d.code = given
    $$
    """,
    "REVOKE ALL ON FUNCTION prove_document(text) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION prove_document(text) TO motcua_app, motcua_worker",
    "REVOKE ALL ON FUNCTION dossier_tail() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION dossier_tail() TO motcua_app, motcua_worker",
]


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def widen(table: str, name: str, column: str, values: tuple[str, ...]) -> None:
    """Let a checked column hold more values."""
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, sa.column(column).in_(values))


def upgrade() -> None:
    widen("membership", "role", "role", ROLES)
    op.drop_constraint("officer_has_agency", "membership", type_="check")
    op.create_check_constraint(
        "officer_has_agency", "membership", "role NOT IN ('officer', 'head') OR agency_id IS NOT NULL"
    )
    op.add_column("membership", sa.Column("name", sa.String(200), nullable=False, server_default=""))
    op.add_column("membership", sa.Column("personal_id_index", sa.LargeBinary))
    widen("attachment", "attachment_state", "state", ATTACHMENT_STATES)
    widen("fee_line", "payment_method", "method", METHODS)
    widen("document", "document_kind", "kind", DOCUMENTS)
    _calendar()
    _desk()
    _work()
    _supplements()
    _money()
    _returns()
    _columns()
    op.execute(GUARDS)
    for measure in ("touched", "asked", "asked_first", "asked_further"):
        op.add_column("rollup", sa.Column(measure, sa.BigInteger, nullable=False, server_default="0"))
    for statement in OBSERVED:
        op.execute(statement)


def _calendar() -> None:
    op.create_table(
        "calendar_revision",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("made_by", sa.Uuid),
        sa.Column("published_at", INSTANT),
        sa.Column("published_by", sa.Uuid),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("seq", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("head", sa.LargeBinary),
        sa.Column("scope", one_of("incident_scope", "all", "agency", "procedure"), nullable=False),
        sa.Column("agency_id", sa.Uuid),
        sa.Column("procedure_id", sa.Uuid),
        sa.Column("planned", sa.Boolean, nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.Column("noted_by", sa.Uuid),
        sa.Column("applied_at", INSTANT),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        sa.ForeignKeyConstraint(["procedure_id"], ["procedure.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def _desk() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("details", JSONB, nullable=False),
        sa.Column("state", one_of("batch_state", "waiting", "running", "done"), nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_batch_account_id", "batch", ["account_id"])
    op.create_table(
        "batch_item",
        sa.Column("batch_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("seq", sa.BigInteger),
        sa.Column("state", one_of("item_state", "waiting", "done", "refused"), nullable=False),
        sa.Column("code", sa.String(100)),
        sa.Column("problem", sa.String(500)),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"]),
        sa.PrimaryKeyConstraint("batch_id", "position"),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("view", sa.String(32), nullable=False),
        sa.Column("filters", JSONB, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "name"),
    )
    op.create_table(
        "watch",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("account_id", "dossier_id"),
    )
    op.create_index("ix_watch_dossier_id", "watch", ["dossier_id"])


def _work() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("from_id", sa.Uuid, nullable=False),
        sa.Column("to_id", sa.Uuid, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("made_by", sa.Uuid, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.CheckConstraint("until > since AND from_id <> to_id", name="sense"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        sa.ForeignKeyConstraint(["from_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["to_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_delegation_agency_id", "delegation", ["agency_id"])
    op.create_index("ix_delegation_from_id", "delegation", ["from_id"])
    op.create_index("ix_delegation_to_id", "delegation", ["to_id"])
    op.create_table(
        "dossier_step",
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("unit", sa.String(200), nullable=False),
        sa.Column("role", sa.String(200), nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("acts", ARRAY(sa.Text), nullable=False),
        sa.Column("state", one_of("step_state", "waiting", "open", "done", "left_out"), nullable=False),
        sa.Column("holder_id", sa.Uuid),
        sa.Column("opened_at", INSTANT),
        sa.Column("due_at", INSTANT),
        sa.Column("done_at", INSTANT),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("dossier_id", "position"),
    )
    op.create_table(
        "opinion",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("asked_by", sa.Uuid, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("pauses", sa.Boolean, nullable=False),
        sa.Column("state", one_of("opinion_state", "asked", "given", "revoked", "lapsed"), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("ballot", one_of("ballot", "agree", "disagree", "other")),
        sa.Column("sealed_answer", sa.LargeBinary),
        sa.Column("attachment_id", sa.Uuid),
        sa.Column("ended_by", sa.Uuid),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_opinion_asked", "opinion", ["agency_id", "due_at"], postgresql_where=sa.text("state = 'asked'")
    )
    op.create_index("ix_opinion_dossier_id", "opinion", ["dossier_id"])
    op.create_index(
        "uq_opinion_open",
        "opinion",
        ["dossier_id", "agency_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
    )


def _supplements() -> None:
    op.create_table(
        "supplement",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("stage", one_of("stage", "reception", "appraisal"), nullable=False),
        sa.Column("ground", one_of("further_ground", "applicant", "new_fact", "sector_law")),
        sa.Column("asked_by", sa.Uuid, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column(
            "state", one_of("supplement_state", "open", "answered", "revoked", "lapsed"), nullable=False
        ),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("draft", sa.LargeBinary),
        sa.Column("draft_seq", sa.Integer, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dossier_id", "number"),
    )
    op.create_index("ix_supplement_dossier_id", "supplement", ["dossier_id"])
    op.create_index("ix_supplement_due", "supplement", ["due_at"], postgresql_where=sa.text("state = 'open'"))
    op.create_index(
        "uq_supplement_open",
        "supplement",
        ["dossier_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "supplement_item",
        sa.Column("supplement_id", sa.Uuid, nullable=False),
        sa.Column("kind", one_of("item_kind", "field", "paper"), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.ForeignKeyConstraint(["supplement_id"], ["supplement.id"]),
        sa.PrimaryKeyConstraint("supplement_id", "kind", "key"),
    )


def _money() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("gateway_ref", sa.String(100)),
        sa.Column("amount_vnd", sa.BigInteger, nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("state", one_of("payment_state", "created", "paid", "failed", "expired"), nullable=False),
        sa.Column("created_by", sa.Uuid),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_payment_unpaid",
        "payment",
        ["expires_at"],
        postgresql_where=sa.text("state IN ('created', 'expired')"),
    )
    op.create_index("ix_payment_dossier_id", "payment", ["dossier_id"])
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("series", sa.String(16), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("amount_vnd", sa.BigInteger, nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("made_by_seq", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("agency_id", "series", "year", "number"),
    )
    op.create_index("ix_receipt_dossier_id", "receipt", ["dossier_id"])
    op.create_table(
        "receipt_counter",
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("series", sa.String(16), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "series", "year"),
    )
    op.create_table(
        "callback",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("message_id", sa.String(100), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("payment_id", sa.Uuid),
        sa.Column("told", JSONB, nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("gateway", "message_id"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("fee_line_id", sa.Uuid, nullable=False),
        sa.Column("entry", one_of("entry", *ENTRIES), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger, nullable=False),
        sa.Column("method", sa.String(16)),
        sa.Column("payment_id", sa.Uuid),
        sa.Column("by_id", sa.Uuid),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("made_by_seq", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "(entry IN ('charge', 'refund', 'surplus_refund')) = (amount_vnd > 0) AND amount_vnd <> 0",
            name="sign",
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.ForeignKeyConstraint(["fee_line_id"], ["fee_line.id"]),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_ledger_entry_dossier_id", "ledger_entry", ["dossier_id"])
    op.create_table(
        "sandbox_order",
        sa.Column("ref", sa.String(40), nullable=False),
        sa.Column("payment_id", sa.String(40), nullable=False),
        sa.Column("amount_vnd", sa.BigInteger, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("return_url", sa.String(500), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("told", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("ref"),
        sa.UniqueConstraint("payment_id"),
    )
    op.execute(BROUGHT_FORWARD)


def _returns() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", one_of("complaint_state", "open", "answered"), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary),
        sa.Column("answered_by", sa.Uuid),
        sa.Column("answered_at", INSTANT),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"]),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_complaint_dossier_id", "complaint", ["dossier_id"])
    op.create_index(
        "ix_complaint_open", "complaint", ["agency_id", "due_at"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "delivery",
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("tracking_number", sa.String(40)),
        sa.Column("sent_at", INSTANT),
        sa.Column("handed_at", INSTANT),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("dossier_id"),
    )
    op.create_table(
        "rating",
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("reasons", ARRAY(sa.Text), nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("dossier_id"),
    )
    op.create_table(
        "read_mark",
        sa.Column("dossier_id", sa.Uuid, nullable=False),
        sa.Column("side", sa.String(16), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("dossier_id", "side"),
    )


def _columns() -> None:
    op.add_column("attachment", sa.Column("supplement_id", sa.Uuid))
    op.create_foreign_key(None, "attachment", "supplement", ["supplement_id"], ["id"])
    op.add_column("decision", sa.Column("undone_at", INSTANT))
    op.drop_constraint("uq_decision_dossier_id", "decision", type_="unique")
    op.create_index("ix_decision_dossier_id", "decision", ["dossier_id"])
    op.create_index(
        "uq_decision_standing",
        "decision",
        ["dossier_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.add_column("dossier", sa.Column("entered_by", sa.Uuid))
    op.add_column(
        "dossier",
        sa.Column(
            "filed_as",
            one_of("filed_as", "self", "authorised", "represented", "organisation", "helped"),
            nullable=False,
            server_default="self",
        ),
    )
    op.add_column("dossier", sa.Column("forwarded_at", INSTANT))
    op.add_column("dossier", sa.Column("competent_received_at", INSTANT))
    op.add_column("dossier", sa.Column("extended_at", INSTANT))
    op.add_column("dossier", sa.Column("paused_since", INSTANT))
    op.add_column("dossier", sa.Column("calendar", sa.String(16)))
    op.execute("UPDATE dossier SET calendar = '2026-4' WHERE accepted_at IS NOT NULL")
    op.create_index(
        "ix_dossier_running",
        "dossier",
        ["id"],
        postgresql_where=sa.text(
            "status IN ('accepted', 'processing', 'supplement', 'financial_duty', 'withdrawal_asked')"
        ),
    )
    op.add_column("dossier", sa.Column("offered_to_id", sa.Uuid))
    op.add_column("dossier", sa.Column("step", sa.Integer))
    op.add_column("dossier", sa.Column("supplements", sa.Integer, nullable=False, server_default="0"))
    op.add_column("dossier", sa.Column("way_back", ARRAY(sa.Text), nullable=False, server_default="{}"))
    op.add_column(
        "dossier", sa.Column("consulted_agency_ids", ARRAY(sa.Uuid), nullable=False, server_default="{}")
    )
    op.add_column(
        "dossier", sa.Column("asked_agency_ids", ARRAY(sa.Uuid), nullable=False, server_default="{}")
    )
    op.add_column("dossier", sa.Column("forward_due_at", INSTANT))
    op.add_column("dossier", sa.Column("form_set", sa.String(8)))
    op.add_column("dossier", sa.Column("owner_id_index", sa.LargeBinary))
    op.add_column(
        "dossier", sa.Column("name_tokens", ARRAY(sa.LargeBinary), nullable=False, server_default="{}")
    )
    op.add_column("dossier", sa.Column("phone_index", sa.LargeBinary))
    op.add_column("dossier", sa.Column("personal_id_index", sa.LargeBinary))
    op.alter_column("dossier", "applicant_id", existing_type=sa.UUID(), nullable=True)
    op.create_index(
        "ix_dossier_to_forward",
        "dossier",
        ["receiving_agency_id", "forward_due_at", "id"],
        postgresql_where=sa.text("forward_due_at IS NOT NULL AND forwarded_at IS NULL"),
    )
    op.create_index(
        "ix_dossier_competent_due",
        "dossier",
        ["competent_agency_id", "due_at", "id"],
        postgresql_where=sa.text(
            "competent_agency_id <> receiving_agency_id"
            " AND status IN ('accepted', 'processing', 'supplement', 'financial_duty')"
        ),
    )
    op.create_index(
        "ix_dossier_to_take_over",
        "dossier",
        ["competent_agency_id", "forwarded_at", "id"],
        postgresql_where=sa.text("forwarded_at IS NOT NULL AND competent_received_at IS NULL"),
    )
    op.create_index(
        "ix_dossier_consulted",
        "dossier",
        ["consulted_agency_ids"],
        postgresql_using="gin",
        postgresql_where=sa.text("consulted_agency_ids <> '{}'"),
    )
    op.create_index("ix_dossier_name_tokens", "dossier", ["name_tokens"], postgresql_using="gin")
    op.create_index(
        "ix_dossier_personal_id",
        "dossier",
        ["personal_id_index"],
        postgresql_where=sa.text("personal_id_index IS NOT NULL"),
    )
    op.create_index(
        "ix_dossier_owner_id",
        "dossier",
        ["owner_id_index"],
        postgresql_where=sa.text("owner_id_index IS NOT NULL"),
    )
    op.create_index(
        "ix_dossier_phone", "dossier", ["phone_index"], postgresql_where=sa.text("phone_index IS NOT NULL")
    )
    op.create_index(
        "ix_dossier_waited_for",
        "dossier",
        ["receiving_agency_id", "updated_at", "id"],
        postgresql_where=sa.text("status IN ('supplement', 'financial_duty', 'withdrawal_asked')"),
    )
    op.create_index(
        "uq_dossier_entered",
        "dossier",
        ["entered_by", "submission_id"],
        unique=True,
        postgresql_where=sa.text("entered_by IS NOT NULL"),
    )
    op.create_foreign_key(None, "dossier", "account", ["entered_by"], ["id"])
    op.add_column("fee_line", sa.Column("duty", sa.Boolean, nullable=False, server_default="false"))
    op.add_column("fee_line", sa.Column("waived_at", INSTANT))
    op.add_column("fee_line", sa.Column("waiver", sa.String(40)))


def downgrade() -> None:
    """Not reversible: what was asked, paid and answered is never dropped."""
    raise RuntimeError("a dossier's life does not come off; restore a backup instead")
