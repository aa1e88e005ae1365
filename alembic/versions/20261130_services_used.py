"""An index that answers whether a service had a dossier in a period."""

from alembic import op

revision = "20261130_services_used"
down_revision = "20261123_desk_indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_rollup_service", "rollup", ["agency_id", "procedure_id", "month"])


def downgrade() -> None:
    op.drop_index("ix_rollup_service", "rollup")
