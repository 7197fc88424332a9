"""The server's side of an SMTP session, as transcripts: what the client sends, what it is told, what happens."""

from collections.abc import Callable

import pytest

from trustlane.delivery.offers import Offers
from trustlane.delivery.reply import Reply
from trustlane.message import Envelope, Session
from trustlane.smtp.events import (
    Aborted,
    Closed,
    Content,
    ContentEnded,
    Event,
    Heard,
    Lost,
    MailStarted,
    RecipientGiven,
)
from trustlane.smtp.limits import Limits
from trustlane.smtp.protocol import PENDING_PAUSES, ServerProtocol
from trustlane.smtp.tls import Tls

TAKEN = Reply(250, "2.0.0", "Taken")
HELLO = b"EHLO client.example\r\n"
ENVELOPE = b"MAIL FROM:<a@author.example>\r\nRCPT TO:<b@site.example>\r\n"
TO_DATA = HELLO + ENVELOPE + b"DATA\r\n"
SMALL = Limits(
    max_command_octets=100,
    max_path_octets=40,
    max_line_octets=20,
    max_recipients=2,
    max_message_octets=50,
    max_bad_commands=3,
    max_transactions=2,
    max_pending_octets=100,
)


class Client:
    """Drives a protocol as the server does, and notes all that happens."""

    def __init__(
        self,
        limits: Limits | None = None,
        reply: Reply | None = TAKEN,
        offers: Callable[[], Offers] = Offers,
        tls: Tls = Tls.ABSENT,
    ) -> None:
        self.protocol = ServerProtocol("mx.site.example", limits, "192.0.2.1", offers, tls)
        self.reply = reply
        self.events: list[Event] = []
        self.protocol.greet()
        self.protocol.data_to_send()

    def say(self, octets: bytes) -> list[str]:
        """The reply lines."""
        self.take(self.protocol.receive(octets))
        return self.protocol.data_to_send().decode().splitlines()

    def say_lines(self, *texts: bytes) -> list[str]:
        return [line for text in texts for line in self.say(text)]

    def take(self, events: list[Event]) -> None:
        while events:
            event, events = events[0], events[1:]
            self.events.append(event)
            match event:
                case MailStarted() | RecipientGiven():
                    events += self.protocol.accept()
                case ContentEnded() if self.reply:
                    events += self.protocol.finish(self.reply)

    def seen(self, *kinds: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kinds)]


@pytest.mark.proves(
    "RFC 5321 §2.3", "RFC 5321 §3.1", "RFC 5321 §3.3", "RFC 5321 §4.1.1.1", "RFC 5321 §4.3.1", "RFC 2034 §4"
)
def test_a_whole_session_in_the_order_of_rfc_5321_appendix_d() -> None:
    client = Client()
    assert client.say(HELLO) == [
        "250-mx.site.example",
        "250-PIPELINING",
        "250-SIZE 52428800",
        "250-8BITMIME",
        "250-LIMITS MAILMAX=1000 RCPTMAX=1000",
        "250-CHUNKING",
        "250 ENHANCEDSTATUSCODES",
    ]
    assert client.say(b"MAIL FROM:<a@author.example> SIZE=20 BODY=8BITMIME\r\n") == ["250 2.1.0 Sender taken"]
    assert client.say(b"RCPT TO:<b@site.example>\r\n") == ["250 2.1.5 Recipient taken"]
    assert client.say(b"RCPT TO:<c@site.example>\r\n") == ["250 2.1.5 Recipient taken"]
    assert client.say(b"DATA\r\n") == ["354 Send the mail, end it with CRLF.CRLF"]
    assert client.say(b"Subject: x\r\n\r\n..dot\r\n.\r\n") == ["250 2.0.0 Taken"]
    assert client.say(b"QUIT\r\n") == ["221 2.0.0 Closing the session"]
    (ended,) = client.seen(ContentEnded)
    assert isinstance(ended, ContentEnded)
    assert ended.transaction.message == b"Subject: x\r\n\r\n.dot\r\n"
    assert ended.transaction.session == Session("192.0.2.1", "client.example", "ESMTP")
    assert ended.transaction.envelope == Envelope("a@author.example", ("b@site.example", "c@site.example"))


@pytest.mark.proves("RFC 5321 §3.1", "RFC 5321 §4.1.1.1")
def test_after_helo_there_are_no_extensions_and_the_mail_came_by_smtp() -> None:
    client = Client()
    assert client.say(b"helo client.example\r\n") == ["250 mx.site.example"]
    client.say_lines(ENVELOPE + b"DATA\r\n", b"x\r\n.\r\n")
    (ended,) = client.seen(ContentEnded)
    assert isinstance(ended, ContentEnded)
    assert ended.transaction.session.protocol == "SMTP"


