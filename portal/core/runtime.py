"""What tasks need and Celery cannot pass: set once by app, worker, cli or a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.core import clock, failpoints

if TYPE_CHECKING:
    from portal.core.db import Sessions
    from portal.core.settings import Settings
    from portal.core.storage import Storage

settings: Settings
sessions: Sessions
storage: Storage


def install(new_settings: Settings, new_sessions: Sessions, new_storage: Storage) -> None:
    """Set the three; call before the first task or request."""
    global settings, sessions, storage
    settings, sessions, storage = new_settings, new_sessions, new_storage
    clock.set_ahead(new_settings.clock_ahead_hours)
    failpoints.arm(new_settings.failpoints, new_settings.failpoints_kept)
