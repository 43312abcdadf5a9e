"""What a group types to ask for an endorsement, and what an endorser types to give one: shape and type only."""

from __future__ import annotations

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from grants.accounts.forms import email_field, name_field, tidy
from grants.web.forms import Form
from workflows.endorsement import MOST_WORDS

# Far more than 200 words need; what is longer was never typed.
MOST_CHARACTERS = 5_000


class AskForm(Form):
    """Whom the group asks."""

    asked_name = name_field("Who are they?", "Write who they are")
    email = email_field("Their e-mail address", "A work address is best.")


class EndorseForm(Form):
    """What somebody says of a project in their own name."""

    words = TextAreaField(
        "What do you want to say about this project?",
        [
            DataRequired("Write what you want to say"),
            Length(max=MOST_CHARACTERS, message=f"Use {MOST_WORDS} words or fewer"),
        ],
        description="Say how you know the group or the place, and why the project would help.",
    )
    name = name_field("Your name", "Write your name")
    position = StringField(
        "Your rank or role",
        [DataRequired("Write your rank or role"), Length(max=200, message="Use at most 200 characters")],
        filters=[tidy],
        description="For example: neighbourhood officer, community safety partnership.",
    )


class PressForm(Form):
    """A button and nothing else."""
