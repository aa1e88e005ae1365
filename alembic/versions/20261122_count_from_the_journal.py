"""Count from the journal: what the folder, the tail and the recount read.

One definition of what an event counts as (the views), two doors to the live tail for the web,
which may not read the journal whole: the functions run with the owner's rights and give sums only.
"""

from alembic import op

revision = "20261122_statistics"
down_revision = "20261122_guards"
branch_labels = None
depends_on = None

UP = [
    """
    CREATE VIEW dossier_change AS
    SELECT e.xid, e.stream_id, e.seq,
           date_trunc('month', CASE e.name
               WHEN 'dossier.accepted' THEN coalesce((b.data ->> 'accepted_at')::timestamptz, e.at)
               ELSE e.at END AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS month,
           (b.data ->> 'agency_id')::uuid AS agency_id,
           (b.data ->> 'procedure_id')::uuid AS procedure_id,
           coalesce(b.data ->> 'level', 'partial') AS level,
           coalesce(b.data ->> 'channel', 'counter') AS channel,
           (e.name = 'dossier.submitted')::int AS submitted,
           (e.name = 'dossier.accepted')::int AS received,
           (e.name = 'dossier.refused')::int AS refused,
           (e.name IN ('dossier.approved', 'dossier.rejected'))::int AS settled,
           (e.name = 'dossier.approved')::int AS approved,
           (e.name IN ('dossier.approved', 'dossier.rejected')
               AND coalesce((b.data ->> 'on_time')::bool, false))::int AS on_time,
           (e.name = 'dossier.delivered')::int AS returned
    FROM event e
    CROSS JOIN LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb -> 'data' AS data) b
    WHERE e.stream = 'dossier' AND e.name IN ('dossier.submitted', 'dossier.accepted', 'dossier.refused',
        'dossier.approved', 'dossier.rejected', 'dossier.delivered')
    """,
    """
    CREATE VIEW service_version AS
    SELECT e.xid, e.stream_id AS procedure_id, e.seq, e.at,
           (o.offer ->> 'agency_id')::uuid AS agency_id,
           o.offer ->> 'declared' AS declared,
           coalesce((o.offer ->> 'eligible')::bool, false) AS eligible
    FROM event e
    CROSS JOIN LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb -> 'data' AS data) b
    LEFT JOIN LATERAL jsonb_array_elements(
        CASE WHEN e.name = 'procedure.published' THEN b.data -> 'offerings' END) o (offer) ON true
    WHERE e.stream = 'procedure' AND e.name IN ('procedure.published', 'procedure.withdrawn')
    """,
    """
    CREATE FUNCTION dossier_tail() RETURNS TABLE (
        month date, agency_id uuid, procedure_id uuid, level text, channel text, submitted bigint,
        received bigint, refused bigint, settled bigint, approved bigint, on_time bigint, returned bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
        SELECT c.month, c.agency_id, c.procedure_id, c.level, c.channel, sum(c.submitted), sum(c.received),
               sum(c.refused), sum(c.settled), sum(c.approved), sum(c.on_time), sum(c.returned)
        FROM dossier_change c WHERE c.xid >= (SELECT m.xid FROM fold_mark m)
        GROUP BY c.month, c.agency_id, c.procedure_id, c.level, c.channel
    $$
    """,
    """
    CREATE FUNCTION service_tail() RETURNS TABLE (
        procedure_id uuid, seq bigint, at timestamptz, agency_id uuid, declared text, eligible bool)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
        SELECT v.procedure_id, v.seq, v.at, v.agency_id, v.declared, v.eligible
        FROM service_version v WHERE v.xid >= (SELECT m.xid FROM fold_mark m)
    $$
    """,
    "INSERT INTO fold_mark (id, xid, folded_at) VALUES (1, '0', now()) ON CONFLICT DO NOTHING",
    "REVOKE ALL ON FUNCTION dossier_tail(), service_tail() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION dossier_tail(), service_tail() TO motcua_app, motcua_worker",
    "REVOKE ALL ON dossier_change, service_version FROM PUBLIC, motcua_app",
    "GRANT SELECT ON dossier_change, service_version TO motcua_worker",
    "REVOKE ALL ON rollup, service_change, service_offer, fold_check, fold_mark FROM motcua_app",
    "GRANT SELECT ON rollup, service_change, service_offer, fold_check, fold_mark TO motcua_app",
    "GRANT SELECT, INSERT, UPDATE ON rollup, service_change, service_offer, fold_check, fold_mark "
    "TO motcua_worker",
]


def upgrade() -> None:
    """Add the views, the two functions and their grants."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away again; the tables belong to the first migration."""
    op.execute("DROP FUNCTION dossier_tail(), service_tail()")
    op.execute("DROP VIEW dossier_change, service_version")
