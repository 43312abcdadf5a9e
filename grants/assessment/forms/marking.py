"""Forms of marking: a score, its words and the version seen for each criterion of the round, and the lock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from grants.assessment.queries import Rubric
from grants.web.forms import Form

LONG = 10_000
NO_SCORE = ""
# The name by which the page's script saves the note to come back; no criterion's code begins so.
LATER = "_later"
VERSION = re.compile(r"[0-9]{1,9}")


class OptionalRadioField(RadioField):
    """Radios of which none may be chosen: partial work is kept."""

    def pre_validate(self, form: Any) -> None:
        if self.raw_data and self.raw_data[0]:
            super().pre_validate(form)


class LockForm(Form):
    """Confirms a lock; `seen_marks` tells whether another window saved since."""

    seen_marks = IntegerField(widget=HiddenInput(), validators=[Optional()])


class MarksFields:
    """What a form of marks offers besides its fields: them by criterion, and what of them was sent and seen."""

    rubric: Rubric

    def rows(self) -> Iterator[tuple[Any, Field, Field, Field]]:
        """(criterion, score, words, seen version) in the rubric's order."""
        for criterion in self.rubric.criteria:
            names = (f"{part}_{criterion.id}" for part in ("score", "words", "seen"))
            score, words, seen = (self._fields[name] for name in names)  # type: ignore[attr-defined]
            yield criterion, score, words, seen

    def seen_by_script(self) -> dict[str, int]:
        """The versions that the page's script has heard of since the page was drawn, by criterion code."""
        # What was sent and not what the page was drawn with: without the script nothing newer is known.
        sent = (self.seen.raw_data or [""])[0]  # type: ignore[attr-defined]
        pairs = (pair.partition(":") for pair in sent.split())
        return {code: int(version) for code, _, version in pairs if VERSION.fullmatch(version)}


def marks_form(rubric: Rubric) -> Any:
    """A form class with a score, its words and the version seen for each criterion."""
    fields: dict[str, Any] = {
        "rubric": rubric,
        "seen": StringField(widget=HiddenInput()),
        "come_back": BooleanField("Not sure: I will come back to this bid"),
    }
    too_long = Length(max=LONG, message=f"Shorten this to {LONG:,} characters or fewer.")
    for each in rubric.criteria:
        scale = range(each.min_score, each.max_score + 1)
        choices = [SelectChoice(NO_SCORE, "Not yet"), *(SelectChoice(str(score), str(score)) for score in scale)]
        fields[f"score_{each.id}"] = OptionalRadioField(f"Score for {each.title}", choices=choices)
        fields[f"words_{each.id}"] = TextAreaField(f"Reasons for {each.title}", validators=[too_long])
        fields[f"seen_{each.id}"] = IntegerField(widget=HiddenInput(), validators=[Optional()])
    return type("MarksForm", (MarksFields, Form), fields)
