"""What is offered by where mail goes: SMTPUTF8, DSN and LIMITS."""

import pytest
from tests.edges.smtp.test_nexthop import ENVELOPE as PASSED_ON
from tests.edges.smtp.test_nexthop import GO, MAIL, OK, ScriptedHop, hop_at, reply_of
from tests.edges.smtp.test_protocol import HELLO, Client

from trustlane.delivery.offers import Offers, offers_of
from trustlane.message import Envelope, Notification, RecipientNotification
from trustlane.smtp.events import ContentEnded, MailStarted
from trustlane.smtp.limits import Limits

UTF8 = Offers(smtputf8=True)
DSN = Offers(dsn=True)


def client_of(offers: Offers) -> Client:
    return Client(offers=lambda: offers)


def envelope_of(client: Client) -> Envelope:
    (ended,) = client.seen(ContentEnded)
    assert isinstance(ended, ContentEnded)
    return ended.transaction.envelope


OFFERED = [
    (Offers(), []),
    (UTF8, ["250-SMTPUTF8"]),
    (DSN, ["250-DSN"]),
    (Offers(smtputf8=True, dsn=True), ["250-SMTPUTF8", "250-DSN"]),
]


@pytest.mark.parametrize(("offers", "lines"), OFFERED)
@pytest.mark.proves("RFC 6531 §3.1")
def test_only_what_the_place_of_delivery_takes_is_offered(offers: Offers, lines: list[str]) -> None:
    said = client_of(offers).say(HELLO)
    assert [line for line in said if line in ("250-SMTPUTF8", "250-DSN")] == lines
    assert client_of(offers).say(b"HELO c.example\r\n") == ["250 mx.site.example"]


PATHS = [
    ("<ü@author.example> SMTPUTF8", "250 2.1.0 Sender taken", "ü@author.example"),
    ("<a@bücher.example> smtputf8 SIZE=10", "250 2.1.0 Sender taken", "a@bücher.example"),
    ('<"ü ö"@author.example> SMTPUTF8', "250 2.1.0 Sender taken", '"ü ö"@author.example'),
    ("<a@author.example> SMTPUTF8", "250 2.1.0 Sender taken", "a@author.example"),
    ("<ü@author.example>", "553 5.6.7 Address is not US-ASCII, and MAIL did not say SMTPUTF8", None),
    ("<a@author.example> SMTPUTF8=yes", "501 5.5.4 Parameter is malformed or given twice", None),
    ("<a\x85@author.example> SMTPUTF8", "501 5.1.7 Syntax is MAIL FROM:<address>", None),
    ("<a\u2028@author.example> SMTPUTF8", "501 5.1.7 Syntax is MAIL FROM:<address>", None),
    ("<a\u3000b@author.example> SMTPUTF8", "501 5.1.7 Syntax is MAIL FROM:<address>", None),
    ("<a@author.example>\u3000SMTPUTF8", "501 5.1.7 Syntax is MAIL FROM:<address>", None),
    ("<a@author.example> SMTPUTF8\u2028SIZE=1", "501 5.5.4 Parameter is malformed or given twice", None),
    ("<" + "ü" * 512 + "@b.example> SMTPUTF8", "501 5.1.7 Syntax is MAIL FROM:<address>", None),
    ("<a@" + "ü" * 128 + ".example> SMTPUTF8", "501 5.1.7 Syntax is MAIL FROM:<address>", None),
]


@pytest.mark.parametrize(("argument", "reply", "mail_from"), PATHS)
@pytest.mark.proves("RFC 6531 §3.3", "RFC 6531 §3.4", "RFC 6531 §3.5")
def test_senders_in_utf_8(argument: str, reply: str, mail_from: str | None) -> None:
    client = client_of(UTF8)
    assert client.say_lines(HELLO, b"MAIL FROM:" + argument.encode() + b"\r\n")[-1] == reply
    assert client.seen(MailStarted) == ([] if mail_from is None else [MailStarted(mail_from, size_of(argument))])


def size_of(argument: str) -> int | None:
    return 10 if "SIZE=10" in argument else None


def test_octets_that_are_no_utf_8_are_no_address() -> None:
    assert client_of(UTF8).say_lines(HELLO, b"MAIL FROM:<\xff@b.example> SMTPUTF8\r\n")[-1].startswith("501 5.1.7")


