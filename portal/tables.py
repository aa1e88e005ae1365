"""Every table of the house: importing this module fills the metadata (Alembic, tests)."""

from sqlmodel import SQLModel

import auth.models
import dossiers.models
import dossiers.rollups
import portal.core.anchors
import portal.core.crypto
import portal.core.events
import portal.core.idempotency
import portal.core.outbox
import services_catalog.models

metadata = SQLModel.metadata

__all__ = [
    "auth",
    "dossiers",
    "metadata",
    "portal",
    "services_catalog",
]
