"""The indexes along which the desk's lists are read: one per order of a list, each over the rows it shows."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_desk_indexes"
down_revision = "20261123_operations"
branch_labels = None
depends_on = None

NEW = {
    "ix_dossier_waiting": (["receiving_agency_id", "submitted_at", "id"], "status = 'submitted'"),
    "ix_dossier_due": (
        ["receiving_agency_id", "due_at", "id"],
        "status IN ('accepted', 'processing', 'supplement', 'financial_duty')",
    ),
    "ix_dossier_settled": (["receiving_agency_id", "settled_at", "id"], "status = 'settled'"),
    "ix_dossier_competent": (
        ["competent_agency_id", "updated_at", "id"],
        "competent_agency_id <> receiving_agency_id",
    ),
    "ix_dossier_support": (["support_agency_id", "updated_at", "id"], "support_agency_id IS NOT NULL"),
}


def upgrade() -> None:
    for name, (columns, where) in NEW.items():
        op.create_index(name, "dossier", columns, postgresql_where=sa.text(where))
    op.drop_index("ix_dossier_open", "dossier")
    op.drop_index("ix_dossier_competent_updated", "dossier")


def downgrade() -> None:
    op.create_index(
        "ix_dossier_open",
        "dossier",
        ["receiving_agency_id", "status", "due_at", "id"],
        postgresql_where=sa.text(
            "status IN ('submitted','accepted','processing','supplement',"
            "'financial_duty','withdrawal_asked','settled')"
        ),
    )
    op.create_index("ix_dossier_competent_updated", "dossier", ["competent_agency_id", "updated_at", "id"])
    for name in NEW:
        op.drop_index(name, "dossier")
