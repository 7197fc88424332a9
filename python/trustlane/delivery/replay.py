"""Replay files: a mail that met an error of ours is kept, so that it can be looked at again."""

import json
import logging
import os
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path

from trustlane.message import Instant, Transaction

log = logging.getLogger(__name__)

MAX_REPLAY_FILES = 100
"""Mails kept at one time: enough to find a bug, too few to fill a disk. Then only the log line is left."""


@dataclass(frozen=True, slots=True)
class ReplayFiles:
    """A folder of kept mails: ``ID.eml`` has the octets, ``ID.json`` the words for ``trustlane explain``."""

    folder: Path

    def keep(self, mail: Transaction, now: Instant) -> str:
        """Keeps one mail and gives the file's name, or says why there is none. Never raises."""
        try:
            return self._keep(mail, now)
        except OSError as error:
            return f"(no file: {error.strerror})"

    def _keep(self, mail: Transaction, now: Instant) -> str:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if sum(1 for _ in self.folder.glob("*.eml")) >= MAX_REPLAY_FILES:
            return f"(no file: {self.folder} holds {MAX_REPLAY_FILES} already)"
        name = blake2b(mail.message + repr((now, mail.envelope)).encode(), digest_size=8).hexdigest()
        path = self.folder / f"{name}.eml"
        _write(path, mail.message)
        facts = {"now": now, "session": asdict(mail.session), "envelope": asdict(mail.envelope)}
        _write(path.with_suffix(".json"), json.dumps(facts, indent=2).encode())
        return str(path)


def _write(path: Path, octets: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(octets)
