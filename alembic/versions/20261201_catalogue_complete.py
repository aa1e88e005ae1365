"""The catalogue complete: review by a second person, levels' history, stops, replaced papers, imports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "20261201_catalogue_complete"
down_revision = "20261130_services_used"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LEVELS = ("full", "partial", "info")
REASONS = ("PRESENCE", "FIELD_VERIFICATION", "TECH_FAILURE", "TECH_OTHER")
ROLES = ("citizen", "officer", "catalogue_editor", "catalogue_reviewer", "administrator")

# What is in review does not change either, until it is a draft again; a level's history is only added to.
GUARDS = r"""
CREATE OR REPLACE FUNCTION refuse_change_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed boolean;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.status <> 'draft' THEN
      RAISE EXCEPTION 'a published revision is never removed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  changed := NEW.content IS DISTINCT FROM OLD.content OR NEW.content_hash IS DISTINCT FROM OLD.content_hash
    OR NEW.number IS DISTINCT FROM OLD.number OR NEW.procedure_id IS DISTINCT FROM OLD.procedure_id
    OR NEW.offers IS DISTINCT FROM OLD.offers OR NEW.authors IS DISTINCT FROM OLD.authors;
  IF OLD.status IN ('published', 'withdrawn') AND (
       changed OR NEW.ruleset IS DISTINCT FROM OLD.ruleset OR NEW.effective_on IS DISTINCT FROM OLD.effective_on
    OR NEW.published_by IS DISTINCT FROM OLD.published_by OR NEW.published_at IS DISTINCT FROM OLD.published_at
    OR NEW.submitted_by IS DISTINCT FROM OLD.submitted_by
    OR NEW.status NOT IN ('published', 'withdrawn') OR (OLD.status = 'withdrawn' AND NEW.status <> 'withdrawn')) THEN
    RAISE EXCEPTION 'a published revision never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.status = 'review' AND changed AND NEW.status <> 'draft' THEN
    RAISE EXCEPTION 'what is in review never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.status = 'published' AND OLD.status <> 'published' AND (
       OLD.status <> 'review' OR NEW.published_by IS NULL OR NEW.published_by = ANY (NEW.authors)
    OR NEW.published_by = NEW.submitted_by) THEN
    RAISE EXCEPTION 'a second person publishes' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION refuse_change_of_offering() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched uuid := CASE WHEN TG_OP = 'INSERT' THEN NEW.revision_id ELSE OLD.revision_id END;
BEGIN
  IF EXISTS (SELECT 1 FROM procedure_revision r
             WHERE r.id = touched AND r.status NOT IN ('draft', 'review')) THEN
    RAISE EXCEPTION 'the offering of a published revision never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER level_change_is_append_only BEFORE UPDATE OR DELETE ON level_change
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER template_file_is_append_only BEFORE UPDATE OR DELETE ON template_file
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

DROP POLICY event_read ON event;
CREATE POLICY event_read ON event FOR SELECT TO motcua_app USING (
  stream IN ('procedure', 'procedure_revision', 'agency', 'downtime', 'catalogue_import')
  OR stream_id = (SELECT app_actor())
  OR (stream = 'dossier' AND EXISTS (SELECT 1 FROM dossier d WHERE d.id = stream_id))
);