@pytest.mark.proves("RFC 6531 §3.4", "RFC 6531 §3.5", "RFC 6531 §4.3")
def test_a_mail_in_utf_8_says_so_in_its_envelope_and_in_received() -> None:
    client = client_of(UTF8)
    client.say_lines(HELLO, "MAIL FROM:<ü@author.example> SMTPUTF8\r\nRCPT TO:<ö@site.example>\r\n".encode())
    client.say_lines(b"DATA\r\n", b"x\r\n.\r\n")
    (ended,) = client.seen(ContentEnded)
    assert isinstance(ended, ContentEnded)
    assert ended.transaction.envelope == Envelope("ü@author.example", ("ö@site.example",), is_utf8=True)
    assert ended.transaction.session.protocol == "UTF8SMTP"
    client.say_lines(b"MAIL FROM:<>\r\n")
    assert client.say("RCPT TO:<ö@site.example>\r\n".encode())[0].startswith("553 5.6.7"), "each mail says it anew"


IN_UTF8 = Envelope("ü@author.example", ("b@site.example",), is_utf8=True)
IN_ASCII = Envelope("a@author.example", ("b@site.example",), is_utf8=True)
HEADER_8BIT = "Subject: ü\r\n\r\nbody\r\n".encode()
BODY_8BIT = "Subject: u\r\n\r\nbödy\r\n".encode()
PLAIN = "250-hop\r\n250 8BITMIME"
WITH_UTF8 = "250-hop\r\n250-8BITMIME\r\n250 SMTPUTF8"

PASSED = [
    (WITH_UTF8, IN_UTF8, MAIL, "250", "MAIL FROM:<ü@author.example> SMTPUTF8", "address"),
    (WITH_UTF8, IN_ASCII, HEADER_8BIT, "250", "MAIL FROM:<a@author.example> BODY=8BITMIME SMTPUTF8", "header"),
    (WITH_UTF8, IN_ASCII, BODY_8BIT, "250", "MAIL FROM:<a@author.example> BODY=8BITMIME", "declared, but not needed"),
    (PLAIN, IN_ASCII, BODY_8BIT, "250", "MAIL FROM:<a@author.example> BODY=8BITMIME", "declared, but not needed"),
    (PLAIN, IN_UTF8, MAIL, "553 5.6.7 The next hop takes no address in UTF-8", None, "never downgraded"),
    (PLAIN, IN_ASCII, HEADER_8BIT, "554 5.6.9 The next hop takes no header in UTF-8", None, "never downgraded"),
]


@pytest.mark.parametrize(("ehlo", "envelope", "mail", "reply", "heard", "why"), PASSED)
@pytest.mark.proves("RFC 6531 §3.2", "RFC 6531 §3.4")
async def test_mail_in_utf_8_goes_to_hops_that_take_it(
    ehlo: str, envelope: Envelope, mail: bytes, reply: str, heard: str | None, why: str
) -> None:
    hop = ScriptedHop("220 hop", ehlo, OK, OK, GO, OK)
    assert (await reply_of(hop, envelope, mail)).startswith(reply), why
    assert hop.heard[1] == (heard or "QUIT")


WISHES = [
    (b"RET=HDRS", b"", Notification("HDRS", None, (RecipientNotification(),)), "250"),
    (b"ret=full ENVID=a+2Bb", b"", Notification("FULL", "a+2Bb", (RecipientNotification(),)), "250"),
    (b"", b"NOTIFY=never", Notification(None, None, (RecipientNotification("NEVER"),)), "250"),
    (b"", b"NOTIFY=Success,DELAY", Notification(None, None, (RecipientNotification("SUCCESS,DELAY"),)), "250"),
    (
        b"",
        b"ORCPT=rfc822;b+2Bx@site.example",
        Notification(None, None, (RecipientNotification(None, "rfc822;b+2Bx@site.example"),)),
        "250",
    ),
    (b"", b"", None, "250"),
    (b"RET=SOME", b"", None, "501 5.5.4"),
    (b"RET=", b"", None, "501 5.5.4"),
    (b"ENVID=a+b", b"", None, "501 5.5.4"),
    (b"ENVID=" + b"a" * 101, b"", None, "501 5.5.4"),
    (b"RET=HDRS RET=HDRS", b"", None, "501 5.5.4"),
    (b"", b"NOTIFY=NEVER,SUCCESS", None, "501 5.5.4"),
    (b"", b"NOTIFY=SOMETIMES", None, "501 5.5.4"),
    (b"", b"NOTIFY=", None, "501 5.5.4"),
    (b"", b"ORCPT=b@site.example", None, "501 5.5.4"),
    (b"", b"ORCPT=rfc822;" + b"b" * 494, None, "501 5.5.4"),
]


@pytest.mark.parametrize(("of_mail", "of_rcpt", "notification", "reply"), WISHES)
@pytest.mark.proves("RFC 3461 §4", "RFC 3461 §4.1", "RFC 3461 §4.2", "RFC 3461 §4.3", "RFC 3461 §4.4", "RFC 3461 §5.4")
def test_what_a_sender_wishes_is_kept_as_written(
    of_mail: bytes, of_rcpt: bytes, notification: Notification | None, reply: str
) -> None:
    client = client_of(DSN)
    client.say(HELLO)
    said = client.say(b"MAIL FROM:<a@author.example> %s\r\n" % of_mail)
    said += client.say(b"RCPT TO:<b@site.example> %s\r\n" % of_rcpt)
    assert said[0 if of_mail else 1].startswith(reply)
    if reply == "250":
        client.say_lines(b"DATA\r\n", b"x\r\n.\r\n")
        assert envelope_of(client).notification == notification


