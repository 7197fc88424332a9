"""Whatever a client sends, and however it is cut, the session does the same, and in linear time."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trustlane.delivery.outgoing import dot_stuffed
from trustlane.delivery.reply import Reply
from trustlane.smtp.events import Aborted, Closed, Content, ContentEnded, Event, MailStarted, RecipientGiven
from trustlane.smtp.limits import Limits
from trustlane.smtp.octets import Octets
from trustlane.smtp.protocol import ServerProtocol
from trustlane.smtp.tls import Tls

LIMITS = Limits(max_command_octets=60, max_line_octets=30, max_message_octets=120, max_recipients=2)

PIECES = [
    b"EHLO x\r\n",
    b"HELO x\r\n",
    b"MAIL FROM:<a@b>\r\n",
    b"MAIL FROM:<a@b> SIZE=1\r\n",
    b"RCPT TO:<c@d>\r\n",
    b"DATA\r\n",
    b"BDAT 12\r\n",
    b"BDAT 3 LAST\r\n",
    b"BDAT 0 LAST\r\n",
    b"BDAT 1x\r\n",
    b"RSET\r\n",
    b"STARTTLS\r\n",
    b"NOOP\r\n",
    b"QUIT\r\n",
    b"VRFY x\r\n",
    b"Subject: x\r\n",
    b"\r\n",
    b".\r\n",
    b"..\r\n",
    b"\r\n.\r\n",
    b".",
    b"\r",
    b"\n",
    b"\0",
    b"\xff",
    b"x" * 29,
    b"x" * 59,
    b'<"\\',
]
SCRIPTS = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=40).map(b"".join)
MAIL_BEGINS = b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
CALLS = ["receive", "greet", "accept", "refuse", "finish", "secured", "eof", "reset", "time", "stop", "send"]
CUTS = st.lists(st.integers(0, 400), max_size=60)


@given(SCRIPTS, CUTS)
def test_commands_do_the_same_however_they_are_cut(script: bytes, cuts: list[int]) -> None:
    assert session(pieces(script, cuts)) == session([script])


@given(SCRIPTS, CUTS)
def test_content_is_the_same_however_it_is_cut(script: bytes, cuts: list[int]) -> None:
    assert session(pieces(script, cuts), MAIL_BEGINS) == session([script], MAIL_BEGINS)


@given(SCRIPTS)
def test_content_is_the_same_octet_by_octet(script: bytes) -> None:
    assert session([script[i : i + 1] for i in range(len(script))], MAIL_BEGINS) == session([script], MAIL_BEGINS)


@given(st.lists(st.one_of(st.binary(), st.just(b"."), st.just(b".."), st.just(b""))), CUTS)
def test_what_is_sent_dot_stuffed_comes_out_as_it_was(texts: list[bytes], cuts: list[int]) -> None:
    mail = b"".join(text.translate(None, b"\r\n") + b"\r\n" for text in texts)
    events, replies = session(pieces(dot_stuffed(mail), cuts), MAIL_BEGINS, Limits())
    assert [event.transaction.message for event in events if isinstance(event, ContentEnded)] == [mail]
    assert replies.endswith(b"250 2.0.0 Taken\r\n")


@given(
    st.lists(
        st.sampled_from(
            ["receive", "greet", "accept", "refuse", "finish", "secured", "eof", "reset", "time", "stop", "send"]
        )
    )
)
def test_any_call_may_follow_any_other(calls: list[str]) -> None:
    """No exception, ``Closed`` at most once, and nothing but replies of three digits."""
    protocol = ServerProtocol("mx.site.example", LIMITS, tls=Tls.OFFERED)
    events: list[Event] = []
    sent = b""
    texts = iter([MAIL_BEGINS[:-6], b"DATA\r\n", b"x\r\n.\r\nRSET\r\n", b"STARTTLS\r\n"] * len(calls))
    for call in calls:
        match call:
            case "receive":
                events += protocol.receive(next(texts))
            case "greet":
                protocol.greet()
            case "accept":
                events += protocol.accept()
            case "refuse":
                events += protocol.refuse(Reply(550, "5.7.1", "No"))
            case "finish":
                events += protocol.finish(Reply(250, "2.0.0", "Taken"))
            case "secured":
                events += protocol.secured()
            case "eof":
                events += protocol.eof()
            case "reset":
                events += protocol.reset()
            case "time":
                events += protocol.timed_out()
            case "stop":
                events += protocol.shut_down()
            case _:
                sent += protocol.data_to_send()
    assert sum(isinstance(event, Closed) for event in events) == protocol.is_closed
    assert all(line[:3].isdigit() for line in sent.splitlines())


def test_work_is_linear_however_the_input_is_cut() -> None:
    """Searches look at each octet a fixed number of times, also when all comes octet by octet."""
    for count in (2_000, 4_000):
        for text in (b"x" * count + b"\r\n", b"x\r\n" * (count // 3), b"\r" * count, b".\r\n." * (count // 4)):
            for start in (b"", MAIL_BEGINS):
                assert searched_octets(start, text) < 20 * count


def session(texts: list[bytes], begin: bytes = b"", limits: Limits = LIMITS) -> tuple[list[Event], bytes]:
    """All events, contents joined, and all replies. What a refused mail gave of its content before is left out."""
    protocol = ServerProtocol("mx.site.example", limits, tls=Tls.OFFERED)
    protocol.greet()
    protocol.data_to_send()
    events = answered(protocol, protocol.receive(begin))
    replies = protocol.data_to_send()
    for text in texts:
        events += answered(protocol, protocol.receive(text))
    return list(without_chunks(events)), replies + protocol.data_to_send()


def answered(protocol: ServerProtocol, events: list[Event]) -> list[Event]:
    done: list[Event] = []
    while events:
        event, events = events[0], events[1:]
        done.append(event)
        match event:
            case MailStarted() | RecipientGiven():
                events += protocol.accept()
            case ContentEnded():
                events += protocol.finish(Reply(250, "2.0.0", "Taken"))
    return done


def without_chunks(events: list[Event]) -> list[Event]:
    """Also checks what chunks promise: joined they are the mail."""
    kept: list[Event] = []
    chunks = b""
    for event in events:
        match event:
            case Content(chunk):
                chunks += chunk
                continue
            case ContentEnded(transaction):
                assert transaction.message == chunks
                chunks = b""
            case Aborted():
                chunks = b""
        kept.append(event)
    return kept


def pieces(text: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted({cut for cut in cuts if cut < len(text)}), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


def searched_octets(begin: bytes, text: bytes) -> int:
    protocol = ServerProtocol("mx.site.example", Limits())
    protocol.greet()
    protocol.data_to_send()
    answered(protocol, protocol.receive(begin))
    protocol.data_to_send()
    counting = CountingOctets()
    protocol._input.unread = counting
    for octet in text:
        answered(protocol, protocol.receive(bytes([octet])))
        protocol.data_to_send()
    assert isinstance(protocol._input, Octets)
    return counting.searched_octets


class CountingOctets(bytearray):
    """Counts what searches look at; each search looks at all from where it starts, at most."""

    searched_octets = 0

    def find(self, sub: bytes, start: int = 0) -> int:  # type: ignore[override]
        self.searched_octets += len(self) - start
        return super().find(sub, start)

    def rfind(self, sub: bytes, start: int = 0) -> int:  # type: ignore[override]
        self.searched_octets += len(self) - start
        return super().rfind(sub, start)