SUBMITTERS = [
    (b"SUBMITTER=bob@example.net", "250 2.1.0", "bob@example.net"),
    (b"submitter=b+2Bb@example.net SIZE=10", "250 2.1.0", "b+b@example.net"),
    (b'SUBMITTER="a+20b"@example.net', "250 2.1.0", '"a b"@example.net'),
    (b"SUBMITTER=bob", "501 5.5.4", None),
    (b"SUBMITTER=", "501 5.5.4", None),
    (b"SUBMITTER=bob@", "501 5.5.4", None),
    (b"SUBMITTER=@a.example:bob@example.net", "501 5.5.4", None),
    (b"SUBMITTER=bob+2@example.net", "501 5.5.4", None),
    (b"SUBMITTER=bob@example.net>", "501 5.5.4", None),
    (b"SUBMITTER=a@b.example SUBMITTER=a@b.example", "501 5.5.4", None),
]


@pytest.mark.proves("RFC 4405 §3", "RFC 4405 §4")
@pytest.mark.parametrize(("parameter", "reply", "submitter"), SUBMITTERS, ids=[case[0].decode() for case in SUBMITTERS])
def test_submitter_is_taken_where_it_is_offered(parameter: bytes, reply: str, submitter: str | None) -> None:
    client = Client(Limits(offers_submitter=True))
    assert "250-SUBMITTER" in client.say(HELLO)
    (line,) = client.say(b"MAIL FROM:<> " + parameter + b"\r\n")
    assert line.startswith(reply)
    if submitter:
        client.say_lines(b"RCPT TO:<ann@site.example>\r\n", b"DATA\r\n", b"x\r\n.\r\n")
        (ended,) = client.seen(ContentEnded)
        assert isinstance(ended, ContentEnded)
        assert (ended.transaction.envelope.mail_from, ended.transaction.envelope.submitter) == ("", submitter)
        client.say_lines(b"MAIL FROM:<>\r\n", b"RCPT TO:<ann@site.example>\r\n", b"DATA\r\n", b"x\r\n.\r\n")
        (_, second) = client.seen(ContentEnded)
        assert isinstance(second, ContentEnded)
        assert second.transaction.envelope.submitter is None


@pytest.mark.proves("RFC 4405 §3")
@pytest.mark.parametrize(("offers", "hello"), [(False, b"EHLO c.example\r\n"), (True, b"HELO c.example\r\n")])
def test_submitter_is_refused_where_it_is_not_offered(offers: bool, hello: bytes) -> None:
    client = Client(Limits(offers_submitter=offers))
    assert not any("SUBMITTER" in line for line in client.say(hello))
    (line,) = client.say(b"MAIL FROM:<a@b.example> SUBMITTER=bob@example.net\r\n")
    assert line.startswith("555 5.5.4")


def test_csv_pitfall_3_each_hello_begins_anew() -> None:
    client = Client()
    client.say_lines(HELLO, b"EHLO other.example\r\n", ENVELOPE + b"DATA\r\n", b"x\r\n.\r\n")
    (ended,) = client.seen(ContentEnded)
    assert isinstance(ended, ContentEnded)
    assert ended.transaction.session.helo == "other.example"


@pytest.mark.proves("RFC 5321 §7.5")
def test_the_greeting_tells_no_software_and_no_version() -> None:
    protocol = ServerProtocol("mx.site.example", None, "192.0.2.1")
    protocol.greet()
    assert protocol.data_to_send() == b"220 mx.site.example ESMTP\r\n"


