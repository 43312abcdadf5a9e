"""Earlier versions of a section's answers, for the bid's own people; one may be put back, and nothing goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from grants.applications import queries, services
from grants.applications.models import AnswerVersion, Application
from grants.applications.queries import Part
from grants.applications.views.blueprint import bp
from grants.applications.views.clock import clock_of
from grants.applications.views.standing import GROUP
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.models import Question, Section
from grants.web.access import allows, current_actor
from workflows.actors import Actor, Role, Scope
from workflows.application import ApplicationState
from workflows.rules import answers

SHOWN_OF_EACH, SHOWN_OF_ONE = 5, 200
WRITERS = frozenset({Role.LEAD, Role.CONTRIBUTOR})


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A section of a bid whose history is read."""

    application: Application
    part: Part

    @property
    def scope(self) -> Scope:
        return self.application.scope


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier answer of a bid."""

    application: Application
    version: AnswerVersion

    @property
    def scope(self) -> Scope:
        return self.application.scope


def load_history(session: Session, actor: Actor, application_id: int, code: str) -> HistoryPage:
    application = queries.get_application(session, actor, application_id)
    return HistoryPage(application, queries.paper_of(session, application.round).part(code))


def load_earlier(session: Session, actor: Actor, application_id: int, answer_version_id: int) -> Earlier:
    application = queries.get_application(session, actor, application_id)
    return Earlier(application, queries.get_version(session, application, answer_version_id))


@bp.get("/applications/<int:application_id>/sections/<code>/history")
@allows(*GROUP, on=load_history)
def history(page: HistoryPage) -> str:
    """The last versions of each answer of the section; of one question, asked for by its code, all of them."""
    one = request.args.get("question", "")
    questions = [each for each in page.part.questions if one in ("", each.code)]
    limit = SHOWN_OF_ONE if one else SHOWN_OF_EACH
    found = queries.list_versions(db.session, page.application, questions, limit=limit)
    given = queries.answers_of(db.session, page.application)
    clock = clock_of(page.application) if page.application.state is ApplicationState.DRAFT else None
    may_write = clock is not None and not clock.is_over
    return render_template(
        "applications/history.html",
        application=page.application,
        part=page.part,
        questions=[(each, found[each.code]) for each in questions if each.code in found],
        marks={each.code: answers.fingerprint(given.get(each.code)) for each in questions},
        may_write=may_write and bool(current_actor().roles_in(page.scope) & WRITERS),
        clock=clock,
        most=0 if one else limit,
    )


@bp.post("/applications/<int:application_id>/versions/<int:answer_version_id>/put-back")
@allows(Role.LEAD, Role.CONTRIBUTOR, on=load_earlier)
def put_back(earlier: Earlier) -> Any:
    """Make this version the answer again, unless somebody has changed the answer since the page was opened."""
    saved = services.put_back(
        db.session,
        earlier.application,
        earlier.version,
        actor=current_actor(),
        now=utc_now(),
        received_at=g.received_at,
        seen=request.form.get("seen", ""),
    )
    question = db.session.get_one(Question, earlier.version.question_id)
    section = db.session.get_one(Section, question.section_id)
    if saved.conflicts:
        flash("Somebody has changed this answer a moment ago, so nothing was put back. Look at it again.", "info")
    else:
        flash("It is put back. What stood there before is one of the earlier versions.", "success")
    return redirect(
        url_for(
            "applications.history", application_id=earlier.application.id, code=section.code, question=question.code
        ),
        303,
    )
