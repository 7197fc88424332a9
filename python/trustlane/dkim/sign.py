"""Signing with the arguments of dkimpy's ``sign``."""

import logging
import time
from collections.abc import Sequence

from trustlane._core import SigningKey, UnsignableMessage, sign_often
from trustlane.dkim.errors import KeyFormatError, MessageFormatError, ParameterError

Text = bytes | str


def sign(
    message: bytes,
    selector: Text,
    domain: Text,
    privkey: Text,
    identity: Text | None = None,
    canonicalize: tuple[Text, Text] = (b"relaxed", b"simple"),
    signature_algorithm: Text = b"rsa-sha256",
    include_headers: Sequence[Text] | None = None,
    length: bool = False,
    logger: logging.Logger | None = None,
    linesep: bytes = b"\r\n",
    tlsrpt: bool = False,
) -> bytes:
    """A DKIM-Signature field with its line end, to be put above the message.

    Args:
        message: header and body; a lone LF counts as CRLF.
        selector: s=
        domain: d=
        privkey: PEM or DER (PKCS#1 or PKCS#8), or an Ed25519 seed as 32 octets or base64. RSA needs 2048 bits.
        identity: i=, as ``user@mail.example.org``; its domain lies within ``domain``.
        canonicalize: the forms of header and body.
        signature_algorithm: ``rsa-sha256`` or ``ed25519-sha256``; must fit the key.
        include_headers: exactly the names of h=, From among them; by default the usual ones, of which those that must
            not be added later are signed once more than they are there (RFC 6376 §5.4.1, §8.15).
        length: tells the body's length in l=. Verifiers may then not count the signature (RFC 6376 §8.2).
        logger: is told what was signed.
        linesep: ends each line of the field.
        tlsrpt: the message is a TLS report, which never has l= (RFC 8460 §3).

    Raises:
        ParameterError: a name, an identity or an algorithm with which no signature can be made.
        KeyFormatError: the key cannot be read, is too short, or does not fit the algorithm.
        MessageFormatError: the message has no From field, or a lone CR.
    """
    key = key_for(privkey, text_of(signature_algorithm))
    try:
        field = sign_often(
            message,
            [(text_of(domain), text_of(selector), key)],
            now=int(time.time()),
            identity=None if identity is None else text_of(identity),
            canonicalization="/".join(map(text_of, canonicalize)),
            names=None if include_headers is None else [text_of(name) for name in include_headers],
            tells_body_length=bool(length) and not tlsrpt,
            line_ends="fix-crlf",
        )
    except UnsignableMessage as error:
        raise MessageFormatError(str(error)) from error
    except ValueError as error:
        raise ParameterError(str(error)) from error
    if logger:
        logger.debug("signed for %s with selector %s", text_of(domain), text_of(selector))
    return field.replace(b"\r\n", linesep)


def key_for(privkey: Text, algorithm: str) -> SigningKey:
    """The key, for signatures of this algorithm.

    Raises:
        ParameterError: there is no such algorithm.
        KeyFormatError: the key cannot be read, is too short, or is of another kind.
    """
    if algorithm not in ("rsa-sha256", "ed25519-sha256"):
        raise ParameterError(f"signature_algorithm is rsa-sha256 or ed25519-sha256, not {algorithm}")
    key = _key(privkey)
    if not algorithm.startswith(key.kind):
        raise KeyFormatError(f"a key of kind {key.kind} cannot sign as {algorithm}")
    return key


def _key(privkey: Text) -> SigningKey:
    try:
        return SigningKey(privkey.encode() if isinstance(privkey, str) else privkey)
    except ValueError as error:
        raise KeyFormatError(str(error)) from error


def text_of(text: Text) -> str:
    return text.decode() if isinstance(text, bytes) else text