COMMANDS = [
    (b"NOOP\r\n", "250 2.0.0", "does nothing"),
    (b"noop with a word\r\n", "250 2.0.0", "NOOP may have an argument, and verbs may be in small letters"),
    (b"NOOP \t \r\n", "250 2.0.0", "blanks at the end are taken"),
    (b"RSET\r\n", "250 2.0.0", "nothing to reset is no error"),
    (b"HELP\r\n", "214 2.0.0", "helps"),
    (b"HELP MAIL\r\n", "214 2.0.0", "helps"),
    (b"VRFY someone\r\n", "252 2.1.5", "never says who is here"),
    (b"QUIT\r\n", "221 2.0.0", "may come at any time"),
    (b"VRFY\r\n", "501 5.5.4", "argument missing"),
    (b"EHLO\r\n", "501 5.5.4", "argument missing"),
    (b"HELO  \r\n", "501 5.5.4", "argument missing"),
    (b"EHLO \xff\r\n", "501 5.5.4", "not US-ASCII"),
    (b"EHLO " + b"x" * 256 + b"\r\n", "501 5.5.4", "longer than a name"),
    (b"RSET now\r\n", "501 5.5.4", "takes no argument"),
    (b"QUIT now\r\n", "501 5.5.4", "takes no argument"),
    (b"DATA now\r\n", "501 5.5.4", "takes no argument"),
    (b"\r\n", "500 5.5.1", "empty"),
    (b" NOOP\r\n", "500 5.5.1", "blank before the verb"),
    (b"HELLO x\r\n", "500 5.5.1", "unknown"),
    (b"GET / HTTP/1.1\r\n", "500 5.5.1", "another protocol"),
    (b"\xff\xfe\r\n", "500 5.5.1", "unknown"),
    (b"EXPN list\r\n", "502 5.5.1", "known, not offered"),
    (b"STARTTLS\r\n", "502 5.5.1", "known, not offered"),
    (b"ETRN site.example\r\n", "502 5.5.1", "known, not offered"),
    (b"TURN\r\n", "502 5.5.1", "known, not offered"),
    (b"BDAT 0 LAST\r\n", "503 5.5.1", "before MAIL"),
    (b"NOOP\nNOOP\r\n", "500 5.5.2", "a bare LF ends no command"),
    (b"NOOP\rNOOP\r\n", "500 5.5.2", "a bare CR ends no command"),
    (b"NOOP\r\r\n", "500 5.5.2", "a bare CR"),
    (b"NOOP \0\r\n", "500 5.5.2", "NUL"),
    (b"MAIL FROM:<a@author.example>\r\n", "503 5.5.1", "before EHLO"),
    (b"RCPT TO:<b@site.example>\r\n", "503 5.5.1", "before MAIL"),
    (b"DATA\r\n", "503 5.5.1", "before MAIL"),
]


@pytest.mark.parametrize(("line", "reply", "why"), COMMANDS)
@pytest.mark.proves("RFC 5321 §4.1.1", "RFC 5321 §4.1.4", "RFC 5321 §4.2", "RFC 5321 §4.2.4")
def test_each_command_has_one_reply(line: bytes, reply: str, why: str) -> None:
    lines = Client().say(line)
    assert len(lines) == 1
    assert lines[0].startswith(reply), why


SENDERS = [
    (b"<>", "", "the null path"),
    (b"<a@author.example>", "a@author.example", "plain"),
    (b" <a@author.example>", "a@author.example", "a blank after the colon is harmless"),
    (b"<A.b+c@Author.Example>", "A.b+c@Author.Example", "case stays"),
    (b'<"a b"@author.example>', '"a b"@author.example', "quoted local part"),
    (b'<"a>b@c"@author.example>', '"a>b@c"@author.example', "quoted brackets and at signs"),
    (b'<"a\\"b"@author.example>', '"a\\"b"@author.example', "quoted pair"),
    (b"<a@[192.0.2.1]>", "a@[192.0.2.1]", "IPv4 literal"),
    (b"<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]", "IPv6 literal"),
    (b"<@x.example,@y.example:a@author.example>", "a@author.example", "source route is ignored"),
    (b"<a@under_score.example>", "a@under_score.example", "resolves, so it is taken"),
    (b"<a@localhost>", "a@localhost", "one label"),
    (b"<" + b"v" * 100 + b"@author.example>", "v" * 100 + "@author.example", "longer than 64, as bounce addresses are"),
]


@pytest.mark.parametrize(("path", "mail_from", "why"), SENDERS)
@pytest.mark.proves("RFC 5321 §2.4", "RFC 5321 §3.6.1", "RFC 5321 §4.1.2", "RFC 5321 §4.1.3")
def test_paths_that_are_taken(path: bytes, mail_from: str, why: str) -> None:
    client = Client()
    client.say(HELLO)
    assert client.say(b"MAIL FROM:" + path + b"\r\n") == ["250 2.1.0 Sender taken"], why
    assert client.seen(MailStarted) == [MailStarted(mail_from, None)]


