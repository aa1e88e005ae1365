"""Open drafts by procedure: a new revision asks for them."""

import sqlalchemy as sa
from alembic import op

revision = "20261201_drafts_by_procedure"
down_revision = "20261201_revisions_begun"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_dossier_draft",
        "dossier",
        ["procedure_id", "updated_at"],
        postgresql_where=sa.text("status = 'draft'"),
    )


def downgrade() -> None:
    op.drop_index("ix_dossier_draft", "dossier")
