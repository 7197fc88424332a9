"""The grammar of policy requests: name=value lines to an empty line, whatever else comes, however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.edges.policyd.asking import asking, octets

from trustlane.policyd.limits import MAX_ATTRIBUTES, MAX_HELD_OCTETS, MAX_LINE_OCTETS, MAX_REQUEST_OCTETS
from trustlane.policyd.protocol import Asked, Closed, Event, PolicyProtocol, State
from trustlane.policyd.request import Request

WHOLE = Request(
    state="RCPT",
    client_ip="192.0.2.1",
    helo="mx.firm.example",
    mail_from="ann@firm.example",
    rcpt="bob@site.example",
    octets=1234,
    instance="1a2b.5f.1",
)


def told(pieces: list[bytes]) -> tuple[list[Event], bytes]:
    """All events of what comes in these pieces; each request is answered with its number at once."""
    protocol = PolicyProtocol()
    events: list[Event] = []
    for piece in pieces:
        due = protocol.receive(piece)
        while due:
            events += due
            due = protocol.answer(f"{len(events)}")
    return events, protocol.data_to_send()


def cut(script: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({cut for cut in cuts if cut < len(script)} | {len(script)})
    return [script[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, {}),
        ({"sender": ""}, {"mail_from": ""}),
        ({"sender": None}, {"mail_from": None}),
        ({"protocol_state": "EHLO", "sender": ""}, {"state": "EHLO", "mail_from": None}),
        ({"protocol_state": None}, {"state": "", "mail_from": None}),
        ({"client_address": "unknown"}, {"client_ip": None}),
        ({"client_address": None}, {"client_ip": None}),
        ({"client_address": "2001:DB8::1"}, {"client_ip": "2001:db8::1"}),
        ({"helo_name": ""}, {"helo": None}),
        ({"size": "0"}, {"octets": 0}),
        ({"size": "-5"}, {"octets": 0}),
        ({"size": "9" * 19}, {"octets": 0}),
        ({"size": "\u0663"}, {"octets": 0}),
        ({"recipient_count": "3", "protocol_state": "DATA"}, {"recipients": 3, "state": "DATA"}),
        ({"sasl_username": "bob"}, {"login": "bob"}),
        ({"instance": ""}, {"instance": None}),
        ({"request": "junk_policy"}, {"kind": "junk_policy"}),
        ({"request": None}, {}),
        ({"sender": "jörg@firm.example"}, {"mail_from": "jörg@firm.example"}),
    ],
)
def test_attributes_may_be_missing_empty_or_new(changed: dict[str, str | None], expected: dict[str, object]) -> None:
    ((asked,), sent) = told([octets(asking(**changed))])
    values = {name: getattr(WHOLE, name) for name in Request.__slots__}
    assert asked == Asked(Request(**{**values, **expected}))
    assert sent == b"action=1\n\n"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (b"sender=a\nsender=b\nprotocol_state=RCPT\n\n", [Asked(Request(state="RCPT", mail_from="a"))]),
        (b"\n\nhelo_name=x\n\n\n", [Asked(Request(helo="x"))]),
        (b"helo_name=a=b\n\nhelo_name=c\n\n", [Asked(Request(helo="a=b")), Asked(Request(helo="c"))]),
        (b"helo_name=\xff\n\n", [Asked(Request(helo="\ufffd"))]),
        (b"no equals\n", [Closed("a line that is no name=value")]),
        (b"=value\n", [Closed("a line that is no name=value")]),
        (b"a=\0\n", [Closed("a line that is no name=value")]),
        (b"GET / HTTP/1.1\r\n", [Closed("a line that is no name=value")]),
        (b"helo_name=x\n\nbad\n", [Asked(Request(helo="x")), Closed("a line that is no name=value")]),
        (b"helo_name=x\n", []),
    ],
)
def test_lines_are_read_or_the_peer_is_left(script: bytes, expected: list[Event]) -> None:
    assert told([script])[0] == expected


@pytest.mark.parametrize(
    ("fits", "too_much", "fault"),
    [
        (
            b"a=" + b"x" * (MAX_LINE_OCTETS - 2) + b"\n",
            b"a=" + b"x" * (MAX_LINE_OCTETS - 1),
            f"an attribute of more than {MAX_LINE_OCTETS} octets",
        ),
        (
            b"".join(b"a%d=\n" % number for number in range(MAX_ATTRIBUTES)),
            b"".join(b"a%d=\n" % number for number in range(MAX_ATTRIBUTES + 1)),
            f"a request of more than {MAX_ATTRIBUTES} attributes",
        ),
        (
            (b"a=" + b"x" * 1022 + b"\n") * (MAX_REQUEST_OCTETS // 1024),
            (b"a=" + b"x" * 1022 + b"\n") * (MAX_REQUEST_OCTETS // 1024) + b"b=\n",
            f"a request of more than {MAX_REQUEST_OCTETS} octets",
        ),
    ],
)
def test_a_request_has_bounds(fits: bytes, too_much: bytes, fault: str) -> None:
    ((asked,), _) = told([fits + b"\n"])
    assert isinstance(asked, Asked)
    assert told([too_much])[0] == [Closed(fault)]


def test_what_comes_before_its_turn_is_kept_within_bounds() -> None:
    protocol = PolicyProtocol()
    protocol.receive(octets(asking()))
    assert protocol.receive(b"x" * MAX_HELD_OCTETS) == []
    assert protocol.receive(b"x") == [Closed(f"more than {MAX_HELD_OCTETS} octets before their turn")]
    assert protocol.answer("DUNNO") == []
    assert protocol.data_to_send() == b""


def test_one_request_is_answered_after_the_other() -> None:
    protocol = PolicyProtocol()
    (first,) = protocol.receive(b"helo_name=a\n\nhelo_name=b\n\n")
    assert (first, protocol.state) == (Asked(Request(helo="a")), State.ANSWER)
    assert protocol.receive(b"helo_name=c\n") == []
    assert protocol.answer("DUNNO") == [Asked(Request(helo="b"))]
    assert protocol.answer("PREPEND A: b") == []
    assert protocol.data_to_send() == b"action=DUNNO\n\naction=PREPEND A: b\n\n"
    assert protocol.receive(b"\n") == [Asked(Request(helo="c"))]


LINES = st.sampled_from(
    [b"\n", b"sender=a@b.example\n", b"sender=\n", b"protocol_state=RCPT\n", b"x=y\n", octets(asking()), b"bad\n"]
)
SCRIPTS = st.lists(st.one_of(LINES, st.binary(max_size=9)), max_size=30).map(b"".join)


@given(SCRIPTS, st.lists(st.integers(0, 3000), max_size=40))
def test_events_are_the_same_however_the_octets_are_cut(script: bytes, cuts: list[int]) -> None:
    assert told(cut(script, cuts)) == told([script])


@given(st.lists(st.one_of(LINES, st.binary(max_size=20), st.sampled_from(["answer", "lost"]))))
def test_any_call_may_follow_any_other(calls: list[bytes | str]) -> None:
    protocol = PolicyProtocol()
    events: list[Event] = []
    answered = 0
    for call in calls:
        match call:
            case bytes():
                events += protocol.receive(call)
            case "answer":
                answered += protocol.is_awaiting_answer
                events += protocol.answer("DUNNO")
            case _:
                events += protocol.lost()
    assert sum(isinstance(event, Closed) for event in events) == protocol.is_closed
    asked = sum(isinstance(event, Asked) for event in events)
    assert answered + protocol.is_awaiting_answer == asked or protocol.is_closed
    assert protocol.data_to_send() == b"action=DUNNO\n\n" * answered
