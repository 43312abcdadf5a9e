"""What a group reads of the panel's work once its round was announced: the panel's words, and a band for a refusal."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries import tells_when_announced
from grants.assessment.models import Recommendation
from workflows.application import ApplicationState
from workflows.rules.after import WITH_OUTCOME
from workflows.rules.scoring import bands

MILLIONTHS = 1_000_000
HUNDREDTHS = 100


@tells_when_announced
def feedback_told(session: Session, application: Application) -> dict[str, Any]:
    """The panel's feedback; the band of marks goes with a refusal alone, and nobody is told a place in reserve."""
    if application.state not in WITH_OUTCOME:
        return {}
    words = sa.select(Recommendation.feedback, Recommendation.reserve_until_on).where(
        Recommendation.application_id == application.id
    )
    feedback, until = session.execute(words).one_or_none() or ("", None)
    told: dict[str, Any] = {"feedback": feedback}
    if application.state is ApplicationState.RESERVE:
        told["reserve_until"] = until
    millionths = application.percent_millionths
    if application.state is ApplicationState.DECLINED and millionths is not None:
        edges = application.round.band_edges or [application.round.line_hundredths]
        counts = bands([Fraction(millionths, MILLIONTHS)], [Fraction(edge, HUNDREDTHS) for edge in edges])
        told["band"] = next(band for band, count in counts.items() if count)
    return told
