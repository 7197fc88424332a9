"""Signed mail for benchmarks, and what verifiers and signers need beside it."""

import base64
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import dkim as dkimpy
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bodies import BODIES
from trustlane._core import Answer, Question, SigningKey, sign_often

DOMAIN = "meridian.example"
NOW = int(time.time())
"""dkimpy and mail-auth sign and verify by the clock alone."""

SIZES = {"2 KB": 2_000, "5 KB": 5_000, "50 KB": 50_000, "1 MB": 1_000_000}
"""A note, a letter, a newsletter, a picture."""

SIGNED_TEXT = b"header"
"""What the floor verifies and signs: the cost does not depend on it."""

_HEADER = (
    b"Received: from mx.meridian.example ([127.0.1.1])\r\n\tby mx.example.org with ESMTPS id 4fXq\r\n"
    b"From: Meridian Desk <desk@meridian.example>\r\nTo: Reader <you@example.org>\r\n"
    b"Subject: Your order has left the house\r\nDate: Sun, 15 Jun 2025 15:06:40 +0000\r\n"
    b"Message-ID: <1750000000.1@meridian.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=us-ascii\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Signer:
    """A key, its record, and its signature of :data:`SIGNED_TEXT`.

    Attributes:
        selector: names the key.
        pkcs8: the private key in DER.
        pem: the same as dkimpy takes it; for Ed25519 the seed in base64.
        record: the key record as DNS has it.
        signature: of :data:`SIGNED_TEXT`; for Ed25519 of its SHA-256, as DKIM has it (RFC 8463 §3).
    """

    selector: str
    pkcs8: bytes
    pem: bytes
    record: bytes
    signature: bytes

    @property
    def key_name(self) -> str:
        return f"{self.selector}._domainkey.{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Case:
    """One mail. Names the row of a table.

    Attributes:
        name: the row's head.
        mail: signed, CRLF line ends.
        unsigned: the same without its signatures.
        signers: one for each signature.
    """

    name: str
    mail: bytes
    unsigned: bytes
    signers: tuple[Signer, ...]

    @property
    def body(self) -> bytes:
        return self.unsigned.partition(b"\r\n\r\n")[2]

    @property
    def keys(self) -> dict[str, Answer]:
        return {signer.key_name: Answer.found("TXT", [signer.record]) for signer in self.signers}

    def ask(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        """As a resolver that knows the keys."""
        keys = self.keys
        return {question: keys.get(question.name, Answer.nxdomain()) for question in questions}

    def write(self, folder: Path) -> None:
        """For programs in other languages; rust/peers reads it."""
        folder.mkdir()
        (folder / "mail.eml").write_bytes(self.mail)
        (folder / "unsigned.eml").write_bytes(self.unsigned)
        (folder / "now").write_text(str(NOW))
        lines = [f"{DOMAIN}\t{signer.selector}\t{signer.record.decode()}\n" for signer in self.signers]
        (folder / "signers").write_text("".join(lines))
        for signer in self.signers:
            (folder / f"{signer.selector}.der").write_bytes(signer.pkcs8)
            (folder / f"{signer.selector}.sig").write_bytes(signer.signature)


@cache
def case(body: str, size: str, kinds: tuple[str, ...] = ("RSA-2048",), forms: tuple[str, ...] = ("relaxed",)) -> Case:
    """A mail with a body of this kind and about this size, signed once for each kind of key, in these forms in turn."""
    unsigned = _HEADER + BODIES[body](SIZES[size])
    signers = tuple(signer(kind, number) for number, kind in enumerate(kinds))
    mail = unsigned
    for number, one in enumerate(signers):
        mail = _field(unsigned, one, forms[number % len(forms)]) + mail
    name = f"{size} {body}, {' + '.join(kinds)}, {' and '.join(dict.fromkeys(forms))}"
    return Case(name, mail, unsigned, signers)


def _field(mail: bytes, signer: Signer, form: str) -> bytes:
    if b"RSA PRIVATE" in signer.pem and len(signer.signature) * 8 < 2048:  # too short for trustlane to sign with
        word = form.encode()
        return dkimpy.sign(mail, signer.selector.encode(), DOMAIN.encode(), signer.pem, canonicalize=(word, word))
    key = SigningKey(signer.pkcs8)
    return sign_often(mail, [(DOMAIN, signer.selector, key)], now=NOW, canonicalization=f"{form}/{form}")


@cache
def signer(kind: str, number: int) -> Signer:
    """A new key of a kind; several of one kind differ in their numbers."""
    selector = f"{kind.lower()}-{number}"
    if kind == "Ed25519":
        return _ed25519(selector)
    key = rsa.generate_private_key(65537, int(kind.removeprefix("RSA-")))
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Signer(
        selector,
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        b"v=DKIM1; k=rsa; p=" + base64.b64encode(public),
        key.sign(SIGNED_TEXT, padding.PKCS1v15(), SHA256()),
    )


def _ed25519(selector: str) -> Signer:
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signer(
        selector,
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        base64.b64encode(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())),
        b"v=DKIM1; k=ed25519; p=" + base64.b64encode(public),
        key.sign(hashlib.sha256(SIGNED_TEXT).digest()),
    )
