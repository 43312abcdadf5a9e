"""What a change of a round's form means for its bids: who is affected, what a group has not seen, what is kept aside.

Staff learn which answers a change touches and never what they say; of drafts they learn only how many.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Answer, Application
from grants.applications.queries.reading import Paper
from grants.funds.changes import Change, changes_between, changes_for_groups
from grants.funds.models import EARLIER, Question, Round, RoundVersion
from grants.funds.stored import from_stored
from workflows.application import LIVE, ApplicationState
from workflows.rules import answers

S = ApplicationState
UNJUDGED: Final = (S.DRAFT, S.SUBMITTED)
# Bids named on the page; the counts are of all.
MOST_NAMED: Final = 200


@dataclass(frozen=True, slots=True)
class AffectedBid:
    """A sent bid and the codes of its answers that a change touches."""

    reference: str
    group: str
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Affected:
    """Who has a bid under the published form; `answered` counts, for each code, the bids with an answer to it."""

    draft_count: int
    sent_count: int
    bids: Sequence[AffectedBid]
    answered: Mapping[str, int]


def who_is_affected(session: Session, round_: Round, codes: Collection[str]) -> Affected:
    """The bids of the round, and which of their answers belong to these questions."""
    mine = sa.and_(Application.round_id == round_.id, Application.state.in_(sorted(LIVE)))
    states = session.execute(sa.select(Application.state, sa.func.count()).where(mine).group_by(Application.state))
    counts = dict(states.all())
    rows = session.execute(
        sa.select(Application.id, Question.code)
        .join(Answer, Answer.application_id == Application.id)
        .join(Question, Question.id == Answer.question_id)
        .where(mine, Question.code.in_(sorted(codes)), Question.round_id == round_.id)
    ).all()
    touched = defaultdict(list)
    for bid_id, code in rows:
        touched[bid_id].append(code)
    sent = session.execute(
        sa.select(Application.id, Application.reference, Application.organisation_name)
        .where(mine, Application.state != S.DRAFT)
        .order_by(Application.reference)
        .limit(MOST_NAMED)
    )
    return Affected(
        draft_count=counts.get(S.DRAFT, 0),
        sent_count=sum(count for state, count in counts.items() if state != S.DRAFT),
        bids=[AffectedBid(reference, group, sorted(touched[own])) for own, reference, group in sent],
        answered=Counter(code for _, code in rows),
    )


def judged_count(session: Session, round_: Round) -> int:
    """How many bids of the round are past being sent, so that its criteria and rules are in use."""
    past = Application.state.in_(sorted(LIVE - set(UNJUDGED)))
    return session.scalar(sa.select(sa.func.count()).where(Application.round_id == round_.id, past)) or 0


@dataclass(frozen=True, slots=True)
class FormNews:
    """What changed in the form since a bid's people last looked, with the reasons that were given."""

    changes: Sequence[Change]
    reasons: Sequence[str]


def form_news(session: Session, application: Application) -> FormNews | None:
    """What the group has not seen of its form; None, without a query, when there is nothing."""
    seen, now = application.form_version, application.round.form_version
    if seen >= now:
        return None
    rows = session.scalars(
        sa.select(RoundVersion)
        .where(RoundVersion.round_id == application.round_id, RoundVersion.number >= max(seen, 1))
        .where(RoundVersion.published_at.is_not(None))
        .order_by(RoundVersion.number)
    ).all()
    later = [row for row in rows if row.number > max(seen, 1)]
    if not later:
        return None
    changes = changes_between(from_stored(rows[0].content), from_stored(rows[-1].content))
    return FormNews(changes_for_groups(changes), [row.reason for row in later])


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer that the form does not ask for any more, as it reads."""

    label: str
    shown: str


def kept_answers(session: Session, application: Application, paper: Paper) -> list[KeptAnswer]:
    """What the group wrote that no question of the form shows: none is lost, whatever the form became.

    Without a query while the round has its first form.
    """
    if application.round.form_version < 2:
        return []
    rows = session.execute(
        sa.select(Question, Answer.value)
        .join(Answer, Answer.question_id == Question.id)
        .where(Answer.application_id == application.id)
        .order_by(Question.position, Question.id)
    ).all()
    asked = {question.id: question for question in paper.questions}
    found = []
    for question, value in rows:
        no_choice = question.id in asked and _is_no_choice(paper, asked[question.id], value)
        if (question.id in asked and not no_choice) or answers.is_blank(value):
            continue
        once = _with_all_options(session, application.round, question) if question.options else question
        found.append(KeptAnswer(question.label, answers.shown(once, value)))
    return found


def _with_all_options(session: Session, round_: Round, question: Question) -> Question:
    """A copy of the question with every option that it ever had, so that what was chosen has its words."""
    contents = session.scalars(
        sa.select(RoundVersion.content)
        .where(RoundVersion.round_id == round_.id, RoundVersion.published_at.is_not(None))
        .order_by(RoundVersion.number)
    )
    known = {
        value: label
        for content in contents
        for each in from_stored(content).questions
        if each.code == question.code.partition(EARLIER)[0]
        for value, label in each.options
    }
    options = [{"value": value, "label": label} for value, label in known.items()]
    return Question(kind=question.kind, options=options, settings=question.settings)


def _is_no_choice(paper: Paper, question: Question, value: Any) -> bool:
    """An answer that was chosen from options which the question has no longer."""
    found = answers.problem(question, value, areas=paper.area_names)
    return found is not None and found.code == "not-a-choice"
