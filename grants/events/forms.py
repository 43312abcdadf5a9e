"""What staff type to plan an event, and what anybody types to come to one: shape and type only."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

from wtforms import IntegerField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from grants.accounts.forms import email_field, name_field, reason_field, tidy
from grants.events.services import Plan
from grants.funds.forms import ClockField, MomentForm, moment_data
from grants.funds.models import EventKind, SupportEvent
from grants.web.fields import DateField
from grants.web.forms import Form
from workflows.deadlines import to_london

KINDS = {
    EventKind.WORKSHOP: "A workshop at a place",
    EventKind.ONLINE: "A call or webinar",
    EventKind.DROP_IN: "A drop-in: come at any time",
}


def is_web_address(form: Any, field: Any) -> None:
    """Refuse what is no address of a page: it is shown as a link to everybody."""
    parts = urlsplit(field.data or "")
    if field.data and (parts.scheme not in {"http", "https"} or not parts.hostname or set(field.data) & set(" \r\n\t")):
        raise ValidationError("Write a web address that begins with https://")


class Count(IntegerField):
    """A whole number; what is no number is said in our words, and kept."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = tidy(valuelist[0]) if valuelist else ""
        self.data = None
        if typed and not (typed.isascii() and typed.isdecimal() and len(typed) <= 6):
            raise ValueError("Write a whole number, like 30.")
        self.data = int(typed) if typed else None


class EventForm(MomentForm):
    """An event of a round."""

    moments = ("starts", "ends")
    title = name_field("What is it called?", "Write what it is called")
    kind = RadioField(
        "What kind of event is it?",
        [InputRequired("Choose what kind of event it is")],
        choices=[SelectChoice(str(kind), words) for kind, words in KINDS.items()],
    )
    about = TextAreaField(
        "What is it about?", [Length(max=5_000, message="Use at most 5,000 characters")], filters=[tidy]
    )
    starts_on = DateField("Day")
    starts_time = ClockField("From", filters=[tidy], description="London time, like 18:00.")
    ends_on = DateField("Last day", is_required=False, description="Leave it empty when it ends on the same day.")
    ends_time = ClockField("Until", [DataRequired("Write when it ends, like 19:30.")], filters=[tidy])
    place = StringField("Where?", [Length(max=300, message="Use at most 300 characters")], filters=[tidy])
    link = StringField(
        "Link to join",
        [Length(max=500, message="Use at most 500 characters"), is_web_address],
        filters=[tidy],
        description="Only those who have a place get it.",
    )
    capacity = Count(
        "How many can come?",
        [Optional(), NumberRange(1, 10_000, "Write a number from 1 to 10,000")],
        description="Leave it empty when there is no limit.",
    )

    def process(self, formdata: Any = None, *args: Any, **options: Any) -> None:
        super().process(formdata, *args, **options)
        if self.ends_on.data is None and not any(self.ends_on.parts):
            self.ends_on.data = self.starts_on.data

    def plan(self) -> Plan:
        """The event as services take it; only of a form that is valid."""
        return Plan(
            title=self.title.data or "",
            starts_at=cast(datetime, self.moment("starts")),
            ends_at=cast(datetime, self.moment("ends")),
            kind=EventKind(self.kind.data),
            about=self.about.data or "",
            place=self.place.data or "",
            link=self.link.data or "",
            capacity=self.capacity.data,
        )


def event_data(event: SupportEvent) -> dict[str, Any]:
    """The fields of the form, filled from an event."""
    plain = {name: getattr(event, name) for name in ("title", "about", "place", "link", "capacity")}
    moments = moment_data("starts", event.starts_at) | moment_data("ends", event.ends_at)
    if event.ends_at and to_london(event.ends_at).date() == to_london(event.starts_at).date():
        moments["ends_on"] = None
    return {"kind": str(event.kind), **plain, **moments}


class CancelEventForm(Form):
    """Why an event does not take place."""

    reason = reason_field("Why does it not take place? Those who signed up read it.")


class RecordingForm(Form):
    """Where the recording is."""

    recording_link = StringField(
        "Link to the recording",
        [
            DataRequired("Write the link to the recording"),
            Length(max=500, message="Use at most 500 characters"),
            is_web_address,
        ],
        filters=[tidy],
    )


class SignUpForm(Form):
    """Somebody wants to come."""

    name = name_field("Your name", "Write your name")
    email = email_field("Your e-mail address", "We send you the details, and a link to give your place back.")
    group_name = StringField(
        "Your group, if you have one", [Length(max=200, message="Use at most 200 characters")], filters=[tidy]
    )
    needs = TextAreaField(
        "Is there anything you need to take part?",
        [Length(max=1_000, message="Use at most 1,000 characters")],
        filters=[tidy],
        description="For example large print, a hearing loop, a lift. You may leave this empty.",
    )


class PressForm(Form):
    """A button and nothing else."""
