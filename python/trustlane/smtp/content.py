"""The mail's octets between 354 and CRLF.CRLF (RFC 5321 §4.1.1.4, §4.5.2)."""

from trustlane.delivery.reply import Reply
from trustlane.smtp import replies
from trustlane.smtp.limits import Limits
from trustlane.smtp.octets import Octets

END_OF_DATA = b"\r\n.\r\n"
"""The only thing that ends data. Any other reading lets one mail carry a second one that nobody checked."""


class ContentReader:
    """Unstuffs dots and finds the end; the work is linear in the input, however it was cut.

    A fault never ends the data: it is read to its true end, or the rest of it would be taken for commands.

    Attributes:
        is_ended: the end of data was read.
        octets: size of the mail as RFC 1870 §5 counts it, without stuffed dots and without the end of data.
    """

    def __init__(self, limits: Limits) -> None:
        self.is_ended = False
        self.octets = 0
        self._limits = limits
        self._is_line_start = True
        self._has_bare_cr_or_lf = False
        self._has_long_line = False

    @property
    def fault(self) -> Reply | None:
        """Why this mail is refused once its data end; the first of these, whichever came first."""
        if self._has_bare_cr_or_lf:
            return replies.CONTENT_MALFORMED
        if self._has_long_line:
            return replies.TEXT_LINE_TOO_LONG
        if self.octets > self._limits.max_message_octets:
            return replies.MESSAGE_TOO_BIG
        return None

    def read(self, source: Octets) -> bytes:
        """The whole lines that came, unstuffed; none once there is a fault."""
        if self._is_line_start and source.unread.startswith(END_OF_DATA[2:]):
            source.take(3)
            self.is_ended = True
            return b""
        end = source.unread.find(END_OF_DATA, max(0, source.searched - 4))
        if end >= 0:
            lines = self._unstuffed(source.take(end + 2))
            source.take(3)
            self.is_ended = True
            return lines
        return self._lines(source)

    def _lines(self, source: Octets) -> bytes:
        last = source.unread.rfind(b"\r\n", max(0, source.searched - 1))
        source.searched = len(source)
        if last >= 0:
            lines = self._unstuffed(source.take(last + 2))
            self._is_line_start = True
            return lines
        if self._is_too_long(source):
            self._has_long_line = True
            self._unstuffed(source.take(len(source) - source.unread.endswith(b"\r")))
            self._is_line_start = False
        return b""

    def _is_too_long(self, source: Octets) -> bool:
        is_stuffed = self._is_line_start and source.unread.startswith(b".")
        return len(source) - is_stuffed > self._limits.max_line_octets

    def _unstuffed(self, lines: bytes) -> bytes:
        pairs = lines.count(b"\r\n")
        self._has_bare_cr_or_lf |= lines.count(b"\r") != pairs or lines.count(b"\n") != pairs
        text = lines.replace(b"\r\n.", b"\r\n")
        if self._is_line_start and text.startswith(b"."):
            text = text[1:]
        self._has_long_line |= has_line_over(self._limits.max_line_octets, text)
        self.octets += len(text)
        return text if self.fault is None else b""


def has_line_over(max_octets: int, text: bytes) -> bool:
    """Looks backwards from as far as a line may reach, so that each octet is seen about once."""
    start = 0
    while len(text) - start > max_octets:
        end = text.rfind(b"\r\n", start, start + max_octets)
        if end < 0:
            return True
        start = end + 2
    return False
