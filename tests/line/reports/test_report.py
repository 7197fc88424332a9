"""What a report says, and of which mails."""

import sys
from collections.abc import Callable

import pytest
from tests.line.reports.mails import (
    FEEDBACK_FIELDS,
    FORGED,
    KEYS,
    NAME,
    SIGNED,
    STATUS_FIELDS,
    bounce,
    feedback,
    forward,
    inline,
    original,
)

from trustlane.ledger import Kind
from trustlane.reasons import Reason
from trustlane.reports import Report, read_report
from trustlane.reports.parts import MAX_DEPTH, MAX_FIELD_OCTETS, MAX_OCTETS, MAX_PARTS
from trustlane.reports.report import MAX_REPORTED

OTHER = KEYS.signed("0" * 24)


def typed(kind: str, more: str = "") -> str:
    return FEEDBACK_FIELDS.replace("abuse", kind) + more


AUTH_FAILURE = typed(
    "auth-failure",
    "Auth-Failure: signature (of the body)\nAuthentication-Results: mx.there.example; dkim=fail header.d=us.example\n"
    "Reported-Domain: us.example\nDKIM-Domain: us.example\nDKIM-Selector: s1\nDelivery-Result: reject\n",
)

READ = [
    (feedback(), Kind.COMPLAINT, (SIGNED,), "abuse, with the whole mail"),
    (feedback(reported=original(), third="text/rfc822-headers"), Kind.COMPLAINT, (SIGNED,), "its header alone"),
    (feedback(typed("Fraud")), Kind.COMPLAINT, (SIGNED,), "fraud, in any case"),
    (feedback(typed("virus (really)")), Kind.COMPLAINT, (SIGNED,), "a comment"),
    (feedback(typed("not-spam")), Kind.NOT_JUNK, (SIGNED,), "not-spam, RFC 6430"),
    (feedback(FEEDBACK_FIELDS.replace("1\n", "0.1\n")), Kind.COMPLAINT, (SIGNED,), "the drafts' version"),
    (feedback(f"X-New: \xe9\n{FEEDBACK_FIELDS}"), Kind.COMPLAINT, (SIGNED,), "fields nobody knows are ignored"),
    (feedback(reported="From: x@y\n\nid=" + SIGNED), Kind.COMPLAINT, (), "an id in the reported body proves nothing"),
    (feedback(reported=original(FORGED)), Kind.COMPLAINT, (FORGED,), "whether it is forged is judged later"),
    (bounce(), Kind.JUNK, (SIGNED,), "a server behind us refused it by policy"),
    (forward(original()), None, (SIGNED,), "a forward with the mail attached"),
    (forward(original(), original(OTHER)), None, (SIGNED, OTHER), "several mails attached"),
    (forward(original(), original()), None, (SIGNED,), "the same one twice"),
    (original().encode() + b"\nBuy!\n", None, (SIGNED,), "passed on as it was (redirected)"),
    (b"Content-Type: message/rfc822\n\n" + original().encode(), None, (SIGNED,), "nothing but the mail"),
    (inline(f"> Trust-Lane: open; id={SIGNED};\n> From: x"), None, (SIGNED,), "quoted in a text"),
    (inline("no id here"), None, (), "none"),
    (inline(f"the decision {NAME}"), None, (), "the name alone, as a sender knows it"),
    (b"", None, (), "nothing"),
]


@pytest.mark.parametrize(("octets", "kind", "shown", "reason"), READ)
@pytest.mark.proves("RFC 5965 §2", "RFC 5965 §3", "RFC 5965 §6", "RFC 5965 §7.3", "RFC 6430 §2", "RFC 6522 §3")
def test_a_report_is_read(octets: bytes, kind: Kind | None, shown: tuple[str, ...], reason: str) -> None:
    report = read_report(octets)
    assert isinstance(report, Report), reason
    assert (report.kind, report.shown) == (kind, shown), reason


@pytest.mark.parametrize(("octets", "kind", "shown", "reason"), READ)
def test_line_ends_make_no_difference(octets: bytes, kind: Kind | None, shown: tuple[str, ...], reason: str) -> None:
    assert read_report(octets.replace(b"\n", b"\r\n")) == read_report(octets), reason


