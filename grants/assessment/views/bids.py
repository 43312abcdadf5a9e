"""One bid before a panel: what it says, what each marker gave, the scores agreed, and the outcome with its texts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, url_for

from grants.applications.queries import states_in
from grants.assessment import queries, services
from grants.assessment.forms import OutcomeForm, ReasonForm, agreed_form
from grants.assessment.queries.facts import is_sitting, member_of
from grants.assessment.queries.marks import agreed_of
from grants.assessment.queries.table import ModerationLine, moderation_line
from grants.assessment.services.moderation import moderation_facts
from grants.assessment.services.outcomes import find_recommendation, minimum_of
from grants.assessment.views.blueprint import bp
from grants.assessment.views.panels import SITTERS
from grants.clock import utc_now
from grants.diligence.queries import risk_of, weigh
from grants.extensions import db
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.actions import Place, offered
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.application import PANEL_OUTCOMES, ApplicationState
from workflows.errors import Invalid, TransitionRefused
from workflows.rules.scoring import show_percent

MODERATING = frozenset({ApplicationState.SCORED, ApplicationState.MODERATED})
PLACEABLE = PANEL_OUTCOMES | {ApplicationState.MODERATED}
NEEDS_REASON = "Write the reason: this score is outside the markers' own."


@bp.route("/office/panels/<int:panel_id>/bids/<int:application_id>", methods=["GET", "POST"])
@allows(*SITTERS, on=queries.get_panel_bid)
def bid(found: queries.PanelBid) -> Any:
    if _must_declare(found):
        return redirect(url_for("assessment.interests", panel_id=found.panel.id), 303)
    rubric = queries.rubric_of(db.session, found.panel.round_id)
    line = moderation_line(db.session, found.panel, found.application, current_actor())
    rows = agreed_of(db.session, [found.application.id], rubric).get(found.application.id, {})
    form = open_form(agreed_form(rubric, _means(line)), data=_agreed(rows, rubric))
    if form.validate_on_submit():
        try:
            services.save_agreed_scores(
                db.session,
                found.application,
                form.agreed,
                actor=current_actor(),
                now=utc_now(),
                seen_version=form.seen_version.data,
            )
        except TransitionRefused as error:
            if error.code not in {"agreed-score-needs-reason", "criteria-not-agreed"}:
                raise
            db.session.rollback()
            form.say_missing(error.detail["criteria"], _sentence(error))
            return _bid_page(found, rubric, line, form, rows), 422
        flash(f"The agreed scores of {found.application.reference} are recorded.", "success")
        return redirect(url_for("assessment.panel", panel_id=found.panel.id), 303)
    return _bid_page(found, rubric, line, form, rows), 422 if form.errors else 200


def _must_declare(found: queries.PanelBid) -> bool:
    person_id = current_actor().person_id
    if member_of(found.panel, person_id) is None:
        return False
    return bool(queries.undeclared_by(db.session, person_id or 0, [found.application.id]))


def _means(line: ModerationLine) -> dict[str, str]:
    """The markers' means as people read them: cut to two decimals."""
    if line.spreads is None:
        return {}
    return {code: f"{int(mean * 100) / 100:g}" for code, mean in line.spreads.mean_scores.items()}


def _agreed(rows: Any, rubric: queries.Rubric) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for each in rubric.criteria:
        row = rows.get(each.code)
        data[f"agreed_{each.id}"] = "" if row is None else str(row.score)
        data[f"reason_{each.id}"] = row.reason if row else ""
    return data


def _sentence(error: TransitionRefused) -> str:
    return NEEDS_REASON if error.code == "agreed-score-needs-reason" else "Agree a score: no marker gave one."


def _bid_page(found: queries.PanelBid, rubric: queries.Rubric, line: ModerationLine, form: Any, rows: Any) -> str:
    panel, application, actor = found.panel, found.application, current_actor()
    seat = member_of(panel, actor.person_id)
    is_chair = seat is not None and seat.is_chair
    where = {"panel_id": panel.id, "application_id": application.id}
    # The reason is asked for on the page that the button leads to.
    facts = replace(moderation_facts(db.session, application, panel, rubric, rows, actor, utc_now()), reason="later")
    places = {"reopen-scoring": Place("assessment.reopen_scoring", where, is_link=True)}
    reader = queries.reader_for(db.session, [application])
    sections = reader.sections(application, queries.shown_answers(db.session, application))
    return render_template(
        "assessment/bid.html",
        panel=panel,
        application=application,
        reader=reader,
        earlier=queries.earlier_marks(db.session, [application.id]) if line.markers else {},
        line=line,
        rubric=rubric,
        form=form,
        agreed=rows,
        means=_means(line),
        sections=sections,
        file_states=states_in(db.session, sections),
        may_agree=is_chair and is_sitting(panel) and application.state in MODERATING,
        may_place=is_chair and is_sitting(panel) and application.state in PLACEABLE,
        history=queries.history_of(db.session, application, actor, with_group=not reader.hides(application)),
        risk=risk_of(db.session, [application.id]).get(application.id),
        may_reopen=is_chair,
        may_find=is_chair or Role.MANAGER in actor.roles_in(panel.scope),
        offers=offered(application, facts, actor, places) if is_chair else [],
        names={each.person_id: each.person.name for each in panel.members},
        labels=labels,
    )