MALFORMED_PATHS = [
    (b"", "nothing"),
    (b"a@author.example", "no brackets"),
    (b"<a@author.example", "no end"),
    (b"<a@author.example>x", "no blank after it"),
    (b"<a>", "no domain"),
    (b"<@author.example>", "no local part"),
    (b"<a@>", "no domain"),
    (b"<a@b@author.example>", "two at signs"),
    (b"<a b@author.example>", "a blank, not quoted"),
    (b"<.a@author.example>", "a dot first"),
    (b"<a..b@author.example>", "two dots"),
    (b"<a@author.example.>", "a dot last"),
    (b"<a@-author.example>", "a hyphen first"),
    (b"<a@author-.example>", "a hyphen last"),
    (b"<a@[192.0.2.256]>", "no IPv4 address"),
    (b"<a@[IPv6:x::1]>", "no IPv6 address"),
    (b"<a@[IPv6:fe80::1%1]>", "a zone is no part of an address"),
    (b"<a@[tag:x]>", "a kind that is not registered"),
    (b"<a\x01@author.example>", "a control character"),
    (b"<a@" + b"d." * 127 + b"dd>", "a domain of 256 octets"),
    (b"<" + b"a" * 1020 + b"@b.c>", "a path of 1026 octets"),
]


@pytest.mark.parametrize(("path", "why"), MALFORMED_PATHS)
@pytest.mark.proves("RFC 5321 §4.1.2")
def test_paths_that_are_refused(path: bytes, why: str) -> None:
    client = Client()
    client.say(HELLO)
    assert client.say(b"MAIL FROM:" + path + b"\r\n") == ["501 5.1.7 Syntax is MAIL FROM:<address>"], why
    client.say(b"MAIL FROM:<>\r\n")
    assert client.say(b"RCPT TO:" + path + b"\r\n") == ["501 5.1.3 Syntax is RCPT TO:<address>"], why


@pytest.mark.proves("RFC 5321 §4.5.3.1.2", "RFC 5321 §4.5.3.1.3")
def test_the_longest_path_and_domain_are_taken() -> None:
    client = Client()
    domain = b"d." * 127 + b"d"
    path = b"<" + b"a" * (1024 - len(domain) - 3) + b"@" + domain + b">"
    assert (len(domain), len(path)) == (255, 1024)
    assert client.say_lines(HELLO, b"MAIL FROM:" + path + b"\r\n")[-1] == "250 2.1.0 Sender taken"


@pytest.mark.parametrize(
    ("path", "reply", "why"),
    [
        (b"<postmaster>", "250 2.1.5", "needs no domain (RFC 5321 §4.5.1)"),
        (b"<PostMaster>", "250 2.1.5", "in any case"),
        (b"<>", "501 5.1.3", "nobody"),
        (b"<b@site.example> NOTIFY=NEVER", "555 5.5.4", "DSN is not offered"),
        ("<ü@site.example>".encode(), "553 5.6.7", "SMTPUTF8 is not offered"),
    ],
)
def test_recipients(path: bytes, reply: str, why: str) -> None:
    client = Client()
    client.say_lines(HELLO, b"MAIL FROM:<>\r\n")
    assert client.say(b"RCPT TO:" + path + b"\r\n")[0].startswith(reply), why


PARAMETERS = [
    (b" SIZE=100", "250 2.1.0", "declared"),
    (b" size=100 body=7bit", "250 2.1.0", "in any case"),
    (b" SIZE=52428800", "250 2.1.0", "as big as allowed"),
    (b" SIZE=52428801", "552 5.3.4", "bigger (RFC 1870 §6.1)"),
    (b" SIZE=99999999999999999999", "552 5.3.4", "20 digits"),
    (b" SIZE=999999999999999999999", "501 5.5.4", "21 digits (RFC 1870 §3)"),
    (b" SIZE=", "501 5.5.4", "no value"),
    (b" SIZE", "501 5.5.4", "no value"),
    (b" SIZE=x", "501 5.5.4", "no number"),
    (b" SIZE=-1", "501 5.5.4", "no number"),
    (b" SIZE=1 SIZE=1", "501 5.5.4", "twice"),
    (b" BODY=BINARYMIME", "501 5.5.4", "not offered"),
    (b" SMTPUTF8", "555 5.5.4", "not offered"),
    (b" RET=HDRS", "555 5.5.4", "not offered"),
    (b" =x", "501 5.5.4", "no keyword"),
]


@pytest.mark.parametrize(("parameters", "reply", "why"), PARAMETERS)
@pytest.mark.proves("RFC 1870 §3", "RFC 1870 §4", "RFC 1870 §6", "RFC 6152 §2")
def test_parameters_of_mail(parameters: bytes, reply: str, why: str) -> None:
    client = Client()
    client.say(HELLO)
    assert client.say(b"MAIL FROM:<a@author.example>" + parameters + b"\r\n")[0].startswith(reply), why


def test_a_sender_in_utf_8_is_refused_and_not_mistaken() -> None:
    assert Client().say_lines(HELLO, "MAIL FROM:<ü@author.example>\r\n".encode())[-1].startswith("553 5.6.7")


def test_postmaster_without_a_domain_sends_no_mail() -> None:
    assert Client().say_lines(HELLO, b"MAIL FROM:<postmaster>\r\n")[-1].startswith("501 5.1.7")


