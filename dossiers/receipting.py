"""Electronic receipts (biên lai điện tử): numbered per collecting agency, series and year."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from dossiers.models import Dossier, PaymentMethod
from dossiers.money_models import Receipt
from portal.core import runtime
from portal.core.clock import local, now
from portal.core.errors import Unavailable

LAST = 99_999_999  # eight digits

_UNHURRIED = sa.text("SET LOCAL synchronous_commit = off")
_NEXT = sa.text(
    """
    INSERT INTO receipt_counter (agency_id, series, year, n) VALUES (:agency_id, :series, :year, 1)
    ON CONFLICT (agency_id, series, year) DO UPDATE SET n = receipt_counter.n + 1 RETURNING n
    """
)


class SeriesFull(Unavailable):
    """All numbers of the series were given this year; another series must be set."""

    title = "Hết số biên lai của ký hiệu này"


def allot(agency_id: UUID, series: str, year: int) -> int:
    """The next number of the series in the year, in its own short transaction; from 1 on 1 January.

    As with dossier numbers it does not wait for the disk; a rollback leaves a gap, which `verify` names.

    Source: Decree 254/2026/NĐ-CP, content of receipts (number of at most 8 digits, from 1 on 1 January
    to 31 December).

    Raises:
        SeriesFull: the eight digits are used up.
    """
    with runtime.sessions() as own:
        own.execute(_UNHURRIED)
        given = {"agency_id": agency_id, "series": series, "year": year}
        number: int = own.execute(_NEXT, given).scalar_one()
        own.commit()
    if number > LAST:
        raise SeriesFull("Ký hiệu biên lai này đã hết số. Báo quản trị đặt ký hiệu mới.")
    return number


def give(
    session: Session, dossier: Dossier, *, amount_vnd: int, method: PaymentMethod, lines: list[UUID]
) -> dict[str, Any]:
    """Receipt money that came in for the dossier; returns what its event says of it.

    The collector is the agency that receives the dossier.
    """
    issued_at = now()
    year = local(issued_at).year
    series = f"{runtime.settings.receipt_series}-{year % 100:02d}E"
    made = Receipt(
        dossier_id=dossier.id,
        agency_id=dossier.receiving_agency_id,
        series=series,
        year=year,
        number=allot(dossier.receiving_agency_id, series, year),
        amount_vnd=amount_vnd,
        method=method,
        lines=[str(line) for line in lines],
        issued_at=issued_at,
        made_by_seq=dossier.seq + 1,
    )
    session.add(made)
    return {"agency_id": made.agency_id, "series": series, "year": year, "number": made.number}
