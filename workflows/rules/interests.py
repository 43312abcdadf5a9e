"""Signs of an interest that nobody declared: what is known of a person against what a bid says, as questions to ask.

A sign is never a verdict: the person answers it. What they are shown is their own side of the match alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from workflows.rules.formats import check_email, check_phone, check_postcode, normal_name

# Where everybody may have a mailbox, so that a shared domain tells nothing (our list; RFC 2606 for the reserved ones).
PUBLIC_MAIL: Final = frozenset(
    (
        *("aol.com", "btinternet.com", "fastmail.com", "gmail.com", "gmx.co.uk", "gmx.com", "googlemail.com"),
        *("hotmail.co.uk", "hotmail.com", "icloud.com", "live.co.uk", "live.com", "mac.com", "mail.com", "me.com"),
        *("msn.com", "ntlworld.com", "outlook.com", "proton.me", "protonmail.com", "sky.com", "talktalk.net"),
        *("virginmedia.com", "yahoo.co.uk", "yahoo.com", "ymail.com", "zoho.com"),
        *("example.com", "example.net", "example.org"),
    )
)
_RESERVED: Final = (
    *(".example", ".invalid", ".localhost", ".test"),
    *(".example.com", ".example.net", ".example.org"),
)
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2}\b", re.I)
# Shorter names and longer texts are no name of a person (our defaults).
LONGEST_NAME: Final = 80


class Signal(StrEnum):
    """What matched."""

    EMAIL = "email"
    DOMAIN = "domain"
    NAME = "name"
    PHONE = "phone"
    POSTCODE = "postcode"
    MEMBER = "member"
    WAS_MEMBER = "was_member"
    ENDORSER = "endorser"
    ENTERED = "entered"


@dataclass(frozen=True, slots=True)
class Traces:
    """What points to somebody: e-mail addresses, names of people, phone numbers and postcodes, each in one shape."""

    emails: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    postcodes: frozenset[str] = frozenset()

    def __or__(self, other: Traces) -> Traces:
        return Traces(
            self.emails | other.emails,
            self.names | other.names,
            self.phones | other.phones,
            self.postcodes | other.postcodes,
        )


@dataclass(frozen=True, slots=True)
class Someone:
    """A person who would mark or sit: by number, with their own traces, and their groups with theirs."""

    person_id: int
    traces: Traces = Traces()
    # By organisation: (its name, whether the person has left it, its traces).
    groups: dict[int, tuple[str, bool, Traces]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bid:
    """What a bid says of the people behind it."""

    organisation_id: int
    traces: Traces = Traces()
    endorsers: frozenset[str] = frozenset()
    entered_by: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, order=True)
class Sign:
    """One match, with the person's own side of it; nothing of anybody else."""

    signal: Signal
    evidence: str = ""


def domain_of(email: str) -> str:
    """The domain of an address that tells of a body; empty for a public mail provider's or a reserved one."""
    domain = email.rpartition("@")[2].lower()
    return "" if domain in PUBLIC_MAIL or domain.endswith(_RESERVED) else domain


def signs_of(person: Someone, bid: Bid) -> frozenset[Sign]:
    """Every sign that this person may have an interest in this bid."""
    found = {Sign(Signal.EMAIL, mine) for mine in person.traces.emails & bid.traces.emails}
    found |= {Sign(Signal.ENDORSER, mine) for mine in person.traces.emails & bid.endorsers}
    theirs = {domain_of(each) for each in bid.traces.emails} - {""}
    found |= {Sign(Signal.DOMAIN, mine) for mine in {domain_of(each) for each in person.traces.emails} & theirs}
    found |= {Sign(Signal.NAME) for _ in person.traces.names & bid.traces.names}
    if person.person_id in bid.entered_by:
        found.add(Sign(Signal.ENTERED))
    for organisation_id, (name, has_left, traces) in person.groups.items():
        if organisation_id == bid.organisation_id:
            found.add(Sign(Signal.WAS_MEMBER if has_left else Signal.MEMBER))
            continue
        found |= {Sign(Signal.PHONE, name) for _ in traces.phones & bid.traces.phones}
        found |= {Sign(Signal.POSTCODE, name) for _ in traces.postcodes & bid.traces.postcodes}
    return frozenset(found)


def traces_in(value: Any, *, is_address: bool = False, is_phone: bool = False) -> Traces:
    """What an answer of any shape points to; postcodes only where the answer is somebody's address."""
    found = Traces()
    for text in _texts(value):
        found |= Traces(
            emails=frozenset(_emails(text)),
            names=frozenset({normal_name(text)} if len(text) <= LONGEST_NAME and len(text.split()) > 1 else ()),
            phones=frozenset(_phones([text] if is_phone else [])),
            postcodes=frozenset(_postcodes(_POSTCODE.findall(text) if is_address else [])),
        )
    return found


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)


def _emails(text: str) -> Iterable[str]:
    for written in _EMAIL.findall(text):
        checked = check_email(written)
        if checked.error is None:
            yield checked.value.lower()


def _phones(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        checked = check_phone(text)
        if checked.error is None:
            yield re.sub(r"^(?:00)?44(?:0(?=1|2|3|7|8))?", "0", re.sub(r"[^0-9]", "", checked.value))


def _postcodes(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        checked = check_postcode(text)
        if checked.error is None:
            yield checked.value