GRANT SELECT, INSERT ON level_change, template_file TO motcua_app, motcua_worker;
GRANT SELECT, INSERT, UPDATE ON downtime, catalogue_import TO motcua_app, motcua_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON replaced_paper TO motcua_app, motcua_worker;
"""


def choice(column: str, name: str, values: tuple[str, ...], *, nullable: bool = True) -> sa.Column:
    kind = sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)
    return sa.Column(column, kind, nullable=nullable)


def upgrade() -> None:
    op.drop_constraint("role", "membership", type_="check")
    op.create_check_constraint("role", "membership", sa.column("role").in_(ROLES))
    op.add_column("procedure", sa.Column("closes_at", INSTANT))
    op.add_column("procedure", sa.Column("popularity", sa.Integer, nullable=False, server_default="0"))
    op.drop_constraint("revision_status", "procedure_revision", type_="check")
    op.create_check_constraint(
        "revision_status",
        "procedure_revision",
        sa.column("status").in_(("draft", "review", "published", "withdrawn")),
    )
    op.drop_constraint("published_at", "procedure_revision", type_="check")
    op.drop_index("uq_procedure_revision_draft", "procedure_revision")
    op.add_column(
        "procedure_revision", sa.Column("authors", ARRAY(sa.Uuid), nullable=False, server_default="{}")
    )
    op.add_column("procedure_revision", sa.Column("submitted_at", INSTANT))
    op.add_column("procedure_revision", sa.Column("submitted_by", sa.Uuid))
    op.alter_column("procedure_revision", "authors", server_default=None)
    op.create_foreign_key(None, "procedure_revision", "account", ["submitted_by"], ["id"])
    op.create_check_constraint(
        "published_at", "procedure_revision", "(status IN ('draft', 'review')) = (published_at IS NULL)"
    )
    op.create_check_constraint(
        "submitted_by", "procedure_revision", "(status = 'review') <= (submitted_by IS NOT NULL)"
    )
    op.create_index(
        "uq_procedure_revision_draft",
        "procedure_revision",
        ["procedure_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('draft', 'review')"),
    )
    op.add_column("offering", sa.Column("unit", sa.String(500)))
    op.add_column("offering", sa.Column("steps", JSONB, nullable=False, server_default="[]"))
    op.alter_column("offering", "steps", server_default=None)
    _tables()
    op.execute(GUARDS)


def _tables() -> None:
    op.create_table(
        "level_change",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("procedure_id", sa.Uuid, sa.ForeignKey("procedure.id"), nullable=False),
        sa.Column("agency_id", sa.Uuid, sa.ForeignKey("agency.id"), nullable=False),
        sa.Column("revision_id", sa.Uuid, sa.ForeignKey("procedure_revision.id"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        choice("before", "before", LEVELS),
        choice("after", "after", LEVELS),
        sa.Column("ruleset", sa.String(40), nullable=False),
        choice("reason_code", "reason_code", REASONS),
        sa.Column("reason_basis", sa.String(1000)),
        sa.Column("actor_id", sa.Uuid, sa.ForeignKey("account.id")),
        sa.CheckConstraint("before IS NOT NULL OR after IS NOT NULL", name="says_something"),
    )
    op.create_index("ix_level_change_procedure_id", "level_change", ["procedure_id", "at"])
    op.create_table(
        "downtime",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("head", sa.LargeBinary),
        sa.Column("procedure_id", sa.Uuid, sa.ForeignKey("procedure.id"), index=True),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("forced", sa.Boolean, nullable=False),
        sa.Column("announced_at", INSTANT, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False, index=True),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("cancelled_at", INSTANT),
        sa.Column("actor_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="period"),
    )
    op.create_table(
        "replaced_paper",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("procedure_code", sa.String(35), nullable=False, index=True),
        sa.Column("paper", sa.String(1000), nullable=False),
        sa.Column("paper_folded", sa.String(1000), nullable=False),
        sa.Column("held_in", sa.String(500), nullable=False),
        sa.Column("owner", sa.String(300), nullable=False),
        sa.UniqueConstraint("procedure_code", "paper_folded", "held_in"),
    )
    op.create_table(
        "template_file",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.CheckConstraint("length(sha256) = 64 AND length(bytes) <= 5242880", name="size"),
    )
    op.create_table(
        "catalogue_import",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("head", sa.LargeBinary),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("dry_run", sa.Boolean, nullable=False),
        sa.Column("filename", sa.String(200), nullable=False),
        sa.Column("object_key", sa.String(300), nullable=False),
        choice("state", "import_state", ("waiting", "running", "done", "failed"), nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("report", JSONB, nullable=False),
        sa.Column("problem", sa.String(1000)),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("actor_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.CheckConstraint("done >= 0 AND done <= total", name="progress"),
    )


def downgrade() -> None:
    """Not reversible: a history of levels and a journal that names reviewers are never dropped."""
    raise RuntimeError("the catalogue's history does not come off; restore a backup instead")
