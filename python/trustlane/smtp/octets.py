"""Octets that came and were not yet read, and how far they were searched already."""


class Octets:
    """A buffer in which nothing is searched twice, however the input was cut.

    Attributes:
        unread: what came and was not yet taken.
        searched: how much of it, from its start, is known not to hold what its reader looks for.
    """

    def __init__(self) -> None:
        self.unread = bytearray()
        self.searched = 0

    def __len__(self) -> int:
        return len(self.unread)

    def add(self, octets: bytes) -> None:
        self.unread += octets

    def take(self, count: int) -> bytes:
        """The first ``count`` octets, which are then gone."""
        taken = bytes(self.unread[:count])
        del self.unread[:count]
        self.searched = max(0, self.searched - count)
        return taken

    def clear(self) -> None:
        self.unread.clear()
        self.searched = 0
