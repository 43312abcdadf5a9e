"""Forms of the meeting: an item with its words and scores, and what the minutes take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length

from grants.assessment.forms import agreed_form, too_long
from grants.assessment.queries import Rubric
from grants.meetings.queries.items import CONDITIONS, NOTES
from grants.web.forms import Form

LONGEST_SECTION = 20_000


def item_form(rubric: Rubric, means: Mapping[str, str]) -> Any:
    """A form class with the notes, an agreed score and reason for each criterion, and conditions."""
    fields: dict[str, Any] = {
        "seen": HiddenField(),
        NOTES: TextAreaField("What was said", validators=[too_long]),
        CONDITIONS: TextAreaField("Conditions, if the panel sets any", validators=[too_long]),
    }
    return type("ItemForm", (agreed_form(rubric, means),), fields)


class ChairForm(Form):
    """Taking the chair, with why."""

    reason = TextAreaField("Why the chair changes hands", validators=[Length(max=500)])


class TogetherForm(Form):
    """The bids that are agreed together."""

    bids = SelectMultipleField("Bids to agree together", coerce=int)


class SectionForm(Form):
    """The corrected text of one section of the minutes."""

    text = TextAreaField(
        "The section as it should read",
        validators=[
            DataRequired("Write the text. To take nothing away, leave it as it was."),
            Length(max=LONGEST_SECTION, message=f"Shorten this to {LONGEST_SECTION:,} characters or fewer."),
        ],
    )


class NoteForm(Form):
    """A dated note under signed minutes."""

    text = TextAreaField("The note", validators=[DataRequired("Write the note."), too_long])
