"""The form by which a manager locks for a marker on paper: which bids, and when and how the marker confirmed them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired

from grants.assessment.forms import too_long
from grants.web.fields import DateField
from grants.web.forms import Form


class LockForForm(Form):
    """Each choice is a bid's assignment with the version of the marks that the page shows."""

    locks = SelectMultipleField("Bids to lock", validators=[DataRequired("Tick at least one bid.")])
    confirmed_on = DateField("When did the marker confirm these scores?")
    how = TextAreaField(
        "How did the marker confirm them?", validators=[DataRequired("Write how the marker confirmed them."), too_long]
    )


def locks_of(chosen: Iterable[str]) -> Iterator[tuple[int, int]]:
    """(assignment, version of its marks) of each tick."""
    for each in chosen:
        key, _, seen = each.partition(":")
        yield int(key), int(seen)
