"""What running the portal asks of the database: a journal that survives a logical restore, and its measures.

A transaction number orders the journal. A dump restored into another server meets numbers that begin
again: `journal_base()` is what is added to them, 0 until a restore sets it, so that an event written after
a restore never gets a number that was folded, or signed, before it.
"""

from alembic import op

revision = "20261123_operations"
down_revision = "20261122_statistics"
branch_labels = None
depends_on = None

UP = [
    "CREATE FUNCTION journal_base() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 0::bigint'",
    """
    CREATE FUNCTION journal_xid() RETURNS xid8 LANGUAGE sql VOLATILE AS
    $$ SELECT (pg_current_xact_id()::text::bigint + journal_base())::text::xid8 $$
    """,
    """
    CREATE FUNCTION journal_horizon() RETURNS xid8 LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + journal_base())::text::xid8 $$
    """,
    """
    CREATE FUNCTION journal_end() RETURNS xid8 LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + journal_base())::text::xid8 $$
    """,
    "ALTER TABLE event ALTER COLUMN xid SET DEFAULT journal_xid()",
    # Counts and ages only: the web's role may not read these tables whole.
    """
    CREATE FUNCTION operating_facts() RETURNS TABLE (name text, value double precision)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT 'outbox_waiting', count(*)::float8 FROM (SELECT 1 FROM outbox LIMIT 100000) w
        UNION ALL SELECT 'outbox_oldest_seconds', coalesce((
            SELECT extract(epoch FROM now() - e.at) FROM outbox o
            JOIN event e ON e.stream_id = o.stream_id AND e.seq = o.seq ORDER BY o.id LIMIT 1), 0)
        UNION ALL SELECT 'fold_age_seconds', extract(epoch FROM now() - max(folded_at)) FROM fold_mark
        UNION ALL SELECT 'anchor_age_seconds',
            coalesce((SELECT extract(epoch FROM now() - a.at) FROM anchor a ORDER BY a.id DESC LIMIT 1), 0)
        UNION ALL SELECT 'unsigned_oldest_seconds', coalesce((
            SELECT extract(epoch FROM now() - min(t.at)) FROM (
                SELECT e.at FROM event e WHERE e.xid >= coalesce(
                    (SELECT a.until_xid::text::xid8 FROM anchor a ORDER BY a.id DESC LIMIT 1), '0'::xid8)
                ORDER BY e.xid LIMIT 100) t), 0)
        UNION ALL SELECT 'files_checking', count(*)::float8 FROM attachment WHERE state = 'checking'
        UNION ALL SELECT 'dossiers_open', count(*)::float8 FROM dossier
            WHERE status IN ('submitted', 'accepted', 'processing', 'supplement', 'financial_duty',
                'withdrawal_asked', 'settled')
        UNION ALL SELECT 'dossiers_overdue', count(*)::float8 FROM dossier
            WHERE status IN ('accepted', 'processing', 'financial_duty') AND due_at < now()
        UNION ALL SELECT 'receptions_overdue', count(*)::float8 FROM dossier
            WHERE status = 'submitted' AND reception_due_at < now()
        UNION ALL SELECT 'connections', count(*)::float8 FROM pg_stat_activity
            WHERE datname = current_database()
        UNION ALL SELECT 'connections_max', setting::float8 FROM pg_settings WHERE name = 'max_connections'
    $$
    """,
    "REVOKE ALL ON FUNCTION operating_facts() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION operating_facts() TO motcua_app, motcua_worker",
]


def upgrade() -> None:
    """Add the functions; what is in the journal stays as it is."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away; refused by hand where a restore set the base, since later numbers would be too small."""
    op.execute("DROP FUNCTION operating_facts()")
    op.execute("ALTER TABLE event ALTER COLUMN xid SET DEFAULT pg_current_xact_id()")
    op.execute("DROP FUNCTION journal_end(), journal_horizon(), journal_xid(), journal_base()")
