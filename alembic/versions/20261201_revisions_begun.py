"""When a revision began to apply: known of each, set once; what never began is never begun by mistake."""

import sqlalchemy as sa
from alembic import op

revision = "20261201_revisions_begun"
down_revision = "20261201_cut_off_index"
branch_labels = None
depends_on = None

# The guard of published revisions, with one more thing that never changes once it is said.
GUARD = r"""
CREATE OR REPLACE FUNCTION refuse_change_of_beginning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.began_at IS NOT NULL AND NEW.began_at IS DISTINCT FROM OLD.began_at THEN
    RAISE EXCEPTION 'a revision begins once' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.began_at IS NULL AND NEW.began_at IS NOT NULL AND NEW.status <> 'published' THEN
    RAISE EXCEPTION 'only a published revision begins' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER procedure_revision_begins_once BEFORE UPDATE OF began_at, status ON procedure_revision
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_beginning();
"""


def upgrade() -> None:
    op.add_column("procedure_revision", sa.Column("began_at", sa.DateTime(timezone=True)))
    # Until now a revision began with its publication; one whose day lies ahead has not begun.
    op.execute(
        "UPDATE procedure_revision SET began_at = published_at"
        " WHERE published_at IS NOT NULL AND effective_on <= (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
    )
    op.create_check_constraint(
        "began_at", "procedure_revision", "began_at IS NULL OR published_at IS NOT NULL"
    )
    op.execute(GUARD)


def downgrade() -> None:
    op.execute("DROP TRIGGER procedure_revision_begins_once ON procedure_revision")
    op.execute("DROP FUNCTION refuse_change_of_beginning()")
    op.drop_constraint("began_at", "procedure_revision", type_="check")
    op.drop_column("procedure_revision", "began_at")
