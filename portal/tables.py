"""Every table of the house: importing this module fills the metadata (Alembic, tests)."""

from sqlmodel import SQLModel

import auth.models
import dossiers.calendar_models
import dossiers.desk_models
import dossiers.models
import dossiers.money_models
import dossiers.process_models
import dossiers.return_models
import dossiers.rollups
import dossiers.supplement_models
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
