"""The names by which the rest of the house brings data in; the work is in `imports`."""

from services_catalog.import_queries import agency_ids
from services_catalog.imports.agencies import AgencyFile, seed_agencies
from services_catalog.imports.listing import import_listing
from services_catalog.imports.own import (
    Hands,
    ProcedureFile,
    import_file,
    import_procedure,
    machine_hands,
)
from services_catalog.imports.replaced import import_replaced
from services_catalog.imports.rows import ImportReport, ImportRow

__all__ = [
    "AgencyFile",
    "Hands",
    "ImportReport",
    "ImportRow",
    "ProcedureFile",
    "agency_ids",
    "import_file",
    "import_listing",
    "import_procedure",
    "import_replaced",
    "machine_hands",
    "seed_agencies",
]