def test_a_second_mail_within_a_mail_is_out_of_sequence() -> None:
    assert Client().say_lines(HELLO + ENVELOPE, ENVELOPE)[-2].startswith("503 5.5.1")


def test_data_without_recipients_is_refused_and_the_session_goes_on() -> None:
    client = Client()
    assert client.say_lines(HELLO, b"MAIL FROM:<>\r\n", b"DATA\r\n")[-1] == "554 5.5.1 No valid recipients"
    assert client.say(b"RCPT TO:<b@site.example>\r\n") == ["250 2.1.5 Recipient taken"]


def test_the_application_may_refuse_a_sender_or_a_recipient() -> None:
    protocol = ServerProtocol("mx.site.example")
    protocol.greet()
    protocol.data_to_send()
    protocol.receive(HELLO + ENVELOPE + ENVELOPE)
    assert protocol.is_awaiting_answer
    protocol.refuse(Reply(450, "4.7.1", "Not now"))
    protocol.accept()
    protocol.refuse(Reply(550, "5.1.1", "Nobody"))
    assert protocol.data_to_send().decode().splitlines()[7:] == [
        "450 4.7.1 Not now",
        "503 5.5.1 Commands out of sequence",
        "250 2.1.0 Sender taken",
        "550 5.1.1 Nobody",
    ]


@pytest.mark.parametrize("ending", [b"RSET\r\n", b"EHLO again\r\n", b"QUIT\r\n"])
def test_a_mail_that_began_may_end_without_content(ending: bytes) -> None:
    client = Client()
    client.say_lines(HELLO + ENVELOPE, ending)
    assert client.seen(Aborted) == [Aborted(None)]
    assert client.say(b"DATA\r\n") in ([], ["503 5.5.1 Commands out of sequence"])


SMUGGLED = b"MAIL FROM:<x@evil.example>\r\nRCPT TO:<b@site.example>\r\nDATA\r\nSubject: smuggled\r\n"
FALSE_ENDS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r\n.\r",
    b"\r.\r\n",
    b"\n\n.\r\n",
    b"\r\r\n.\r\r\n",
    b"\0\n.\r\n",
]


@pytest.mark.parametrize("false_end", FALSE_ENDS)
@pytest.mark.proves("RFC 5321 §2.3.8", "RFC 5321 §4.1.1.4")
def test_nothing_but_crlf_dot_crlf_ends_data_so_that_no_second_mail_can_hide_in_a_mail(false_end: bytes) -> None:
    client = Client()
    client.say(TO_DATA)
    replies = client.say(b"Subject: x\r\n\r\nbody" + false_end + SMUGGLED + b".\r\n")
    assert replies == ["550 5.6.0 Mail has a CR or LF that is not part of a CRLF"]
    assert client.seen(ContentEnded) == []
    assert client.seen(MailStarted) == [MailStarted("a@author.example", None)]
    assert client.say(ENVELOPE)[0] == "250 2.1.0 Sender taken"


CONTENTS = [
    (b".\r\n", b"", "empty"),
    (b"\r\n.\r\n", b"\r\n", "one empty line"),
    (b"..\r\n.\r\n", b".\r\n", "a stuffed dot alone"),
    (b"a\r\n...b\r\n.\r\n", b"a\r\n..b\r\n", "one dot is taken away"),
    (b".a\r\n.\r\n", b"a\r\n", "a dot that was not stuffed is taken away too (§4.5.2)"),
    (b"a.\r\n.\r\n", b"a.\r\n", "a dot at the end of a line stays"),
    (b"\xff\0\x80\r\n.\r\n", b"\xff\0\x80\r\n", "any octets"),
]


@pytest.mark.parametrize(("wire", "message", "why"), CONTENTS)
@pytest.mark.proves("RFC 5321 §4.5.2", "RFC 1870 §5")
def test_content_is_unstuffed(wire: bytes, message: bytes, why: str) -> None:
    client = Client()
    client.say(TO_DATA)
    assert client.say(wire) == ["250 2.0.0 Taken"]
    (ended,) = client.seen(ContentEnded)
    assert isinstance(ended, ContentEnded)
    assert ended.transaction.message == message, why


