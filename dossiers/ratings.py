"""What applicants thought of the handling: a score and reasons, shown only as sums over many."""

from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from auth.actor import Actor
from dossiers import access
from dossiers.models import Dossier
from dossiers.processing import begin, finish
from dossiers.return_models import Rating
from dossiers.workflow import Action
from portal.core import crypto
from portal.core.clock import now
from portal.core.db import built_once
from portal.core.direct import Direct
from portal.core.errors import Conflict, Invalid
from portal.core.text import clean

LEAST: Final = 5  # ratings before anything is shown: fewer would point at somebody
MAX_COMMENT: Final = 1000  # characters
REASONS: Final = {
    "clear": "Hướng dẫn dễ hiểu",
    "quick": "Giải quyết nhanh",
    "polite": "Cán bộ lịch sự",
    "unclear": "Hướng dẫn khó hiểu",
    "slow": "Chậm so với hẹn",
    "again": "Phải bổ sung nhiều lần",
    "travel": "Phải đi lại",
    "rude": "Thái độ chưa tốt",
    "technical": "Cổng hay lỗi",
}

R = Rating.__table__  # type: ignore[attr-defined]


class AlreadyRated(Conflict):
    title = "Bạn đã đánh giá hồ sơ này"


class Ratings(msgspec.Struct, frozen=True):
    """What an agency's applicants said; nothing but the count below five ratings."""

    count: int
    average: float | None
    scores: dict[int, int] | None
    reasons: dict[str, int] | None
    least: int = LEAST


def rate(
    session: Session,
    actor: Actor,
    dossier_id: UUID,
    *,
    score: int,
    reasons: list[str],
    comment: str = "",
    seq: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Rate how a finished dossier was handled, once. The event holds no score: the desk sees only sums.

    Source: Decree 224/2026/NĐ-CP, art. 10(3), 19(2)(e).

    Raises:
        Invalid: no score from 1 to 5, or an unknown reason.
        AlreadyRated: it was rated; and those of `begin`.
    """
    comment = clean(comment, max_length=MAX_COMMENT, multiline=True)
    if not 1 <= score <= 5:
        told = "Chọn từ 1 đến 5 sao."
        raise Invalid(told, errors=[{"field": "score", "message": told}])
    if unknown := sorted(set(reasons) - set(REASONS)):
        raise Invalid("Lý do không có trong danh sách.", errors=[{"field": "reasons"}], unknown=len(unknown))
    body = f"{score} {sorted(set(reasons))} {comment}"
    begun = begin(session, actor, dossier_id, Action.RATE, seq=seq, key=key, body=body)
    if isinstance(begun, Dossier):
        return begun
    dossier, after = begun
    if session.get(Rating, dossier.id) is not None:
        raise AlreadyRated("Bạn đã đánh giá hồ sơ này rồi. Cảm ơn bạn.")
    sealed = None
    if comment:
        sealed = crypto.seal(session, dossier.subject_id, f"rating|{dossier.id}", {"comment": comment})
    session.add(
        Rating(dossier_id=dossier.id, score=score, reasons=sorted(set(reasons)), sealed=sealed, at=now())
    )
    return finish(session, dossier, after, "dossier.rated", actor, {})


def of_agencies(session: Session, actor: Actor) -> Ratings:
    """What was said of the dossiers that the officer's agencies settle."""
    rows = _counts().all(session, access.asking(actor))
    scores = dict.fromkeys(range(1, 6), 0)
    reasons = dict.fromkeys(REASONS, 0)
    for row in rows:
        scores[row.score] += 1
        for reason in row.reasons:
            reasons[reason] += 1
    count = sum(scores.values())
    if count < LEAST:
        return Ratings(count, None, None, None)
    total = sum(score * n for score, n in scores.items())
    return Ratings(count, round(total / count, 2), scores, {key: n for key, n in reasons.items() if n})


@built_once
def _counts() -> Direct:
    competent: Any = access.D.c.competent_agency_id == sa.any_(access.AGENCIES)
    return Direct(
        sa.select(R.c.score, R.c.reasons)
        .join(access.D, access.D.c.id == R.c.dossier_id)
        .where(competent, access.visible_to(), access.D.c.applicant_id.is_distinct_from(access.ACTOR))
    )
