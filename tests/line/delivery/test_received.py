"""The trace field of a relay (RFC 5321 §4.4)."""

import pytest

from trustlane.delivery.received import received_value
from trustlane.message import Envelope, Session, Transaction

NOW = 1_700_000_000.0


def value(session: Session, *rcpt: str) -> str:
    return received_value(Transaction(b"", session, Envelope("", rcpt)), "mx.example.org", "abc", NOW)


@pytest.mark.proves("RFC 5321 §4.4")
def test_it_says_who_brought_the_mail_to_whom_and_when() -> None:
    assert value(Session("192.0.2.1", "client.example"), "user@example.org") == (
        "from client.example ([192.0.2.1])\r\n\tby mx.example.org (trustlane) with ESMTP id abc"
        "\r\n\tfor <user@example.org>;\r\n\tTue, 14 Nov 2023 22:13:20 -0000"
    )


@pytest.mark.proves("RFC 5321 §7.2")
def test_several_recipients_are_not_told_of_each_other() -> None:
    """RFC 5321 §7.2: a blind copy stays blind."""
    assert "for <" not in value(Session("2001:db8::1", "c.example"), "a@example.org", "b@example.org")


@pytest.mark.parametrize("helo", ["x\r\nForged: 1", "a(b)c", "é", "x" * 5000])
def test_nothing_a_client_says_leaves_its_place(helo: str) -> None:
    first, *rest = value(Session("192.0.2.1", helo), "a@example.org").split("\r\n")
    assert len(first) < 300
    assert first.isascii()
    assert first.endswith(" ([192.0.2.1])")
    assert all(line.startswith("\t") for line in rest)