def test_a_mail_within_an_attached_mail_is_not_what_is_reported() -> None:
    """It was forwarded by the sender who is reported; its own sender did nothing."""
    inner = forward(original(OTHER)).decode().replace("boundary=f", "boundary=g").replace("--f", "--g")
    report = read_report(forward(original() + inner.removeprefix("From: ann@here.example\n")))
    assert isinstance(report, Report)
    assert report.shown == (SIGNED,)


MALFORMED = [
    (feedback(FEEDBACK_FIELDS.replace("User-Agent: Loop/1.0\n", "")), "field-count", "no User-Agent"),
    (feedback(FEEDBACK_FIELDS + "Version: 1\n"), "field-count", "two versions"),
    (feedback(FEEDBACK_FIELDS + "Feedback-Type: not-spam\n"), "field-count", "two types"),
    (feedback(FEEDBACK_FIELDS + "Incidents: 1\nIncidents: 2\n"), "field-count", "an optional field twice"),
    (feedback(FEEDBACK_FIELDS + "Arrival-Date: x\nReceived-Date: y\n"), "field-count", "two names of one date"),
    (feedback(FEEDBACK_FIELDS.replace("Version: 1", "Version: 2")), "version", "of another version"),
    (feedback(typed("auth-failure")), "field-count", "an authentication failure that names none"),
    (feedback(AUTH_FAILURE + "Auth-Failure: spf\n"), "field-count", "two of them"),
    (feedback(second="rfc822"), "part-missing", "another second part"),
    (feedback(third=""), "part-missing", "no third part"),
    (feedback(third="text/plain"), "part-missing", "another third part"),
    (bounce("Reporting-MTA: dns; x\n"), "part-missing", "no recipient"),
    (bounce(STATUS_FIELDS.replace("Action: failed\n", "")), "part-missing", "no action"),
    (bounce(STATUS_FIELDS.replace("5.7.1", "05.7.1")), "part-missing", "a status that is none"),
    (bounce(STATUS_FIELDS.replace("rfc822;", "").replace("rfc822;", "")), "part-missing", "an address without type"),
]


@pytest.mark.parametrize(("octets", "code", "reason"), MALFORMED)
@pytest.mark.proves(
    "RFC 5965 §3.1", "RFC 5965 §3.2", "RFC 5965 §4", "RFC 5965 §8.9", "RFC 6591 §3.1", "RFC 6591 §3.2.2",
    "RFC 3464 §2.3", "RFC 3464 §2.3.2", "RFC 3464 §2.3.3", "RFC 3464 §2.3.4", "RFC 3464 §2.1.2",
)  # fmt: skip
def test_a_malformed_report_is_refused_with_its_cause(octets: bytes, code: str, reason: str) -> None:
    refused = read_report(octets)
    assert isinstance(refused, Reason), reason
    assert refused.code == f"feedback.{code}", reason


@pytest.mark.parametrize("kind", ["opt-out", "other", "dmarc-of-the-future", "x" * 3_000])
@pytest.mark.proves("RFC 6650 §4.5")
def test_a_type_that_is_not_known_is_set_aside_and_not_refused(kind: str) -> None:
    report = read_report(feedback(typed(kind)))
    assert isinstance(report, Report)
    assert (report.kind, report.is_about_behaviour) == (None, False)
    assert [note.code for note in report.notes] == ["feedback.not-about-behaviour"]


@pytest.mark.proves("RFC 6591 §3", "RFC 6591 §3.1", "RFC 6591 §3.2.2", "RFC 6591 §3.3")
def test_a_failed_authentication_elsewhere_is_told_and_counts_for_nobody() -> None:
    report = read_report(feedback(AUTH_FAILURE))
    assert isinstance(report, Report)
    assert not report.is_about_behaviour
    told = report.notes[0]
    assert (told.code, dict(told.values)) == (
        "feedback.auth-failure",
        {"domain": "us.example", "failure": "signature", "delivery": "reject"},
    )


BOUNCES = [
    ("5.7.1", "failed", Kind.JUNK, "bounced", "refused by policy"),
    ("5.1.1", "failed", None, "bounced", "no such mailbox: no verdict"),
    ("4.4.1", "failed", None, "bounced", "given up after days"),
    ("4.7.0", "delayed", None, "still-trying", "not yet known"),
    ("2.0.0", "DELIVERED", None, "still-trying", "all is well"),
]


