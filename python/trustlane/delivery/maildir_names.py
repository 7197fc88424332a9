"""File names in a Maildir: unique over hosts, processes and time, and able to carry a fingerprint."""

import itertools
import os
import re
import socket

from trustlane.message.transaction import Instant

FOLDER = re.compile(r"[^/.\0\r\n][^/\0\r\n]{0,200}")
"""A folder of Maildir++; dots inside make subfolders."""


class UniqueNames:
    """Gives names of the form ``seconds.MmicrosecondsPpidQcount.host``, with ``,F=fingerprint`` while under ``tmp``."""

    def __init__(self) -> None:
        self._host = re.sub(r"[^A-Za-z0-9.-]", "_", socket.gethostname())
        self._count = itertools.count(1)

    def marked(self, fingerprint: str, now: Instant) -> str:
        """A name for ``tmp`` which tells what mail it is."""
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise ValueError(f"{fingerprint!r} is not a fingerprint of hex digits")
        seconds, microseconds = divmod(int(now * 1_000_000), 1_000_000)
        return f"{seconds}.M{microseconds}P{os.getpid()}Q{next(self._count)}.{self._host},F={fingerprint}"


def plain(marked_name: str) -> str:
    """The same name for ``new``; without a fingerprint, which would be of no use to readers."""
    return marked_name.partition(",")[0]


def read_marked(name: str) -> tuple[Instant, str] | None:
    """When the mail came, and its fingerprint; ``None`` for a name that is not ours."""
    found = _MARKED.fullmatch(name)
    return (float(found["seconds"]), found["fingerprint"]) if found else None


_FINGERPRINT = re.compile(r"[0-9a-f]{8,128}")
_MARKED = re.compile(
    r"(?P<seconds>[0-9]{1,12})\.M[0-9]+P[0-9]+Q[0-9]+\.[A-Za-z0-9._-]*,F=(?P<fingerprint>[0-9a-f]{8,128})"
)
