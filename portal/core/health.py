"""Whether this process lives, and whether it can serve."""

from typing import Any

import sqlalchemy as sa
from litestar import Response, get
from litestar.di import NamedDependency
from sqlmodel import Session

from portal.core.errors import DomainError
from portal.core.http import AppStorage


@get("/health/live", sync_to_thread=False, include_in_schema=True, tags=["System"])
def live() -> dict[str, str]:
    """Tell that the process answers; it says nothing of the parts behind it."""
    return {"status": "live"}


@get("/health/ready", sync_to_thread=True, tags=["System"], raises=[])
def ready(session: NamedDependency[Session], storage: AppStorage) -> Response[dict[str, Any]]:
    """Tell whether the database and the store answer; 503 names the part that does not."""
    parts = {"database": "ok", "store": "ok"}
    try:
        session.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError:
        session.rollback()
        parts["database"] = "down"
    try:
        storage.ping()
    except DomainError:
        parts["store"] = "down"
    good = set(parts.values()) == {"ok"}
    return Response(
        {"status": "ready" if good else "not ready", "parts": parts}, status_code=200 if good else 503
    )


route_handlers: list[Any] = [live, ready]
