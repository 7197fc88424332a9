"""One policy connection as seen by the service: octets in, events and octets out, no I/O."""

from dataclasses import dataclass
from enum import Enum, auto

from trustlane.errors import PeerError
from trustlane.policyd.limits import MAX_ATTRIBUTES, MAX_HELD_OCTETS, MAX_LINE_OCTETS, MAX_REQUEST_OCTETS
from trustlane.policyd.request import Request, request


@dataclass(frozen=True, slots=True)
class Asked:
    """A whole request has come; the MTA waits for ``answer``."""

    request: Request


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is at its end; ``fault`` says what the peer did, if it broke the protocol."""

    fault: str | None = None


Event = Asked | Closed


class State(Enum):
    """What the connection waits for."""

    REQUEST = auto()
    ANSWER = auto()
    CLOSED = auto()


class PolicyProtocol:
    """Call ``receive`` with whatever comes, and send ``data_to_send`` after every call.

    After ``Asked`` the MTA waits for ``answer``; what it sends meanwhile is kept for its turn, within bounds. A peer
    that breaks the grammar gets no reply, as Postfix wants it in case of trouble, and nothing that it sends raises.
    """

    def __init__(self) -> None:
        self._state = State.REQUEST
        self._held = bytearray()
        self._looked_at = 0
        self._attributes: dict[str, str] = {}
        self._request_octets = 0
        self._output = bytearray()

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
        self._held += octets
        return self._go_on()

    def answer(self, action: str) -> list[Event]:
        """The answer to the request at hand; the next one may have come already. Where nobody waits, nobody hears it.

        Args:
            action: of access(5), printable and on one line.
        """
        if not self.is_awaiting_answer:
            return []
        self._output += b"action=" + action.encode("ascii") + b"\n\n"
        self._state = State.REQUEST
        return self._go_on()

    def lost(self) -> list[Event]:
        """The connection is no more."""
        return self._close(None)

    def _go_on(self) -> list[Event]:
        try:
            return self._read()
        except PeerError as error:
            return self._close(error.text)

    def _read(self) -> list[Event]:
        """Reads lines up to the end of a request. No octet is looked at twice."""
        begin = 0
        while self._state is State.REQUEST:
            end = self._held.find(b"\n", max(begin, self._looked_at))
            if end < 0:
                break
            line = bytes(self._held[begin:end])
            begin = self._looked_at = end + 1
            if line:
                self._attribute(line)
            elif self._attributes:
                self._state = State.ANSWER
        del self._held[:begin]
        self._looked_at = max(0, self._looked_at - begin)
        return self._asked() if self._state is State.ANSWER and self._attributes else self._bounded()

    def _asked(self) -> list[Event]:
        asked = Asked(request(self._attributes))
        self._attributes = {}
        self._request_octets = 0
        return [asked]

    def _bounded(self) -> list[Event]:
        if self._state is State.ANSWER:
            if len(self._held) > MAX_HELD_OCTETS:
                raise PeerError(0, "", f"more than {MAX_HELD_OCTETS} octets before their turn")
            return []
        self._looked_at = len(self._held)
        if len(self._held) > MAX_LINE_OCTETS:
            raise PeerError(0, "", f"an attribute of more than {MAX_LINE_OCTETS} octets")
        return []

    def _attribute(self, line: bytes) -> None:
        """name=value; the first value of a name counts."""
        self._request_octets += len(line)
        if len(line) > MAX_LINE_OCTETS:
            raise PeerError(0, "", f"an attribute of more than {MAX_LINE_OCTETS} octets")
        if self._request_octets > MAX_REQUEST_OCTETS:
            raise PeerError(0, "", f"a request of more than {MAX_REQUEST_OCTETS} octets")
        name, equals, value = line.decode("utf-8", "replace").partition("=")
        if not equals or not name or b"\0" in line:
            raise PeerError(0, "", "a line that is no name=value")
        self._attributes.setdefault(name, value)
        if len(self._attributes) > MAX_ATTRIBUTES:
            raise PeerError(0, "", f"a request of more than {MAX_ATTRIBUTES} attributes")

    def _close(self, fault: str | None) -> list[Event]:
        if self.is_closed:
            return []
        self._state = State.CLOSED
        self._held.clear()
        return [Closed(fault)]