OVER_LIMITS = [
    ((b"NOOP " + b"x" * 93 + b"\r\n",), "250 2.0.0", "a command line of 100 octets"),
    ((b"NOOP " + b"x" * 94 + b"\r\n",), "500 5.5.2", "a command line of 101 octets"),
    ((HELLO, b"MAIL FROM:<" + b"a" * 36 + b"@b>\r\n"), "250 2.1.0", "a path of 40 octets"),
    ((HELLO, b"MAIL FROM:<" + b"a" * 37 + b"@b>\r\n"), "501 5.1.7", "a path of 41 octets"),
    ((HELLO, b"MAIL FROM:<> SIZE=50\r\n"), "250 2.1.0", "50 octets declared"),
    ((HELLO, b"MAIL FROM:<> SIZE=51\r\n"), "552 5.3.4", "51 octets declared"),
    ((TO_DATA, b"x" * 18 + b"\r\n.\r\n"), "250 2.0.0", "a text line of 20 octets"),
    ((TO_DATA, b"." + b"." * 18 + b"\r\n.\r\n"), "250 2.0.0", "the stuffed dot is not counted"),
    ((TO_DATA, b"x" * 19 + b"\r\n.\r\n"), "550 5.6.0", "a text line of 21 octets"),
    ((TO_DATA, b"." + b"." * 19 + b"\r\n.\r\n"), "550 5.6.0", "21 octets without the stuffed dot"),
    ((TO_DATA, b"x" * 9_000 + b"\r\n.\r\n"), "550 5.6.0", "a long text line"),
    ((TO_DATA, b"12345678\r\n" * 5 + b".\r\n"), "250 2.0.0", "a mail of 50 octets"),
    ((TO_DATA, b"..345678\r\n" * 5 + b"..\r\n.\r\n"), "250 2.0.0", "48 octets, stuffed dots not counted"),
    ((TO_DATA, b"12345678\r\n" * 5 + b"\r\n.\r\n"), "552 5.3.4", "a mail of 52 octets"),
    ((HELLO + ENVELOPE, b"RCPT TO:<c@d>\r\n"), "250 2.1.5", "two recipients"),
    ((HELLO + ENVELOPE, b"RCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n"), "452 4.5.3", "three recipients"),
    ((b"X\r\n", b"X\r\n"), "500 5.5.1", "two bad commands"),
    ((b"X\r\n", b"X\r\n", b"X\r\n"), "421 4.7.0 Too many bad", "three bad commands"),
    ((HELLO, (b"MAIL FROM:<>\r\nRSET\r\n") * 2), "250 2.0.0", "two transactions"),
    ((HELLO, (b"MAIL FROM:<>\r\nRSET\r\n") * 2 + b"MAIL FROM:<>\r\n"), "421 4.7.0 Enough", "three transactions"),
]


@pytest.mark.parametrize(("texts", "reply", "why"), OVER_LIMITS)
@pytest.mark.proves("RFC 5321 §4.5.3.1.4", "RFC 5321 §4.5.3.1.6", "RFC 5321 §7.8")
def test_limits_and_what_is_just_within_them(texts: tuple[bytes, ...], reply: str, why: str) -> None:
    assert Client(SMALL).say_lines(*texts)[-1].startswith(reply), why


@pytest.mark.proves("RFC 5321 §4.5.3.1.8")
def test_over_the_recipient_limit_those_before_it_stay() -> None:
    client = Client(SMALL)
    client.say_lines(HELLO + ENVELOPE, b"RCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n", b"DATA\r\n", b".\r\n")
    (ended,) = client.seen(ContentEnded)
    assert isinstance(ended, ContentEnded)
    assert ended.transaction.envelope.rcpt == ("b@site.example", "c@d")


@pytest.mark.proves("RFC 5321 §4.5.3.1.4", "RFC 5321 §4.5.3.1.6", "RFC 5321 §4.5.3.1.7", "RFC 5321 §4.5.3.1.8")
def test_the_default_limits_are_no_smaller_than_rfc_5321_asks() -> None:
    limits = Limits()
    assert limits.max_command_octets >= 512
    assert limits.max_path_octets >= 256
    assert limits.max_domain_octets >= 255
    assert limits.max_line_octets >= 1_000
    assert limits.max_recipients >= 100
    assert limits.max_message_octets >= 65_536
    assert limits.idle_seconds >= 300


def test_a_refused_mail_keeps_no_octets_and_gives_no_more_content() -> None:
    client = Client(SMALL)
    client.say(TO_DATA)
    for _ in range(1_000):
        client.say(b"12345678\r\n")
    assert len(client.seen(Content)) == 5
    assert client.say(b".\r\n") == ["552 5.3.4 Mail is bigger than SIZE allows"]
    assert client.seen(Aborted) != []


def test_a_command_without_end_is_not_kept() -> None:
    client = Client(SMALL)
    for _ in range(1_000):
        assert client.say(b"x" * 100) == []
        assert len(client.protocol._input) <= 101
    assert client.say(b"\r\nNOOP\r\n") == ["500 5.5.2 Command line too long", "250 2.0.0 Nothing done"]


