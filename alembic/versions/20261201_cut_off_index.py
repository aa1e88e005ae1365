"""The few procedures with a cut-off, by its instant: asked for with each version of the catalogue."""

import sqlalchemy as sa
from alembic import op

revision = "20261201_cut_off_index"
down_revision = "20261201_catalogue_complete"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_procedure_closes_at",
        "procedure",
        ["closes_at"],
        postgresql_where=sa.text("closes_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_procedure_closes_at", "procedure")
