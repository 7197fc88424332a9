"""Final delivery into a Maildir, without loss and without doubles.

A mail is written under ``tmp``, made durable, linked into ``new``, and only then accepted. The name under ``tmp`` stays
until the client is known to have heard our 250; should we be killed, or the connection drop before that, it tells the
next process that this mail is here already, and when the client sends it again it is accepted without a second copy
(RFC 5321 §4.1.1.4, §6.1). A reader of the Maildir never sees those names.
"""

import asyncio
import errno
import fcntl
import logging
import os
import time
import weakref
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from trustlane.delivery import durable
from trustlane.delivery.maildir_names import FOLDER, UniqueNames, plain, read_marked
from trustlane.delivery.offers import Offers
from trustlane.delivery.reply import Reply
from trustlane.delivery.return_path import stored
from trustlane.delivery.tries import DELIVERED_BEFORE, Tries
from trustlane.delivery.unheard import DeliveredBefore, Unheard
from trustlane.errors import SettingsError
from trustlane.message import Envelope
from trustlane.message.transaction import Instant

WRITERS = 8
"""Threads that write, so that a slow disk holds up no session but its own; more would only queue in the disk."""

DELIVERED = Reply(250, "2.0.0", "Delivered")
NO_ROOM = Reply(452, "4.3.1", "No room to store the mail; try again later")
CANNOT_STORE = Reply(451, "4.3.0", "The mail cannot be stored now; try again later")

log = logging.getLogger(__name__)


class Maildir:
    """Delivers into one Maildir++: the inbox is ``root`` itself, a folder ``Open`` is ``root/.Open``.

    One mail makes one file, whatever its recipients. The same fingerprint again is another mail, unless its client was
    ``lost`` before it surely heard our reply: then it is the same mail tried again. Where the file system has no hard
    links, files are renamed into ``new`` and a crash may then leave doubles, never losses.

    Args:
        root: made if missing.
        now: the clock, Unix seconds.

    Raises:
        SettingsError: the directory cannot be made or read.
    """

    def __init__(self, root: Path, now: Callable[[], Instant] = time.time) -> None:
        self._root = Path(root)
        self._now = now
        self._names = UniqueNames()
        self._pool = ThreadPoolExecutor(WRITERS, thread_name_prefix="maildir")
        self._tries = Tries(now, self._forgotten)
        self._marks: defaultdict[str, list[Path]] = defaultdict(list)
        try:
            self._made(self._root)
            self._unheard = Unheard(self._root)
            self._unlock = self._locked()
            self._recover()
        except OSError as error:
            raise SettingsError("relay.maildir", f"{root}: {error.strerror}", 'maildir = "var/Maildir"') from error

    async def deliver(self, octets: bytes, envelope: Envelope, folder: str, fingerprint: str) -> Reply:
        """See :class:`trustlane.delivery.port.Delivery`. The file has LF line ends, as Maildir readers expect.

        Should the caller be cancelled, the mail is still stored whole, and remembered as perhaps unheard.
        """
        reply = await self._tries.once(fingerprint, lambda: self._store(octets, envelope, folder, fingerprint))
        if reply is DELIVERED_BEFORE:
            for mark in self._marks.get(fingerprint, ()):
                self._unheard.release(fingerprint, mark)
        return reply

    def heard(self, fingerprint: str) -> None:
        """The mark under ``tmp`` is taken away; the mail in ``new`` stays."""
        self._tries.heard(fingerprint)

    def lost(self, fingerprint: str) -> None:
        """The mark stays; the next mail of this fingerprint is the same one, whichever process it comes to."""
        self._tries.lost(fingerprint)
        for mark in self._marks.get(fingerprint, ()):
            self._unheard.lost(fingerprint, mark)

    def refusal(self, _mail_from: str, _rcpt: str) -> Reply | None:
        """Mail for everybody is kept here."""
        return None

    def offers(self) -> Offers:
        """A folder takes UTF-8 as it takes all octets; notifications of what lies in it are for others to send."""
        return Offers(smtputf8=True)

    def close(self) -> None:
        """Waits for what is being written; afterwards another process may open this Maildir."""
        self._pool.shutdown()
        if self._unlock is not None:
            self._unlock()

    async def _store(self, octets: bytes, envelope: Envelope, folder: str, fingerprint: str) -> Reply:
        now = self._now()
        loop = asyncio.get_running_loop()
        try:
            place = self._made(self._place(folder))
            mark = place / "tmp" / self._names.marked(fingerprint, now)
            remaining = await loop.run_in_executor(self._pool, self._write, octets, envelope, fingerprint, mark)
        except OSError as error:
            log.error("mail %s cannot be stored in %s: %s", fingerprint, self._root, error.strerror)
            return NO_ROOM if error.errno in (errno.ENOSPC, errno.EDQUOT) else CANNOT_STORE
        except DeliveredBefore:
            return DELIVERED_BEFORE
        if remaining is not None:
            self._marks[fingerprint].append(remaining)
        return DELIVERED

    def _write(self, octets: bytes, envelope: Envelope, fingerprint: str, mark: Path) -> Path | None:
        """The mark that remains under ``tmp``. Whatever fails, nothing remains."""
        self._unheard.claim(fingerprint, mark)
        try:
            durable.write(mark, stored(octets, envelope))
            return durable.link(mark, mark.parent.parent / "new" / plain(mark.name))
        except BaseException:
            durable.unlink(mark)
            self._unheard.release(fingerprint, mark)
            raise

    def _place(self, folder: str) -> Path:
        if not folder:
            return self._root
        if not FOLDER.fullmatch(folder):
            raise ValueError(f"{folder!r} cannot name a folder")
        return self._root / f".{folder}"

    def _made(self, place: Path) -> Path:
        if (place / "new").is_dir():
            return place
        for name in ("tmp", "cur", "new"):
            (place / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        if place != self._root:
            (place / "maildirfolder").touch(mode=0o600)
        durable.settle(place)
        durable.settle(place.parent)
        return place

    def _locked(self) -> Callable[[], object] | None:
        """Lets go of the lock, when called; ``None`` where another process holds it and may be writing."""
        descriptor = os.open(self._root / "trustlane.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            log.warning("%s is in use by another process; its unfinished files are left alone", self._root)
            return None
        return weakref.finalize(self, os.close, descriptor)

    def _recover(self) -> None:
        """Unfinished files go, and linked ones are remembered: perhaps no client heard our 250 for them."""
        marks = [
            (*read, entry)
            for place in (self._root, *self._root.glob(".*"))
            if (place / "tmp").is_dir()
            for entry in os.scandir(place / "tmp")
            if (read := read_marked(entry.name))
        ]
        for came, fingerprint, entry in sorted(marks, key=lambda mark: mark[0]):
            if entry.stat(follow_symlinks=False).st_nlink > 1:
                self._marks[fingerprint].append(Path(entry.path))
                self._tries.remember(fingerprint, came)
                self._tries.lost(fingerprint)
            elif self._unlock is not None:
                durable.unlink(Path(entry.path))
        self._tries.forget_old()

    def _forgotten(self, fingerprint: str) -> None:
        if marks := self._marks.get(fingerprint):
            mark = marks.pop(0)
            if not marks:
                del self._marks[fingerprint]
            with suppress(RuntimeError):  # closed: the mark stays, and is forgotten in time
                self._pool.submit(self._unmark, fingerprint, mark)

    def _unmark(self, fingerprint: str, mark: Path) -> None:
        self._unheard.release(fingerprint, mark)
        durable.unlink(mark)
