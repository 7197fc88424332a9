"""The milter protocol: packets in, events and packets out."""

from ipaddress import ip_address

import pytest
from tests.edges.milter.mta import (
    ABORT,
    CONTENT,
    DATA,
    END,
    END_OF_HEADER,
    ENVELOPE,
    OLD_STEPS,
    QUIT,
    QUIT_NC,
    SESSION,
    agreed,
    body,
    codes,
    connect,
    field,
    hello,
    macros,
    mail,
    offer,
    rcpt,
)

from trustlane.milter.answer import ACCEPT
from trustlane.milter.codes import Command, Steps
from trustlane.milter.events import (
    Aborted,
    Closed,
    Connected,
    Content,
    ContentEnded,
    Disconnected,
    Greeted,
    MailStarted,
    RecipientGiven,
)
from trustlane.milter.packets import MAX_PACKET_OCTETS, packet
from trustlane.milter.protocol import HEADER_FLUSH_OCTETS, MilterProtocol, State


def content(events: list[object]) -> bytes:
    return b"".join(event.octets for event in events if isinstance(event, Content))


def test_a_whole_mail_in_the_order_an_mta_sends_it() -> None:
    protocol = agreed()
    events = protocol.receive(
        macros(Command.CONNECT, j="mx.site.example", daemon_name="smtpd")
        + SESSION
        + macros(Command.MAIL, i="4F1D", **{"{auth_authen}": "ann"})
        + ENVELOPE
        + CONTENT
        + END
    )
    site = {"j": "mx.site.example", "daemon_name": "smtpd"}
    assert events == [
        Connected("mx.firm.example", "192.0.2.1", site),
        Greeted("mx.firm.example"),
        MailStarted("ann@firm.example", (), {**site, "i": "4F1D", "auth_authen": "ann"}),
        RecipientGiven("bob@site.example", b"<bob@site.example>"),
        Content(b"From: ann@firm.example\r\nSubject: hi\r\n there\r\n\r\n"),
        Content(b"Hello\r\n"),
        ContentEnded({**site, "i": "4F1D", "auth_authen": "ann"}),
    ]
    assert protocol.data_to_send() == b"", "where no reply is agreed, there is none before the end"
    protocol.finish(b"", ACCEPT)
    assert codes(protocol.data_to_send()) == "a"
    assert protocol.receive(QUIT) == [Closed()]


def test_where_silence_was_not_offered_every_packet_is_answered() -> None:
    protocol = agreed(steps=OLD_STEPS)
    protocol.receive(SESSION + ENVELOPE + CONTENT)
    assert codes(protocol.data_to_send()) == "c" * 9, "connect, helo, mail, rcpt, data, two fields, eoh, body"
    protocol.receive(macros(Command.BODYEOB, i="4F1D") + END)
    assert codes(protocol.data_to_send()) == ""


@pytest.mark.parametrize(
    ("steps", "wants_body", "said", "why"),
    [
        (OLD_STEPS | Steps.SKIP, False, "s", "enough is known, and the MTA understands"),
        (OLD_STEPS | Steps.SKIP, True, "c", "a signature covers the body"),
        (OLD_STEPS, False, "c", "the MTA does not know the word"),
        (OLD_STEPS | Steps.SKIP | Steps.NR_BODY, False, "", "no reply was agreed, so none is given"),
    ],
)
def test_the_rest_of_a_body_that_nobody_needs_is_skipped(steps: int, wants_body: bool, said: str, why: str) -> None:
    protocol = agreed(steps=steps)
    protocol.receive(SESSION + ENVELOPE + field("A", " b") + END_OF_HEADER)
    protocol.data_to_send()
    protocol.wants_body = wants_body
    protocol.receive(body(b"x"))
    assert codes(protocol.data_to_send()) == said, why


