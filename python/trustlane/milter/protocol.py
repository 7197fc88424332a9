"""One milter connection as seen by the filter: octets in, events and octets out, no I/O."""

import re
from collections.abc import Callable
from enum import Enum, auto

from trustlane.errors import PeerError
from trustlane.milter.codes import Command, Response, Steps
from trustlane.milter.events import (
    Aborted,
    Closed,
    Connected,
    Content,
    ContentEnded,
    Disconnected,
    Event,
    Greeted,
    MailStarted,
    RecipientGiven,
)
from trustlane.milter.macros import MacroStore, client_address
from trustlane.milter.negotiate import Options, negotiated, reply
from trustlane.milter.packets import PacketReader, packet, strings

HEADER_FLUSH_OCTETS = 65_536
"""Header fields are handed on together, at the end of the header or when so much of them has come."""


class State(Enum):
    """What the connection waits for."""

    OFFER = auto()
    CLIENT = auto()
    MAIL = auto()
    ENVELOPE = auto()
    HEADER = auto()
    BODY = auto()
    ANSWER = auto()
    CLOSED = auto()


class MilterProtocol:
    """Call ``receive`` with whatever comes, and send ``data_to_send`` after every call.

    After ``ContentEnded`` the MTA waits for ``finish``, and is kept waiting by ``progress``. Every other command is
    answered at once, where it gets an answer at all. Nothing that a peer sends raises.

    Args:
        is_busy: clients are sent away with a temporary failure instead of being listened to.

    Attributes:
        wants_body: while true, the MTA sends the body; else it is told to skip the rest, where it can be told.
        options: what was agreed, once it was.
    """

    def __init__(self, *, is_busy: bool = False) -> None:
        self.wants_body = True
        self.options: Options | None = None
        self._is_busy = is_busy
        self._state = State.OFFER
        self._reader = PacketReader()
        self._macros = MacroStore()
        self._header: list[bytes] = []
        self._header_octets = 0
        self._output = bytearray()
        self._events: list[Event] = []

    @property
    def state(self) -> State:
        return self._state

    @property
    def is_closed(self) -> bool:
        return self._state is State.CLOSED

    @property
    def is_awaiting_answer(self) -> bool:
        """It is our side that the MTA waits for."""
        return self._state is State.ANSWER

    def data_to_send(self) -> bytes:
        """What is due to the MTA, once."""
        octets = bytes(self._output)
        self._output.clear()
        return octets

    def receive(self, octets: bytes) -> list[Event]:
        """What the MTA sent, cut anywhere."""
        if self.is_closed:
            return []
        try:
            for code, data in self._reader.packets(octets):
                self._obey(code, data)
                if self.is_closed:
                    break
        except PeerError as error:
            self._close(error.text)
        return self._told()

    def progress(self) -> None:
        """Asks the MTA for patience."""
        if self._state is State.ANSWER:
            self._say(Response.PROGRESS)

    def finish(self, changes: bytes, verdict: bytes) -> None:
        """The answer to a whole mail. Where the mail was aborted meanwhile, nobody hears it.

        Args:
            changes: packets that change the mail; see :mod:`trustlane.milter.answer`.
            verdict: the packet that ends the answer.
        """
        if self._state is not State.ANSWER:
            return
        self._output += changes
        self._output += verdict
        self._end_mail()

    def lost(self) -> list[Event]:
        """The connection is no more."""
        self._close(None)
        return self._told()

    def _told(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _obey(self, code: int, data: bytes) -> None:
        if code not in _TRANSITIONS:
            raise PeerError(0, "", f"a command of code {code}")
        states, obey = _TRANSITIONS[code]
        if self._state not in states:
            raise PeerError(0, "", f"{Command(code).name} in state {self._state.name}")
        obey(self, data)

    def _offered(self, data: bytes) -> None:
        speaks_at = frozenset({Command.CONNECT}) if self._is_busy else frozenset()
        self.options = negotiated(data, speaks_at=speaks_at)
        self._output += reply(self.options)
        self._state = State.CLIENT

    def _connect(self, data: bytes) -> None:
        """host NUL family port address NUL; an unknown family ends after its letter."""
        host, _, rest = data.partition(b"\0")
        family, address = rest[:1], rest[3:].partition(b"\0")[0]
        client_ip = client_address(family[0], address) if family else None
        self._state = State.MAIL
        if self._is_busy:
            self._say(Response.TEMPFAIL)
            return
        self._events.append(Connected(_text(host), client_ip, self._macros.known(Command.CONNECT)))
        self._go_on(Command.CONNECT)

    def _hello(self, data: bytes) -> None:
        self._abort_mail()
        self._events.append(Greeted(_text(data.partition(b"\0")[0])))
        self._go_on(Command.HELO)

    def _mail(self, data: bytes) -> None:
        self._abort_mail()
        path, *parameters = _arguments(data)
        macros = self._macros.known(Command.CONNECT, Command.HELO, Command.MAIL)
        self._events.append(MailStarted(_bare(path), tuple(parameters), macros))
        self._state = State.ENVELOPE
        self._go_on(Command.MAIL)

    def _recipient(self, data: bytes) -> None:
        path = data.partition(b"\0")[0]
        self._events.append(RecipientGiven(_bare(_text(path)), path))
        self._go_on(Command.RCPT)

    def _data(self, data: bytes) -> None:
        self._go_on(Command.DATA)

    def _unknown(self, data: bytes) -> None:
        self._go_on(Command.UNKNOWN)

    def _field(self, data: bytes) -> None:
        """A field as it stood in the mail, but for its line ends: LF inside a value (RFC 5322 §2.2.3 has CRLF)."""
        name, _, value = data.partition(b"\0")
        value = value.partition(b"\0")[0]
        space = b"" if self._has_leading_space else b" "
        self._header += (name, b":", space, _LINE_END.sub(b"\r\n", value), b"\r\n")
        self._header_octets += len(name) + len(value)
        self._state = State.HEADER
        if self._header_octets >= HEADER_FLUSH_OCTETS:
            self._flush_header(b"")
        self._go_on(Command.HEADER)

    def _end_of_header(self, data: bytes) -> None:
        self._flush_header(b"\r\n")
        self._state = State.BODY
        self._go_on(Command.EOH)

    def _body(self, data: bytes) -> None:
        if self._state is not State.BODY:
            self._flush_header(b"\r\n")
            self._state = State.BODY
        if data:
            self._events.append(Content(data))
        if not self._options.is_silent(Command.BODY):
            is_enough = not self.wants_body and Steps.SKIP in self._options.steps
            self._say(Response.SKIP if is_enough else Response.CONTINUE)

    def _end_of_body(self, data: bytes) -> None:
        if self._state is not State.BODY:
            self._flush_header(b"\r\n")
        if data:
            self._events.append(Content(data))
        self._state = State.ANSWER
        commands = (Command.CONNECT, Command.HELO, Command.MAIL, Command.BODYEOB)
        self._events.append(ContentEnded(self._macros.known(*commands)))

    def _define(self, data: bytes) -> None:
        self._macros.define(data)

    def _abort(self, data: bytes) -> None:
        """Ends the mail, not the connection."""
        self._abort_mail()

    def _next_client(self, data: bytes) -> None:
        """The options stay; all else starts anew."""
        self._abort_mail()
        self._macros = MacroStore()
        self._state = State.CLIENT
        self._events.append(Disconnected())

    def _quit(self, data: bytes) -> None:
        self._close(None)

    def _abort_mail(self) -> None:
        if self._state in _IN_MAIL:
            self._events.append(Aborted())
            self._end_mail()

    def _end_mail(self) -> None:
        self._header.clear()
        self._header_octets = 0
        self.wants_body = True
        self._macros.forget(Command.MAIL, Command.RCPT, Command.DATA, Command.BODYEOB, Command.EOH)
        self._state = State.MAIL

    def _flush_header(self, end: bytes) -> None:
        octets = b"".join((*self._header, end))
        self._header.clear()
        self._header_octets = 0
        if octets:
            self._events.append(Content(octets))

    def _close(self, fault: str | None) -> None:
        if self.is_closed:
            return
        self._abort_mail()
        self._state = State.CLOSED
        self._events.append(Closed(fault))

    def _go_on(self, command: Command) -> None:
        if not self._options.is_silent(command):
            self._say(Response.CONTINUE)

    def _say(self, response: Response) -> None:
        self._output += packet(response)

    @property
    def _options(self) -> Options:
        assert self.options is not None, "no command but OPTNEG is obeyed before it"
        return self.options

    @property
    def _has_leading_space(self) -> bool:
        return Steps.HDR_LEADSPC in self._options.steps


_IN_MAIL = frozenset({State.ENVELOPE, State.HEADER, State.BODY, State.ANSWER})
_LINE_END = re.compile(rb"\r?\n")


def _arguments(data: bytes) -> list[str]:
    """The path, and the parameters of ESMTP behind it."""
    return [_text(text) for text in strings(data)] or [""]


def _bare(path: str) -> str:
    """Without its brackets. What stands behind them is no part of it."""
    return path[1:].rpartition(">")[0] if path.startswith("<") and ">" in path else path


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")


_ANY = frozenset(State)
_AGREED = _ANY - {State.OFFER}

_TRANSITIONS: dict[int, tuple[frozenset[State], Callable[[MilterProtocol, bytes], None]]] = {
    Command.OPTNEG: (frozenset({State.OFFER}), MilterProtocol._offered),
    Command.MACRO: (_AGREED, MilterProtocol._define),
    Command.CONNECT: (frozenset({State.CLIENT}), MilterProtocol._connect),
    Command.HELO: (frozenset({State.MAIL, State.ENVELOPE}), MilterProtocol._hello),
    Command.MAIL: (frozenset({State.MAIL, State.ENVELOPE}), MilterProtocol._mail),
    Command.RCPT: (frozenset({State.ENVELOPE}), MilterProtocol._recipient),
    Command.DATA: (frozenset({State.ENVELOPE}), MilterProtocol._data),
    Command.UNKNOWN: (frozenset({State.MAIL, State.ENVELOPE}), MilterProtocol._unknown),
    Command.HEADER: (frozenset({State.ENVELOPE, State.HEADER}), MilterProtocol._field),
    Command.EOH: (frozenset({State.ENVELOPE, State.HEADER}), MilterProtocol._end_of_header),
    Command.BODY: (frozenset({State.ENVELOPE, State.HEADER, State.BODY}), MilterProtocol._body),
    Command.BODYEOB: (frozenset({State.ENVELOPE, State.HEADER, State.BODY}), MilterProtocol._end_of_body),
    Command.ABORT: (_AGREED, MilterProtocol._abort),
    Command.QUIT_NC: (_AGREED, MilterProtocol._next_client),
    Command.QUIT: (_ANY, MilterProtocol._quit),
}
"""In which states each command may come, and what obeys it. Any other command ends the connection."""
