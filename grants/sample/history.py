"""Grants of the published reports, made before this service: kept as stated, with the document and place."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import datetime

from sqlalchemy.orm import Session

from grants.awards.models import PastAward
from grants.core import audit
from grants.sample.dates import FOLDER
from grants.sample.people import SETTER_UP, Cast

FILE = "past-awards.csv"


def load_history(session: Session, cast: Cast, *, now: datetime) -> int:
    """Write every row of the file as a past award of its office; returns how many."""
    with (FOLDER / FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    positions: Counter[str] = Counter()
    for row in rows:
        positions[row["programme"]] += 1
        session.add(
            PastAward(
                office_id=cast.offices[row["office"]].id,
                organisation_name=row["organisation"],
                programme=row["programme"],
                area_and_work=row["area_and_work"],
                amount_pence=int(row["amount"]) * 100,
                qualifier=row["qualifier"],
                stated_amount=row["stated_amount"],
                is_commissioned=row["is_commissioned"] == "yes",
                output=row["output"],
                source=row["source"],
                awarded_text=row["awarded_text"],
                position=positions[row["programme"]],
                created_at=now,
            )
        )
    session.flush()
    for code, count in Counter(row["office"] for row in rows).items():
        audit.record(
            session,
            subject_type="office",
            subject_id=cast.offices[code].id,
            action="load-history",
            actor=SETTER_UP,
            at=now,
            office_id=cast.offices[code].id,
            detail={"rows": count},
        )
    return len(rows)
