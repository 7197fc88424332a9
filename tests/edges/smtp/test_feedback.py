"""Reports by mail: the relay takes them at its feedback addresses, and answers once they are kept."""

import re
import smtplib
from pathlib import Path

import pytest
from tests.edges.cli.running import said
from tests.edges.serving import Serving, serving
from tests.edges.test_serve import LETTER

from trustlane.ledger import Subject
from trustlane.reports.feedback import reporter_of

SETTINGS = """
[feedback]
addresses = ["Spam@here.example"]
not_junk_addresses = ["notspam@here.example"]
trap_addresses = ["trap@here.example"]
verdict_fields = ["X-Spam-Status"]
verdict_sources = ["127.0.0.1"]
"""

FORWARD = (
    b"From: ann@here.example\r\nSubject: Fwd: hi\r\nContent-Type: multipart/mixed; boundary=f\r\n\r\n--f\r\n\r\n"
    b"Spam!\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n%s\r\n--f--\r\n"
)


def sent(port: int, octets: bytes, *rcpt: str, mail_from: str = "a@sender.example") -> str:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=30) as client:
        client.ehlo()
        assert client.mail(mail_from)[0] == 250
        for recipient in rcpt:
            assert client.rcpt(recipient)[0] == 250
        code, text = client.data(octets)
    return f"{code} {text.decode()}"


def delivered(relay: Serving, octets: bytes = LETTER % b"1", *rcpt: str) -> bytes:
    """Sends a mail; gives it as it was delivered."""
    before = relay.mails("Open")
    assert sent(relay.port, octets, *(rcpt or ("b@here.example",))).startswith("250")
    (new,) = (mail for mail in relay.mails("Open") if mail not in before)
    return new.replace(b"\n", b"\r\n")


def weights(relay: Serving) -> list[str]:
    lines = said("standing", "list", "--kind", "spf", cwd=relay.folder).splitlines()
    return [found[1] for line in lines if (found := re.search(r"weight ([\d.]+)", line))]


@pytest.mark.proves("RFC 5965 §8.2")
def test_a_forwarded_complaint_counts_once_and_is_there_after_a_kill(tmp_path: Path) -> None:
    with serving(tmp_path, relay=SETTINGS) as relay:
        complaint = FORWARD % delivered(relay)
        assert sent(relay.port, complaint, "spam@HERE.example").startswith("250 2.0.0 counted as complaint for ")
        relay.kill()
        (weight,) = weights(relay)
        assert float(weight) > 0.0
    with serving(tmp_path, relay=SETTINGS) as relay:
        assert sent(relay.port, complaint, "spam@here.example").startswith("250 2.0.0 counted before as complaint ")
        assert len(relay.mails("Open")) == 1, "a report that was counted is not delivered"


def test_the_other_address_says_that_it_was_wanted(tmp_path: Path) -> None:
    with serving(tmp_path, relay=SETTINGS) as relay:
        assert sent(relay.port, FORWARD % delivered(relay), "notspam@here.example").startswith(
            "250 2.0.0 counted as not"
        )


def test_forged_and_unsigned_ids_are_refused_with_the_reason(tmp_path: Path) -> None:
    with serving(tmp_path, relay=SETTINGS) as relay:
        mail = delivered(relay)
        forged = re.sub(rb"(id=\w+\.1a)\w{26}", rb"\g<1>" + b"a" * 26, mail)
        bare = re.sub(rb"(id=\w+)\.\w+", rb"\1", mail)
        assert re.fullmatch(
            r"550 5\.7\.1 the id \S+ was not signed here", sent(relay.port, FORWARD % forged, "spam@here.example")
        )
        assert "is not signed" in sent(relay.port, FORWARD % bare, "spam@here.example")
        assert weights(relay) == ["0.0"]
        assert "was not signed here" in (tmp_path / "log.txt").read_text()
        relay.stop()
        told = re.findall(r"reports by mail: (.*)", (tmp_path / "log.txt").read_text())
        assert sorted(", ".join(it for it in told if it != "none").split(", ")) == [
            "feedback.forged 1",
            "feedback.unsigned 1",
        ]


@pytest.mark.proves("RFC 5965 §4")
def test_a_malformed_feedback_report_is_refused_with_its_cause(tmp_path: Path) -> None:
    octets = b"Content-Type: multipart/report; report-type=feedback-report; boundary=f\r\n\r\n--f\r\n\r\nx\r\n--f--\r\n"
    with serving(tmp_path, relay=SETTINGS) as relay:
        reply = sent(relay.port, octets, "spam@here.example")
        assert reply.startswith("550 5.6.0 a feedback report needs a part message/feedback-report")


@pytest.mark.proves("RFC 6650 §5.5", "RFC 6650 §4.5")
def test_what_is_no_report_about_our_mail_is_delivered_to_its_recipient(tmp_path: Path) -> None:
    """A person reads it; published addresses take what people write."""
    with serving(tmp_path, relay=SETTINGS) as relay:
        assert b"Trust-Lane" in delivered(relay, LETTER % b"2", "spam@here.example")


def test_a_report_that_goes_to_others_too_is_counted_and_delivered(tmp_path: Path) -> None:
    with serving(tmp_path, relay=SETTINGS) as relay:
        complaint = FORWARD % delivered(relay)
        assert b"Fwd: hi" in delivered(relay, complaint, "spam@here.example", "boss@here.example")
        assert max(map(float, weights(relay))) > 0.0


def test_mail_to_a_spam_trap_counts_against_who_answers_for_it(tmp_path: Path) -> None:
    with serving(tmp_path, relay=SETTINGS) as relay:
        delivered(relay, LETTER % b"1", "b@here.example", "TRAP@here.example")
        assert weights(relay) == ["10.0"]


@pytest.mark.parametrize(("verdict", "weight"), [(b"Yes, score=9", "1.0"), (b"No, score=0", "0.5"), (b"?", "0.0")])
def test_the_verdict_of_a_filter_in_front_counts(tmp_path: Path, verdict: bytes, weight: str) -> None:
    with serving(tmp_path, relay=SETTINGS) as relay:
        delivered(relay, b"X-Spam-Status: %s\r\n" % verdict + LETTER % b"1")
        assert weights(relay) == [weight]


def test_the_verdict_of_a_host_that_is_not_listed_is_not_believed(tmp_path: Path) -> None:
    """Any sender can write that its mail is no spam."""
    elsewhere = SETTINGS.replace('"127.0.0.1"]', '"192.0.2.0/24"]')
    with serving(tmp_path, relay=elsewhere) as relay:
        delivered(relay, b"X-Spam-Status: No\r\n" + LETTER % b"1")
        assert weights(relay) == ["0.0"]


REPORTERS = [
    ((Subject("address", "ann@x"), Subject("network", "n")), "address ann@x", "an author that is proved"),
    ((Subject("dkim", "x"), Subject("network", "n")), "network n", "else the network"),
    ((), "", "nothing is known"),
]


@pytest.mark.parametrize(("subjects", "reporter", "reason"), REPORTERS)
@pytest.mark.proves("RFC 5965 §8.2")
def test_nobody_names_the_reporter_but_authentication(
    subjects: tuple[Subject, ...], reporter: str, reason: str
) -> None:
    assert reporter_of(subjects) == reporter, reason