@pytest.mark.proves("RFC 5321 §4.3.1")
def test_a_client_that_speaks_before_the_greeting_is_sent_away() -> None:
    protocol = ServerProtocol("mx.site.example")
    assert protocol.receive(HELLO) == [Closed()]
    protocol = ServerProtocol("mx.site.example")
    protocol.greet()
    assert protocol.receive(HELLO) == [Closed()]
    assert protocol.data_to_send() == b"554 5.5.0 Sent before it was its turn\r\n"


@pytest.mark.parametrize("texts", [(TO_DATA + b"x\r\n.\r\n",), (TO_DATA[:-6], b"DATA\r\nx")])
def test_content_before_354_ends_the_session(texts: tuple[bytes, ...]) -> None:
    """It would be read as commands if DATA were refused."""
    client = Client()
    assert client.say_lines(*texts)[-1] == "554 5.5.0 Sent before it was its turn"
    assert isinstance(client.events[-1], Closed)
    assert client.seen(ContentEnded, Content) == []


@pytest.mark.proves("RFC 2920 §3.2")
def test_no_command_is_read_while_a_mail_awaits_its_reply() -> None:
    client = Client(reply=None)
    client.say(TO_DATA)
    assert client.say(b"x\r\n.\r\n" + ENVELOPE + b"NOOP\r\n") == []
    client.take(client.protocol.finish(Reply(451, "4.3.0", "Later")))
    assert client.protocol.data_to_send().decode().splitlines() == [
        "451 4.3.0 Later",
        "250 2.1.0 Sender taken",
        "250 2.1.5 Recipient taken",
        "250 2.0.0 Nothing done",
    ]


@pytest.mark.proves("RFC 2920 §3.2")
def test_what_may_be_sent_ahead_is_bounded() -> None:
    client = Client(SMALL, reply=None)
    client.say(TO_DATA)
    client.say(b".\r\n")
    client.say(b"x" * SMALL.max_pending_octets)
    assert not client.protocol.is_enough_pending
    client.say(b"x")
    assert client.protocol.is_enough_pending
    client.say(b"x" * (PENDING_PAUSES - 1) * SMALL.max_pending_octets)
    assert client.protocol.is_closed
    assert client.protocol.finish(TAKEN) == []


@pytest.mark.proves("RFC 5321 §3.8")
def test_a_reply_of_421_ends_the_session() -> None:
    client = Client(reply=Reply(421, "4.3.2", "Going down"))
    assert client.say_lines(TO_DATA, b".\r\nNOOP\r\n")[-1] == "421 4.3.2 Going down"
    assert client.protocol.is_closed


@pytest.mark.proves("RFC 5321 §4.2", "RFC 5321 §4.5.3.1.5")
def test_a_reply_stays_one_line_of_printable_us_ascii_and_of_512_octets() -> None:
    client = Client(reply=Reply(250, "2.0.0", "ü\r\n550 x" + "y" * 600))
    (line,) = client.say_lines(TO_DATA, b".\r\n")[-1:]
    assert line.startswith("250 2.0.0 ???550 xyyy")
    assert len(line) == 510


@pytest.mark.proves("RFC 5321 §4.5.3.2.7")
def test_an_idle_client_is_told_so() -> None:
    client = Client()
    client.say(TO_DATA)
    client.take(client.protocol.timed_out())
    assert client.protocol.data_to_send() == b"421 4.4.2 No command came in time\r\n"
    assert [type(event) for event in client.events[-2:]] == [Aborted, Closed]


def test_octets_that_drip_in_are_no_progress_until_they_are_some() -> None:
    client = Client()
    client.say(TO_DATA)
    before = client.protocol.progress
    client.say(b"x\r\n")
    assert client.protocol.progress == before
    client.say(b"x" * 1_022 + b"\r\n")
    assert client.protocol.progress == before + 1


@pytest.mark.proves("RFC 5321 §4.1.1.10")
def test_an_end_of_the_connection_within_data_delivers_nothing() -> None:
    client = Client()
    client.say_lines(TO_DATA, b"Subject: half a mail\r\n")
    client.take(client.protocol.eof())
    assert client.seen(ContentEnded) == []
    assert client.seen(Aborted, Closed) == [Aborted(None), Closed()]


@pytest.mark.proves("RFC 5321 §4.1.1.10")
def test_a_whole_mail_is_answered_though_the_client_sends_no_more() -> None:
    client = Client(reply=None)
    client.say_lines(TO_DATA, b"x\r\n.\r\n")
    client.take(client.protocol.eof())
    assert client.seen(Closed) == []
    client.take(client.protocol.finish(TAKEN))
    assert client.protocol.data_to_send() == b"250 2.0.0 Taken\r\n"
    assert client.seen(Closed, Heard) == [Closed()]


