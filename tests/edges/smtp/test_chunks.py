"""CHUNKING: mail in chunks that say how long they are (RFC 3030)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.edges.smtp.test_protocol import ENVELOPE, HELLO, SMALL, Client

from trustlane.smtp.events import Aborted, Closed, ContentEnded
from trustlane.smtp.limits import Limits

TO_BDAT = HELLO + ENVELOPE
TAKEN = "250 2.0.0 Chunk taken"


def mails(client: Client) -> list[bytes]:
    return [event.transaction.message for event in client.seen(ContentEnded) if isinstance(event, ContentEnded)]


@pytest.mark.proves("RFC 3030 §2")
def test_a_mail_comes_in_chunks_and_each_has_its_reply() -> None:
    client = Client()
    assert "250-CHUNKING" in client.say(HELLO)
    client.say(ENVELOPE)
    assert client.say(b"BDAT 14\r\nSubject: x\r\n\r\n") == [TAKEN]
    assert client.say(b"bdat 7\r\n..\r\n.\r\n") == [TAKEN], "dots are what they are, and end nothing"
    assert client.say(b"BDAT 0 LAST\r\n") == ["250 2.0.0 Taken"]
    assert mails(client) == [b"Subject: x\r\n\r\n..\r\n.\r\n"]


CHUNKS = [
    ([b"x\r\n"], b"x\r\n", "one chunk"),
    ([b"x\r", b"\ny\r\n"], b"x\r\ny\r\n", "a CRLF cut in two"),
    ([b"x\r", b"", b"\n"], b"x\r\n", "with an empty chunk between"),
    ([b"x"], b"x\r\n", "a last line without its end is given one"),
    ([b"x\r\n.\r\nMAIL FROM:<a@b>\r\n"], b"x\r\n.\r\nMAIL FROM:<a@b>\r\n", "what would end data is data"),
    ([b""], b"", "nothing at all"),
]


@pytest.mark.parametrize(("chunks", "mail", "why"), CHUNKS, ids=[case[2] for case in CHUNKS])
@pytest.mark.proves("RFC 3030 §2")
def test_octets_are_counted_and_not_searched(chunks: list[bytes], mail: bytes, why: str) -> None:
    client = Client()
    client.say(TO_BDAT)
    assert client.say(in_chunks(chunks))[-1] == "250 2.0.0 Taken", why
    assert mails(client) == [mail]


FAULTS = [
    ([b"x\ny\r\n"], "550 5.6.0 Mail has a CR or LF that is not part of a CRLF", "a bare LF"),
    ([b"x\ry\r\n"], "550 5.6.0 Mail has a CR or LF that is not part of a CRLF", "a bare CR"),
    ([b"x\r", b"y"], "550 5.6.0 Mail has a CR or LF that is not part of a CRLF", "a CR at a cut, and no LF"),
    ([b"x\r"], "550 5.6.0 Mail has a CR or LF that is not part of a CRLF", "a CR at the end"),
    ([b"\n"], "550 5.6.0 Mail has a CR or LF that is not part of a CRLF", "an LF at the start"),
    ([b"x" * 19 + b"\r\n"], "550 5.6.0 Mail has a line that is too long", "21 octets with its CRLF"),
    ([b"x" * 10, b"x" * 9, b"\r\n"], "550 5.6.0 Mail has a line that is too long", "the same in chunks"),
    ([b"x\r\n", b"y" * 21], "550 5.6.0 Mail has a line that is too long", "without an end"),
    ([b"x" * 10 + b"\r\n"] * 5, "552 5.3.4 Mail is bigger than SIZE allows", "60 octets"),
]


@pytest.mark.parametrize(("chunks", "reply", "why"), FAULTS, ids=[case[2] for case in FAULTS])
@pytest.mark.proves("RFC 3030 §2", "RFC 5321 §2.3.8")
def test_what_data_may_not_hold_chunks_may_not_hold(chunks: list[bytes], reply: str, why: str) -> None:
    client = Client(SMALL)
    client.say(TO_BDAT)
    replies = client.say(in_chunks(chunks))
    assert [line for line in replies if line not in (TAKEN, OUT_OF_SEQUENCE)] == [reply], why
    assert (mails(client), len(client.seen(Aborted))) == ([], 1)
    assert client.say(b"NOOP\r\n")[0].startswith("250"), "no octet of a chunk is taken for a command"


OUT_OF_SEQUENCE = "503 5.5.1 Commands out of sequence"

REFUSED = [
    (b"BDAT 6\r\nQUIT\r\n", OUT_OF_SEQUENCE, "before EHLO"),
    (HELLO + b"BDAT 6\r\nQUIT\r\n", OUT_OF_SEQUENCE, "before MAIL"),
    (HELLO + b"MAIL FROM:<>\r\nBDAT 6 LAST\r\nQUIT\r\n", "554 5.5.1 No valid recipients", "before RCPT"),
    (b"HELO c.example\r\n" + ENVELOPE + b"BDAT 6\r\nQUIT\r\n", OUT_OF_SEQUENCE, "not offered after HELO"),
    (TO_BDAT + b"BDAT 1\r\nxDATA\r\n", OUT_OF_SEQUENCE, "DATA after BDAT"),
    (TO_BDAT + b"BDAT 1\r\nxRCPT TO:<c@site.example>\r\n", OUT_OF_SEQUENCE, "RCPT after BDAT"),
    (TO_BDAT + b"BDAT 3 LAST\r\nx\r\nBDAT 6 LAST\r\nQUIT\r\n", OUT_OF_SEQUENCE, "BDAT after the last"),
]


@pytest.mark.parametrize(("script", "reply", "why"), REFUSED, ids=[case[2] for case in REFUSED])
@pytest.mark.proves("RFC 3030 §2")
def test_a_refused_chunk_is_read_and_forgotten(script: bytes, reply: str, why: str) -> None:
    client = Client()
    assert client.say(script)[-1] == reply, why
    assert client.seen(Closed) == [], "QUIT stood in a chunk"


MALFORMED = [b"BDAT", b"BDAT LAST", b"BDAT -1", b"BDAT 1x", b"BDAT 1 FIRST", b"BDAT 1  LAST", b"BDAT " + b"9" * 21]


@pytest.mark.parametrize("line", MALFORMED)
@pytest.mark.proves("RFC 3030 §2")
def test_after_a_chunk_of_no_known_length_nothing_is_read(line: bytes) -> None:
    """What follows might be a mail or commands; to guess would let one mail carry another."""
    client = Client()
    client.say(TO_BDAT)
    assert client.say(line + b"\r\nMAIL FROM:<x@smuggled.example>\r\n") == [
        "554 5.5.4 Syntax is BDAT octets [LAST]; what follows cannot be told from commands"
    ]
    assert len(client.seen(Closed)) == 1


def test_binarymime_is_not_offered() -> None:
    client = Client()
    assert not any("BINARYMIME" in line for line in client.say(HELLO))
    assert client.say(b"MAIL FROM:<> BODY=BINARYMIME\r\n")[0].startswith("501 5.5.4")


def test_rset_between_chunks_ends_the_mail() -> None:
    client = Client()
    client.say(TO_BDAT)
    assert client.say(b"BDAT 1\r\nxRSET\r\n") == [TAKEN, "250 2.0.0 Reset"]
    assert len(client.seen(Aborted)) == 1
    assert client.say(ENVELOPE + b"BDAT 3 LAST\r\ny\r\n")[-1] == "250 2.0.0 Taken"
    assert mails(client) == [b"y\r\n"]


def test_a_server_that_stops_waits_for_the_last_chunk() -> None:
    client = Client()
    client.say(TO_BDAT + b"BDAT 1\r\nx")
    client.take(client.protocol.shut_down())
    assert client.seen(Closed) == []
    assert client.say(b"BDAT 2 LAST\r\n\r\n") == ["250 2.0.0 Taken", "421 4.3.2 Shutting down; try again"]


@given(st.lists(st.sampled_from([b"x", b".", b"\r\n", b"..", b"\r", b"\n", b"12345678"]), max_size=30), st.data())
def test_however_a_mail_is_cut_in_chunks_it_is_the_same(parts: list[bytes], data: st.DataObject) -> None:
    mail = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(mail)), max_size=8)))
    chunks = [mail[start:end] for start, end in pairwise([0, *cuts, len(mail)])]
    whole, cut = Client(Limits(max_line_octets=20)), Client(Limits(max_line_octets=20))
    whole.say(TO_BDAT + in_chunks([mail]))
    for octet in TO_BDAT + in_chunks(chunks):
        cut.say(bytes([octet]))
    assert mails(cut) == mails(whole)


def in_chunks(chunks: list[bytes]) -> bytes:
    last = len(chunks) - 1
    return b"".join(
        b"BDAT %d%s\r\n%s" % (len(chunk), b" LAST" * (number == last), chunk) for number, chunk in enumerate(chunks)
    )
