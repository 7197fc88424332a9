"""People are trusted for having been written to, but not out of a house that has turned."""

from trustlane.assessment import Assessment, Opinion, Reach, Thresholds, assess
from trustlane.assessment.reasons import OPINIONS
from trustlane.ledger import Kind, Observation
from trustlane.ledger.drift import MOST
from trustlane.ledger.evidence import after
from trustlane.ledger.history import History, Subject

NOW = 1_800_000_000.0
ADDRESS, HOME = Subject("address", "ann@example.com"), Subject("rfc5322.from", "example.com")
WHY = OPINIONS.reason("correspondent", writer="me@site.example", address=ADDRESS.name, times=3, days=1.0)
WORD = Opinion(ADDRESS, 0.99, 0.75, 3.0, "correspondents", Reach.OWN, WHY)


def assessed(home: History) -> Assessment:
    return assess([ADDRESS, HOME], {HOME: home}, NOW, Thresholds(), opinions=[WORD])


def test_a_correspondent_at_a_decent_house_is_trusted() -> None:
    assert assessed(History(HOME, good=20.0, as_of=NOW, last_mail=NOW)).is_trusted


def test_a_correspondent_at_a_house_that_has_turned_is_not() -> None:
    assert not assessed(History(HOME, good=20.0, as_of=NOW, last_mail=NOW, drift=MOST)).is_trusted


def test_neither_is_an_address_of_it_that_has_a_good_name_still() -> None:
    """Three bad observations of a firm may be of three of its addresses; the fourth is in the same hand."""
    address = History(ADDRESS, good=250.0, as_of=NOW, last_mail=NOW, is_trusted=True)
    for drift, is_trusted in ((0.0, True), (MOST, False)):
        home = History(HOME, good=250.0, as_of=NOW, last_mail=NOW, drift=drift, is_trusted=True)
        assessment = assess([ADDRESS, HOME], {ADDRESS: address, HOME: home}, NOW, Thresholds())
        assert assessment.is_trusted == is_trusted
    assert assessment.reasons[0].code == "standing.turned"


def test_what_strangers_did_at_a_house_of_many_is_not_held_against_it() -> None:
    """A mail service is known by the number of addresses that write from it."""
    home = History(HOME, good=20.0, as_of=NOW, last_mail=NOW, drift=MOST)
    for number in range(60):
        address = Subject("address", f"user{number}@example.com")
        home = after(home, Observation(Kind.MAIL, NOW, (address, HOME)))
    assert assessed(home).is_trusted
