"""Signs of interests: what matches is asked about, a public mail provider never is, and nothing of others is told."""

from hypothesis import given
from hypothesis import strategies as st

from workflows.rules.interests import PUBLIC_MAIL, Bid, Sign, Signal, Someone, Traces, domain_of, signs_of, traces_in

DOMAINS = st.sampled_from(["hillyouth.org.uk", "gmail.com", "outlook.com", "city.gov.uk", "club.test"])
EMAILS = st.builds(lambda name, domain: f"{name}@{domain}", st.sampled_from(["a", "b", "c"]), DOMAINS)
TRACES = st.builds(
    Traces,
    emails=st.frozensets(EMAILS, max_size=3),
    names=st.frozensets(st.sampled_from(["one person", "another person"]), max_size=2),
    phones=st.frozensets(st.sampled_from(["01160000001", "01160000002"]), max_size=2),
    postcodes=st.frozensets(st.sampled_from(["LE1 1AA", "LE2 2BB"]), max_size=2),
)
GROUPS = st.dictionaries(
    st.integers(1, 4), st.tuples(st.sampled_from(["One", "Two"]), st.booleans(), TRACES), max_size=3
)
PEOPLE = st.builds(Someone, st.integers(1, 3), TRACES, GROUPS)
BIDS = st.builds(
    Bid,
    st.integers(1, 4),
    TRACES,
    st.frozensets(EMAILS, max_size=2),
    st.frozensets(st.integers(1, 3), max_size=2),
)


@given(PEOPLE, BIDS)
def test_no_sign_tells_anything_but_the_persons_own_side(person, bid):
    own = {*person.traces.emails, *(domain_of(each) for each in person.traces.emails)}
    own |= {name for name, _, _ in person.groups.values()} | {""}
    assert {sign.evidence for sign in signs_of(person, bid)} <= own


@given(PEOPLE, BIDS, TRACES)
def test_more_that_a_bid_says_never_takes_a_sign_away(person, bid, more):
    fuller = Bid(bid.organisation_id, bid.traces | more, bid.endorsers, bid.entered_by)
    assert signs_of(person, bid) <= signs_of(person, fuller)


@given(PEOPLE, BIDS)
def test_nothing_shared_is_no_sign_and_public_mail_is_nothing_shared(person, bid):
    domains = {sign.evidence for sign in signs_of(person, bid) if sign.signal is Signal.DOMAIN}
    assert not domains & (PUBLIC_MAIL | {"club.test", ""})
    assert signs_of(Someone(99), bid) == frozenset()


def test_each_signal_is_found():
    mine = Traces(emails=frozenset({"me@city.gov.uk"}), names=frozenset({"one person"}))
    hall = ("The hall", False, Traces(phones=frozenset({"01160000001"}), postcodes=frozenset({"LE1 1AA"})))
    person = Someone(1, mine, {7: hall, 5: ("Old club", True, Traces())})
    answers = [
        traces_in("Write to other@City.gov.uk or me@city.gov.uk"),
        traces_in([{"name": "One  Person", "role": "Trustee"}]),
        traces_in("+44 116 000 0001", is_phone=True),
        traces_in("1 High Street\nle1 1aa", is_address=True),
    ]
    said = Traces()
    for each in answers:
        said |= each
    bid = Bid(5, said, frozenset({"me@city.gov.uk"}), frozenset({1}))
    assert signs_of(person, bid) == {
        Sign(Signal.EMAIL, "me@city.gov.uk"),
        Sign(Signal.DOMAIN, "city.gov.uk"),
        Sign(Signal.ENDORSER, "me@city.gov.uk"),
        Sign(Signal.NAME),
        Sign(Signal.PHONE, "The hall"),
        Sign(Signal.POSTCODE, "The hall"),
        Sign(Signal.WAS_MEMBER),
        Sign(Signal.ENTERED),
    }
    assert traces_in("1 High Street LE1 1AA").postcodes == frozenset(), "not said to be an address"
