"""Combination: own news first, two from outside, or the operator's right."""

import pytest

from trustlane.assessment import Opinion, Reach, Thresholds, assess
from trustlane.assessment.reasons import OPINIONS
from trustlane.ledger.history import History, Subject

NOW = 1_800_000_000.0
ANN = Subject("address", "ann@firm.example")
FIRM = Subject("rfc5322.from", "firm.example")
SIGNER = Subject("dkim", "firm.example")
NETWORK = Subject("network", "192.0.2.0/24")
HELD = {"as_of": NOW, "last_mail": NOW, "is_trusted": True}
PAST = {
    "new": {},
    "good": {"good": 300.0, "long_good": 300.0, **HELD},
    "fair": {"good": 100.0, "bad": 20.0, "as_of": NOW},
    "bad": {"bad": 20.0, "as_of": NOW},
    "braked": {"good": 300.0, "audits_due": 5, **HELD},
    "turned": {"good": 300.0, "drift": 12.0, **HELD},
}


def word(
    source: str, rating: float, reach: Reach = Reach.OUTSIDE, subject: Subject = FIRM, sure: float = 0.8
) -> Opinion:
    reason = OPINIONS.reason("reputed", service=source, name=subject.name, assertion="spam", rating=1.0 - rating)
    return Opinion(subject, rating, sure, 0.0, source, reach, reason)


GOOD_A, GOOD_B = word("a", 0.95), word("b", 0.95)
BAD_A, BAD_B = word("a", 0.05), word("b", 0.05)
FRIEND = word("correspondents", 0.99, Reach.OWN, ANN)
PARTNER = word("partner", 1.0, Reach.OWN, SIGNER)
GRANTED = word("a", 0.95, Reach.TRUSTED_OUTSIDE)

RULES = [
    ("new", [], False, "standing.unknown", "nobody knows it"),
    ("new", [GOOD_A], False, "standing.unknown", "one outside word is not enough"),
    ("new", [GOOD_A, GOOD_B], True, "opinion.agreed", "two that agree are"),
    ("new", [GOOD_A, word("a", 0.99)], False, "standing.unknown", "one source is one, however often it speaks"),
    ("new", [GOOD_A, word("b", 0.95, subject=NETWORK)], True, "opinion.agreed", "one at least of the author"),
    ("new", [word("a", 0.95, subject=NETWORK), word("b", 0.9, subject=SIGNER)], False, "standing.unknown", "none is"),
    ("new", [GOOD_A, word("b", 0.95, sure=0.2)], False, "standing.unknown", "who is not sure says nothing"),
    ("new", [GOOD_A, word("b", 0.6)], False, "standing.unknown", "who is of two minds neither"),
    ("new", [GRANTED], True, "opinion.granted", "the operator gave it the right"),
    ("new", [GRANTED, BAD_B], False, "standing.unknown", "not while another speaks against it"),
    ("new", [GOOD_A, GOOD_B, word("c", 0.05)], False, "standing.unknown", "nor two"),
    ("new", [FRIEND], True, "opinion.reputed", "a correspondent is this site's own word"),
    ("new", [PARTNER], True, "opinion.reputed", "so is a partner"),
    ("good", [], True, "standing.trusted", "earned here"),
    ("good", [BAD_A], True, "standing.trusted", "one outside word takes nothing away"),
    ("good", [BAD_A, BAD_B], False, "opinion.against", "two do"),
    ("good", [word("a", 0.05, Reach.TRUSTED_OUTSIDE)], False, "opinion.against", "or one with the right"),
    ("fair", [GOOD_A, GOOD_B], False, "standing.untrusted", "own news outweighs any outside word"),
    ("fair", [GRANTED], False, "standing.untrusted", "also one with the right"),
    ("fair", [FRIEND], True, "opinion.reputed", "a friend at a firm that others complain of is a friend"),
    ("bad", [GOOD_A, GOOD_B, GRANTED], False, "standing.bad", "own bad news wins"),
    ("bad", [FRIEND, PARTNER], False, "standing.bad", "against everybody"),
    ("turned", [GOOD_A, GOOD_B], False, "standing.turned", "a turn is own news"),
    ("braked", [GOOD_A, GOOD_B], False, "standing.braked", "so is a burst"),
]


@pytest.mark.proves("RFC 5863 §2.4")
@pytest.mark.parametrize(("past", "opinions", "is_trusted", "code", "reason"), RULES)
def test_rules(past: str, opinions: list[Opinion], is_trusted: bool, code: str, reason: str) -> None:
    histories = {FIRM: History(FIRM, **PAST[past])}
    assessment = assess([ANN, FIRM, SIGNER, NETWORK], histories, NOW, Thresholds(), opinions=opinions)
    assert (assessment.is_trusted, assessment.reasons[0].code) == (is_trusted, code), reason
    assert assessment.opinions == tuple(opinions)
    assert (assessment.speaks_for is not None) == is_trusted


@pytest.mark.parametrize("past", ["turned", "braked", "fair"])
def test_a_friend_whose_own_address_has_bad_news_is_no_friend_now(past: str) -> None:
    """An account that was taken over writes to all its friends first."""
    assessment = assess([ANN, FIRM], {ANN: History(ANN, **PAST[past])}, NOW, Thresholds(), opinions=[FRIEND])
    assert not assessment.is_trusted


def test_nobody_answers_and_no_opinion_helps() -> None:
    opinions = [GRANTED, PARTNER, word("list", 0.05, subject=NETWORK)]
    assessment = assess([NETWORK], {}, NOW, Thresholds(), opinions=opinions)
    assert [reason.code for reason in assessment.reasons] == ["standing.nobody", "opinion.reputed"]


def test_field_note_32_a_well_known_sender_need_not_be_a_stranger_at_first_contact() -> None:
    """Where only local history counts, mail by well-known, aligned, signed senders is rejected at first contact."""
    assessment = assess([FIRM], {}, NOW, Thresholds(), opinions=[GOOD_A, GOOD_B])
    assert assessment.is_trusted
    assert assessment.reasons[0].text.startswith("a and b agree on rfc5322.from firm.example: ")


def test_what_was_outweighed_is_told() -> None:
    histories = {FIRM: History(FIRM, **PAST["fair"])}
    assessment = assess([FIRM], histories, NOW, Thresholds(), opinions=[GOOD_A])
    assert [reason.code for reason in assessment.reasons] == ["standing.untrusted", "opinion.own-news"]
    alone = assess([FIRM], {}, NOW, Thresholds(), opinions=[GOOD_A])
    assert [reason.code for reason in alone.reasons] == ["standing.unknown", "opinion.alone"]
