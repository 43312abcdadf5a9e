"""Whose bid it is does not come through, however the name is written; what names nobody stays as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.rules.anonymity import Mask, Names, people_in, written_names

NAMES = Names(
    groups=frozenset({"Together", "The Hill Top & District Boys' Boxing Club CIC (fictional)", "Corner Kick"}),
    people=people_in("Example Person, youth worker"),
    numbers=frozenset({"1123456"}),
    addresses=frozenset({"4 Example Row\nLeicester\nLE3 9QQ"}),
    places=frozenset({"Hill Top"}),
)
MASK = Mask(NAMES)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Hill Top and District Boys Boxing Club runs it", "[the group] runs it"),
        ("the HILL TOP & DISTRICT BOYS’ BOXING CLUB’s hall", "[the group] hall"),
        ("Hill Top\nand District Boys' Boxing Club.", "[the group]."),
        ("Hill\u200b Top & District Bo\u200bys' Boxing Club", "[the group]"),
        ("Híll Top & District Boys' Boxing", "[the group]"),
        ("see #HillTopDistrictBoysBoxingClub", "see #[the group]"),
        ("HTDBBC and HTADBBC’s sessions", "[the group] and [the group] sessions"),
        ("Together meets; we work together", "[the group] meets; we work together"),
        ("corner kick on Fridays", "[the group] on Fridays"),
        ("Ask Example Person or Mrs Person", "Ask [a person] or [a person]"),
        ("Charity 1123456, at 4 Example Row, le39qq", "Charity [a number], at [an address], [an address]"),
        ("write to e.person+x@hilltop.org.uk or @hilltopboxing", "write to [an address] or [an address]"),
        ("www.hilltop.example/x and hilltop.co.uk/a", "[an address] and [an address]"),
        ("Ring 0116 496 0123 or +44 (0)7700 900 123", "Ring [a number] or [a number]"),
        # What names nobody: the place, money, dates, hours, and words that hold the letters.
        ("Hill Top has 1,123 young people; £10,000 from 01/02/2027 to 31.03.2028", None),
        ("We go round the corner. Kickboxing at 18.30, ages 11-17, ASB fell 30% in 2025/26", None),
    ],
)
def test_names_come_out_and_the_rest_stays(written, read):
    assert MASK.text(written) == (written if read is None else read)


def test_roles_are_no_people_and_several_names_are_several():
    assert people_in("The chair of the group") == frozenset()
    assert people_in("Mrs Example Person (chair)") == {"Example Person"}
    assert {"HYC", "The Hub"} <= written_names("HYC, or The Hub")


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_name_never_comes_through_whatever_stands_around_it(before, after):
    text = MASK.text(f"{before} Corner Kick {after}")
    assert "corner kick" not in text.casefold()


def test_nothing_known_changes_nothing():
    assert Mask(Names()).text("Plain words about a project.") == "Plain words about a project."
