"""The next hop's client: against a scripted hop for what hops may do, and against our own server for whole mails."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustlane.delivery.hop import MAX_REPLY_LINE_OCTETS, MAX_REPLY_LINES, HopTimeouts
from trustlane.delivery.nexthop import MAX_CONNECTIONS, NextHop
from trustlane.delivery.outgoing import dot_stuffed, has_lone_cr_or_lf, is_sendable_address
from trustlane.delivery.refusals import MAX_REMEMBERED, REMEMBERED_SECONDS, Refusals
from trustlane.delivery.reply import Reply
from trustlane.message import Envelope, Transaction
from trustlane.smtp.server import SmtpServer

MAIL = b"Subject: x\r\n\r\n.body\r\n"
ENVELOPE = Envelope("a@author.example", ("b@site.example",))
TWO = Envelope("a@author.example", ("b@site.example", "c@site.example"))
EHLO = "250-hop.example\r\n250 SIZE 1000"
QUICK = HopTimeouts(*[0.2] * 9)
PATIENT = HopTimeouts(*[3.0] * 9)
OK = "250 2.0.0 ok"
GO = "354 go"

CLOSE = ""
"""In a script: the hop closes the connection."""

SILENCE = "silence"
"""In a script: the hop says nothing."""


class ScriptedHop:
    """Answers each command, and the content, with the next line of its script; then closes."""

    def __init__(self, *script: str) -> None:
        self.script = list(script)
        self.heard: list[str] = []
        self.content = b""
        self.connections = 0
        self.is_full = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.connections == MAX_CONNECTIONS:
            self.is_full.set()
        try:
            for line in self.script:
                if line == CLOSE:
                    break
                if line == SILENCE:
                    await reader.read()
                    break
                writer.write(line.encode("latin-1") + b"\r\n")
                await writer.drain()
                if line.startswith("354"):
                    self.content = await reader.readuntil(b"\r\n.\r\n")
                else:
                    self.heard.append((await reader.readline()).decode().rstrip())
        except (OSError, EOFError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def hop_at(hop: ScriptedHop, timeouts: HopTimeouts = QUICK) -> AsyncIterator[NextHop]:
    server = await asyncio.start_server(hop.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield NextHop("127.0.0.1", port, hostname="mx.site.example", timeouts=timeouts)
    server.close()
    await server.wait_closed()


async def reply_of(hop: ScriptedHop, envelope: Envelope = ENVELOPE, octets: bytes = MAIL) -> str:
    async with hop_at(hop) as next_hop:
        return str(await next_hop.deliver(octets, envelope, "", "0123456789abcdef"))


@pytest.mark.proves("RFC 5321 §3", "RFC 5321 §4.1.1.4", "RFC 5321 §4.5.2", "RFC 2920 §3.1")
async def test_a_mail_is_passed_on_with_its_dots_stuffed_and_the_hop_s_reply_is_ours() -> None:
    hop = ScriptedHop("220 hop", EHLO, OK, OK, GO, "250 2.6.0 queued as 4711")
    assert await reply_of(hop) == "250 2.6.0 queued as 4711"
    assert hop.heard == [
        "EHLO mx.site.example",
        "MAIL FROM:<a@author.example> SIZE=21",
        "RCPT TO:<b@site.example>",
        "DATA",
        "QUIT",
    ]
    assert hop.content == b"Subject: x\r\n\r\n..body\r\n.\r\n"


REPLIES = [
    (("220 hop", EHLO, OK, OK, GO, "250 fine"), "250 2.0.0 fine", "no enhanced code"),
    (("220 hop", EHLO, OK, OK, GO, "250-2.0.0 a\r\n250 2.0.0 b"), "250 2.0.0 b", "several lines"),
    (("220 hop", EHLO, OK, OK, GO, "250"), "250 2.0.0", "no text at all"),
    (("220 hop", EHLO, OK, OK, GO, "250 5.1.1 odd"), "250 2.0.0 5.1.1 odd", "an enhanced code of another class"),
    (("220 hop", EHLO, OK, OK, GO, "250 2.0.0 \xfc\t"), "250 2.0.0 ??", "not printable"),
    (("220 hop", EHLO, OK, OK, GO, "554 5.7.1 spam"), "554 5.7.1 spam", "refused after content"),
    (("220 hop", EHLO, OK, OK, GO, "452 4.3.1 full"), "452 4.3.1 full", "full"),
    (("220 hop", EHLO, OK, OK, GO, "354 what"), "451 4.5.0 The next hop answered out of order; try again later", "3xx"),
    (
        ("220 hop", EHLO, OK, OK, GO, CLOSE),
        "451 4.4.2 The connection to the next hop was lost; try again later",
        "lost",
    ),
    (
        ("220 hop", EHLO, OK, OK, GO, SILENCE),
        "451 4.4.2 The connection to the next hop was lost; try again later",
        "slow",
    ),
    (("220 hop", EHLO, OK, OK, "554 5.5.0 no data"), "554 5.5.0 no data", "DATA refused"),
    (("220 hop", EHLO, OK, OK, OK), "451 4.5.0 The next hop answered out of order; try again later", "250 to DATA"),
    (
        ("220 hop", EHLO, OK, OK, SILENCE),
        "451 4.4.2 The connection to the next hop was lost; try again later",
        "no 354",
    ),
    (("220 hop", EHLO, OK, "550 5.1.1 nobody"), "550 5.1.1 nobody", "the only recipient refused"),
    (("220 hop", EHLO, OK, "450 4.2.0 grey"), "450 4.2.0 grey", "the only recipient refused for now"),
    (("220 hop", EHLO, OK, "421 4.3.2 bye"), "451 4.3.2 bye", "421 would end our client's session"),
    (("220 hop", EHLO, "552 5.3.4 big"), "552 5.3.4 big", "MAIL refused"),
    (("220 hop", EHLO, CLOSE), "451 4.4.2 The connection to the next hop was lost; try again later", "lost at MAIL"),
    (("220 hop", "500 what", OK, OK, OK, GO, "250 fine"), "250 2.0.0 fine", "HELO where EHLO is not known"),
    (("220 hop", "500 what", "500 what"), "451 4.4.1 The next hop does not answer; try again later", "neither"),
    (("554 no", OK), "451 4.4.1 The next hop does not answer; try again later", "no service is no verdict on the mail"),
    (("421 busy",), "451 4.4.1 The next hop does not answer; try again later", "busy"),
    (("hello",), "451 4.4.1 The next hop does not answer; try again later", "not SMTP"),
    (("220-a\r\n250 b",), "451 4.4.1 The next hop does not answer; try again later", "codes that differ"),
    (("220 " + "x" * MAX_REPLY_LINE_OCTETS,), "451 4.4.1 The next hop does not answer; try again later", "a long line"),
    (("220-x\r\n" * MAX_REPLY_LINES,), "451 4.4.1 The next hop does not answer; try again later", "many lines"),
    ((CLOSE,), "451 4.4.1 The next hop does not answer; try again later", "closes at once"),
    ((SILENCE,), "451 4.4.1 The next hop does not answer; try again later", "no greeting in time"),
]


@pytest.mark.parametrize(("script", "reply", "why"), REPLIES)
@pytest.mark.proves("RFC 5321 §3.6.3", "RFC 2034 §4")
async def test_what_the_hop_says_we_say_and_where_it_says_nothing_the_client_tries_again(
    script: Sequence[str], reply: str, why: str
) -> None:
    assert await reply_of(ScriptedHop(*script)) == reply, why


async def test_a_hop_that_is_not_there_is_451() -> None:
    next_hop = NextHop("127.0.0.1", 1, hostname="mx.site.example", timeouts=QUICK)
    assert (await next_hop.deliver(MAIL, ENVELOPE, "", "0123456789abcdef")).code == 451


RECIPIENTS = [
    (("250 ok", "250 ok"), "250 2.0.0 sent", (None, None), "all taken"),
    (("550 5.1.1 b", "551 5.7.1 c"), "550 5.1.1 b", (None, None), "all refused for good: the first refusal"),
    (("450 4.2.0 b", "452 4.3.1 c"), "450 4.2.0 b", (None, None), "all refused for now: the first refusal"),
    (("250 ok", "550 5.1.1 c"), "451 4.5.3", (None, "550 5.1.1 c"), "one refused for good"),
    (("450 4.2.0 b", "250 ok"), "451 4.5.3", ("450 4.2.0 b", None), "one refused for now"),
    (("450 4.2.0 b", "550 5.1.1 c"), "451 4.5.3", ("450 4.2.0 b", "550 5.1.1 c"), "refused in two ways"),
]


@pytest.mark.parametrize(("answers", "reply", "told", "why"), RECIPIENTS)
@pytest.mark.parametrize("pipelining", ["250 SIZE", "250-SIZE\r\n250 PIPELINING"])
async def test_a_mail_is_sent_to_all_of_its_recipients_or_to_none(
    pipelining: str, answers: tuple[str, str], reply: str, told: tuple[str | None, str | None], why: str
) -> None:
    """Otherwise one reply would lose the mail for some, or double it for others when it is tried again."""
    hop = ScriptedHop("220 hop", f"250-hop\r\n{pipelining}", OK, *answers, GO, "250 2.0.0 sent")
    async with hop_at(hop) as next_hop:
        given = await next_hop.deliver(MAIL, TWO, "", "0123456789abcdef")
        assert str(given).startswith(reply), why
        assert (hop.content != b"") == given.is_accepted
        refusals = [next_hop.refusal("a@author.example", rcpt) for rcpt in TWO.rcpt]
        assert [refusal and str(refusal) for refusal in refusals] == list(told)
        assert [next_hop.refusal("a@author.example", rcpt) for rcpt in TWO.rcpt] == [None, None], "told once"


async def test_a_mail_whose_250_was_not_heard_is_not_sent_again() -> None:
    hop = ScriptedHop("220 hop", EHLO, OK, OK, GO, OK)
    async with hop_at(hop) as next_hop:
        await next_hop.deliver(MAIL, ENVELOPE, "", "0123456789abcdef")
        next_hop.lost("0123456789abcdef")
        assert (await next_hop.deliver(MAIL, ENVELOPE, "", "0123456789abcdef")).text == "Delivered before"
        assert hop.connections == 1
        next_hop.heard("0123456789abcdef")
        await next_hop.deliver(MAIL, ENVELOPE, "", "0123456789abcdef")
        assert hop.connections == 2


async def test_a_hop_that_is_slow_to_part_does_not_undo_its_250() -> None:
    hop = ScriptedHop("220 hop", EHLO, OK, OK, GO, "250 2.0.0 ok", SILENCE)
    assert await reply_of(hop) == "250 2.0.0 ok"


UNSENDABLE = [
    (b"a\rb\r\n", ENVELOPE, "550 5.6.0", "a lone CR"),
    (b"a\n.\n", ENVELOPE, "550 5.6.0", "a lone LF"),
    (MAIL, Envelope("a@b>\r\nRCPT TO:<x@y", ("b@site.example",)), "553 5.1.3", "an address that leaves its brackets"),
    (MAIL, Envelope("a@b.example", ("ü@site.example",)), "553 5.1.3", "needs SMTPUTF8"),
]


@pytest.mark.parametrize(("octets", "envelope", "reply", "why"), UNSENDABLE)
async def test_what_a_hop_could_misread_is_not_sent(octets: bytes, envelope: Envelope, reply: str, why: str) -> None:
    hop = ScriptedHop("220 hop")
    assert (await reply_of(hop, envelope, octets)).startswith(reply), why
    assert hop.connections == 0


@pytest.mark.parametrize(
    ("extensions", "reply", "command"),
    [
        ("250 8BITMIME", "250 2.0.0 fine", "MAIL FROM:<> BODY=8BITMIME"),
        ("250 SIZE", "554 5.6.3 The next hop does not take 8-bit mail", "QUIT"),
    ],
)
@pytest.mark.proves("RFC 6152 §2")
async def test_8_bit_mail_goes_only_where_it_is_taken(extensions: str, reply: str, command: str) -> None:
    hop = ScriptedHop("220 hop", f"250-hop\r\n{extensions}", OK, OK, GO, "250 fine")
    assert await reply_of(hop, Envelope("", ("b@site.example",)), b"Subject: \xff\r\n\r\n") == reply
    assert hop.heard[1] == command


async def test_no_more_connections_than_the_limit_are_open_at_one_time() -> None:
    hop = ScriptedHop(SILENCE)
    async with hop_at(hop, PATIENT) as next_hop:
        count = MAX_CONNECTIONS + 5
        tries = [asyncio.create_task(next_hop.deliver(MAIL, ENVELOPE, "", f"{number:016x}")) for number in range(count)]
        await asyncio.wait_for(hop.is_full.wait(), 60)
        await asyncio.sleep(0.1)
        assert hop.connections == MAX_CONNECTIONS
        await asyncio.gather(*tries)


async def test_our_server_takes_what_our_client_sends() -> None:
    mails: list[Transaction] = []

    async def receive(mail: Transaction) -> Reply:
        mails.append(mail)
        return Reply(250, "2.0.0", "Taken")

    server = SmtpServer(receive, lambda mail: None, "hop.example")
    host, port = await server.start()
    next_hop = NextHop(host, port, hostname="mx.site.example")
    envelope = Envelope('"a b"@author.example', tuple(f"r{number}@site.example" for number in range(300)))
    octets = b".\r\n..\r\n\xff" + b"x" * 200_000 + b"\r\n"
    assert str(await next_hop.deliver(octets, envelope, "", "0123456789abcdef")) == "250 2.0.0 Taken"
    await server.close(2)
    assert (mails[0].message, mails[0].envelope) == (octets, envelope)


def test_a_refusal_is_forgotten_when_it_is_old_or_when_there_are_too_many() -> None:
    time = 1_000.0
    refusals = Refusals(lambda: time)
    refusals.remember("a@b", "c@d", Reply(550, "5.1.1", "No"))
    time += REMEMBERED_SECONDS + 1
    assert refusals.take("a@b", "c@d") is None
    for number in range(MAX_REMEMBERED + 1):
        refusals.remember("a@b", str(number), Reply(550, "5.1.1", "No"))
    assert refusals.take("a@b", "0") is None
    assert refusals.take("a@b", "1") is not None


@pytest.mark.proves("RFC 5321 §4.5.3.2", "RFC 5321 §4.5.3.2.1", "RFC 5321 §4.5.3.2.6")
def test_the_timeouts_are_those_of_rfc_5321_and_their_sum_is_below_the_client_s() -> None:
    timeouts = HopTimeouts()
    assert timeouts.greeting_seconds >= 300
    assert timeouts.mail_seconds >= 300
    assert timeouts.rcpt_seconds >= 300
    assert timeouts.data_seconds >= 120
    assert timeouts.block_seconds >= 180
    assert timeouts.end_of_data_seconds >= 600
    assert timeouts.whole_seconds + timeouts.quit_seconds < 600


@given(st.binary())
def test_nothing_is_sent_that_could_end_data_early(octets: bytes) -> None:
    if not has_lone_cr_or_lf(octets):
        assert dot_stuffed(octets).find(b"\r\n.\r\n") in (-1, len(dot_stuffed(octets)) - 5)
        assert dot_stuffed(octets).endswith(b".\r\n")


@pytest.mark.parametrize(
    ("address", "is_sendable"),
    [
        ("", True),
        ("a@b.example", True),
        ('"a b<>"@b.example', True),
        ('"a\\"b"@b.example', True),
        ('"a@b.example', False),
        ("a b@c.example", False),
        ("a>@b.example", False),
        ("a@b\r\n", False),
        ("ü@b.example", True),
        ("\udcfc@b.example", False),
        ("\x85@b.example", False),
    ],
)
def test_addresses_that_cannot_leave_their_brackets(address: str, is_sendable: bool) -> None:
    assert is_sendable_address(address) is is_sendable
