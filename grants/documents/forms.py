"""What a group says of a document that it keeps: what it is, and until when it is good."""

from __future__ import annotations

from wtforms import FileField, RadioField, ValidationError
from wtforms.fields.choices import SelectChoice

from grants.web import file_labels
from grants.web.fields import DateField
from grants.web.forms import Form
from workflows.document import KEPT_KINDS


class KeepForm(Form):
    """One file for all bids of the group."""

    kind = RadioField(
        "What is it?",
        choices=[SelectChoice(value=str(kind), label=file_labels.KINDS[kind]) for kind in KEPT_KINDS],
        validate_choice=False,
    )
    expires_on = DateField(
        "When does it run out?",
        description="Leave this empty if it does not. We remind you 60, 30 and 7 days before.",
        is_required=False,
    )
    file = FileField("Choose the file")

    def validate_kind(self, field: RadioField) -> None:
        if field.data not in {str(kind) for kind in KEPT_KINDS}:
            raise ValidationError("Choose what it is.")


class ReplaceForm(Form):
    """The newer file in the place of an older one."""

    expires_on = DateField(
        "When does the new one run out?", description="Leave this empty if it does not.", is_required=False
    )
    file = FileField("Choose the new file")
