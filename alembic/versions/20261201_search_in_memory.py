"""The words of procedures leave the database: searches are answered from memory (services_catalog.live_index).

Web processes of the release before search by these columns: restart them right after.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261201_search_in_memory"
down_revision = "20261201_drafts_by_procedure"
branch_labels = None
depends_on = None

FOUND_BY = """
setweight(to_tsvector('simple'::regconfig, name_folded), 'A') || setweight(to_tsvector('simple'::regconfig, search_extra), 'B')
"""


def upgrade() -> None:
    op.drop_index("ix_procedure_search", "procedure")
    op.drop_column("procedure", "search")
    op.drop_column("procedure", "search_extra")


def downgrade() -> None:
    """The column comes back with what is at hand; an import or publication fills in the rest."""
    op.add_column("procedure", sa.Column("search_extra", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE procedure SET search_extra = lower(concat_ws(' ', name, sector_names, publisher, departments))"
    )
    op.alter_column("procedure", "search_extra", server_default=None)
    op.add_column(
        "procedure",
        sa.Column(
            "search", postgresql.TSVECTOR(), sa.Computed(FOUND_BY.strip(), persisted=True), nullable=True
        ),
    )
    op.create_index("ix_procedure_search", "procedure", ["search"], postgresql_using="gin")
