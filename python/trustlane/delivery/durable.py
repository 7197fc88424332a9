"""Files that are still there after a crash."""

import errno
import os
from contextlib import suppress
from pathlib import Path


def write(path: Path, octets: bytes) -> None:
    """A new file, whose octets are on disk on return."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        view = memoryview(octets)
        while view:
            view = view[file.write(view) :]
        os.fsync(descriptor)


def link(path: Path, name: Path) -> Path | None:
    """Gives the file its second name, durably; the first name, or ``None`` where it could only be renamed.

    Where that fails, the second name is taken back.
    """
    try:
        remaining = _linked_or_renamed(path, name)
        settle(name.parent)
    except OSError:
        unlink(name)
        raise
    return remaining


def settle(directory: Path) -> None:
    """The directory's names are on disk on return."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unlink(path: Path) -> None:
    """Takes a name away, if it is there and can be."""
    with suppress(OSError):
        path.unlink()


_WITHOUT_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def _linked_or_renamed(path: Path, name: Path) -> Path | None:
    try:
        os.link(path, name, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS:
            raise
        os.rename(path, name)
        return None
    return path
