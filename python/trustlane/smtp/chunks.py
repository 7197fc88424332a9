"""The mail's octets in chunks that say how long they are (RFC 3030 §2)."""

from dataclasses import dataclass

from trustlane.delivery.reply import Reply
from trustlane.smtp import replies
from trustlane.smtp.content import has_line_over
from trustlane.smtp.limits import Limits


@dataclass(slots=True)
class Chunk:
    """One chunk on its way.

    Attributes:
        left: octets of it that have yet to come.
        is_last: the mail ends with it.
        refusal: why it is read only to be forgotten; its octets must never be taken for commands.
    """

    left: int
    is_last: bool
    refusal: Reply | None


class ChunkReader:
    """Takes octets as they are, with no dots to unstuff, and sees that they are lines of text.

    The mail may leave us by DATA, so a CR or LF that stands alone refuses it here as it does there. A CRLF may be cut
    between two chunks. A last line without its CRLF is given one, once, before anybody looks at the mail.

    Attributes:
        octets: size of the mail so far (RFC 1870 §5).
    """

    def __init__(self, limits: Limits) -> None:
        self.octets = 0
        self._limits = limits
        self._held = b""
        self._line_octets = 0
        self._has_bare_cr_or_lf = False
        self._has_long_line = False

    @property
    def fault(self) -> Reply | None:
        """Why this mail is refused once its chunk ends; the first of these, whichever came first."""
        if self._has_bare_cr_or_lf:
            return replies.CONTENT_MALFORMED
        if self._has_long_line:
            return replies.TEXT_LINE_TOO_LONG
        if self.octets > self._limits.max_message_octets:
            return replies.MESSAGE_TOO_BIG
        return None

    def read(self, octets: bytes) -> bytes:
        """What can be passed on of them: a CR waits for its LF; nothing is, once there is a fault."""
        self.octets += len(octets)
        text = self._held + octets
        self._held = b"\r" if text.endswith(b"\r") else b""
        return self._checked(text.removesuffix(self._held))

    def finish(self) -> bytes:
        """The mail is whole."""
        self._has_bare_cr_or_lf |= bool(self._held)
        return self.read(b"\r\n") if self._line_octets else b""

    def _checked(self, text: bytes) -> bytes:
        pairs = text.count(b"\r\n")
        self._has_bare_cr_or_lf |= text.count(b"\r") != pairs or text.count(b"\n") != pairs
        self._measure(text)
        return text if self.fault is None else b""

    def _measure(self, text: bytes) -> None:
        first = text.find(b"\r\n")
        if first < 0:
            self._line_octets += len(text)
            self._has_long_line |= self._line_octets > self._limits.max_line_octets
            return
        self._has_long_line |= self._line_octets + first + 2 > self._limits.max_line_octets
        self._has_long_line |= has_line_over(self._limits.max_line_octets, text[first + 2 :])
        self._line_octets = len(text) - text.rfind(b"\r\n") - 2