@pytest.mark.parametrize(
    ("steps", "value", "octets", "why"),
    [
        (Steps.HDR_LEADSPC, " hi", b"S: hi\r\n", "the blank came along"),
        (Steps.HDR_LEADSPC, "hi", b"S:hi\r\n", "there was none, which a signature may cover"),
        (Steps.HDR_LEADSPC, "  hi", b"S:  hi\r\n", "there were two"),
        (0, "hi", b"S: hi\r\n", "the MTA took the blank away"),
        (Steps.HDR_LEADSPC, " a\n\tb\n c", b"S: a\r\n\tb\r\n c\r\n", "folds come with LF"),
        (Steps.HDR_LEADSPC, " a\r\n b", b"S: a\r\n b\r\n", "or with CRLF"),
        (Steps.HDR_LEADSPC, "\n a", b"S:\r\n a\r\n", "a value may begin on the next line"),
        (Steps.HDR_LEADSPC, "", b"S:\r\n", "empty"),
        (Steps.HDR_LEADSPC, " \xe9\u4e2d", " \xe9\u4e2d".join(("S:", "\r\n")).encode(), "octets stay octets"),
    ],
)
@pytest.mark.proves("RFC 5322 §2.2.3")
def test_a_field_is_as_it_was_on_the_wire(steps: int, value: str, octets: bytes, why: str) -> None:
    protocol = agreed(steps=OLD_STEPS | steps)
    assert content(protocol.receive(SESSION + ENVELOPE + field("S", value) + END_OF_HEADER)) == octets + b"\r\n", why


@pytest.mark.parametrize(
    ("family", "address", "client_ip", "why"),
    [
        ("4", "192.0.2.1", "192.0.2.1", "IPv4"),
        ("6", "2001:db8::1", "2001:db8::1", "IPv6 as Postfix writes it"),
        ("6", "IPv6:2001:DB8::1", "2001:db8::1", "IPv6 as Sendmail writes it"),
        ("6", "::ffff:192.0.2.1", "192.0.2.1", "IPv4 on an IPv6 socket"),
        ("L", "/var/run/sock", None, "a UNIX socket"),
        ("4", "unknown", None, "no address"),
        ("4", "", None, "empty"),
        ("?", "192.0.2.1", None, "another family"),
    ],
)
@pytest.mark.proves("RFC 4291 §2.5.5.2")
def test_the_client_s_address(family: str, address: str, client_ip: str | None, why: str) -> None:
    (connected,) = agreed().receive(connect("host", family, address))
    assert isinstance(connected, Connected)
    assert connected.client_ip == client_ip, why
    assert client_ip is None or ip_address(client_ip)


def test_an_unknown_family_ends_after_its_letter() -> None:
    assert agreed().receive(packet(Command.CONNECT, b"localhost\0U")) == [Connected("localhost", None)]


@pytest.mark.parametrize(
    ("path", "address", "why"),
    [
        ("<ann@firm.example>", "ann@firm.example", "in brackets"),
        ("<>", "", "the null path"),
        ("ann@firm.example", "ann@firm.example", "Sendmail may leave the brackets out"),
        ('<"a>b"@firm.example>', '"a>b"@firm.example', "a bracket in quotes"),
        ("", "", "nothing"),
    ],
)
def test_paths_lose_their_brackets(path: str, address: str, why: str) -> None:
    events = agreed().receive(SESSION + mail(path, "SIZE=100", "BODY=8BITMIME"))
    started = events[-1]
    assert isinstance(started, MailStarted)
    assert (started.mail_from, started.parameters) == (address, ("SIZE=100", "BODY=8BITMIME")), why


def test_several_mails_and_several_clients_come_over_one_connection() -> None:
    """An abort ends the mail and not the connection; QUIT_NC ends the client and not the connection."""
    protocol = agreed()
    protocol.receive(SESSION)
    for _ in range(2):
        protocol.receive(ENVELOPE + CONTENT + END)
        protocol.finish(b"", ACCEPT)
    assert protocol.receive(ENVELOPE + ABORT)[-1] == Aborted()
    assert protocol.receive(QUIT_NC) == [Disconnected()]
    events = protocol.receive(connect("other.example", "4", "192.0.2.2") + hello("other.example") + ENVELOPE)
    assert events[0] == Connected("other.example", "192.0.2.2")
    assert protocol.state is State.ENVELOPE


@pytest.mark.parametrize(
    ("before", "aborted"),
    [
        (b"", False),
        (connect(), False),
        (SESSION, False),
        (SESSION + mail(), True),
        (SESSION + ENVELOPE, True),
        (SESSION + ENVELOPE + field("A", " b"), True),
        (SESSION + ENVELOPE + CONTENT, True),
        (SESSION + ENVELOPE + CONTENT + END, True),
    ],
)
def test_an_abort_may_come_at_any_time(before: bytes, aborted: bool) -> None:
    protocol = agreed()
    protocol.receive(before)
    assert protocol.receive(ABORT) == ([Aborted()] if aborted else [])
    protocol.finish(b"", ACCEPT)
    assert protocol.data_to_send() == b"", "an answer that comes too late is not sent"
    assert not protocol.is_closed


