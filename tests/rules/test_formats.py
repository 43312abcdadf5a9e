"""Formats: what each register writes, what is mended, what is only doubted, and what stops."""

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.rules import formats

ZERO_WIDTH = "\u200b\u202e"


def found(checked):
    error, warning = checked.error, checked.warning
    return checked.value, error.code if error else None, warning.code if warning else None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("123456", ("123456", None, None)),
        (" 123 4567 ", ("1234567", None, None)),
        ("1234-567", ("1234567", None, None)),
        ("12345678", ("12345678", None, "charity-number-long")),
        ("sc012345", ("SC012345", None, None)),
        ("SC O12345", ("SC012345", None, "letter-read-as-digit")),
        ("nic 101234", ("NIC101234", None, None)),
        ("１２３４５６７", ("1234567", None, None)),
        (f"12{ZERO_WIDTH}34567", ("1234567", None, None)),
        ("12345", ("12345", "charity-number-unreadable", None)),
        ("123456789", ("123456789", "charity-number-unreadable", None)),
        ("SC12345", ("SC12345", "charity-number-unreadable", None)),
        ("none", ("NONE", "charity-number-unreadable", None)),
        ("XT12345", ("XT12345", "charity-number-is-tax-reference", None)),
        ("CE012345", ("CE012345", "charity-number-is-company", None)),
        ("", ("", None, None)),
        ("  ", ("", None, None)),
    ],
)
def test_charity_numbers(typed, expected):
    assert found(formats.check("charity_number", typed)) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("01234567", ("01234567", None, None)),
        ("1234567", ("01234567", None, "company-number-padded")),
        ("sc 123456", ("SC123456", None, None)),
        ("R0000123", ("R0000123", None, None)),
        ("oc312345", ("OC312345", None, None)),
        ("QQ123456", ("QQ123456", None, "company-number-prefix")),
        ("CE012345", ("CE012345", None, "company-number-is-charity")),
        ("IP12345R", ("IP12345R", None, "company-number-society")),
        ("SP1234RS", ("SP1234RS", None, "company-number-society")),
        ("12345R", ("12345R", None, "company-number-society")),
        ("RS001234", ("RS001234", None, None)),
        ("123456", ("123456", "company-number-unreadable", None)),
        ("123456789", ("123456789", "company-number-unreadable", None)),
        ("R123456", ("R123456", "company-number-unreadable", None)),
        ("SC12345O", ("SC12345O", "company-number-unreadable", None)),
        ("ABC", ("ABC", "company-number-unreadable", None)),
    ],
)
def test_company_numbers(typed, expected):
    assert found(formats.check("company_number", typed)) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("le11aa", ("LE1 1AA", None, None)),
        (" Le1  1aa ", ("LE1 1AA", None, None)),
        ("EC1A-1BB", ("EC1A 1BB", None, None)),
        ("m1 1ae", ("M1 1AE", None, None)),
        ("gir 0aa", ("GIR 0AA", None, None)),
        ("LE1 OAA", ("LE1 0AA", None, "letter-read-as-digit")),
        ("QQ1 1AA", ("QQ1 1AA", None, "postcode-unlikely")),
        ("LE1 1CA", ("LE1 1CA", None, "postcode-unlikely")),
        ("AQ1 1AA", ("AQ1 1AA", None, "postcode-unlikely")),
        ("LE1", ("LE1", "postcode-unreadable", None)),
        ("LE1 1A", ("LE1 1A", "postcode-unreadable", None)),
        ("90210", ("90210", "postcode-unreadable", None)),
        ("<script>", ("<script>", "postcode-unreadable", None)),
    ],
)
def test_postcodes(typed, expected):
    assert found(formats.check("postcode", typed)) == expected


@pytest.mark.parametrize(
    ("typed", "error", "warning"),
    [
        ("0116 496 0000", None, None),
        ("(0116) 496-0000", None, None),
        ("+44 (0)116 496 0000", None, None),
        ("07700 900123", None, None),
        ("0116 496 0000 ext 12", None, None),
        ("496 0000", None, "phone-unlikely"),
        ("0116 496 00000", None, "phone-unlikely"),
        ("999", "phone-unreadable", None),
        ("0" * 16, "phone-unreadable", None),
        ("ask at the shop", "phone-unreadable", None),
        ("+", "phone-unreadable", None),
    ],
)
def test_phones(typed, error, warning):
    assert found(formats.check("phone", typed))[1:] == (error, warning)


