"""The file of the site's secrets: made at the first start, mode 0600, one secret a line, the newest last."""

import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

from trustlane.errors import SettingsError
from trustlane.lanes import SiteKey, SiteKeys
from trustlane.lanes.site_keys import LEAST_SECRET_OCTETS
from trustlane.ledger.port import KEPT_SECONDS
from trustlane.message import Instant
from trustlane.settings import Settings

HEAD = "# Secrets that sign decision ids: name, when it was made, secret. Keep it to yourself.\n"
NAMES = "abcdefghijklmnopqrstuvwxyz0123456789"


def site_keys_of(settings: Settings) -> SiteKeys:
    """The secrets in force; none where nothing was ever signed here.

    Raises:
        SettingsError: the file cannot be read, or is none of ours.
    """
    try:
        text = settings.site.key.read_text()
    except FileNotFoundError:
        return SiteKeys()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(settings.site.key, f"cannot be read: {error}") from error
    try:
        return SiteKeys(tuple(_key(line) for line in text.splitlines() if line and line[0] != "#"))
    except ValueError as error:
        raise _wrong(settings.site.key, f"is no file of secrets: {error}") from error


def site_keys_made(settings: Settings, now: Instant) -> SiteKeys:
    """The secrets in force; the first one is made where there is none.

    Raises:
        SettingsError: the file cannot be read or made.
    """
    if not site_keys_of(settings).keys:
        path = settings.site.key
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, SiteKeys((_new(NAMES[0], now),)), os.link)
        except FileExistsError:
            # Another process was first; its secret is as good.
            pass
        except OSError as error:
            raise _wrong(path, f"cannot be written: {error.strerror}") from error
    return site_keys_of(settings)


def rotated(settings: Settings, now: Instant) -> SiteKeys:
    """A new secret signs from now on. Former ones verify while decisions that they signed are kept.

    Raises:
        SettingsError: the file cannot be read or written.
    """
    keys = site_keys_made(settings, now).keys
    ends = [*(later.made for later in keys[1:]), now]
    kept = [key for key, end in zip(keys, ends, strict=True) if end > now - KEPT_SECONDS]
    after = NAMES.index(keys[-1].name) + 1
    free = [name for name in NAMES[after:] + NAMES[:after] if name not in {key.name for key in kept}]
    if not free:
        raise _wrong(settings.site.key, "was rotated too often within a month: no name is free for a new secret")
    new = SiteKeys((*kept, _new(free[0], now)))
    try:
        _write(settings.site.key, new, os.replace)
    except OSError as error:
        raise _wrong(settings.site.key, f"cannot be written: {error.strerror}") from error
    return new


def _new(name: str, now: Instant) -> SiteKey:
    return SiteKey(name, secrets.token_bytes(LEAST_SECRET_OCTETS), float(int(now)))


def _write(path: Path, keys: SiteKeys, place: Callable[[Path, Path], None]) -> None:
    """Whole or not at all: readers never see half a file, and nobody else ever may."""
    text = "".join(f"{key.name} {int(key.made)} {b64encode(key.secret).decode()}\n" for key in keys.keys)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(beside, "x", opener=_private) as file:
        file.write(HEAD + text)
        file.flush()
        os.fsync(file.fileno())
    try:
        place(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _key(line: str) -> SiteKey:
    name, made, secret = line.split()
    key = SiteKey(name, b64decode(secret, validate=True), float(made))
    if len(name) != 1 or name not in NAMES:
        raise ValueError(f"{name} is no name of a secret")
    if len(key.secret) < LEAST_SECRET_OCTETS:
        raise ValueError(f"the secret {name} is shorter than {LEAST_SECRET_OCTETS} octets")
    return key


def _wrong(path: Path, why: str) -> SettingsError:
    return SettingsError("site.key", f"{path} {why}", 'key = "/var/lib/trustlane/site.keys"')
