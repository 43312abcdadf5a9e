"""A round's form as a group sees it, drawn from what its editor has; it may be tried, and nothing of it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, render_template, url_for
from sqlalchemy.orm import Session

from grants.applications import queries
from grants.applications.forms import QuestionForm, open_section
from grants.applications.queries import Paper, Part
from grants.applications.views.blueprint import bp
from grants.extensions import db
from grants.funds import queries as funds
from grants.funds.models import Round
from grants.funds.parts import RoundDefinition
from grants.web.access import allows
from grants.web.shedding import can_wait
from workflows.actors import Actor, Role, Scope

READERS = (Role.OFFICER, Role.MANAGER, Role.CHAIR, Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE)


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """One part of a form that nobody is asked yet."""

    round: Round
    definition: RoundDefinition
    paper: Paper
    part: Part

    @property
    def scope(self) -> Scope:
        return self.round.scope


def load_part(session: Session, actor: Actor, round_id: int, code: str) -> PreviewPage:
    round_ = funds.get_round(session, actor, round_id)
    definition = funds.editable(session, round_).definition
    paper = queries.paper_from(definition)
    return PreviewPage(round_, definition, paper, paper.part(code))


@bp.get("/office/rounds/<int:round_id>/preview")
@can_wait
@allows(*READERS, on=funds.get_round)
def preview(round_: Round) -> str:
    """The task list of the form, with a way to each part and to the round's page."""
    start = funds.editable(db.session, round_)
    paper = queries.paper_from(start.definition)
    return render_template(
        "applications/preview.html",
        round=round_,
        title=start.definition.title,
        is_working_copy=start.is_working_copy,
        items=[_item(round_, part) for part in paper.parts],
    )


def _item(round_: Round, part: Part) -> dict[str, str]:
    count = len(part.questions)
    return {
        "title": part.section.title,
        "href": url_for("applications.preview_section", round_id=round_.id, code=part.section.code),
        "status": "Not started",
        "colour": "blue",
        "hint": f"{count} question{'' if count == 1 else 's'}",
    }


@bp.get("/office/rounds/<int:round_id>/preview/<code>")
@can_wait
@allows(*READERS, on=load_part)
def preview_section(page: PreviewPage) -> str:
    return _page(page, _form(page))


@bp.post("/office/rounds/<int:round_id>/preview/<code>")
@can_wait
@allows(*READERS, on=load_part)
def check_preview(page: PreviewPage) -> Any:
    """What the form would say to these answers; they are kept on the page and nowhere else."""
    form = _form(page)
    given = form.read(page.part.questions)
    if not form.check(page.definition, page.part.questions, page.paper.area_names, given):
        return _page(page, form), 422
    form.doubt(page.part.questions, given, page.paper.districts)
    flash("These answers fit. Nothing is saved.", "success")
    return _page(page, form)


def _form(page: PreviewPage) -> QuestionForm:
    return open_section(page.part, page.paper.area_names, {}, paper=page.paper)


def _page(page: PreviewPage, form: QuestionForm) -> str:
    own = {"round_id": page.round.id}
    code = page.part.section.code
    return render_template(
        "applications/section.html",
        preview={
            "back_url": url_for("applications.preview", **own),
            "action_url": url_for("applications.check_preview", **own, code=code),
        },
        part=page.part,
        form=form,
        number=page.paper.parts.index(page.part) + 1,
        count=len(page.paper.parts),
        needs_script=bool(form.conditions) or any(each.kind == "table" for each in page.part.questions),
    )
