"""What people type to come in, to sign a group up, and to change who may do what: shape and type only."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional, ValidationError

from grants.accounts.models import Organisation
from grants.web import labels
from grants.web.forms import Form
from grants.web.labels import GROUP_ROLES, OFFICE_ROLES, ORGANISATION_KINDS
from workflows.actors import BESIDE_REP, Role
from workflows.rules import formats

ADDRESS = "Enter an e-mail address, like name@example.org"


def tidy(value: str | None) -> str:
    """Without the spaces that a copied text brings along."""
    return (value or "").strip()


def email_field(label: str, description: str = "") -> StringField:
    rules = [DataRequired(ADDRESS), Length(max=254, message=ADDRESS), Email(ADDRESS)]
    return StringField(label, rules, filters=[tidy], description=description)


def name_field(label: str, missing: str) -> StringField:
    rules = [DataRequired(missing), Length(max=200, message="Use at most 200 characters")]
    return StringField(label, rules, filters=[tidy])


def reason_field(label: str = "Why?") -> StringField:
    rules = [DataRequired("Write the reason"), Length(max=1000, message="Use at most 1,000 characters")]
    return StringField(label, rules, filters=[tidy], description="It is kept with the change, for the record.")


class SignInForm(Form):
    """Somebody asks for a link."""

    email = email_field("Your e-mail address")
    next = HiddenField()


class CodeForm(Form):
    """Six digits from the app on a phone."""

    code = StringField("Code", [DataRequired("Enter the 6 digits from your app")], filters=[tidy])


class PressForm(Form):
    """A button and nothing else."""


class GroupForm(Form):
    """A group, as somebody who leads one signs it up."""

    name = name_field("Name of your organisation", "Enter the organisation's name")
    kind = RadioField(
        "What kind of organisation are you?",
        [InputRequired("Choose what kind of organisation you are")],
        choices=[SelectChoice(value, label) for value, label in ORGANISATION_KINDS.items()],
        description="Choose your legal form. It may not be what you do.",
    )
    charity_number = StringField(
        "Charity number, if you have one",
        description="6 to 8 digits, or SC or NIC and 6 digits. A CIO has one too.",
    )
    company_number = StringField(
        "Company number, if you have one",
        description="8 digits, or 2 letters and 6 digits. Keep any zeros at the start.",
    )

    postcode = StringField(
        "Postcode, if you have an address",
        filters=[tidy],
        description="It helps us to see whether your group is here already.",
    )
    # Asked only when a group that looks the same is here; the view sets the choices.
    same = RadioField("Is it one of these?", choices=[], validate_choice=False, default="")

    def validate_charity_number(self, field: StringField) -> None:
        self._hold("charity_number", field)

    def validate_company_number(self, field: StringField) -> None:
        self._hold("company_number", field)

    def validate_postcode(self, field: StringField) -> None:
        self._hold("postcode", field)

    def _hold(self, kind: str, field: StringField) -> None:
        found = formats.check(kind, field.data or "")
        if found.error:
            raise ValidationError(labels.sentence_for(found.error.code, found.error.detail))

    def facts(self) -> dict[str, str]:
        """The public facts by which a group is known, in their one spelling; the boxes keep what was typed."""
        numbers = ("charity_number", "company_number", "postcode")
        return {"name": self.name.data or ""} | {
            kind: formats.check(kind, self[kind].data or "").value for kind in numbers
        }

    def ask_whether_same(self, found: Sequence[Organisation]) -> int | bool | None:
        """The id of the group that was chosen, None for a new one, or False when it has yet to be asked."""
        self.same.choices = [SelectChoice(str(each.id), f"Yes: {each.name}") for each in found]
        self.same.choices.append(SelectChoice("new", "No, ours is another group"))
        if self.same.data == "new" or not found:
            return None
        chosen = next((each.id for each in found if str(each.id) == self.same.data), None)
        if chosen is None:
            self.same.errors = ["Say whether this is your group."]
            return False
        return chosen

    def organisation(self) -> dict[str, str]:
        """What the service needs of the group."""
        return self.facts() | {"kind": self.kind.data}


class SignUpForm(GroupForm):
    """A group and the person who will lead it here."""

    person_name = name_field("Your name", "Enter your name")
    email = email_field("Your e-mail address", "We send a link there. Nothing is set up until you open it.")
    next = HiddenField()


class OfficeRolesForm(Form):
    """The roles of somebody in an office."""

    roles = SelectMultipleField(
        "Roles",
        choices=[SelectChoice(role, label) for role, (label, _) in OFFICE_ROLES.items()],
    )
    reason = reason_field()

    def validate_roles(self, field: SelectMultipleField) -> None:
        chosen = set(field.data or [])
        if Role.COMMUNITY_REP in chosen and chosen - BESIDE_REP:
            raise ValidationError(labels.sentence_for("rep-and-staff"))

    def chosen(self) -> frozenset[Role]:
        return frozenset(Role(value) for value in self.roles.data or [])


class InviteToOfficeForm(OfficeRolesForm):
    """Somebody new in an office."""

    name = name_field("Name", "Enter the person's name")
    email = email_field("E-mail address")

    def validate_roles(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError("Choose at least one role")
        super().validate_roles(field)


class AnswerJoinForm(Form):
    """What a lead says to somebody who asks to be let in."""

    answer = RadioField(
        "What do you answer?",
        [InputRequired("Choose an answer")],
        choices=[
            *(SelectChoice(role, f"Let them in: {label.lower()}") for role, (label, _) in GROUP_ROLES.items()),
            SelectChoice("no", "No, we don't know them"),
        ],
    )


class MergeAnswerForm(Form):
    """What a lead says to two records being taken for one group."""

    answer = RadioField(
        "Are they one group?",
        [InputRequired("Choose an answer")],
        choices=[SelectChoice("yes", "Yes, bring them together"), SelectChoice("no", "No, leave them as they are")],
    )


class ReasonForm(Form):
    """A change that needs nothing but its reason."""

    reason = reason_field()


class InviteToGroupForm(Form):
    """Somebody new in a group."""

    name = name_field("Name", "Enter the person's name")
    email = email_field("E-mail address")
    role = RadioField(
        "What may they do?",
        [InputRequired("Choose what they may do")],
        choices=[SelectChoice(role, label) for role, (label, _) in GROUP_ROLES.items()],
    )


class GroupRolesForm(Form):
    """What somebody may do in a group."""

    roles = SelectMultipleField(
        "What may they do?",
        [InputRequired("Choose what they may do. To take everything away, end their part instead")],
        choices=[SelectChoice(role, label) for role, (label, _) in GROUP_ROLES.items()],
    )


class OfficeForm(Form):
    """What an office says of itself."""

    seen = HiddenField()
    name = name_field("Name of the office", "Write the name of the office")
    decision_maker_title = StringField(
        "What the one who decides is called",
        [DataRequired("Write what the one who decides is called, like Commissioner"), Length(max=120)],
        filters=[tidy],
    )
    contact_email = StringField(
        "E-mail address for questions",
        [Optional(), Length(max=254, message=ADDRESS), Email(ADDRESS)],
        filters=[tidy],
        description="Groups see it, and answers to our mails go there.",
    )
    privacy_notice = TextAreaField(
        "Privacy notice", [Length(max=20_000)], description="Leave it empty to show the service's own text."
    )
    accessibility_statement = TextAreaField(
        "Accessibility statement",
        [Length(max=20_000)],
        description="Leave it empty to show the service's own text.",
    )
    confidentiality_statement = TextAreaField(
        "Confidentiality statement",
        [Length(max=20_000)],
        description="Community representatives sign it before they see a bid. Empty for the service's own text.",
    )
