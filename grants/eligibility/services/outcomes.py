"""What a check comes to: passed by one person, or thrown out by two, and taken back with a reason.

A proposal to disqualify waits for somebody who did not make it; until then the bid stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.services.drafting import lock
from grants.core import transitions
from grants.core.outbox import OutboxEntry, Progress
from grants.eligibility.models import Disqualification
from grants.eligibility.queries import check_facts, failed, find_proposal, hold_key, rule_lines
from workflows.actors import Actor
from workflows.application import ApplicationState
from workflows.errors import Invalid, TransitionRefused


def propose_disqualification(
    session: Session,
    application: Application,
    rule_codes: Sequence[str],
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Disqualification:
    """Propose to disqualify for rules that the bid failed. The bid stays in its check until a second person agrees.

    Raises Invalid when a rule was not failed, none is named or the reason is missing; else as the table says.
    """
    lock(session, application)
    lines = rule_lines(session, application)
    standing = [line.rule.code for line in failed(lines)]
    codes = [code for code in standing if code in set(rule_codes)]
    facts = check_facts(
        session,
        application,
        actor=actor,
        now=now,
        lines=lines,
        proposal=find_proposal(session, application),
        reason=reason,
    )
    _check_proposal(standing, rule_codes, reason, is_in_check=application.state is ApplicationState.CHECKING)
    transitions.check(application, "propose-disqualification", facts, actor, seen_version=seen_version)
    proposal = Disqualification(
        application_id=application.id,
        rule_codes=codes,
        reason=reason.strip(),
        proposed_by_id=actor.person_id,
        proposed_at=now,
    )
    session.add(proposal)
    transitions.apply(
        session,
        application,
        "propose-disqualification",
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=reason.strip(),
        detail={"rules": codes},
    )
    return proposal


def _check_proposal(failed: Sequence[str], chosen: Sequence[str], reason: str, *, is_in_check: bool) -> None:
    problems = {}
    if not is_in_check or not failed:
        # The table refuses these with a better word than "choose a rule".
        return
    if not chosen or not set(chosen) <= set(failed):
        problems["rule_codes"] = "failed-rule-needed"
    if not reason.strip():
        problems["reason"] = "reason-needed"
    if problems:
        raise Invalid(problems=problems)


def confirm_disqualification(
    session: Session,
    application: Application,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """The second person agrees: the bid is disqualified, and its group told now or with the round's outcomes."""
    # Of two who press at once the later waits here, reads the bid afresh and is told that it has changed.
    lock(session, application)
    proposal = find_proposal(session, application)
    facts = check_facts(session, application, actor=actor, now=now, proposal=proposal)
    transitions.check(application, "disqualify", facts, actor, seen_version=seen_version)
    codes, why = _settle(proposal, actor, now, was_confirmed=True)
    transitions.apply(
        session,
        application,
        "disqualify",
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=why,
        detail={"rules": codes},
        hold_key=hold_key(application),
    )


def set_aside_proposal(
    session: Session,
    application: Application,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """The second person does not agree: the proposal is settled with a reason and the check goes on."""
    lock(session, application)
    proposal = find_proposal(session, application)
    facts = check_facts(session, application, actor=actor, now=now, proposal=proposal, reason=reason)
    transitions.check(application, "set-aside-proposal", facts, actor, seen_version=seen_version)
    codes, _ = _settle(proposal, actor, now, was_confirmed=False, reason=reason.strip())
    transitions.apply(
        session,
        application,
        "set-aside-proposal",
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=reason.strip(),
        detail={"rules": codes},
    )


def pass_checks(
    session: Session,
    application: Application,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Every rule passed, by the computer or by a person: the bid is eligible."""
    facts = check_facts(session, application, actor=actor, now=now, proposal=find_proposal(session, application))
    transitions.apply(session, application, "pass-checks", facts, actor=actor, now=now, seen_version=seen_version)


def reinstate(
    session: Session,
    application: Application,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a disqualification back, with a reason, before scoring is over."""
    facts = check_facts(session, application, actor=actor, now=now, reason=reason)
    transitions.apply(
        session,
        application,
        "reinstate",
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        reason=reason.strip(),
    )
    _tell_nothing_that_was_held(session, application)


def _tell_nothing_that_was_held(session: Session, application: Application) -> None:
    # A group that was never told of its disqualification need not hear that it was taken back.
    about = [OutboxEntry.subject_type == "application", OutboxEntry.subject_id == application.id]
    held = session.execute(
        sa.update(OutboxEntry)
        .where(*about, OutboxEntry.event == "application.disqualified", OutboxEntry.progress == Progress.HELD)
        .values(progress=Progress.SUPPRESSED)
        .returning(OutboxEntry.id)
    ).all()
    if held:
        session.execute(
            sa.update(OutboxEntry)
            .where(
                *about,
                OutboxEntry.template == "application-reinstated",
                OutboxEntry.progress == Progress.WAITING,
            )
            .values(progress=Progress.SUPPRESSED)
        )


def _settle(
    proposal: Disqualification | None, actor: Actor, now: datetime, *, was_confirmed: bool, reason: str = ""
) -> tuple[list[str], str]:
    """Write down the second person's answer; returns the rules and the reason that were proposed."""
    if proposal is None:
        # The table asks for a proposal before anybody comes here.
        raise TransitionRefused("no-disqualification-proposed")
    proposal.settled_at, proposal.settled_by_id = now, actor.person_id
    proposal.was_confirmed, proposal.settled_reason = was_confirmed, reason
    return proposal.rule_codes, proposal.reason
