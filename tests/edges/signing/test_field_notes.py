"""What goes wrong in the field and is seen only with DNS and SMTP in play, each under the number of its note."""

from itertools import pairwise

import pytest
from tests.edges.signing.signer import MAIL, key, signing_key

from trustlane import dkim
from trustlane.dns.zone import ZoneResolver
from trustlane.keys import key_record
from trustlane.smtp.content import ContentReader
from trustlane.smtp.limits import Limits
from trustlane.smtp.octets import Octets

RSA = key("rsa2048").private.encode()


def told(mail: bytes, zone: str) -> list[tuple[str, str]]:
    findings = dkim.examine(mail, resolver=ZoneResolver.from_text(zone))
    return [(finding.result, finding.reason) for finding in findings]


def record(*parts: int) -> str:
    """The key record, cut into strings at these places."""
    text = key_record(signing_key("rsa2048"))
    edges = [0, *parts, len(text)]
    return " ".join(f'"{text[start:end]}"' for start, end in pairwise(edges))


NAME = "rsa2048._domainkey.example.com."
SIGNED = dkim.sign(MAIL, b"rsa2048", b"example.com", RSA) + MAIL
PASS = [("pass", "dkim.verified")]


@pytest.mark.proves("RFC 6376 §3.6.2.2")
@pytest.mark.parametrize("cuts", [(200,), (1, 2, 3), (17, 18, 255), (50, 100, 150, 200, 250, 300, 350)])
def test_field_note_10_strings_of_a_key_record_are_joined_with_nothing_between(cuts: tuple[int, ...]) -> None:
    assert told(SIGNED, f"{NAME} TXT {record(*cuts)}") == PASS


@pytest.mark.parametrize(
    ("zone", "outcome"),
    [
        (f"{NAME} CNAME keys.service.example.\nkeys.service.example. TXT {record(200)}", PASS),
        (f"{NAME} CNAME a.example.\na.example. CNAME b.example.\nb.example. TXT {record(200)}", PASS),
        (f"{NAME} CNAME nowhere.example.", [("permerror", "dkim.no-key")]),
        (f"{NAME} CNAME {NAME}", [("temperror", "dkim.key-unavailable")]),
    ],
)
def test_field_note_10_a_key_may_stand_behind_aliases(zone: str, outcome: list[tuple[str, str]]) -> None:
    assert told(SIGNED, zone) == outcome


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_field_note_02_dots_that_smtp_stuffs_are_no_part_of_what_was_signed(size: int) -> None:
    mail = MAIL + b".\r\n..\r\nline\r\n.hidden\r\n"
    mail = dkim.sign(mail, b"rsa2048", b"example.com", RSA) + mail
    stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in mail.split(b"\r\n")) + b".\r\n"
    reader, source = ContentReader(Limits()), Octets()
    read = b""
    for at in range(0, len(stuffed), size):
        source.add(stuffed[at : at + size])
        read += reader.read(source)
    assert reader.is_ended
    assert read == mail
    assert told(read, f"{NAME} TXT {record(200)}") == PASS
