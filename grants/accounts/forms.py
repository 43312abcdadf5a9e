"""What people type to come in, to sign a group up, and to change who may do what: shape and type only."""

from __future__ import annotations

import re

from wtforms import HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional, ValidationError

from grants.web.forms import Form
from grants.web.labels import GROUP_ROLES, OFFICE_ROLES, ORGANISATION_KINDS
from workflows.actors import Role

ADDRESS = "Enter an e-mail address, like name@example.org"
# England and Wales 6 to 8 digits, Scotland SC and 6, Northern Ireland NIC and 6 (the registers' own forms).
CHARITY_NUMBER = re.compile(r"\d{6,8}|SC\d{6}|NIC\d{6}")
# 8 digits, 2 letters and 6 digits, or R and 7 digits (Companies House).
# A society's number may end in a letter (IP12345R).
COMPANY_NUMBER = re.compile(r"\d{8}|[A-Z]{2}\d{6}|R\d{7}|[A-Z]{2}\d{5}[A-Z]")


def tidy(value: str | None) -> str:
    """Without the spaces that a copied text brings along."""
    return (value or "").strip()


def compact(value: str | None) -> str:
    """A register's number as the register writes it: capitals, no spaces."""
    return re.sub(r"\s+", "", value or "").upper()


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
        filters=[compact],
        description="6 to 8 digits, or SC or NIC and 6 digits. A CIO has one too.",
    )
    company_number = StringField(
        "Company number, if you have one",
        filters=[compact],
        description="8 digits, or 2 letters and 6 digits. Keep any zeros at the start.",
    )

    def validate_charity_number(self, field: StringField) -> None:
        if field.data and not CHARITY_NUMBER.fullmatch(field.data):
            raise ValidationError(
                "A charity number has 6 to 8 digits, or SC or NIC and 6 digits. Leave it empty if unsure."
            )

    def validate_company_number(self, field: StringField) -> None:
        if re.fullmatch(r"\d{7}", field.data or ""):
            # Spreadsheets drop the zero that most older numbers begin with.
            field.data = f"0{field.data}"
        if field.data and not COMPANY_NUMBER.fullmatch(field.data):
            raise ValidationError(
                "A company number has 8 characters, like 01234567 or SC123456. Leave it empty if unsure."
            )

    def organisation(self) -> dict[str, str]:
        """What the service needs of the group."""
        return {name: self[name].data for name in ("name", "kind", "charity_number", "company_number")}


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

    def chosen(self) -> frozenset[Role]:
        return frozenset(Role(value) for value in self.roles.data or [])


class InviteToOfficeForm(OfficeRolesForm):
    """Somebody new in an office."""

    name = name_field("Name", "Enter the person's name")
    email = email_field("E-mail address")

    def validate_roles(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError("Choose at least one role")


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
