"""Forms of offers and awards: sign, turn down, start the grant, announce."""

from __future__ import annotations

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from grants.web.fields import DateField
from grants.web.forms import Form


class AcceptForm(Form):
    """Signing an offer: the terms first, then the name."""

    agreed_terms = BooleanField(
        "Our group agrees to the terms of the grant and I may sign for it",
        validators=[DataRequired("Tick the box to say that the group agrees to the terms.")],
    )
    signed_name = StringField(
        "Your full name",
        validators=[DataRequired("Type your full name to sign."), Length(max=200)],
    )
    signed_role = StringField(
        "Your role in the group",
        description="For example chair, trustee or clerk",
        validators=[DataRequired("Write your role in the group."), Length(max=120)],
    )


class DeclineForm(Form):
    """Turning an offer down."""

    reason = TextAreaField(
        "Why does your group not want the grant?",
        validators=[DataRequired("Write the reason, in a few words.")],
    )


class StartForm(Form):
    """Starting a grant after acceptance."""

    starts_on = DateField("First day of the grant")
    ends_on = DateField("Last day of the grant")
    conditions_note = TextAreaField(
        "How the conditions were met",
        description="What you saw and when. Leave empty when the offer had no conditions.",
        validators=[Length(max=4000)],
    )


class AnnounceForm(Form):
    """Announcing a round: a deliberate tick, because it sends mail to every group."""

    sure = BooleanField(
        "I have read the numbers above and want to tell the groups now",
        validators=[DataRequired("Tick the box to announce.")],
    )
