"""Mail for ``trustlane bench``, made and signed on the spot."""

import base64
import importlib
import random

from trustlane._core import Answer, Question, sign
from trustlane.cli.verifiers import Case

SIZES = {"2 KB": 2_000, "50 KB": 50_000, "1 MB": 1_000_000}
"""A note, a newsletter, a picture."""

NOW = 1_750_000_000
DOMAIN, SELECTOR = "signer.example", "bench"


def samples() -> dict[str, list[Case]]:
    """One mail of each size, signed with RSA-2048, or with Ed25519 where the package cryptography is missing."""
    kind, pem, record = _rsa_key() or _ed25519_key()
    answers = {Question(f"{SELECTOR}._domainkey.{DOMAIN}", "TXT"): Answer.found("TXT", [record])}
    rows = {}
    for size, octets in SIZES.items():
        mail = _HEADER + _body(octets)
        field = sign(mail, domain=DOMAIN, selector=SELECTOR, key=pem, now=NOW)
        rows[f"{size}, {kind}"] = [Case(field + mail, answers, NOW)]
    return rows


def _rsa_key() -> tuple[str, str, bytes] | None:
    """Kind, private key and record of a new key."""
    try:
        rsa = importlib.import_module("cryptography.hazmat.primitives.asymmetric.rsa")
        form = importlib.import_module("cryptography.hazmat.primitives.serialization")
    except ImportError:
        return None
    key = rsa.generate_private_key(65537, 2048)
    pem: bytes = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    public = key.public_key().public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    return "RSA-2048", pem.decode(), b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def _ed25519_key() -> tuple[str, str, bytes]:
    """The key of RFC 8032 §7.1 TEST 1, which is nobody's secret."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    der = base64.b64encode(bytes.fromhex("302e020100300506032b657004220420") + seed).decode()
    pem = f"-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n"
    return "Ed25519", pem, b"v=DKIM1; k=ed25519; p=" + base64.b64encode(public)


_HEADER = (
    b"Received: from mx.signer.example ([192.0.2.1])\r\n\tby mx.example.org with ESMTPS id 4fXq\r\n"
    b"From: Ann <ann@signer.example>\r\nTo: Bob <bob@example.org>\r\nSubject: What we spoke of\r\n"
    b"Date: Sun, 15 Jun 2025 15:06:40 +0000\r\nMessage-ID: <1750000000.1@signer.example>\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
)


def _body(octets: int) -> bytes:
    """Lines of words as people write them, some with two blanks or one at the end; the same on every run."""
    chance = random.Random(6376)  # noqa: S311 - nothing secret is made of it
    lines: list[str] = []
    length = 0
    while length < octets:
        words = ("".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(chance.randint(6, 12)))
        lines.append(" ".join(words) + chance.choice(("", "", "", "  too", " ")))
        length += len(lines[-1]) + 2
    return "\r\n".join([*lines, ""]).encode()
