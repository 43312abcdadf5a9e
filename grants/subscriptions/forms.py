"""What somebody types to be told of rounds: an address, and what their work is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from grants.accounts.forms import email_field, tidy
from grants.web.forms import Form


class RoundNewsForm(Form):
    """News of one round: the address is all."""

    email = email_field("Your e-mail address")


class NewsForm(RoundNewsForm):
    """News of every round that fits."""

    office = SelectField("Whose money?")
    area = SelectField("Where is the work?")
    theme = StringField(
        "What is it about?",
        [Length(max=100, message="Use at most 100 characters")],
        filters=[tidy],
        description="A word or two, like parks or young people. Leave it empty to hear of all.",
    )

    @classmethod
    def of(cls, offices: Sequence[tuple[str, str]], areas: Sequence[str], **options: Any) -> NewsForm:
        """The form with these offices (code, name) and areas to choose from."""
        form = cls(**options)
        form.office.choices = [SelectChoice(code, name) for code, name in (("", "All offices"), *offices)]
        form.area.choices = [SelectChoice("", "All areas"), *(SelectChoice(name, name) for name in areas)]
        return form
