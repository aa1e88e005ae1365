"""Whether an agency may declare a level: facts of the content, the eight conditions, the duty to say why."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from portal.core import runtime
from portal.core.errors import Invalid
from services_catalog import levels, rulesets
from services_catalog.content import Offer, RevisionContent, Step
from services_catalog.levels import Facts, Level, Verdict
from services_catalog.words import due_now


class NothingOffered(Invalid):
    title = "Chưa có cơ quan nào thực hiện thủ tục"


class NotFullProcess(Invalid):
    """Declared full-process, yet conditions fail: `failing` lists them, `agencies` who declared so."""

    title = "Chưa đủ điều kiện dịch vụ công trực tuyến toàn trình"


class NotOnline(Invalid):
    """Declared partial, yet no dossier can be filed online."""

    title = "Thủ tục chưa nộp trực tuyến được"


class ReasonMissing(Invalid):
    """Declared partial without the reason and the legal basis that must be published."""

    title = "Dịch vụ một phần phải công khai lý do và căn cứ"


class OfferVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What an agency declares, what the facts give, and what stands against publishing it."""

    agency_id: UUID
    declared: Level
    eligible: bool
    reason_code: rulesets.ReasonCode | None
    reason_basis: str | None
    unit: str | None
    steps: list[Step]
    verdict: Verdict
    obstacle: str | None  # why it may not be published so; None when it may
    hint: str | None  # eligible for more than is declared


def channel_open() -> bool:
    """Whether this installation has an online payment channel now (MOTCUA_PAYMENT_GATEWAY)."""
    settings = getattr(runtime, "settings", None)  # rules alone, without a portal, know of no closed channel
    return settings is None or bool(settings.payment_gateway)


def as_it_is(verdict: Verdict, content: RevisionContent, on: date) -> Verdict:
    """The verdict of a publication as it holds now: a payment channel that is closed fails C5 again.

    Source: Circular 01/2023/TT-VPCP (C5).
    """
    facts = facts_of(content, on)
    if channel_open() or not (facts.has_fee and content.online_payment):
        return verdict
    now = levels.derive(msgspec.structs.replace(facts, online_payment=False), rulesets.in_force(on))
    closed = {condition.code: condition for condition in now.conditions if not condition.holds}
    conditions = [closed.get(one.code, one) if one.code == "C5" else one for one in verdict.conditions]
    level = Level.PARTIAL if verdict.level is Level.FULL else verdict.level
    return msgspec.structs.replace(verdict, level=level, conditions=conditions)


def facts_of(content: RevisionContent, on: date, *, channel: bool = True) -> Facts:
    """What the content says on a day, as the eight conditions ask it; `channel`: one can pay online here.

    A fee counts when it is owed in any case while filing online: extras one asks for (a quantity), items
    not in force on the day and those of other ways of filing do not.
    """
    parts = {
        "căn cứ pháp lý": content.legal_basis,
        "trình tự thực hiện": content.sequence or content.steps,
        "thành phần hồ sơ": content.requirements or content.form,
    }
    asked = [paper for paper in content.requirements if paper.needed != "not_needed"]
    owed = [
        fee.stated or (fee.amount_vnd if fee.online_amount_vnd is None else fee.online_amount_vnd)
        for fee in due_now(content.fees, on)
        if not fee.optional and (not fee.channels or "online" in fee.channels)
    ]
    return Facts(
        missing_parts=[name for name, there in parts.items() if not there],
        forms_downloadable=content.forms_downloadable,
        form_online=bool(content.form),
        online_channel="online" in content.channels,
        signature_required=content.signature_required,
        signing_ways=list(content.signing_ways),
        paper_only=[paper.name for paper in asked if not paper.electronic_ok],
        originals_shown=[paper.name for paper in asked if paper.original_shown],
        has_fee=any(owed),
        online_payment=content.online_payment and channel,
        presence_required=content.presence_required,
        field_verification=content.field_verification,
        has_result=content.result is not None,
        result_electronic=content.result is not None and content.result.electronic,
        return_ways=list(content.return_ways),
        result_returned_without_presence=content.result_returned_without_presence,
    )


_TECHNICAL = (rulesets.ReasonCode.TECH_FAILURE, rulesets.ReasonCode.TECH_OTHER)


