"""The letters of a round: all of them with the office's own words, and one of them changed and then read whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session

from grants.funds.forms import LetterForm
from grants.funds.parts import RoundDefinition
from grants.funds.views.blueprint import bp
from grants.funds.views.desk import Desk, form_page, load_desk, save
from grants.funds.views.staff import READERS
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.letter_words import PLACES, TITLES
from workflows.actors import Actor, Role
from workflows.errors import NotFound
from workflows.rules.letters import LETTERS

# The whole e-mail is drawn where e-mails are.
PREVIEW = "notifications.preview_letter"


@dataclass(frozen=True, slots=True)
class LetterDesk(Desk):
    """One letter of a round before its manager."""

    letter: str


def load_letter(session: Session, actor: Actor, round_id: int, kind: str) -> LetterDesk:
    desk = load_desk(session, actor, round_id)
    if kind not in LETTERS:
        raise NotFound(subject="letter")
    return LetterDesk(desk.round, desk.editable, kind)


@bp.get("/office/rounds/<int:round_id>/form/letters")
@allows(*READERS, on=load_desk)
def letters(desk: Desk) -> Any:
    """Every letter that a group may get from this round, and what the office adds to it."""
    return render_template(
        "funds/letters.html",
        desk=desk,
        round=desk.round,
        titles=TITLES,
        letters=[(letter, desk.definition.letters.get(letter, "")) for letter in LETTERS],
        may_change=desk.may_change and Role.MANAGER in current_actor().roles_in(desk.scope),
    )


@bp.route("/office/rounds/<int:round_id>/form/letters/<kind>", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_letter)
def edit_letter(desk: LetterDesk) -> Any:
    letter = desk.letter
    form = open_form(LetterForm, data={"words": desk.definition.letters.get(letter, "")})

    def change(whole: RoundDefinition) -> RoundDefinition:
        words = {**whole.letters, letter: form.words.data or ""}
        return replace(whole, letters={kind: text for kind, text in words.items() if text})

    if (
        form.validate_on_submit()
        and form.knows(letter)
        and save(desk, form, change, "Saved. This is the whole e-mail.")
    ):
        return redirect(url_for(PREVIEW, round_id=desk.round.id, kind=letter), 303)
    places = [(name, PLACES[name]) for name in LETTERS[letter]]
    return form_page("funds/letter_edit.html", desk, form, letter=letter, title=TITLES[letter], places=places)
