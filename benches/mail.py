"""Mail for benchmarks: text like that of people, signed with a key of the bundled world."""

import base64
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from trustlane._core import sign

SIZES = {"5 KB": 5_000, "50 KB": 50_000, "1 MB": 1_000_000}
"""A short letter, a newsletter, a picture or a document."""

DOMAIN, SELECTOR = "meridian.example", "one"
NOW = 1_750_000_000

_KEY = Path(__file__).parents[1] / "examples" / "keys" / f"{SELECTOR}.{DOMAIN}.pem"
_WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "that",
    "it",
    "was",
    "for",
    "on",
    "with",
    "as",
    "be",
    "at",
    "by",
    "this",
    "had",
    "not",
    "are",
    "but",
    "from",
    "or",
    "have",
    "an",
    "they",
    "which",
]


@dataclass(frozen=True, slots=True)
class SignedMail:
    """A signed mail, and what a verifier needs beside it.

    Attributes:
        octets: the whole mail.
        body: its body, which is canonical already but for blanks.
        record: the key record as DNS has it.
    """

    octets: bytes
    body: bytes
    record: bytes


@cache
def private_key() -> RSAPrivateKey:
    key = load_pem_private_key(_KEY.read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


@cache
def signed_mail(octets: int) -> SignedMail:
    """A mail with a body of about this many octets, the same on every run."""
    body = _text(octets)
    mail = _header() + b"\r\n" + body
    field = sign(mail, domain=DOMAIN, selector=SELECTOR, key=_KEY.read_text(), now=NOW)
    return SignedMail(field + mail, body, b"v=DKIM1; k=rsa; p=" + base64.b64encode(_public_der()))


def _public_der() -> bytes:
    return private_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _header() -> bytes:
    return b"".join(
        (
            b"Received: from mx.meridian.example ([127.0.1.1])\r\n\tby mx.example.org with ESMTPS id 4fXq\r\n",
            b"From: Meridian Desk <desk@meridian.example>\r\nTo: Reader <you@example.org>\r\n",
            b"Subject: Your order has left the house\r\nDate: Sun, 15 Jun 2025 15:06:40 +0000\r\n",
            b"Message-ID: <1750000000.1@meridian.example>\r\nMIME-Version: 1.0\r\n",
            b"Content-Type: text/plain; charset=us-ascii\r\n",
        )
    )


def _text(octets: int) -> bytes:
    """Paragraphs of words in lines of up to 72 characters, some with two blanks, some with one at the end."""
    chance = random.Random(6376)
    lines: list[str] = []
    length = 0
    while length < octets:
        words = chance.choices(_WORDS, k=chance.randint(8, 14))
        line = " ".join(words) + chance.choice(("", "", "", "  and", " "))
        lines.append(line if chance.random() > 0.1 else "")
        length += len(lines[-1]) + 2
    return "\r\n".join([*lines, "end", ""]).encode()