@pytest.mark.parametrize(("status", "action", "kind", "code", "reason"), BOUNCES)
@pytest.mark.proves("RFC 3464 §2", "RFC 3464 §2.1", "RFC 3464 §2.3.3", "RFC 3463 §2", "RFC 3463 §3.2", "RFC 3463 §3.8")
def test_a_bounce_tells_what_became_of_each_recipient(
    status: str, action: str, kind: Kind | None, code: str, reason: str
) -> None:
    report = read_report(bounce(STATUS_FIELDS.replace("5.7.1", status).replace("failed", action)))
    assert isinstance(report, Report), reason
    assert (report.kind, report.notes[0].code) == (kind, f"feedback.{code}"), reason
    assert report.notes[0].values["address"] == "ann@here.example"


@pytest.mark.proves("RFC 6533 §4")
def test_a_bounce_of_internationalized_mail_is_read_as_well() -> None:
    octets = bounce(STATUS_FIELDS + "\nFinal-Recipient: utf-8; b@x\nAction: failed\nStatus: 5.1.1\n")
    report = read_report(octets.replace(b"message/delivery-status", b"message/global-delivery-status"))
    assert isinstance(report, Report)
    assert [note.values["address"] for note in report.notes] == ["ann@here.example", "b@x"]


def _nested(depth: int) -> bytes:
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth)
    )


LIMITS = [
    (_nested(MAX_DEPTH) + b"\nx", None, "as deep as may be"),
    (_nested(MAX_DEPTH + 1) + b"\nx", "depth", "one deeper"),
    (_nested(1) + b"\n--b0\n" * (MAX_PARTS - 3), None, "as many parts as may be"),
    (_nested(1) + b"\n--b0\n" * (MAX_PARTS - 2), "parts", "one more"),
    (_nested(5_000), "depth", "far deeper than Python's own limit"),
]


@pytest.mark.parametrize(("octets", "what", "reason"), LIMITS)
@pytest.mark.proves("RFC 5965 §8.4")
def test_reading_ends_at_its_limits(octets: bytes, what: str | None, reason: str) -> None:
    report = read_report(octets)
    assert (report.values["what"] if isinstance(report, Reason) else None) == what, reason


def test_what_comes_after_the_limit_of_octets_is_not_read() -> None:
    before = inline("x" * (MAX_OCTETS - 200) + f"\n{SIGNED}\n")
    after = inline("x" * MAX_OCTETS + f"\n{SIGNED}\n")
    shown = [report.shown for report in map(read_report, (before, after)) if isinstance(report, Report)]
    assert shown == [(SIGNED,), ()]


def test_a_field_is_read_up_to_its_limit() -> None:
    head = f"Trust-Lane: open; {'x' * MAX_FIELD_OCTETS}; id={SIGNED}\n"
    report = read_report(head.encode() + b"\nx")
    assert isinstance(report, Report)
    assert report.shown == ()


def test_no_more_mails_are_reported_at_once_than_the_limit() -> None:
    mails = [original(KEYS.signed(f"{number:024x}")) for number in range(MAX_REPORTED + 1)]
    report = read_report(forward(*mails))
    assert isinstance(report, Report)
    assert len(report.shown) == MAX_REPORTED


SHAPES = [
    ("lines", lambda n: inline("x\n" * n)),
    ("fields", lambda n: b"a: b\n" * n),
    ("folded lines", lambda n: b"a:" + b"\n b" * n),
    ("semicolons in a type", lambda n: b'Content-Type: multipart/report; "' + b";" * n),
    ("boundary lines", lambda n: b"Content-Type: text/plain; boundary=b\n\n" + b"--b\n" * n),
    ("lines at the deepest part", lambda n: _nested(MAX_DEPTH) + b"\n" + b"y\n" * n),
    ("ids in a text", lambda n: inline(f"{SIGNED}\n" * n)),
    ("half ids", lambda n: inline(f"{NAME}." * n)),
    ("groups of a bounce", lambda n: bounce(STATUS_FIELDS, reported="x: y\n" * n)),
]


@pytest.mark.parametrize(("shape", "made"), SHAPES)
def test_twice_the_report_is_at_most_twice_the_work(shape: str, made: Callable[[int], bytes]) -> None:
    """By the count of calls. What the standard library may do with the square of a field's length, its limit bounds."""
    once, twice = _calls(made(2_000)), _calls(made(4_000))
    assert twice <= 2.1 * once + 200, f"{shape}: {once} calls, then {twice}"


def _calls(octets: bytes) -> int:
    count = 0

    def called(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        read_report(octets)
    finally:
        sys.setprofile(None)
    return count
