"""A log file: plain or compressed, or standard input."""

import sys
import zlib
from collections.abc import Iterator
from gzip import GzipFile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from trustlane.errors import MessageError
from trustlane.replay.read import MAX_LINE_OCTETS, BadLine, Recorded, read_lines


class Log:
    """An open log; use it as a context."""

    def __init__(self, name: str) -> None:
        """
        Raises:
            MessageError: it cannot be read.
        """
        self._name = name
        try:
            self._file: IO[bytes] = sys.stdin.buffer if name == "-" else Path(name).open("rb")  # noqa: SIM115 (closed by __exit__)
            self.octets = None if name == "-" else Path(name).stat().st_size
        except OSError as error:
            raise MessageError(f"{name}: cannot be read: {error.strerror}") from error

    def recorded(self) -> Iterator[Recorded | BadLine]:
        """Each line as an event, or what is wrong with it.

        Raises:
            MessageError: the file fails while it is read.
        """
        try:
            yield from read_lines(self._lines())
        except (OSError, EOFError, zlib.error) as error:
            raise MessageError(f"{self._name}: cannot be read further: {error}") from error

    def position(self) -> int:
        """Octets of the file that were read."""
        return self._file.tell() if self.octets is not None else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._name != "-":
            self._file.close()

    def _lines(self) -> Iterator[bytes]:
        file = GzipFile(fileobj=self._file) if self._name.endswith(".gz") else self._file
        # One octet more than is read as a line, so that a longer one is told and not taken for two.
        while line := file.readline(MAX_LINE_OCTETS + 1):
            yield line
            while len(line) > MAX_LINE_OCTETS and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE_OCTETS + 1)
