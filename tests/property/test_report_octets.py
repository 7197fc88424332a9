"""Any octets are read as a report without an exception, and what is found in them was there."""

from hypothesis import given, settings
from hypothesis.strategies import binary, builds, integers, just, lists, one_of, sampled_from, tuples
from tests.line.reports.mails import SIGNED, bounce, feedback, forward, inline, original

from trustlane.reasons import Reason
from trustlane.reports import Report, read_report
from trustlane.reports.content import READERS, verdict_of
from trustlane.reports.parts import read_header
from trustlane.reports.report import MAX_REPORTED, shown_by_header

SEEDS = [feedback(), bounce(), forward(original(), original()), inline(SIGNED), original().encode()]
PIECES = [
    b"\r\n",
    b"\n",
    b"\n\n",
    b"--r",
    b"--r--",
    b"--f\n",
    b"\0",
    b"\xff",
    b"=?utf-8?q?x?=",
    b"Content-Type: multipart/mixed; boundary=",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Type: message/delivery-status\n\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: x-uuencode\n",
    b"; report-type*0*=us-ascii'en'feedback%2Dreport",
    b'charset="\xff"',
    b"From ",
    b":",
    b"Trust-Lane: open; id=",
    SIGNED.encode(),
]

cuts = tuples(integers(0, 1_000), integers(0, 40), one_of(sampled_from(PIECES), binary(max_size=12)))
damaged = builds(lambda seed, changes: _damage(seed, changes), sampled_from(SEEDS), lists(cuts, min_size=1, max_size=8))
soup = lists(one_of(sampled_from(PIECES), binary(max_size=6)), max_size=40).map(b"".join)


@settings(deadline=None, max_examples=400)
@given(one_of(damaged, soup, binary(max_size=300), just(b"")))
def test_any_octets_give_a_report_or_a_reason(octets: bytes) -> None:
    read = read_report(octets)
    if isinstance(read, Reason):
        assert read.code.startswith("feedback.")
        return
    assert isinstance(read, Report)
    assert len(read.shown) == len(set(read.shown)) <= MAX_REPORTED
    assert all(note.code.startswith("feedback.") for note in read.notes)
    assert all(shown.isascii() and shown.isprintable() for shown in read.shown)


@settings(deadline=None, max_examples=200)
@given(one_of(damaged, soup))
def test_any_header_shows_one_id_or_none_and_a_verdict_or_none(octets: bytes) -> None:
    fields = read_header(octets)
    shown = shown_by_header(fields)
    assert shown is None or shown.encode() in octets
    verdict_of(fields, READERS)


def _damage(seed: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for at, length, piece in changes:
        start = at % (len(seed) + 1)
        seed = seed[:start] + piece + seed[start + length :]
    return seed