def test_a_lost_connection_aborts_the_mail() -> None:
    protocol = agreed()
    protocol.receive(SESSION + ENVELOPE + CONTENT)
    assert protocol.lost() == [Aborted(), Closed()]
    assert protocol.lost() == []


def test_macros_of_a_mail_do_not_stay_for_the_next_one() -> None:
    protocol = agreed()
    protocol.receive(macros(Command.CONNECT, j="mx") + SESSION)
    protocol.receive(macros(Command.MAIL, i="1", **{"{auth_authen}": "ann"}) + ENVELOPE + END)
    protocol.finish(b"", ACCEPT)
    (started, _) = protocol.receive(mail() + rcpt())
    assert isinstance(started, MailStarted)
    assert started.macros == {"j": "mx"}


def test_patience_is_asked_for_while_an_answer_is_sought_and_only_then() -> None:
    protocol = agreed()
    protocol.progress()
    protocol.receive(SESSION + ENVELOPE + CONTENT + END)
    protocol.progress()
    protocol.finish(b"", ACCEPT)
    protocol.progress()
    assert codes(protocol.data_to_send()) == "pa"


def test_a_busy_filter_asks_the_client_to_come_again() -> None:
    protocol = MilterProtocol(is_busy=True)
    assert protocol.receive(offer() + connect()) == []
    assert codes(protocol.data_to_send()) == "Ot"


@pytest.mark.parametrize(
    ("octets", "fault"),
    [
        (connect(), "CONNECT in state OFFER"),
        (offer() + offer(), "OPTNEG in state CLIENT"),
        (offer() + hello(), "HELO in state CLIENT"),
        (offer() + SESSION + rcpt(), "RCPT in state MAIL"),
        (offer() + SESSION + END, "BODYEOB in state MAIL"),
        (offer() + SESSION + ENVELOPE + CONTENT + field("A", "b"), "HEADER in state BODY"),
        (offer() + SESSION + ENVELOPE + CONTENT + END + DATA, "DATA in state ANSWER"),
        (offer() + packet(ord("X")), "a command of code 88"),
        (b"\0\0\0\0", "a packet of 0 octets"),
        ((MAX_PACKET_OCTETS + 2).to_bytes(4, "big"), "a packet of 1048578 octets"),
        (b"GET / HTTP/1.1\r\n\r\n", "a packet of 1195725856 octets"),
    ],
)
def test_what_no_mta_says_ends_the_connection(octets: bytes, fault: str) -> None:
    protocol = MilterProtocol()
    assert protocol.receive(octets)[-1] == Closed(fault)
    assert protocol.is_closed
    assert protocol.receive(offer()) == []


def test_a_packet_of_the_largest_size_is_taken() -> None:
    protocol = agreed()
    protocol.receive(SESSION + ENVELOPE + END_OF_HEADER)
    (chunk,) = protocol.receive(body(b"x" * MAX_PACKET_OCTETS))
    assert isinstance(chunk, Content)
    assert len(chunk.octets) == MAX_PACKET_OCTETS


def test_a_long_header_is_handed_on_in_parts() -> None:
    protocol = agreed()
    events = protocol.receive(SESSION + ENVELOPE + field("A", " " + "x" * HEADER_FLUSH_OCTETS))
    assert isinstance(events[-1], Content)
    events += protocol.receive(field("B", " b") + END_OF_HEADER)
    assert content(events) == b"A: " + b"x" * HEADER_FLUSH_OCTETS + b"\r\nB: b\r\n\r\n"


@pytest.mark.parametrize(
    ("octets", "message", "why"),
    [
        (END, b"\r\n", "nothing at all: the blank line alone"),
        (END_OF_HEADER + END, b"\r\n", "no fields"),
        (field("A", " b") + END, b"A: b\r\n\r\n", "an MTA that does not tell the header's end"),
        (field("A", " b") + body(b"x"), b"A: b\r\n\r\nx", "nor here"),
        (field("A", " b") + END_OF_HEADER + packet(Command.BODYEOB, b"x"), b"A: b\r\n\r\nx", "body in the last packet"),
    ],
)
def test_header_and_body_are_parted_whatever_the_mta_leaves_out(octets: bytes, message: bytes, why: str) -> None:
    assert content(agreed().receive(SESSION + ENVELOPE + octets)) == message, why
