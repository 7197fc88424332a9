"""Command lines: only CRLF ends one (RFC 5321 §2.3.8)."""

from trustlane.smtp.octets import Octets


class CommandLines:
    """Reads whole lines; of one over the limit nothing is kept, and it is told once, at its end."""

    def __init__(self, max_command_octets: int) -> None:
        self._max_octets = max_command_octets
        self._is_too_long = False

    def next(self, octets: Octets) -> bytes | None:
        """The next line without its CRLF, or ``None`` while it is not whole. Over the limit: :class:`LineTooLong`."""
        end = octets.unread.find(b"\r\n", max(0, octets.searched - 1))
        if end < 0:
            octets.searched = len(octets)
            self._forget_too_long(octets)
            return None
        line = octets.take(end + 2)
        if self._is_too_long or len(line) > self._max_octets:
            self._is_too_long = False
            raise LineTooLong
        return line[:-2]

    def _forget_too_long(self, octets: Octets) -> None:
        if len(octets) > self._max_octets:
            self._is_too_long = True
            octets.take(len(octets) - 1)


class LineTooLong(Exception):
    """Never leaves the protocol."""
