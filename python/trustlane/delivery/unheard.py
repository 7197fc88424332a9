"""Mails whose 250 was perhaps not heard, as all processes of one Maildir know them.

Each has a symbolic link under its fingerprint, which names its owner's process and its mark under ``tmp``. So a client
that was lost by one process, or whose process died, is known to every other one when it sends its mail again.
"""

import os
from contextlib import suppress
from pathlib import Path

ANYBODY = 0
"""The owner of a mail whose client was lost: the next mail of its fingerprint is the same one."""


class DeliveredBefore(Exception):
    """An equal mail was delivered, and its client sends it again."""


class Unheard:
    """The links of one Maildir. Every call is a few system calls, whatever the number of mails."""

    def __init__(self, root: Path) -> None:
        self._folder = root / "trustlane.unheard"
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def claim(self, fingerprint: str, mark: Path) -> None:
        """Notes that this process is about to deliver the mail.

        Where a client was lost over an equal mail, or the process that had it is no more, it counts as delivered if its
        mark says so: its file has a second name in ``new``.

        Raises:
            DeliveredBefore: it was.
        """
        link = self._folder / fingerprint
        while not _made(link, os.getpid(), mark):
            try:
                owner, _, before = os.readlink(link).partition(":")
            except FileNotFoundError:
                continue
            if _is_alive(int(owner)):
                return
            link.unlink(missing_ok=True)
            if _is_delivered(Path(before)):
                raise DeliveredBefore

    def lost(self, fingerprint: str, mark: Path) -> None:
        """The client was lost before it surely heard our reply; its mail is anybody's now."""
        link = self._folder / fingerprint
        if not self._is_ours(link, mark):
            return
        draft = self._folder / f".{mark.name}"
        with suppress(OSError):
            draft.symlink_to(f"{ANYBODY}:{mark}")
            draft.replace(link)

    def release(self, fingerprint: str, mark: Path) -> None:
        """The client heard our 250, or nothing was delivered."""
        link = self._folder / fingerprint
        if self._is_ours(link, mark):
            link.unlink(missing_ok=True)

    def _is_ours(self, link: Path, mark: Path) -> bool:
        try:
            return os.readlink(link).partition(":")[2] == str(mark)
        except OSError:
            return False


def _made(link: Path, owner: int, mark: Path) -> bool:
    try:
        link.symlink_to(f"{owner}:{mark}")
    except FileExistsError:
        return False
    return True


def _is_alive(owner: int) -> bool:
    if owner == ANYBODY:
        return False
    try:
        os.kill(owner, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_delivered(mark: Path) -> bool:
    try:
        return mark.stat().st_nlink > 1
    except OSError:
        return False