def eligible(facts: Facts, reason: rulesets.ReasonCode | None = None) -> bool:
    """Whether no rule of law stands against the full process: what is missing is only technical.

    An original that must be shown counts as such a rule, unless the published reason is technical.

    Source: Decree 42/2022/NĐ-CP, art. 11(1) (exception: presence, verification on the spot);
    Decree 224/2026/NĐ-CP, art. 14 (full process by default; the four reasons).
    """
    return not (
        facts.presence_required
        or facts.field_verification
        or not facts.result_returned_without_presence
        or (facts.originals_shown and reason not in _TECHNICAL)
    )


def judge(content: RevisionContent, offers: Sequence[Offer], on: date) -> list[OfferVerdict]:
    """The level of each offer under the rule set in force on the day, and what stands against it."""
    ruleset, facts = rulesets.in_force(on), facts_of(content, on, channel=channel_open())
    verdict = levels.derive(facts, ruleset)
    return [
        OfferVerdict(
            agency_id=offer.agency_id,
            declared=offer.declared,
            eligible=eligible(facts, offer.reason_code),
            reason_code=offer.reason_code,
            reason_basis=offer.reason_basis,
            unit=offer.unit,
            steps=list(offer.steps),
            verdict=verdict,
            obstacle=wrong.detail if (wrong := _obstacle(offer, verdict, ruleset)) else None,
            hint=_hint(offer, verdict),
        )
        for offer in offers
    ]


def _obstacle(offer: Offer, verdict: Verdict, ruleset: rulesets.RuleSet) -> Invalid | None:
    """Why the level may not be declared.

    Reason and basis of a partial service are a duty since Decree 224; here they are asked for before it
    too, so that every partial service in the catalogue says why. Source: Decree 224/2026/NĐ-CP, art. 14.
    """
    if offer.declared is Level.FULL and verdict.failing:
        return NotFullProcess(
            f"Chưa công bố toàn trình được: đạt {verdict.holding} trên {len(verdict.conditions)} điều kiện.",
            failing=[msgspec.to_builtins(condition) for condition in verdict.failing],
        )
    if offer.declared is Level.PARTIAL and verdict.level is Level.INFO:
        return NotOnline(
            "Chưa công bố một phần được: thủ tục chưa có tờ khai điện tử hoặc chưa nhận qua mạng."
        )
    if offer.declared is Level.PARTIAL and not (offer.reason_code and offer.reason_basis):
        return ReasonMissing("Nêu lý do chưa toàn trình và điều luật làm căn cứ.", article=ruleset.duty_basis)
    if (offer.reason_code is None) != (offer.reason_basis is None):
        return ReasonMissing("Lý do và căn cứ đi cùng nhau: nêu cả hai.")
    return None


def _hint(offer: Offer, verdict: Verdict) -> str | None:
    if verdict.level is Level.FULL and offer.declared is not Level.FULL:
        return "Thủ tục đạt cả 8 điều kiện: công bố toàn trình được."
    return None


def refuse(offers: Sequence[Offer], judged: Sequence[OfferVerdict], ruleset: rulesets.RuleSet) -> None:
    """Raise the first obstacle; `agencies` are all that meet the same, `obstacles` all there are.

    Each of `obstacles` names the agency, what is wrong, and the conditions that fail there.
    """
    if not offers:
        raise NothingOffered("Chọn ít nhất một cơ quan thực hiện thủ tục.")
    found = [
        (offer, _obstacle(offer, one.verdict, ruleset)) for offer, one in zip(offers, judged, strict=True)
    ]
    wrong = [(offer, obstacle) for offer, obstacle in found if obstacle is not None]
    if not wrong:
        return
    first = wrong[0][1]
    listed = [
        {
            "agency_id": str(offer.agency_id),
            "declared": offer.declared,
            "problem": type(obstacle).__name__,
            "detail": obstacle.detail,
            "failing": obstacle.extra.get("failing", []),
        }
        for offer, obstacle in wrong
    ]
    same = [str(offer.agency_id) for offer, obstacle in wrong if obstacle.detail == first.detail]
    raise type(first)(first.detail, agencies=same, obstacles=listed, **first.extra)