def test_wishes_are_refused_where_they_would_be_lost() -> None:
    client = client_of(Offers())
    client.say(HELLO)
    assert client.say(b"MAIL FROM:<> RET=FULL\r\n")[0].startswith("555 5.5.4")
    client.say(b"MAIL FROM:<>\r\n")
    assert client.say(b"RCPT TO:<b@site.example> NOTIFY=NEVER\r\n")[0].startswith("555 5.5.4")


WISHED = Envelope(
    "a@author.example",
    ("b@site.example", "c@site.example"),
    notification=Notification(
        "HDRS", "4711", (RecipientNotification("NEVER", "rfc822;b@x.example"), RecipientNotification())
    ),
)


@pytest.mark.proves("RFC 3461 §4.1", "RFC 3461 §4.2", "RFC 3461 §4.3", "RFC 3461 §4.4")
async def test_wishes_are_passed_on() -> None:
    hop = ScriptedHop("220 hop", "250-hop\r\n250 DSN", OK, OK, OK, GO, OK)
    assert (await reply_of(hop, WISHED)).startswith("250")
    assert hop.heard[1:4] == [
        "MAIL FROM:<a@author.example> RET=HDRS ENVID=4711",
        "RCPT TO:<b@site.example> NOTIFY=NEVER ORCPT=rfc822;b@x.example",
        "RCPT TO:<c@site.example>",
    ]


async def test_a_hop_that_has_ceased_to_offer_dsn_gets_no_mail_that_wishes_it() -> None:
    """The client connects again, sees no DSN, and knows what to do itself."""
    hop = ScriptedHop("220 hop", "250 hop", OK)
    assert (
        await reply_of(hop, WISHED) == "451 4.5.0 The next hop has ceased to offer DSN; connect and send the mail again"
    )


async def test_the_next_hop_is_offered_for_as_it_last_spoke() -> None:
    hop = ScriptedHop("220 hop", "250-hop\r\n250-DSN\r\n250 LIMITS RCPTMAX=7", OK, OK, GO, OK)
    async with hop_at(hop) as next_hop:
        assert next_hop.offers() == Offers(smtputf8=True)
        await next_hop.deliver(MAIL, PASSED_ON, "", "0123456789abcdef")
        assert next_hop.offers() == Offers(smtputf8=False, dsn=True, max_recipients=7)


LIMITS = [
    ("RCPTMAX=7", 7),
    ("MAILMAX=1 rcptmax=20 X=", 20),
    ("", None),
    ("RCPTMAX=0", None),
    ("RCPTMAX=1000000", None),
    ("RCPTMAX", None),
    ("RCPTMAX=x RCPTMAX=3", 3),
]


@pytest.mark.parametrize(("value", "max_recipients"), LIMITS)
@pytest.mark.proves("RFC 9422 §3.6", "RFC 9422 §3.7", "RFC 9422 §4.2")
def test_a_hop_s_limit_is_read_and_a_malformed_one_is_none(value: str, max_recipients: int | None) -> None:
    assert offers_of({"LIMITS": value}).max_recipients == max_recipients
    assert offers_of({}).max_recipients is None, "an EHLO without limits voids those before"


TOLD = [
    (Limits(), Offers(), "250-LIMITS MAILMAX=1000 RCPTMAX=1000"),
    (Limits(max_recipients=100, max_transactions=5), Offers(), "250-LIMITS MAILMAX=5 RCPTMAX=100"),
    (Limits(max_recipients=100), Offers(max_recipients=2), "250-LIMITS MAILMAX=1000 RCPTMAX=2"),
    (Limits(max_recipients=2), Offers(max_recipients=100), "250-LIMITS MAILMAX=1000 RCPTMAX=2"),
]


@pytest.mark.parametrize(("limits", "offers", "line"), TOLD)
@pytest.mark.proves("RFC 9422 §3", "RFC 9422 §4.1", "RFC 9422 §4.2")
def test_limits_are_told_and_kept(limits: Limits, offers: Offers, line: str) -> None:
    client = Client(limits, offers=lambda: offers)
    assert line in client.say(HELLO)
    client.say(b"MAIL FROM:<>\r\n")
    most = int(line.rpartition("=")[2])
    replies = client.say(b"RCPT TO:<b@site.example>\r\n" * (most + 1))
    assert replies[:most] == ["250 2.1.5 Recipient taken"] * most
    assert replies[most].startswith("452 4.5.3")
