"""A file's lone LF counts as CRLF; a CR is never deleted (field note 4)."""

import pytest

from trustlane.verify import with_crlf


@pytest.mark.parametrize(
    ("octets", "wire"),
    [
        (b"", b""),
        (b"a\nb\n", b"a\r\nb\r\n"),
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\r\nb\nc\rd", b"a\r\nb\r\nc\rd"),
        (b"\r\r\n\n", b"\r\r\n\r\n"),
    ],
)
def test_line_ends_of_a_file_become_those_of_the_wire(octets: bytes, wire: bytes) -> None:
    assert with_crlf(octets) == wire
