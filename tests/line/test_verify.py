"""The library's call: what is not given is not made up, and only a caller's mistake raises."""

from pathlib import Path
from typing import Any

import pytest

from trustlane import Lane, LineEnds, MessageError, verify
from trustlane.dns.zone import ZoneResolver
from trustlane.errors import LedgerError
from trustlane.ledger import Kind, Observation, Subject
from trustlane.ledger.memory import MemoryLedger

ZONE = ZoneResolver.from_text(
    'sender.example. TXT "v=spf1 ip4:192.0.2.0/24 -all"\n_dmarc.sender.example. TXT "v=DMARC1; p=reject"\n'
)
LETTER = b"From: Ann <ann@sender.example>\nSubject: hi\n\nhello\n"
FACTS: dict[str, Any] = {"client_ip": "192.0.2.7", "helo": "mx.sender.example", "mail_from": "ann@sender.example"}
NOW = 1_700_000_000.0


def results(decision: Any, method: str) -> list[tuple[str, str]]:
    return [(finding.result, finding.reason) for finding in decision.findings if finding.method == method]


def test_without_a_resolver_nothing_is_asked_and_nothing_passes() -> None:
    decision = verify(LETTER, **FACTS, now=NOW)
    assert {finding.result for finding in decision.findings if finding.method in {"spf", "dmarc"}} == {"temperror"}
    assert all(answer.why == "not-asked" for _, answer in decision.examined.transcript)


def test_without_a_client_address_spf_says_that_it_was_not_evaluated() -> None:
    decision = verify(LETTER, mail_from="ann@sender.example", resolver=ZONE, now=NOW)
    assert results(decision, "spf") == [("none", "spf.not-evaluated")] * 2
    assert results(decision, "iprev") == []


def test_without_helo_or_reverse_path_the_other_is_still_evaluated() -> None:
    decision = verify(LETTER, client_ip="192.0.2.7", mail_from="ann@sender.example", resolver=ZONE, now=NOW)
    assert results(decision, "spf") == [("none", "spf.not-evaluated"), ("pass", "spf.matched")]


def test_without_a_ledger_nobody_is_known() -> None:
    decision = verify(LETTER, **FACTS, resolver=ZONE, now=NOW)
    assert decision.lane is Lane.OPEN
    assert {standing.sample_size for standing in decision.assessment.standings} == {0.0}


def test_a_name_that_earned_trust_takes_the_trusted_lane_and_loses_it_with_complaints() -> None:
    ledger = MemoryLedger()
    author = (Subject("rfc5322.from", "sender.example"),)
    ledger.write([Observation(Kind.NOT_JUNK, NOW - 60, author)] * 150)
    call = {**FACTS, "resolver": ZONE, "ledger": ledger, "now": NOW}
    assert verify(LETTER, **call).lane is Lane.TRUSTED
    ledger.write([Observation(Kind.COMPLAINT, NOW, author)] * 3)
    after = verify(LETTER, **call)
    assert after.lane is Lane.OPEN
    assert after.reasons[0].code == "standing.turned"


def test_the_ledger_is_told_of_every_mail() -> None:
    ledger = MemoryLedger()
    decision = verify(LETTER, **FACTS, resolver=ZONE, ledger=ledger, now=NOW)
    (history,) = ledger.read([Subject("rfc5322.from", "sender.example")]).values()
    assert history.mails == 1
    kept = ledger.decision(decision.id)
    assert kept is not None
    assert kept.subjects == decision.identities.subjects


class BrokenLedger(MemoryLedger):
    """One whose disk is gone."""

    def read(self, *_: Any) -> Any:
        raise LedgerError("the disk is gone")

    def write(self, *_: Any) -> Any:
        raise LedgerError("the disk is gone")


def test_a_ledger_that_is_down_opens_the_lane_and_loses_nothing() -> None:
    decision = verify(LETTER, **FACTS, resolver=ZONE, ledger=BrokenLedger(), now=NOW)
    assert decision.lane is Lane.OPEN
    assert decision.reasons[0].code == "lane.ledger-unavailable"


