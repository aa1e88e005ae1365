"""Nothing doubled, and nobody in office without an event that says so."""

import sqlalchemy as sa
from sqlmodel import Session

from dossiers.verification.report import Findings
from dossiers.verification.tape import rows

DOUBLED = """
    SELECT 'one submission' AS what, min(id::text) FROM dossier
    GROUP BY applicant_id, submission_id HAVING count(*) > 1
    UNION ALL SELECT 'number ' || number, min(id::text) FROM dossier
    WHERE number IS NOT NULL GROUP BY number HAVING count(*) > 1
    UNION ALL SELECT 'reference ' || reference, min(id::text) FROM dossier
    WHERE reference IS NOT NULL GROUP BY reference HAVING count(*) > 1
"""
STRAY_KEYS = """
    SELECT i.key, i.resource::text FROM idempotency i
    WHERE NOT EXISTS (SELECT FROM dossier d WHERE d.id = i.resource)
      AND NOT EXISTS (SELECT FROM procedure p WHERE p.id = i.resource)
      AND NOT EXISTS (SELECT FROM procedure_revision r WHERE r.id = i.resource)
"""
ROLES = """
    WITH told AS (
        SELECT e.stream_id, b.data ->> 'membership_id' AS id, b.data ->> 'role' AS role,
               b.data ->> 'agency_id' AS agency_id, bool_or(e.name = 'membership.granted') AS granted,
               bool_or(e.name = 'membership.revoked') AS revoked
        FROM event e CROSS JOIN LATERAL (SELECT convert_from(e.body, 'UTF8')::jsonb -> 'data' AS data) b
        WHERE e.stream = 'account' AND e.name IN ('membership.granted', 'membership.revoked')
        GROUP BY 1, 2, 3, 4
    )
    SELECT m.id::text, m.account_id::text, m.role, t.id IS NULL OR NOT t.granted, m.valid_to IS NULL,
           coalesce(t.revoked, false)
    FROM membership m LEFT JOIN told t ON t.id = m.id::text AND t.stream_id = m.account_id
        AND t.role = m.role AND t.agency_id IS NOT DISTINCT FROM m.agency_id::text
"""


def check_keys(session: Session, found: Findings) -> None:
    """One client submission is one dossier; one number, one dossier; each idempotency key names something."""
    for what, dossier_id in rows(session, DOUBLED):
        found.bad("keys", dossier_id, f"{what} stands on more than one dossier, such as {dossier_id}")
    for key, resource in rows(session, STRAY_KEYS):
        found.bad("keys", resource, f"idempotency key {key} names {resource}, which is not there")
    count = session.execute(sa.text("SELECT count(*) FROM idempotency")).scalar_one()
    found.end("keys", count, "nothing doubled")


def check_roles(session: Session, found: Findings) -> None:
    """Every role somebody holds was granted by an event, and one that was taken is over."""
    count = 0
    for membership_id, account_id, role, unfounded, open_end, revoked in rows(session, ROLES):
        if account_id in found.broken:
            continue
        count += 1
        if unfounded:
            what = f"account {account_id} holds {role} (membership {membership_id}) and no event grants it"
            found.bad("roles", account_id, what)
        elif open_end == revoked:
            what = "was taken and is still open" if revoked else "was ended and no event says so"
            found.bad(
                "roles", account_id, f"account {account_id}: {role} (membership {membership_id}) {what}"
            )
    found.end("roles", count, f"{count}, each granted by an event")
