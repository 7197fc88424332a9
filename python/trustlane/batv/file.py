"""The file of the keys: one a line, the one that signs last. All hosts of a site need the same."""

import os
from datetime import UTC, datetime
from pathlib import Path

from trustlane.batv.keys import DAY_SECONDS, BounceKey, BounceKeys

HEAD = "# Keys for bounce addresses: number, first day, secret. All hosts need the same; keep them to yourself.\n"

FILE_MODE = 0o600


def read(path: Path) -> BounceKeys:
    """The keys in a file; none where there is no file.

    Raises:
        OSError: it cannot be read.
        ValueError: others may read it, or it is no file of keys; names the line.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return BounceKeys()
    if mode & 0o077:
        raise ValueError(f"others may read it; say chmod 600 {path}")
    return from_text(path.read_text("ascii"))


def from_text(text: str) -> BounceKeys:
    """
    Raises:
        ValueError: it is no file of keys; names the line.
    """
    since, keys = 0, []
    for number, line in enumerate(text.splitlines(), 1):
        match line.split():
            case []:
                pass
            case [word, *_] if word.startswith("#"):
                pass
            case ["since", day]:
                since = _day(day, number)
            case [digit, day, secret] if digit.isdecimal() and len(digit) == 1:
                keys.append(BounceKey(int(digit), _day(day, number), _secret(secret, number)))
            case _:
                raise ValueError(f"line {number} is none of a key, as: 0 2026-11-24 and its secret in hexadecimal")
    return BounceKeys(tuple(sorted(keys, key=lambda key: key.first_day)), since)


def write(path: Path, keys: BounceKeys) -> None:
    """Replaces the file at once; nobody else may read it.

    Raises:
        OSError: it cannot be written.
    """
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(to_text(keys))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def to_text(keys: BounceKeys) -> str:
    lines = [f"{key.number} {_date(key.first_day)} {key.secret.hex()}\n" for key in keys.keys]
    return HEAD + f"since {_date(keys.since)}\n" + "".join(lines)


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY_SECONDS, UTC).strftime("%Y-%m-%d")


def _day(text: str, line: int) -> int:
    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()) // DAY_SECONDS
    except ValueError:
        raise ValueError(f"line {line}: {text} is no day, as 2026-11-24 would be") from None


def _secret(text: str, line: int) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"line {line}: the secret is not hexadecimal") from None
