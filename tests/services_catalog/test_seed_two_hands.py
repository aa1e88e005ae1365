"""The 34 of the sample were published by two: who wrote one did not publish it, and the journal says so."""

import sqlalchemy as sa

from portal.core import events
from portal.core.db import act_as


def test_each_procedure_of_the_sample_was_drafted_reviewed_and_published_by_two(catalogue):
    with catalogue() as session:
        act_as(session, None, frozenset())
        rows = session.execute(
            sa.text(
                "SELECT p.code, p.id, r.authors, r.submitted_by, r.published_by, r.began_at, r.published_at,"
                " (SELECT count(*) FROM offering o WHERE o.revision_id = r.id) AS offered,"
                " (SELECT count(*) FROM level_change l WHERE l.revision_id = r.id) AS noted"
                " FROM procedure p JOIN procedure_revision r ON r.id = p.current_revision_id"
            )
        ).all()
        journals = {row.code: events.history(session, row.id) for row in rows}

    assert len(rows) == 34
    for row in rows:
        assert row.authors == [row.submitted_by], row.code
        assert row.published_by not in (None, row.submitted_by), row.code
        assert row.began_at is not None, row.code
        assert row.noted == row.offered > 0, row.code
        assert [(event.name, event.actor_id) for event in journals[row.code]] == [
            ("procedure.drafted", row.submitted_by),
            ("procedure.review_requested", row.submitted_by),
            ("procedure.published", row.published_by),
        ]