@pytest.mark.parametrize(
    ("message", "facts", "why"),
    [
        ("text", {}, "a message is bytes, not str"),
        (None, {}, "a message is bytes, not NoneType"),
        (b"", {"client_ip": "1.2.3"}, "'1.2.3' is no IP address"),
        (b"", {"line_ends": "unix"}, "'unix' is no policy for line ends, as as-is, fix-crlf, reject are"),
    ],
)
def test_a_wrong_argument_is_named(message: Any, facts: dict[str, Any], why: str) -> None:
    with pytest.raises(MessageError, match=why):
        verify(message, **facts, now=NOW)


@pytest.mark.parametrize(
    ("message", "line_ends", "fields", "refused_at"),
    [
        (b"A: b\r\nC: d\r\n\r\n", LineEnds.REJECT, [b"A", b"C"], None),
        (b"A: b\nC: d\n\n", LineEnds.FIX_CRLF, [b"A", b"C"], None),
        (b"A: b\nC: d\n\n", LineEnds.AS_IS, [b"A", b"C"], None),
        (b"A: b\nC: d\n\n", LineEnds.REJECT, [b"A", b"C"], 4),
        (b"A: b\rC: d\r\n\r\n", LineEnds.FIX_CRLF, [b"A"], None),
        (b"A: b\rC: d\r\n\r\n", LineEnds.REJECT, [b"A"], 4),
        (b"A: b\r\n\r\nx\r", LineEnds.REJECT, [b"A"], 9),
    ],
)
def test_a_lone_line_end_is_taken_as_declared(
    message: bytes, line_ends: LineEnds, fields: list[bytes], refused_at: int | None
) -> None:
    decision = verify(message, line_ends=line_ends, now=NOW)
    assert [name for name, _, _ in decision.examined.examination.field_spans] == fields
    refusals = [reason.values["at"] for reason in decision.reasons if reason.code == "lane.bare-line-end"]
    assert refusals == ([] if refused_at is None else [refused_at])
    assert decision.lane is Lane.OPEN


@pytest.mark.parametrize("octets", [b"", b"\0", b"\r\n", b":", b"\xff" * 1000, b"From: " + b"(" * 10_000])
def test_no_octets_raise(octets: bytes) -> None:
    assert verify(octets, **FACTS, resolver=ZONE, now=NOW).lane is Lane.OPEN


def test_the_same_mail_at_the_same_time_has_the_same_decision() -> None:
    first, second = (verify(LETTER, **FACTS, resolver=ZONE, now=NOW) for _ in range(2))
    assert (first.id, first.findings, first.reasons) == (second.id, second.findings, second.reasons)


@pytest.mark.parametrize(
    ("now", "told"),
    [(1528637909, ("pass", "dkim.verified")), (1528637908 - 300, ("permerror", "dkim.signed-in-future"))],
)
def test_field_note_12_a_mail_is_verified_at_its_receipt_whenever_it_is_read(now: int, told: tuple[str, str]) -> None:
    golden = Path(__file__).parents[1] / "golden" / "001-rfc8463-two-passes"
    zone = ZoneResolver.from_file(golden / "zone.txt")
    assert results(verify((golden / "mail.eml").read_bytes(), resolver=zone, now=now), "dkim") == [told, told]


@pytest.mark.parametrize("status", ["servfail", "timeout"])
def test_field_note_11_a_key_that_cannot_be_had_now_stays_temporary_through_dmarc(status: str) -> None:
    golden = Path(__file__).parents[1] / "golden" / "001-rfc8463-two-passes"
    records = f"""brisbane._domainkey.football.example.com. TXT "v=DKIM1" ; {status}
test._domainkey.football.example.com. TXT "v=DKIM1" ; {status}
_dmarc.football.example.com. TXT "v=DMARC1; p=reject"
"""
    message = (golden / "mail.eml").read_bytes()
    decision = verify(message, resolver=ZoneResolver.from_text(records), now=1528637999)
    assert results(decision, "dkim") == [("temperror", "dkim.key-unavailable")] * 2
    assert [result for result, _ in results(decision, "dmarc")] == ["temperror"]
    assert decision.lane is Lane.OPEN
