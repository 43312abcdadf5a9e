"""The audit trail can be added to and never changed, on either database."""

import pytest
import sqlalchemy as sa

from grants.core import audit
from workflows.actors import NOBODY


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_an_entry(session, now, statement):
    audit.record(session, subject_type="round", subject_id=1, action="open", actor=NOBODY, at=now, office_id=None)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        session.execute(sa.text(statement))
