"""The residents of the sample: one who is prepared and judges every round, and one who has both things still to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from grants.representatives import services
from grants.sample.people import Cast
from workflows.deadlines import london_date
from workflows.rules.representing import Preparation

OFFICE, READY, NEW = "llr", "llr.resident-1", "llr.resident-2"
AREA = "Charnwood"


def load_residents(cast: Cast, *, now: datetime) -> None:
    """What the two may judge, and what the first did some weeks ago."""
    office, manager = cast.offices[OFFICE], cast.actor("llr.manager-1")
    for key, part in ((READY, services.EVERYTHING), (NEW, (None, AREA))):
        services.set_reach(cast.session, cast.people[key], office, [part], actor=manager, now=now, reason="Sample")
    services.record_preparation(
        cast.session,
        cast.people[READY],
        office,
        Preparation.TRAINING,
        london_date(now - timedelta(days=30)),
        "Evening for new representatives at the office (fictional)",
        actor=manager,
        now=now,
    )
    services.record_preparation(
        cast.session,
        cast.people[READY],
        office,
        Preparation.CONFIDENTIALITY,
        london_date(now - timedelta(days=30)),
        "Signed on paper at the training (fictional)",
        actor=manager,
        now=now,
    )
