"""The words for answers: what is wrong with one, by the kind of its question, and why a rule stops or refers a bid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.errors import Refusal
from workflows.rules.answers import QuestionLike

# Refusal code -> sentence; part of `labels.SENTENCES`.
SENTENCES: dict[str, str] = {
    "amount-too-large": "The most you can write here is {most}.",
    "amount-too-small": "The least you can write here is {least}.",
    "answer-missing": "Write your answer.",
    "answer-must-be": "The answer must be {answer} for a bid to be looked at.",
    "answer-unreadable": "This could not be read. Write it again.",
    "cell-missing": "Write something here.",
    "cell-outside-dates": "This date must be between the start and the end of the project.",
    "cell-unreadable": "This could not be read. Write it again.",
    "charity-number-is-company": "This is a CIO's number at Companies House. Write its charity number.",
    "charity-number-is-tax-reference": (
        "This is a tax reference. Write the number from the charity register, or leave it empty."
    ),
    "charity-number-long": "Most charity numbers have 6 or 7 digits. This one has 8: is it right?",
    "charity-number-unreadable": (
        "A charity number has 6 to 8 digits, or SC or NIC and 6 digits. Leave it empty if unsure."
    ),
    "column-above-cap": "{what}: {have_pence} is more than {share} of it. The most is {most_pence}.",
    "column-does-not-sum": "“{label}” comes to {total}, and it has to come to {target}: {difference} {which}.",
    "company-number-is-charity": "CE and CS numbers belong to CIOs. Give the charity number too.",
    "company-number-padded": "We put a 0 at the start: {value}.",
    "company-number-prefix": "We don't know company numbers that begin with {prefix}. Is it right?",
    "company-number-society": "This looks like a society's number. We keep it as it is.",
    "company-number-unreadable": (
        "A company number has 8 characters, like 01234567 or SC123456. Leave it empty if unsure."
    ),
    "date-long-ago": "This is more than {months} months before {beside}. Is there a newer one?",
    "date-too-early": "The date can't be before {earliest}.",
    "date-too-late": "The date can't be after {latest}.",
    "declaration-incomplete": "Tick every box to agree.",
    "email-unreadable": "Write an e-mail address, like name@example.org.",
    "ends-before-start": "The end can't be before the start, {starts_on}.",
    "less-than-the-ask": "This can't be less than what you ask for, {ask}.",
    "letter-read-as-digit": "We read the letter O as a 0: {value}. Is it right?",
    "more-than-that": "{have} is more than {other}. Is it right?",
    "more-than-the-ask": "This can't be more than what you ask for, {ask}.",
    "not-a-choice": "Choose one of the answers on the page.",
    "number-too-large": "The most you can write here is {most}.",
    "number-too-small": "The least you can write here is {least}.",
    "people-above-places": "{have} is more than {first} times {second}, which is {places}. Is it right?",
    "percent-too-large": "This can't be more than 100%.",
    "phone-unlikely": "This does not look like a UK phone number. Is it right?",
    "phone-unreadable": "Write a phone number, like 0116 496 0000.",
    "postcode-elsewhere": "We don't think that this is in the areas of this round: {postcodes}. Is it right?",
    "postcode-unlikely": "We don't know a postcode like this. Is it right?",
    "postcode-unreadable": "Write a whole UK postcode, like LE1 1AA.",
    "row-does-not-add": "{parts} come to {should} together. You wrote {said}.",
    "row-does-not-multiply": "{parts} multiplied come to {should}. You wrote {said}.",
    "same-as-the-other": "This has to be somebody else's.",
    "too-few-rows": "Fill in at least {least} rows. You have {have}.",
    "too-many-characters": "Use {limit} characters or fewer. You wrote {have}.",
    "too-many-choices": "Choose {most} at most.",
    "too-many-rows": "Use {most} rows or fewer. You have {have}.",
    "too-many-values": "Give {most} at most. You gave {have}.",
    "unknown-question": "This round does not ask that question.",
    "web-address-unreadable": "Write a web address, like www.example.org.",
    "year-early": "That is long ago. Is it right?",
    "year-too-late": "The year can't be after {latest}.",
    "year-unreadable": "Write the year in four figures, like 1998.",
}
# What is said instead where the kind of the question makes it plainer.
MISSING: dict[str, str] = {
    "money": "Write an amount, like 1,500.",
    "number": "Write a number. If there are none, write 0.",
    "date": "Write the date: day, month and year.",
    "yes_no": "Choose yes or no.",
    "radio": "Choose an answer.",
    "checkboxes": "Choose at least one.",
    "areas": "Choose at least one area.",
    "budget": "Write at least one line of the budget.",
    "declaration": "Tick the box to agree.",
    "table": "Fill in at least one row.",
    "files": "Add a file.",
    "postcode": "Write a postcode.",
    "email": "Write an e-mail address.",
    "phone": "Write a phone number.",
    "url": "Write a web address.",
    "charity_number": "Write the charity number.",
    "company_number": "Write the company number.",
}
UNREADABLE: dict[str, str] = {
    "money": "Write an amount in pounds, like 1,500 or 1,500.50.",
    "number": "Write a whole number in figures, like 40.",
    "date": "This is not a real date. Write it like 27 3 2025.",
}
# What is said of one box of a table, by the kind of its column.
BOX_MISSING: dict[str, str] = {"choice": "Choose one."}
BOX_UNREADABLE: dict[str, str] = {
    "money": "Write an amount in pounds, like 1,500 or 1,500.50.",
    "number": "Write a whole number in figures, like 40.",
    "date": "Write a date, like 27 3 2025.",
    "percent": "Write a percentage, like 12.5.",
}
# Why an eligibility rule does not pass, as the group reads it: what it is, and what can be done.
RULE_REASONS: dict[str, str] = {
    "accountable-body": "Another organisation will hold the money. We will ask which one, and check that it agrees.",
    "answer-must-be": "The answer to this question has to be {answer}.",
    "ask-above-maximum": "The amount asked for is more than this round gives.",
    "ask-below-minimum": "The amount asked for is less than this round gives.",
    "asset-lock-not-shown": "A company limited by shares has to show its asset lock. We will look at it.",
    "distributes-profit": "Grants can't go to a body that shares out profit.",
    "ends-after-spend-by": "The project ends after the day by which the money must be spent.",
    "ends-before-start": "The project ends before it starts.",
    "funded-for-same-work": "The same work has a grant already.",
    "incomplete": "The form was not complete.",
    "late": "The bid came in after the deadline.",
    "no-bank-account": (
        "A grant can only be paid into an account in the organisation's own name that needs two unrelated people. "
        "Open one, or find an organisation that will hold the money for you, then come back."
    ),
    "no-governing-document": "The organisation needs a governing document, such as a constitution.",
    "no-priority": "The work does not help with a priority of this round.",
    "no-safeguarding-policy": "Work with children or adults at risk needs a safeguarding policy.",
    "org-type-barred": "Grants can't go to one person. Apply with a group or organisation that can hold the money.",
    "org-type-needs-a-look": "This kind of organisation can apply only in some cases. We will look at yours.",
    "org-type-not-allowed": "This kind of organisation can't apply in this round.",
    "other-live-bid": "The organisation has another bid in this round.",
    "outside-area": "The work has to help people in the areas of this round.",
    "overdue-returns": "A report on an earlier grant is overdue. Send it first, then come back.",
    "project-cost-above-cap": "The whole project costs more than this round allows.",
    "reserves-above-cap": "The organisation has more free reserves than this round expects. We will look at why.",
    "retrospective": "We can't pay for work that is done or money that is spent.",
    "starts-before-decision": "The project starts before the decision is made. It may have to start later.",
    "too-few-unrelated-members": "The committee needs more members who are not related to one another.",
    "too-long": "The project is longer than this round allows.",
    "unresolved-recovery": "Money from an earlier grant has still to be paid back.",
    "check-by-hand": "Somebody at the office looks at this.",
    "not-known": "This is not known yet.",
}


def box_sentence(refusal: Refusal) -> str:
    """What to do about one box of a table, where its column's kind makes it plainer; else nothing."""
    kind = str(refusal.detail.get("kind"))
    if refusal.code == "cell-unreadable":
        return BOX_UNREADABLE.get(kind, "")
    return BOX_MISSING.get(kind, "") if refusal.code == "cell-missing" else ""


@dataclass(frozen=True, slots=True)
class Condition:
    """When a question is asked: the words of it, the question that it waits for and the answers that it takes."""

    words: str
    question: str
    answers: tuple[str, ...]


def conditions(questions: Iterable[QuestionLike], asked: Iterable[QuestionLike]) -> dict[str, Condition]:
    """The condition of each question that has one, by code; `asked` are all the questions of the form."""
    known = {str(question.code): question for question in asked}
    found = {}
    for question in questions:
        if question.show_when:
            code, wanted = str(question.show_when["question"]), [str(each) for each in question.show_when["is"]]
            other = known.get(code)
            named = {"yes": "Yes", "no": "No"} | {o["value"]: o["label"] for o in (other.options if other else ())}
            said = " or ".join(f"“{named.get(each, each)}”" for each in wanted)
            label = other.label if other else code
            words = f"Only if you answered {said} to “{label}”"
            found[str(question.code)] = Condition(words, code, tuple(wanted))
    return found


def rule_reason(code: str, evidence: Mapping[str, Any]) -> str:
    """Why a rule does not pass, in plain words."""
    return RULE_REASONS.get(code, "Somebody at the office looks at this.").format_map(_Loose(evidence))


class _Loose(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "not set"
