"""Which share of trusted mail the content filter looks at."""

from dataclasses import replace

import pytest

from trustlane.assessment import Assessment, Thresholds, assess
from trustlane.lanes.audit import LEAST_AUDITED, audited_share, is_audited
from trustlane.ledger.history import History, Subject

NOW = 1_800_000_000.0
AUTHOR = Subject("rfc5322.from", "example.com")


def assessed(good: float, drift: float = 0.0) -> Assessment:
    history = History(AUTHOR, good=good, as_of=NOW, last_mail=NOW, drift=drift, is_trusted=True)
    return assess([AUTHOR], {AUTHOR: history}, NOW, Thresholds())


SHARES = [
    (98.0, 0.0, 1.0, "the newly trusted, always"),
    (199.0, 0.0, 0.5, "falling with their evidence"),
    (300.0, 0.0, LEAST_AUDITED, "the best known, seldom"),
    (300.0, 1.0, LEAST_AUDITED, "a newcomer's complaint wakes nobody"),
    (300.0, 4.0, 1.0, "after bad news, always"),
    (10.0, 0.0, 0.0, "mail of the open lane is no audit"),
]


@pytest.mark.parametrize(("good", "drift", "share", "reason"), SHARES)
def test_the_share_that_is_audited(good: float, drift: float, share: float, reason: str) -> None:
    assert audited_share(assessed(good, drift)) == pytest.approx(share, abs=0.01), reason


def test_the_same_mail_is_audited_or_not_whenever_it_is_asked() -> None:
    known = assessed(199.0)
    drawn = [is_audited(f"id{number}", known) for number in range(2000)]
    assert drawn == [is_audited(f"id{number}", known) for number in range(2000)]
    assert 900 < sum(drawn) < 1100


def test_who_is_trusted_for_another_word_and_unknown_here_is_always_audited() -> None:
    granted = replace(assessed(10.0), is_trusted=True, deciding=None, trusted_for=Subject("address", "a@example.com"))
    assert audited_share(granted) == 1.0
