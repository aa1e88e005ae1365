"""Alembic's entry: connects as motcua_owner and knows the house's metadata."""

import os

from alembic import context
from sqlalchemy import create_engine, text

from portal.tables import metadata


def ours(_item, name, kind, reflected, compare_to):
    """Leave partitions and what hand-written DDL made (generated search column) out of comparisons."""
    if kind == "table" and reflected and compare_to is None:
        return not name.startswith(("event_p", "access_log_"))
    if kind == "index" and reflected and compare_to is None:
        return not name.startswith(("event_p", "access_log_"))
    return True


def url() -> str:
    """The address of the database as owner: from the caller, else from the environment."""
    given = context.config.attributes.get("url") or os.environ.get("MOTCUA_DATABASE_URL_OWNER")
    if not given:
        raise SystemExit("MOTCUA_DATABASE_URL_OWNER is not set: the migrations run as motcua_owner.")
    return given


def run() -> None:
    """Migrate inside one transaction, giving way to the living system."""
    engine = create_engine(url())
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '2s'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_object=ours,
            compare_type=True,
            compare_server_default=False,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
