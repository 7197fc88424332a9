"""Whatever an MTA sends, however it is cut: no exception, the same events, a legal state."""

from hypothesis import given
from hypothesis import strategies as st
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
    body,
    connect,
    field,
    hello,
    macros,
    mail,
    offer,
    rcpt,
)

from trustlane.milter.answer import ACCEPT
from trustlane.milter.codes import Command
from trustlane.milter.events import Closed, Content, ContentEnded, Event
from trustlane.milter.packets import PacketReader, packet
from trustlane.milter.protocol import MilterProtocol

PIECES = [
    connect(),
    hello(),
    mail(),
    mail(""),
    rcpt(),
    DATA,
    field("A", " b"),
    field("", ""),
    END_OF_HEADER,
    body(b"x\r\n"),
    body(b""),
    END,
    ABORT,
    QUIT,
    QUIT_NC,
    offer(),
    macros(Command.MAIL, i="1"),
    packet(Command.MACRO),
    packet(Command.MACRO, b"Ma\0b"),
    packet(Command.CONNECT),
    packet(Command.CONNECT, b"h\0" + b"4"),
    packet(Command.MAIL),
    packet(Command.RCPT),
    packet(Command.HEADER),
    packet(Command.UNKNOWN, b"FOO\0"),
    SESSION,
    ENVELOPE,
    CONTENT,
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
]
ANY_PACKET = st.builds(packet, st.sampled_from([*Command]), st.binary(max_size=40))
SCRIPTS = st.lists(st.one_of(st.sampled_from(PIECES), ANY_PACKET, st.binary(max_size=9)), max_size=30).map(b"".join)
CUTS = st.lists(st.integers(0, 1500), max_size=40)


def told(pieces: list[bytes], steps: int) -> tuple[list[Event], bytes]:
    """Events with the content joined, and what was sent; each whole mail is accepted at once."""
    protocol = MilterProtocol()
    events: list[Event] = []
    sent = b""
    for piece in pieces:
        for event in protocol.receive(piece):
            events.append(event)
        sent += protocol.data_to_send()
    joined: list[Event] = []
    for event in events:
        if isinstance(event, Content) and joined and isinstance(joined[-1], Content):
            joined[-1] = Content(joined[-1].octets + event.octets)
        else:
            joined.append(event)
    return joined, sent


@given(SCRIPTS, CUTS, st.sampled_from([OLD_STEPS, 0x1FFFFF]))
def test_events_are_the_same_however_the_octets_are_cut(script: bytes, cuts: list[int], steps: int) -> None:
    script = offer(steps=steps) + script
    ends = sorted({cut for cut in cuts if cut < len(script)} | {len(script)})
    pieces = [script[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
    assert told(pieces, steps) == told([script], steps)


@given(st.lists(st.one_of(st.sampled_from(PIECES), ANY_PACKET, st.sampled_from(["finish", "progress", "lost"]))))
def test_any_call_may_follow_any_other(calls: list[bytes | str]) -> None:
    protocol = MilterProtocol()
    protocol.receive(offer())
    events: list[Event] = []
    finished = 0
    for call in calls:
        match call:
            case bytes():
                events += protocol.receive(call)
            case "finish":
                finished += protocol.is_awaiting_answer
                protocol.finish(b"", ACCEPT)
            case "progress":
                protocol.progress()
            case _:
                events += protocol.lost()
    assert sum(isinstance(event, Closed) for event in events) == protocol.is_closed
    assert finished <= sum(isinstance(event, ContentEnded) for event in events)
    list(PacketReader().packets(protocol.data_to_send()))


def test_a_packet_that_drips_in_is_kept_once() -> None:
    """Its octets are looked at when it is whole, not with every piece."""
    reader = PacketReader()
    whole = body(b"x" * 10_000)
    for at in range(len(whole) - 1):
        assert list(reader.packets(whole[at : at + 1])) == []
    assert reader.held_octets == len(whole) - 1
    ((code, data),) = reader.packets(whole[-1:])
    assert (code, len(data), reader.held_octets) == (Command.BODY, 10_000, 0)