@bp.route("/office/panels/<int:panel_id>/bids/<int:application_id>/outcome", methods=["GET", "POST"])
@allows(Role.CHAIR, on=queries.get_panel_bid)
def outcome(found: queries.PanelBid) -> Any:
    application = found.application
    row = find_recommendation(db.session, application.id)
    form = open_form(OutcomeForm, data=_texts(application, row))
    if form.validate_on_submit():
        try:
            services.set_outcome(
                db.session,
                application,
                form.outcome.data,
                amount_pence=form.amount.data,
                lines_removed=form.lines_removed.data or "",
                conditions=form.conditions.data or "",
                reason=form.reason.data or "",
                crime_reduction_reason=form.crime_reduction_reason.data or "",
                feedback=form.feedback.data or "",
                actor=current_actor(),
                now=utc_now(),
                seen_version=form.seen_version.data,
            )
        except (TransitionRefused, Invalid) as error:
            if not _belongs_to_form(error, form):
                raise
            db.session.rollback()
            return _outcome_page(found, form), 422
        flash(f"{application.reference}: {labels.state_label('application', application.state).lower()}.", "success")
        return redirect(url_for("assessment.panel", panel_id=found.panel.id), 303)
    return _outcome_page(found, form), 422 if form.errors else 200


def _texts(application: Any, row: Any) -> dict[str, Any]:
    if row is None:
        return {"crime_reduction_reason": application.crime_reduction_reason, "conditions": _asked_for(application)}
    return {
        "outcome": row.outcome if application.state in PANEL_OUTCOMES else None,
        "amount": row.amount_pence if application.state is ApplicationState.RECOMMENDED_PART else None,
        "lines_removed": row.lines_removed,
        # What a chair took out with a reason stays out; a bid that is moved up begins with what is asked for.
        "conditions": row.conditions if application.was_recommended else _asked_for(application),
        "reason": row.reason,
        "crime_reduction_reason": row.crime_reduction_reason,
        "feedback": row.feedback,
    }


def _asked_for(application: Any) -> str:
    """The conditions that due diligence asks for."""
    return weigh(db.session, [application], now=utc_now())[application.id].conditions


def _belongs_to_form(error: TransitionRefused | Invalid, form: OutcomeForm) -> bool:
    """Put what the chair can mend on the form beside its field; anything else is a refusal of its own."""
    fields = {
        "reason-needed": form.reason,
        "below-line-needs-reason": form.reason,
        "diligence-failed": form.outcome,
        "diligence-open": form.conditions,
        "over-the-pot": form.outcome,
        "over-the-pot-unshown": form.outcome,
        "part-out-of-range": form.amount,
        "lines-removed-needed": form.lines_removed,
    }
    field = fields.get(error.code)
    if field is not None:
        field.errors = [*field.errors, labels.sentence_for(error.code, error.detail)]
    return field is not None


def _outcome_page(found: queries.PanelBid, form: OutcomeForm) -> str:
    table = queries.moderation_table(db.session, found.panel, current_actor())
    own = next(each for each in table.lines if each.application and each.application.id == found.application.id)
    return render_template(
        "assessment/outcome.html",
        least=minimum_of(db.session, found.application),
        panel=found.panel,
        application=found.application,
        table=table,
        line=own,
        shown_line=show_percent(table.line),
        form=form,
        labels=labels,
    )


@bp.route("/office/panels/<int:panel_id>/bids/<int:application_id>/reopen-scoring", methods=["GET", "POST"])
@allows(Role.CHAIR, on=queries.get_panel_bid)
def reopen_scoring(found: queries.PanelBid) -> Any:
    form = open_form(ReasonForm)
    if form.validate_on_submit():
        services.reopen_scoring(
            db.session,
            found.application,
            form.reason.data or "",
            actor=current_actor(),
            now=utc_now(),
            seen_version=form.seen_version.data,
        )
        flash(f"{found.application.reference} is with its markers again.", "success")
        return redirect(url_for("assessment.panel", panel_id=found.panel.id), 303)
    page = render_template(
        "assessment/reason.html",
        form=form,
        version=found.application.version,
        title=f"Send {found.application.reference} back to its markers",
        intro="It comes back to the panel when every marker has locked again. A manager can add a marker meanwhile.",
        button="Send back",
        back=url_for("assessment.bid", panel_id=found.panel.id, application_id=found.application.id),
    )
    return page, 422 if form.errors else 200