def test_a_server_that_stops_finishes_the_mail_at_hand() -> None:
    client = Client()
    client.say(TO_DATA)
    client.take(client.protocol.shut_down())
    assert client.say(b"x\r\n.\r\n") == ["250 2.0.0 Taken", "421 4.3.2 Shutting down; try again"]
    assert client.protocol.is_closed


@pytest.mark.parametrize("texts", [(), (HELLO,), (HELLO + ENVELOPE,)])
def test_a_server_that_stops_begins_no_mail(texts: tuple[bytes, ...]) -> None:
    client = Client()
    client.say_lines(*texts)
    client.take(client.protocol.shut_down())
    assert client.protocol.data_to_send() == b"421 4.3.2 Shutting down; try again\r\n"


HEARING = [
    (HELLO, (), 0, "nothing came after the 250"),
    (HELLO, (b"MAIL FROM:<>\r\n",), 0, "may have been sent together with the end of data (RFC 2920 §3.1)"),
    (HELLO, (b"RSET\r\n", ENVELOPE), 0, "a group that began with the end of data"),
    (HELLO, (ENVELOPE + b"DATA\r\n",), 0, "the end of that group"),
    (HELLO, (ENVELOPE + b"DATA\r\n", b"x"), 1, "content comes only after 354 was read"),
    (HELLO, (b"NOOP\r\n", b"N"), 1, "the client reads the reply to NOOP before it goes on"),
    (HELLO, (b"NOOP\r\nN",), 0, "but these came together"),
    (HELLO, (b"EHLO again\r\n", b"M"), 1, "the client reads the reply to EHLO before it goes on"),
    (HELLO, (b"QUIT\r\n",), 0, "QUIT may have been sent together with the end of data"),
    (HELLO, (b"QUIT\r\n", None), 1, "and then it closed, as one does that has read all"),
    (HELLO, (None,), 0, "it closed without QUIT: perhaps it crashed"),
    (b"HELO x\r\n", (b"M",), 1, "after HELO no client sends ahead"),
    (b"HELO x\r\n", (None,), 0, "it closed without a word"),
]


@pytest.mark.parametrize(("hello", "texts", "count", "why"), HEARING)
@pytest.mark.proves("RFC 2920 §3.1")
def test_what_proves_that_the_client_heard_our_250(
    hello: bytes, texts: tuple[bytes | None, ...], count: int, why: str
) -> None:
    client = Client()
    client.say_lines(hello, ENVELOPE + b"DATA\r\n", b"x\r\n.\r\n")
    for text in texts:
        if text is None:
            client.take(client.protocol.eof())
        else:
            client.say(text)
    assert len(client.seen(Heard)) == count, why


def test_a_client_that_died_while_its_mail_was_received_heard_nothing() -> None:
    """Its last octets, QUIT among them, were sent before our 250."""
    client = Client(reply=None)
    client.say_lines(TO_DATA, b"x\r\n.\r\nQUIT\r\n")
    client.take(client.protocol.eof())
    client.take(client.protocol.finish(TAKEN))
    client.protocol.data_to_send()
    client.take(client.protocol.eof())
    assert client.seen(Heard) == []


def test_a_refused_mail_is_not_heard_of() -> None:
    client = Client(reply=Reply(550, "5.7.1", "No"))
    client.say_lines(TO_DATA, b"x\r\n.\r\n", b"NOOP\r\n", b"NOOP\r\n")
    assert client.seen(Heard) == []


def test_a_broken_connection_proves_nothing() -> None:
    client = Client()
    client.say_lines(TO_DATA, b"x\r\n.\r\n", b"QUIT\r\n")
    client.take(client.protocol.reset())
    client.take(client.protocol.eof())
    assert client.seen(Heard) == []
    assert len(client.seen(Lost)) == 1


def test_a_client_that_goes_away_after_it_heard_is_not_lost() -> None:
    client = Client()
    client.say_lines(TO_DATA, b"x\r\n.\r\n", b"NOOP\r\n", b"NOOP\r\n")
    client.take(client.protocol.reset())
    assert client.seen(Lost) == []


def test_a_client_is_lost_while_its_mail_is_received() -> None:
    client = Client(reply=None)
    client.say_lines(TO_DATA, b"x\r\n.\r\n")
    client.take(client.protocol.reset())
    client.take(client.protocol.finish(TAKEN))
    assert len(client.seen(Lost)) == 1
