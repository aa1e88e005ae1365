"""The names of what a request to supplement may ask."""

from dossiers.supplement_models import ItemKind
from dossiers.views import DossierView


def labels(view: DossierView) -> dict[str, str]:
    """The names of fields and papers: kind:key → label."""
    found = {
        f"{ItemKind.FIELD}:{field.key}": field.label
        for section in view.content.form
        for field in section.fields
    }
    return found | {f"{ItemKind.PAPER}:{paper.key}": paper.name for paper in view.content.requirements}
