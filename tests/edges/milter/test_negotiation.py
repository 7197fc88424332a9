"""Options are a subset of what is offered, whatever we would like."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.edges.milter.mta import ALL_ACTIONS, ALL_STEPS, OLD_STEPS, offer

from trustlane.errors import PeerError
from trustlane.milter.codes import Actions, Command, Steps
from trustlane.milter.negotiate import NEEDED_ACTIONS, negotiated, reply
from trustlane.milter.packets import PacketReader, strings

V2_ACTIONS = (
    Actions.ADDHDRS | Actions.CHGBODY | Actions.ADDRCPT | Actions.DELRCPT | Actions.CHGHDRS | Actions.QUARANTINE
)


@pytest.mark.parametrize(
    ("version", "actions", "steps", "agreed", "why"),
    [
        (6, ALL_ACTIONS, ALL_STEPS, (6, True, True, True), "a new Sendmail offers everything"),
        (6, ALL_ACTIONS, OLD_STEPS, (6, True, False, False), "no silence is offered, so everything is answered"),
        (2, V2_ACTIONS, OLD_STEPS, (2, False, False, False), "an old MTA: no macros are asked for"),
        (99, ALL_ACTIONS, ALL_STEPS, (6, True, True, True), "a version to come is answered with ours"),
        (6, 0xFFFF_FFFF, 0xFFFF_FFFF, (6, True, True, True), "bits that nobody has named yet are left alone"),
    ],
)
def test_options(version: int, actions: int, steps: int, agreed: tuple[int, bool, bool, bool], why: str) -> None:
    options = negotiated(struct.pack("!III", version, actions, steps))
    asks = Actions.SETSYMLIST in options.actions
    assert (options.version, asks, options.is_silent(Command.HEADER), Steps.HDR_LEADSPC in options.steps) == agreed, why
    assert not options.steps & OLD_STEPS, "nothing that we need is left out"
    assert Steps.NOBODY not in options.steps


@given(st.integers(2, 9), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_nothing_is_agreed_that_was_not_offered(version: int, actions: int, steps: int) -> None:
    options = negotiated(struct.pack("!III", version, actions | NEEDED_ACTIONS, steps))
    assert not options.actions & ~(actions | NEEDED_ACTIONS)
    assert not options.steps & ~steps
    assert options.version <= min(version, 6)
    assert not (Steps.MDS_1M in options.steps and Steps.MDS_256K in options.steps), "one size of packets"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "too short"),
        (struct.pack("!II", 6, 0x1FF), "too short"),
        (struct.pack("!III", 1, 0x1FF, 0), "version 1"),
        (struct.pack("!III", 6, Actions.ADDHDRS, 0), "header fields"),
    ],
)
def test_an_offer_that_is_of_no_use_ends_the_connection(data: bytes, why: str) -> None:
    with pytest.raises(PeerError, match=why):
        negotiated(data)


def test_macros_are_asked_for_by_stage_where_they_may_be() -> None:
    ((code, data),) = PacketReader().packets(reply(negotiated(offer()[5:])))
    assert code == Command.OPTNEG
    stages = []
    rest = data[12:]
    while rest:
        names, _, tail = rest[4:].partition(b"\0")
        stages.append((int.from_bytes(rest[:4], "big"), names.decode()))
        rest = tail
    assert [stage for stage, _ in stages] == [0, 1, 2, 3, 5]
    assert dict(stages)[2] == "i {auth_type} {auth_authen} {auth_author} {mail_addr}"
    assert strings(b"a\0b\0c") == [b"a", b"b", b"c"]


def test_a_busy_filter_keeps_the_right_to_answer_the_client() -> None:
    speaking = negotiated(offer()[5:], speaks_at=frozenset({Command.CONNECT}))
    assert not speaking.is_silent(Command.CONNECT)
    assert speaking.is_silent(Command.HELO)