@pytest.mark.parametrize(
    ("typed", "value", "error"),
    [
        (" Hall@Example.ORG ", "Hall@example.org", None),
        ("o'neill+grants@example.org", "o'neill+grants@example.org", None),
        ("hall@example", "hall@example", "email-unreadable"),
        ("hall.example.org", "hall.example.org", "email-unreadable"),
        ("a@b@example.org", "a@b@example.org", "email-unreadable"),
        ("hall@example..org", "hall@example..org", "email-unreadable"),
        ("a@example.org, b@example.org", "a@example.org, b@example.org", "email-unreadable"),
        ("x" * 250 + "@example.org", "x" * 250 + "@example.org", "email-unreadable"),
    ],
)
def test_mail_addresses(typed, value, error):
    assert found(formats.check("email", typed))[:2] == (value, error)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("www.Example.org", "https://www.example.org"),
        ("https://example.org/", "https://example.org"),
        ("HTTP://example.org/Hall?a=B#c", "http://example.org/Hall?a=B#c"),
        ("social.example.org/@hall", "https://social.example.org/@hall"),
        ("example.org:8080/x", "https://example.org:8080/x"),
    ],
)
def test_web_addresses(typed, value):
    assert found(formats.check("url", typed)) == (value, None, None)


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "file:///etc/passwd",
        "https://user:secret@example.org",
        "localhost",
        "10.0.0.1",
        "http://[::1",
        "example.org:99999",
        "we have none",
        "https://exa mple.org",
        "mailto:hall@example.org",
        "//",
    ],
)
def test_what_is_no_web_address(typed):
    assert found(formats.check("url", typed))[1] == "web-address-unreadable"


@pytest.mark.parametrize(
    ("typed", "error", "warning"),
    [
        ("2026", None, None),
        (" 1999 ", None, None),
        ("2027", "year-too-late", None),
        ("9999", "year-too-late", None),
        ("0001", "year-unreadable", None),
        ("99", "year-unreadable", None),
        ("1066", None, "year-early"),
        ("-2000", None, None),
        ("20 26", None, None),
        ("2020-21", "year-unreadable", None),
    ],
)
def test_years(typed, error, warning):
    assert found(formats.check_year(typed, latest=2026))[1:] == (error, warning)


@pytest.mark.parametrize(
    ("charity", "company", "expected"),
    [
        ("1234567", "01234567", ["GB-CHC-1234567", "GB-COH-01234567"]),
        ("SC012345", "", ["GB-SC-SC012345"]),
        ("NIC101234", "", ["GB-NIC-101234"]),
        ("", "1234567", ["GB-COH-01234567"]),
        ("", "12345R", ["GB-MPR-12345R"]),
        ("1234567", "CE012345", ["GB-CHC-1234567"]),
        ("12", "x", []),
        ("", "", []),
    ],
)
def test_identifiers_for_open_data_put_the_charity_register_first(charity, company, expected):
    assert formats.org_ids(charity, company) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The Anytown Hall", "anytown  hall", True),
        ("St. Mary's & All Saints", "St Marys and All Saints", True),
        ("Anytown Hall Ltd", "Anytown Hall Limited", True),
        ("Café Anytown", f"Cafe{ZERO_WIDTH} Anytown", True),
        ("Anytown Hall", "Anytown Halls", False),
        ("Ltd", "The", False),
    ],
)
def test_names_are_the_same_whatever_hides_it(one, other, same):
    assert (formats.normal_name(one) == formats.normal_name(other)) is same


NASTY = st.text(max_size=60) | st.sampled_from(["=1+1", "\x00", "0" * 5000, "🏳️‍🌈", "\ud800", "%s", "{0}", ZERO_WIDTH])


@given(kind=st.sampled_from(sorted(formats.CHECKS)), text=NASTY)
def test_any_text_gets_an_answer_and_a_spelling_that_is_kept_passes_again(kind, text):
    checked = formats.check(kind, text)
    assert checked.error is None or checked.warning is None
    if checked.error is None and checked.value:
        again = formats.check(kind, checked.value)
        assert (again.value, again.error) == (checked.value, None)


@given(
    digits=st.text(string.digits, min_size=1, max_size=12),
    breaks=st.lists(st.tuples(st.integers(0, 12), st.sampled_from([" ", "-", ".", "\u00a0", "\u200b"])), max_size=4),
)
def test_a_charity_number_is_its_digits_wherever_they_are_parted(digits, breaks):
    typed = digits
    for place, mark in breaks:
        typed = typed[:place] + mark + typed[place:]
    checked = formats.check_charity_number(typed)
    assert checked.value == digits
    assert (checked.error is None) == (6 <= len(digits) <= 8)


@given(
    outward=st.from_regex(r"[A-Z]{1,2}[0-9][0-9A-Z]?", fullmatch=True),
    inward=st.from_regex(r"[0-9][A-Z]{2}", fullmatch=True),
)
def test_a_postcode_has_one_space_whatever_was_typed(outward, inward):
    for typed in (outward + inward, f"{outward} {inward}", f" {outward.lower()}   {inward.lower()} "):
        checked = formats.check_postcode(typed)
        assert checked.error is None
        assert checked.value.replace("O", "0") == f"{outward} {inward}".replace("O", "0")


@pytest.mark.parametrize("kind", sorted(formats.CHECKS))
@pytest.mark.parametrize("text", ["1" * 200_000, "a." * 100_000, " " * 200_000 + "1", "@" * 200_000, "(" * 200_000])
def test_a_very_long_text_is_refused_at_once(kind, text):
    began = time.perf_counter()
    assert formats.check(kind, text).error is not None
    assert time.perf_counter() - began < 1
