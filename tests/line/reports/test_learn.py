"""What is said of a mail counts for those who answered for it, where its id is ours."""

import pytest
from tests.line.reports.mails import FORGED, KEYS, NAME, SIGNED, bounce, feedback, forward, inline, original

from trustlane.assessment import Thresholds
from trustlane.dns.absent import NO_RESOLVER
from trustlane.errors import LedgerError
from trustlane.lanes import SiteKeys
from trustlane.ledger import Kind, Observation, Subject
from trustlane.ledger.memory import MemoryLedger
from trustlane.ledger.port import KEPT_SECONDS, Remembered
from trustlane.message import Session, Transaction
from trustlane.reports import Learned, Listener, Report, read_report

NOW = 1_800_000_000.0
SENDER = Subject("rfc5322.from", "sender.example")
OLD = KEYS.signed("1" * 24)
NOBODYS = KEYS.signed("2" * 24)


def listener(keys: SiteKeys = KEYS) -> Listener:
    ledger = MemoryLedger()
    mails = [
        Remembered(NAME, NOW, "open", "deliver", (SENDER,), ""),
        Remembered("2" * 24, NOW, "open", "deliver", (), ""),
    ]
    ledger.write([], mails)
    return Listener(keys, ledger, Thresholds())


def took(listening: Listener, octets: bytes, kind: Kind = Kind.COMPLAINT, reporter: str = "ann") -> Learned:
    report = read_report(octets)
    assert isinstance(report, Report)
    return listening.take(report, kind, reporter=reporter, now=NOW)


TAKEN = [
    (feedback(), "counted", 1, False, "ours"),
    (forward(original()), "counted", 1, False, "a forward"),
    (inline(SIGNED), "counted", 1, False, "in a text"),
    (feedback(reported=original(FORGED)), "forged", 0, True, "of another key"),
    (feedback(reported=original(NAME)), "unsigned", 0, True, "the bare name, as logs and replies tell it"),
    (forward(original(SIGNED.replace(".1a", ".1z"))), "unknown-key", 0, True, "of a key that is gone"),
    (forward(original(OLD)), "forgotten", 0, False, "ours, but not kept any more"),
    (forward(original(NOBODYS)), "nobody", 0, False, "a mail for which nobody answered"),
    (forward("From: x@y\n"), "no-id", 0, False, "of a mail that did not come through here"),
    (bounce(), "counted", 1, False, "refused behind us"),
]


@pytest.mark.parametrize(("octets", "code", "counted", "is_refused", "reason"), TAKEN)
@pytest.mark.proves("RFC 3464 §4.1", "RFC 3464 §2.2.2", "RFC 3464 §2.1.1", "RFC 5965 §3", "RFC 5965 §8.8")
def test_a_report_counts_where_its_id_is_ours(
    octets: bytes, code: str, counted: int, is_refused: bool, reason: str
) -> None:
    learned = took(listener(), octets)
    assert learned.reasons[-1].code == f"feedback.{code}", reason
    assert (learned.counted, learned.is_refused) == (counted, is_refused), reason


def test_the_same_report_twice_counts_once_and_another_reporter_again() -> None:
    listening = listener()
    codes = [took(listening, feedback(), reporter=who).reasons[0].code for who in ("ann", "ann", "bob")]
    assert codes == ["feedback.counted", "feedback.counted-before", "feedback.counted"]
    assert listening.ledger.read([SENDER])[SENDER].bad > 0.0


def test_a_forward_of_several_mails_counts_each_that_is_ours() -> None:
    learned = took(listener(), forward(original(FORGED), original(SIGNED), original(OLD)))
    assert [reason.code for reason in learned.reasons] == [
        "feedback.forged",
        "feedback.counted",
        "feedback.forgotten",
    ]
    assert (learned.counted, learned.subjects, learned.is_refused) == (1, (SENDER,), False)


def test_what_a_forward_says_is_said_by_the_address_and_what_a_report_says_by_itself() -> None:
    for octets, kind in ((forward(original()), Kind.NOT_JUNK), (feedback(), Kind.COMPLAINT)):
        learned = took(listener(), octets, Kind.NOT_JUNK)
        assert learned.reasons[0].values["kind"] == kind


def test_a_site_without_keys_believes_no_report() -> None:
    assert took(listener(SiteKeys()), feedback()).is_refused


@pytest.mark.parametrize(("shown", "code"), [(FORGED, "forged"), (NAME, "unsigned"), ("deadbeefdeadbeef", "unsigned")])
def test_a_mail_that_bears_an_id_which_is_not_ours_is_refused(shown: str, code: str) -> None:
    learned = said_of(f"{original(shown)}\nBuy!\n")
    assert (learned.reasons[0].code, learned.is_refused) == (f"feedback.{code}", True)


def test_a_mail_without_an_id_and_one_that_is_forgotten_are_examined_anew() -> None:
    for mail in ("From: a@sender.example\n\nBuy!\n", f"{original(OLD)}\nBuy!\n"):
        learned = said_of(mail)
        assert learned.subjects == (Subject("network", "192.0.2.0/24"),)
        assert learned.reasons[0].code == "feedback.counted"


def test_a_mail_that_bears_our_id_is_not_examined_again() -> None:
    assert said_of(f"{original()}\nBuy!\n").subjects == (SENDER,)


def test_a_ledger_that_cannot_be_written_is_said_and_nothing_is_acknowledged() -> None:
    class Full(MemoryLedger):
        def write(self, observations: object, decisions: object = ()) -> int:
            raise LedgerError("the disk is full")

    whole = listener()
    full = Full()
    full._decisions = whole.ledger._decisions  # type: ignore[attr-defined]
    with pytest.raises(LedgerError):
        took(Listener(KEYS, full, Thresholds()), feedback())


def test_trust_that_a_report_costs_is_lost_at_once() -> None:
    listening = listener()
    listening.ledger.write([Observation(Kind.NOT_JUNK, NOW, (SENDER,))] * 110)
    listening.ledger.write([Observation(Kind.TRUST_GAINED, NOW, (SENDER,))])
    listening.ledger.write([Observation(Kind.TRAP, NOW, (SENDER,))] * 3)
    took(listening, feedback())
    assert not listening.ledger.read([SENDER])[SENDER].is_trusted


def test_decisions_are_kept_as_long_as_the_reason_says() -> None:
    (reason,) = took(listener(), forward(original(OLD))).reasons
    assert reason.values["days"] * 86_400 == KEPT_SECONDS


def said_of(mail: str) -> Learned:
    transaction = Transaction(mail.encode(), Session("192.0.2.1"))
    return listener().learn(transaction, Kind.COMPLAINT, reporter="ann", resolver=NO_RESOLVER, now=NOW)
