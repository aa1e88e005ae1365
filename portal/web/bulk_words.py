"""How acts on many dossiers are offered, and told. Pure."""

from dossiers.workflow import Action

# Of each act: what the button says, what was done, and the views of the inbox that offer it.
WORDS = {
    Action.RECEIVE: ("Tiếp nhận", "Đã tiếp nhận", ("to_receive", "all")),
    Action.START: ("Nhận việc", "Đã nhận", ("unit", "due_today", "overdue", "all")),
    Action.RELEASE: ("Trả lại", "Đã trả lại", ("mine", "all")),
}


def offered(view: str) -> list[tuple[str, str]]:
    """(act, label) of the acts that a view offers for what is ticked."""
    return [(act.value, label) for act, (label, _, views) in WORDS.items() if view in views]
