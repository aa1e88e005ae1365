"""The eight conditions and the levels, read a second time from the law; nothing here knows levels.py.

Source: Circular 01/2023/TT-VPCP (eight criteria); Decree 42/2022/NĐ-CP, art. 11;
Decree 224/2026/NĐ-CP, art. 14.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

PORTAL_WAYS = {"online", "post"}  # results come online or by the public post


def failing(content: Mapping[str, Any], on: date) -> set[str]:
    """The conditions a revision does not meet on a day, from its plain JSON."""
    papers = [paper for paper in content["requirements"] if paper["needed"] != "not_needed"]
    signs = content["signature_required"]
    course = content.get("sequence") or content["steps"]
    told = content["legal_basis"] and course and (content["requirements"] or content["form"])
    met = {
        "C1": bool(told),
        "C2": content["forms_downloadable"],
        "C3": bool(content["form"]) and (not signs or bool(content["signing_ways"])),
        "C4": "online" in content["channels"] and all(paper.get("electronic_ok", True) for paper in papers),
        "C5": content["online_payment"] or not any(_owed(fee, on) for fee in content["fees"]),
        "C6": not content["presence_required"]
        and not content["field_verification"]
        and not any(paper.get("original_shown") for paper in papers),
        "C7": content["result"] is None or content["result"]["electronic"],
        "C8": bool(PORTAL_WAYS & {*content["return_ways"]}) and content["result_returned_without_presence"],
    }
    return {code for code, holds in met.items() if not holds}


def _owed(fee: Mapping[str, Any], on: date) -> bool:
    """Whether who files online on the day owes it in some case, whatever he asks for besides."""
    online = fee.get("online_amount_vnd")
    amount = fee["amount_vnd"] if online is None else online
    begun = fee.get("valid_from") is None or date.fromisoformat(fee["valid_from"]) <= on
    over = fee.get("valid_to") is not None and date.fromisoformat(fee["valid_to"]) < on
    here = not fee.get("channels") or "online" in fee["channels"]
    return bool(amount) and begun and not over and here and not fee.get("optional")


def obstacle(content: Mapping[str, Any], on: date, declared: str, reason: bool, basis: bool) -> str | None:
    """What forbids to publish the level: the name of the refusal, or None.

    An online service has an e-form and is filed online (Decree 224/2026, art. 15(1)(b)); a reason and its
    basis are one statement, which a partial service owes since Decree 224/2026 (art. 14), and here, by the
    choice of the house, on every day.
    """
    if declared == "full" and failing(content, on):
        return "NotFullProcess"
    if declared == "partial" and not ("online" in content["channels"] and content["form"]):
        return "NotOnline"
    return "ReasonMissing" if reason != basis or (declared == "partial" and not reason) else None
