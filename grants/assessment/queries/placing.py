"""The moderated bids as a rule of allocation takes them: exact percents, agreed scores, and what areas had before."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment.models import Recommendation
from grants.assessment.queries.marks import agreed_of, locked_marks, marks_of, percent_from, rubric_of
from grants.assessment.queries.table import BidRow
from grants.diligence.queries import failed_of
from grants.funds.models import Round, RoundArea
from workflows.application import ApplicationState
from workflows.errors import TransitionRefused
from workflows.rules import scoring
from workflows.rules.allocation import Bid
from workflows.rules.diligence import FAILED


def as_bids(session: Session, round_: Round, rows: Sequence[BidRow]) -> list[Bid]:
    """These rows as bids; refused (criteria-not-agreed) where one has neither agreed scores nor marks."""
    rubric = rubric_of(session, round_.id)
    ids = [row.application.id for row in rows]
    failed = failed_of(session, ids)
    work, agreed = marks_of(session, ids, rubric), agreed_of(session, ids, rubric)
    bids = []
    for row in rows:
        application = row.application
        own = agreed.get(application.id, {})
        marks = work.get(application.id, [])
        percent = percent_from(own, marks, rubric)
        if percent is None:
            raise TransitionRefused("criteria-not-agreed", criteria=(application.reference,))
        scores = scoring.agreed_scores({code: each.score for code, each in own.items()}, locked_marks(marks, rubric))
        first, second = (*rubric.criteria[:2], *rubric.criteria[:1])[:2]
        bids.append(
            Bid(
                reference=application.reference,
                area=application.area.name if application.area else "",
                ask_pence=application.ask_pence or 0,
                percent=percent,
                first_criterion=scores[first.code],
                second_criterion=scores[second.code],
                funded_before=row.funded_before,
                ruled_out=FAILED if application.id in failed else "",
            )
        )
    return bids


def funding_to_date(session: Session, round_: Round) -> dict[str, int]:
    """What each area was given in the office's other rounds, by the area's name; in pence."""
    rows = session.execute(
        sa.select(RoundArea.name, sa.func.sum(Recommendation.amount_pence))
        .join(Application, Application.area_id == RoundArea.id)
        .join(Recommendation, Recommendation.application_id == Application.id)
        .where(
            Application.office_id == round_.office_id,
            Application.round_id != round_.id,
            Application.state.in_([ApplicationState.APPROVED, ApplicationState.AWARDED]),
        )
        .group_by(RoundArea.name)
    )
    return {name: int(pence) for name, pence in rows}
