"""The operator's word goes before what was earned and what others say, until it ends."""

import pytest

from trustlane.assessment import Assessment, Thresholds, assess
from trustlane.ledger.history import History, Override, Subject

NOW = 1_800_000_000.0
ANN = Subject("address", "ann@firm.example")
FIRM = Subject("rfc5322.from", "firm.example")
NETWORK = Subject("network", "192.0.2.0/24")
GOOD = {"good": 300.0, "as_of": NOW, "last_mail": NOW, "is_trusted": True}
BAD = {"bad": 50.0, "as_of": NOW, "last_mail": NOW}
UNTIL = NOW + 1_000.0

CASES = [
    ({FIRM: "trusted"}, BAD, True, "standing.set", "a bad name that the operator trusts"),
    ({FIRM: "open"}, GOOD, False, "standing.set", "a good one that must be looked at"),
    ({FIRM: "bad"}, GOOD, False, "standing.set", "a good one that is blocked"),
    ({ANN: "open", FIRM: "trusted"}, GOOD, False, "standing.set", "the most specific one counts"),
    ({ANN: "trusted", FIRM: "bad"}, GOOD, False, "standing.set", "but bad is never excused"),
    ({NETWORK: "bad"}, GOOD, False, "standing.set", "a network can be set against mail"),
    ({NETWORK: "trusted"}, BAD, False, "standing.bad", "and never for it"),
    ({}, GOOD, True, "standing.trusted", "nothing is set"),
]


@pytest.mark.parametrize(("words", "earned", "is_trusted", "code", "reason"), CASES)
def test_the_operators_word_decides(
    words: dict[Subject, str], earned: dict[str, float], is_trusted: bool, code: str, reason: str
) -> None:
    assessment = assessed(words, earned)
    assert (assessment.is_trusted, assessment.reasons[0].code) == (is_trusted, code), reason


def test_the_reason_tells_the_word_its_end_and_why() -> None:
    assert assessed({FIRM: "trusted"}, BAD).reasons[0].text == (
        "rfc5322.from firm.example is set to trusted by the operator until 2027-01-15 08:16 UTC: our bank"
    )


def test_when_it_ends_what_was_earned_counts_again() -> None:
    ended = assessed({FIRM: "trusted"}, BAD, now=UNTIL + 60.0)
    assert (ended.is_trusted, ended.reasons[0].code) == (False, "standing.bad")


def test_trust_that_was_set_is_no_trust_that_was_earned() -> None:
    """Otherwise the end of the word would leave the lower threshold of those who earned theirs."""
    assert assessed({FIRM: "trusted"}, {}).changes == ()
    assert assessed({FIRM: "open"}, GOOD).changes == ()


def test_it_answers_for_no_mail_for_which_nobody_answers() -> None:
    assert assess([NETWORK], {NETWORK: said(NETWORK, "trusted", {})}, NOW, Thresholds()).reasons[0].code == (
        "standing.nobody"
    )


def test_a_word_that_a_later_trustlane_may_know_is_none() -> None:
    assert History(FIRM, set_to="gold", set_until=UNTIL).override(NOW) is None


def assessed(words: dict[Subject, str], earned: dict[str, float], now: float = NOW) -> Assessment:
    subjects = [ANN, FIRM, NETWORK]
    histories = {FIRM: History(FIRM, **earned)}  # type: ignore[arg-type]
    histories |= {subject: said(subject, to, earned if subject == FIRM else {}) for subject, to in words.items()}
    return assess(subjects, histories, now, Thresholds())


def said(subject: Subject, to: str, earned: dict[str, float]) -> History:
    word = Override(to, UNTIL, "our bank")
    history = History(subject, **earned)  # type: ignore[arg-type]
    return history._replace(set_to=word.to, set_until=word.until, set_why=word.why)
