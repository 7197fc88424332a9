"""The table of keys: a folder for each domain, a file for each selector, for nobody's eyes but the owner's."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from trustlane._core import Question, new_key
from trustlane.errors import KeyTableError
from trustlane.keys.ring import KeyRing
from trustlane.keys.stored import StoredKey, as_toml, from_toml, pem

KINDS = ("rsa2048", "rsa3072", "rsa4096", "ed25519")

PUBLISH_SECONDS = 2 * 86_400
"""Between the making of a new key at rotation and its first signature: its record must be in DNS by then, and every
"there is none" forgotten, which servers keep for hours, and at most for a day."""

FILE_MODE, FOLDER_MODE = 0o600, 0o700


class KeyTable:
    """All keys of one site.

    Several processes may read while one writes: a file appears whole, under its name, or not at all.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __iter__(self) -> Iterator[StoredKey]:
        """Every key, by domain and then by selector.

        Raises:
            KeyTableError: the folder or a file cannot be read, or others may read a file.
        """
        if not self._folder.is_dir():
            return
        try:
            files = sorted(self._folder.glob("*/*.toml"))
        except OSError as error:
            raise KeyTableError(f"{self._folder}: cannot be read: {error.strerror}") from error
        for file in files:
            yield _read(file)

    def of(self, domain: str) -> list[StoredKey]:
        """The keys of exactly this domain."""
        wanted = _name(domain)
        return [key for key in self if key.domain == wanted]

    def signers(self, domain: str, now: float) -> list[StoredKey]:
        """The keys to sign with for this domain: of each kind the active one that began last.

        A domain without keys is signed for by the nearest domain above it that has any.
        """
        return KeyRing(self).signers(_name(domain), now)

    def new(self, domain: str, selector: str, kind: str, active_from: int) -> StoredKey:
        """Makes a key and keeps it.

        Raises:
            KeyTableError: there is such a key, or a name is none.
        """
        _name(f"{selector}._domainkey.{domain}")
        key = StoredKey(_name(domain), _name(selector), pem(new_key(kind)), active_from)
        if self._file(key).exists():
            raise KeyTableError(f"{key.domain} has a key {key.selector}; a selector is used once")
        self._write(key)
        return key

    def rotate(self, domain: str, now: int, waiting_seconds: int = PUBLISH_SECONDS) -> list[StoredKey]:
        """Makes a successor for each key that signs for exactly this domain; the old ones sign until theirs begins.

        Raises:
            KeyTableError: no key signs for the domain.
        """
        old_keys = [key for key in self.signers(domain, now) if key.domain == _name(domain)]
        if not old_keys:
            raise KeyTableError(f"{domain} has no key that signs now; make one with `trustlane keys new`")
        begins = now + waiting_seconds
        successors = []
        for old in old_keys:
            kind = old.signing_key.kind
            selector = self._free_selector(domain, kind, begins)
            successors.append(self.new(domain, selector, kind if kind == "ed25519" else _rsa_kind(old), begins))
            self._write(replace(old, active_until=begins))
        return successors

    def retire(self, domain: str, selector: str, now: int) -> StoredKey:
        """The key signs no more. Its record should stay until the last mail it signed is read (RFC 6376 §3.6.1 p=).

        Raises:
            KeyTableError: there is no such key.
        """
        found = [key for key in self.of(domain) if key.selector == _name(selector)]
        if not found:
            raise KeyTableError(f"{domain} has no key {selector}")
        retired = replace(found[0], active_until=now)
        self._write(retired)
        return retired

    def _free_selector(self, domain: str, kind: str, begins: int) -> str:
        """As ``rsa-20270115``, with a number behind it from the second of a day on."""
        base = f"{kind}-{datetime.fromtimestamp(begins, UTC):%Y%m%d}"
        taken = {key.selector for key in self.of(domain)}
        names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    def _file(self, key: StoredKey) -> Path:
        return self._folder / key.domain / f"{key.selector}.toml"

    def _write(self, key: StoredKey) -> None:
        file = self._file(key)
        draft = file.with_suffix(".draft")
        try:
            self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            file.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
            draft.unlink(missing_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
            with open(descriptor, "w", encoding="ascii") as out:
                out.write(as_toml(key))
                out.flush()
                os.fsync(out.fileno())
            draft.replace(file)
        except OSError as error:
            raise KeyTableError(f"{file}: cannot be written: {error.strerror}") from error


def _read(file: Path) -> StoredKey:
    try:
        if file.stat().st_mode & 0o077:
            raise KeyTableError(f"{file}: others may read it; chmod 600 it")
        text = file.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyTableError(f"{file}: cannot be read: {error}") from error
    return from_toml(file.parent.name, file.stem, text)


def _name(text: str) -> str:
    """The name in lower case A-labels, which is a safe name of a file too."""
    try:
        name = Question(text, "TXT").name
    except ValueError:
        name = ""
    if not _LETTERS_DIGITS_HYPHENS.fullmatch(name):
        raise KeyTableError(f"{text!r} is no domain name or selector")
    return name


_LETTERS_DIGITS_HYPHENS = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


def _rsa_kind(key: StoredKey) -> str:
    """The length of a key that is made anew; one of unusual length is succeeded by the usual next longer one."""
    lengths = [2048, 3072, 4096]
    return f"rsa{next(length for length in lengths if length >= min(key.signing_key.bits, 4096))}"
