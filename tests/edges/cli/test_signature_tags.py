"""What rarer tags of a signature mean can be seen from the command line, for signatures that dkimpy made."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

PEM = (Path(__file__).parents[3] / "rust/core/src/dkim/tests/rsa2048.pem").read_bytes()
LETTER = b"From: Ann <ann@firm.example>\r\nSubject: hi\r\n\r\nhello\r\n"


@pytest.fixture
def zone(tmp_path: Path) -> Path:
    key: Any = load_pem_private_key(PEM, None)
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    text = base64.b64encode(der).decode()
    file = tmp_path / "zone.txt"
    file.write_text(f'sel._domainkey.firm.example. TXT "v=DKIM1; p=" "{text[:200]}" "{text[200:]}"\n')
    return file


def signature(octets: bytes, zone: Path) -> Any:
    """The one DKIM finding of a mail, as ``check --json`` tells it."""
    words = [sys.executable, "-m", "trustlane.cli.main", "check", "-", "--json", "--zone", str(zone)]
    done = subprocess.run(words, input=octets, capture_output=True, timeout=60, check=False)
    (found,) = [one for one in json.loads(done.stdout)["findings"] if one["method"] == "dkim"]
    return found


def signed(**options: Any) -> bytes:
    field: bytes = dkim.sign(LETTER, b"sel", b"firm.example", PEM, **options)
    return field + LETTER


def test_a_length_over_the_whole_body_passes_and_one_over_a_part_validates_nothing(zone: Path) -> None:
    mail = signed(length=True)
    assert b"l=" in mail.partition(b"From:")[0]
    whole, part = signature(mail, zone), signature(mail + b"Buy now!\r\n", zone)
    assert (whole["result"], whole["reason"], whole["facts"]["body_coverage"]) == ("pass", "dkim.verified", "whole")
    assert (part["result"], part["reason"], part["facts"]["body_coverage"]) == (
        "policy",
        "dkim.partial-body",
        "partial",
    )


def test_copied_fields_are_counted_and_decide_nothing(zone: Path) -> None:
    mail = signed().replace(b" v=1;", b" v=1; z=From:ann@firm.example|Subject:other;", 1)
    found = signature(mail, zone)
    assert (found["reason"], found["facts"]["copied_fields"]) == ("dkim.signature-differs", 2)


@pytest.mark.parametrize(
    ("methods", "told"),
    [
        (b"dns/txt", ("pass", "dkim.verified")),
        (b"other:dns/txt", ("fail", "dkim.signature-differs")),
        (b"other", ("neutral", "dkim.unknown-query-method")),
    ],
)
def test_a_key_is_asked_for_in_dns_or_not_at_all(methods: bytes, told: tuple[str, str], zone: Path) -> None:
    found = signature(signed().replace(b"q=dns/txt", b"q=" + methods), zone)
    assert (found["result"], found["reason"]) == told
