"""Declarations of interests: one about one bid, or all of a round on one page, each with its kind and words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from wtforms import BooleanField, Field, RadioField, SelectChoice, SelectField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from grants.applications.models import Application
from grants.assessment.forms.marking import OptionalRadioField
from grants.web.forms import Form
from grants.web.labels.interests import KINDS
from workflows.assignment import Interest, InterestKind

LONG = 2_000
NO_KIND = ""
SAY_WHAT, SAY_KIND = "Say what the interest is.", "Choose what kind of interest it is."
SAY_WHY = "Say why it is no interest: the office found a sign of one."
INTERESTS = [
    SelectChoice(Interest.NONE.value, "No interest"),
    SelectChoice(Interest.INDIRECT.value, "An indirect interest"),
    SelectChoice(Interest.DIRECT.value, "A direct interest"),
]
KIND_CHOICES = [SelectChoice(NO_KIND, "Choose a kind"), *(SelectChoice(key.value, said) for key, said in KINDS.items())]
INTERESTED = frozenset({Interest.INDIRECT, Interest.DIRECT})
_too_long = Length(max=LONG, message=f"Shorten this to {LONG:,} characters or fewer.")


class InterestForm(Form):
    """One person's declaration about one bid; `is_proposed` where the office found a sign of an interest."""

    is_proposed = False
    interest = RadioField(
        "Do you have an interest in this bid?",
        choices=INTERESTS,
        validators=[InputRequired("Say whether you have an interest.")],
    )
    kind = SelectField("What kind of interest?", choices=KIND_CHOICES, default=NO_KIND)
    detail = TextAreaField("What is the interest?", validators=[_too_long])

    def validate_kind(self, field: Field) -> None:
        if self.interest.data in INTERESTED and not field.data:
            raise ValidationError(SAY_KIND)

    def validate_detail(self, field: Field) -> None:
        if sentence := _words_missing(self.interest.data, field.data, self.is_proposed):
            raise ValidationError(sentence)


def _words_missing(interest: str | None, words: str | None, is_proposed: bool) -> str | None:
    if (words or "").strip():
        return None
    if interest in INTERESTED:
        return SAY_WHAT
    return SAY_WHY if interest == Interest.NONE and is_proposed else None


class Declared:
    """What a page says about one bid."""

    def __init__(self, bid: Application, interest: Field, kind: Field, detail: Field) -> None:
        self.bid, self.interest, self.kind, self.detail = bid, interest, kind, detail

    @property
    def said(self) -> tuple[Interest, InterestKind | None, str] | None:
        """(interest, kind, words), or None where nothing was chosen."""
        if not self.interest.data:
            return None
        interest = Interest(self.interest.data)
        kind = InterestKind(self.kind.data) if self.kind.data and interest in INTERESTED else None
        return interest, kind, (self.detail.data or "").strip()


class DeclarationFields:
    """What the form of all declarations of a round offers besides its fields."""

    bids: Sequence[Application]
    # The bids in which the office found a sign of an interest: they need an answer of their own, with words.
    proposed: Collection[int]
    needs_all: bool

    def answers(self) -> Iterator[Declared]:
        """What is said of each bid, in the order of the groups' names."""
        for bid in self.bids:
            names = (f"{part}_{bid.organisation_id}" for part in ("interest", "kind", "detail"))
            interest, kind, detail = (self._fields[name] for name in names)  # type: ignore[attr-defined]
            yield Declared(bid, interest, kind, detail)

    def validate(self, extra_validators: Any = None) -> bool:
        if self.rest.data:  # type: ignore[attr-defined]
            self._answer_rest()
        is_right = bool(super().validate(extra_validators))  # type: ignore[misc]
        given = list(self.answers())
        for each in given:
            is_right &= self._is_whole(each)
        if given and not any(each.interest.data for each in given) and not self.needs_all:
            given[0].interest.errors = ["Choose an answer for at least one bid."]
            return False
        return is_right

    def _answer_rest(self) -> None:
        for each in self.answers():
            if not each.interest.data and each.bid.id not in self.proposed:
                each.interest.data = Interest.NONE.value
                each.interest.raw_data = [Interest.NONE.value]

    def _is_whole(self, each: Declared) -> bool:
        name, interest = each.bid.organisation_name, each.interest.data
        if not interest:
            if self.needs_all:
                each.interest.errors = [f"Say whether you have an interest in {name}."]
            elif (each.detail.data or "").strip() or each.kind.data:
                each.interest.errors = [f"Choose how near your interest in {name} is."]
        if interest in INTERESTED and not each.kind.data:
            each.kind.errors = [f"{name}: {SAY_KIND}"]
        if sentence := _words_missing(interest, each.detail.data, each.bid.id in self.proposed):
            each.detail.errors = [f"{name}: {sentence}"]
        return not (each.interest.errors or each.kind.errors or each.detail.errors)


def declarations_form(bids: Sequence[Application], proposed: Collection[int] = (), *, needs_all: bool = False) -> Any:
    """A form class with an answer for every group; its fields go by the group, which tells of no bid."""
    fields: dict[str, Any] = {
        "bids": bids,
        "proposed": frozenset(proposed),
        "needs_all": needs_all,
        "rest": BooleanField("I have no interest in any of the others"),
    }
    for each in bids:
        name, key = each.organisation_name, each.organisation_id
        fields[f"interest_{key}"] = OptionalRadioField(f"Do you have an interest in {name}?", choices=INTERESTS)
        fields[f"kind_{key}"] = SelectField(f"What kind of interest in {name}?", choices=KIND_CHOICES, default=NO_KIND)
        fields[f"detail_{key}"] = TextAreaField(f"What is your interest in {name}?", validators=[_too_long])
    return type("DeclarationsForm", (DeclarationFields, Form), fields)
