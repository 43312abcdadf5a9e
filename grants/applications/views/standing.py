"""Where a bid stands: the list of the group's bids, the task list of a draft, and the page of one that was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import g, render_template, url_for
from sqlalchemy.orm import Session

from grants.applications import queries
from grants.applications.models import Application
from grants.applications.views.after import after_sending, lines_of
from grants.applications.views.blueprint import bp
from grants.applications.views.change_words import form_news_words
from grants.applications.views.clock import clock_of
from grants.applications.views.helping import help_words
from grants.applications.views.words import PART_STATUS, state_for_group, time_left
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.queries import deadline_for
from grants.web.access import allows, current_actor
from grants.web.actions import Offer, Place, offered
from grants.web.filters import day, london, london_short
from workflows.actors import Actor, Role
from workflows.application import ApplicationState
from workflows.deadlines import end_of_day
from workflows.errors import NotAllowed

GROUP = (Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY)
# A question is answered on its own page, so that its answer is still to come is no reason to hide the way there.
TO_COME = "asked on the next page"
KEEPERS = {Role.LEAD, Role.SIGNATORY}
WRITERS = {Role.LEAD, Role.CONTRIBUTOR}


def load(session: Session, actor: Actor, application_id: int) -> Application:
    return queries.get_application(session, actor, application_id)


def load_own(session: Session, actor: Actor, application_id: int) -> Application:
    """The bid for its group's own people: what belongs to the group is not opened by who enters a bid for it."""
    application = load(session, actor, application_id)
    if application.organisation_id not in actor.organisation_ids:
        raise NotAllowed()
    return application


@bp.get("/applications")
@allows(*GROUP)
def mine() -> str:
    """Every bid of the person's groups, newest first, each with its next step."""
    now = utc_now()
    rows = [_row(application, now) for application in queries.list_mine(db.session, current_actor())]
    return render_template("applications/mine.html", rows=rows, rounds_url=url_for("funds.public_rounds"))


def _row(application: Application, now: Any) -> dict[str, Any]:
    words, colour = state_for_group(application)
    deadline = deadline_for(application)
    is_draft = application.state is ApplicationState.DRAFT
    return {
        "application": application,
        "words": words,
        "colour": colour,
        "deadline": deadline if is_draft else None,
        "left": time_left(deadline, now) if is_draft else "",
        "is_draft": is_draft,
    }


@bp.get("/applications/<int:application_id>")
@allows(*GROUP, on=load)
def show(application: Application) -> str:
    """The task list of a draft; of a bid that was sent or has ended, where it stands."""
    if application.state is ApplicationState.DRAFT:
        return _task_list(application)
    words, colour = state_for_group(application)
    after = after_sending(application)
    return render_template(
        "applications/show.html",
        application=application,
        words=words,
        colour=colour,
        deadline=deadline_for(application),
        submission=next(iter(after["submissions"]), None),
        is_told=not queries.is_embargoed(application),
        offers=_offers(application, after["story"], answer=TO_COME, answer_due_at=_due_at(after["story"])),
        keep_count=_keep_count(application),
        may_ask_support=application.round.endorsement != "none"
        and bool(current_actor().roles_in(application.scope) & WRITERS),
        news=form_news_words(application) if application.state is ApplicationState.SUBMITTED else None,
        **after,
    )


def _task_list(application: Application) -> str:
    paper = queries.paper_of(db.session, application.round)
    given, last = queries.answers_and_writers(db.session, application)
    problems = queries.problems_of(db.session, application, paper, given)
    progress = queries.progress_of(paper, given, problems)
    codes = tuple(problem.question.code for problem in problems)
    return render_template(
        "applications/task_list.html",
        application=application,
        items=[_item(application, each, last) for each in progress],
        done_count=sum(each.status == "done" for each in progress),
        part_count=len(progress),
        missing_count=sum(each.missing_count for each in progress),
        wrong_count=sum(each.wrong_count for each in progress),
        clock=clock_of(application),
        offers=_offers(application, problems=codes),
        steps=lines_of(application, queries.Story()),
        news=form_news_words(application),
        kept=queries.kept_answers(db.session, application, paper),
        is_keeper=_is_keeper(application),
        **help_words(application),
    )


def _is_keeper(application: Application) -> bool:
    # Whoever enters a bid for a group has no say in what the group keeps of itself.
    mine = {role for group, role in current_actor().organisation_roles if group == application.organisation_id}
    return not mine.isdisjoint(KEEPERS)


def _keep_count(application: Application) -> int:
    """How many answers about the group it does not keep yet; asked of those alone who may keep them."""
    if not _is_keeper(application):
        return 0
    paper, given = queries.paper_of(db.session, application.round), queries.answers_of(db.session, application)
    return len(queries.differing_details(db.session, application, paper, given))


def _item(
    application: Application, progress: queries.PartProgress, last: dict[int, queries.LastChange]
) -> dict[str, str]:
    words, colour = PART_STATUS[progress.status]
    section = progress.part.section
    href = url_for("applications.section", application_id=application.id, code=section.code)
    return {
        "title": section.title,
        "href": href,
        "status": words,
        "colour": colour,
        "hint": _hint(progress, last.get(section.id)),
    }


def _hint(progress: queries.PartProgress, last: queries.LastChange | None) -> str:
    if progress.status == "not-started":
        count = len(progress.part.questions)
        return f"{count} question{'' if count == 1 else 's'}"
    said = []
    if progress.missing_count:
        said.append(f"{progress.missing_count} still to answer")
    if progress.wrong_count:
        said.append(f"{progress.wrong_count} to put right")
    counts = f"{', '.join(said)}. " if said else ""
    changed = f"Last changed by {last.who}, {london_short(last.at)}" if last and last.who else ""
    return (counts + changed).strip().removesuffix(".")


def _due_at(story: queries.Story) -> datetime | None:
    return None if story.answer_by is None else end_of_day(story.answer_by)


def _offers(application: Application, story: queries.Story | None = None, **known: Any) -> list[Offer]:
    """The group's actions on the bid; what would give an outcome away before its day is not offered."""
    actor = current_actor()
    facts = queries.base_facts(db.session, application, now=utc_now(), received_at=g.received_at, **known)
    places = places_for(application, story or queries.Story())
    return offered(application, facts, actor, places, is_wanted=lambda _: may_act(application))


def may_act(application: Application) -> bool:
    """Between the decision and its announcement the group's buttons would show what was decided."""
    if queries.is_embargoed(application):
        return bool(application.round.state != "decided")
    # Who was told that its bid is out has nothing to withdraw; to say so would only hurt.
    return application.state is not ApplicationState.DISQUALIFIED


def places_for(application: Application, story: queries.Story) -> dict[str, Place]:
    """Where each of the group's actions is done, and until when."""
    at = {"application_id": application.id}
    deadline = deadline_for(application)
    by = f"You can do this until {london(deadline)}." if deadline else ""
    answer_by = f"You can do this until the end of {day(story.answer_by)}." if story.answer_by else ""
    withdraw_by = (
        "" if application.state is ApplicationState.DRAFT else "You can do this until your group has accepted a grant."
    )
    return {
        "submit": Place("applications.check", at, is_link=True, kind=""),
        "unsubmit": Place("applications.unsubmit", at, until=by),
        "answer": Place("eligibility.questions", at, is_link=True, kind="", until=answer_by),
        "withdraw": Place("applications.withdraw", at, is_link=True, until=withdraw_by),
    }
