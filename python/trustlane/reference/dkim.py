"""DKIM in plain Python, to be read beside RFC 6376.

Takes a whole message, a resolver and the time; gives one finding for each signature field.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from trustlane._core import Answer, Question
from trustlane.dns import Resolver
from trustlane.identities import Finding
from trustlane.message import Instant

MAX_SIGNATURES = 10
MAX_SIGNED_NAMES = 1_000
MAX_TAGS = 100
MAX_HEADER_OCTETS = 1024 * 1024
MAX_HEADER_FIELDS = 5_000
CLOCK_SKEW_SECONDS = 300
MIN_RSA_BITS, MAX_RSA_BITS = 1024, 4096
GREATEST_NUMBER = 2**64 - 1
"""All limits are the core's; it gives the source of each."""

PublicKey = RSAPublicKey | Ed25519PublicKey
PrivateKey = RSAPrivateKey | Ed25519PrivateKey


class Refused(Exception):
    """A check that failed; its text is the code of the reason."""


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: its name without blanks before the colon, what follows the colon, and both as they stand."""

    name: bytes
    value: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class Signature:
    """What a DKIM-Signature field says (RFC 6376 §3.5)."""

    algorithm: str
    header_form: str
    body_form: str
    domain: str
    identity_domain: str
    question: Question
    names: tuple[bytes, ...]
    body_hash: bytes
    octets: bytes
    limit: int | None
    signed_seconds: int | None
    expires_seconds: int | None


def examine(message: bytes, *, resolver: Resolver, now: Instant) -> list[Finding]:
    """One finding for each DKIM-Signature field, in the order they stand; one ``none`` where there is no such field.

    Never raises for what is in the message or in DNS.
    """
    fields, body = split(message)
    if over := over_limits(message, fields):
        return [finding(over)]
    places = [at for at, field in enumerate(fields) if field.name.lower() == b"dkim-signature"]
    outcomes = [_outcome(fields, body, at, resolver, int(now)) for at in places[:MAX_SIGNATURES]]
    outcomes += ["too-many-signatures"] * (len(places) - MAX_SIGNATURES)
    return [finding(outcome) for outcome in outcomes] or [finding("no-signature")]


def finding(code: str) -> Finding:
    result = next((result for result, codes in _RESULTS.items() if code in codes), "permerror")
    return Finding("dkim", result, f"dkim.{code}")


_RESULTS: Mapping[str, frozenset[str]] = {
    "pass": frozenset({"verified"}),
    "none": frozenset({"no-signature"}),
    "fail": frozenset({"body-hash-differs", "signature-differs", "body-too-short"}),
    "policy": frozenset(
        {
            "partial-body",
            "from-not-covered",
            "too-many-signatures",
            "too-many-signed-names",
            "key-too-short",
            "key-too-long",
        }
    ),
    "neutral": frozenset(
        {"malformed", "duplicate-tag", "unknown-algorithm", "unknown-canonicalization", "unknown-query-method"}
    ),
    "temperror": frozenset({"key-unavailable"}),
}


def _outcome(fields: Sequence[Field], body: bytes, at: int, resolver: Resolver, now: int) -> str:
    """The code of the reason for the signature in this field, by the steps of RFC 6376 §6.1."""
    try:
        signature = read_signature(fields[at].value)
        is_partial = check_message(fields, body, at, signature, resolver, now)
    except Refused as refused:
        return str(refused)
    return "partial-body" if is_partial else "verified"


def check_message(
    fields: Sequence[Field], body: bytes, at: int, signature: Signature, resolver: Resolver, now: int
) -> bool:
    """Verifies the signature of the field at this place; gives whether l= leaves a part of the body unsigned."""
    check_time(signature, now)
    _check_from(signature, fields)
    key = find_key(signature, resolver.ask([signature.question])[signature.question])
    is_partial = _check_body(signature, canonical_body(body, signature.body_form))
    check_signature(signature, key, signed_octets(fields, at, signature))
    return is_partial


# The message (RFC 5322 §2.2) and its canonical forms (RFC 6376 §3.4).


def split(message: bytes) -> tuple[list[Field], bytes]:
    """The header's fields, and the body behind the first empty line."""
    empty = re.search(rb"^\r?\n", message, re.M)
    header, body = (message[: empty.start()], message[empty.end() :]) if empty else (message, b"")
    lines: list[bytes] = []
    for line in re.findall(rb"[^\n]*\n|[^\n]+", header[:MAX_HEADER_OCTETS]):
        if lines and line[:1] in (b" ", b"\t"):
            lines[-1] += line
        else:
            lines.append(line)
    return [field_of(re.sub(rb"\r?\n\Z", b"", line)) for line in lines], body


def field_of(raw: bytes) -> Field:
    """A first line without a colon is a field without a name."""
    name, colon, _ = raw.partition(b"\n")[0].partition(b":")
    return Field(name.rstrip(b" \t"), raw[len(name) + 1 :], raw) if colon else Field(b"", raw, raw)


def over_limits(message: bytes, fields: Sequence[Field]) -> str | None:
    if len(fields) > MAX_HEADER_FIELDS:
        return "too-many-fields"
    empty = re.search(rb"^\r?\n", message, re.M)
    return "header-too-large" if (empty.start() if empty else len(message)) > MAX_HEADER_OCTETS else None


def canonical_body(body: bytes, form: str) -> bytes:
    """RFC 6376 §3.4.3, §3.4.4."""
    lines = body.split(b"\r\n")
    if form == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines) or (b"\r\n" if form == "simple" else b"")


def canonical_field(field: Field, form: str) -> bytes:
    """RFC 6376 §3.4.1, §3.4.2, without the line end. A CR that ends no line is content."""
    if form == "simple":
        return field.raw
    return field.name.lower() + b":" + re.sub(rb"(?:\r\n|[ \t\n])+", b" ", field.value).strip(b" ")


def signed_octets(fields: Sequence[Field], at: int, signature: Signature) -> bytes:
    """What the header's hash is made of: the fields of h=, then the signature's own without its b= (RFC 6376 §3.7)."""
    left = [field for place, field in enumerate(fields) if place != at]
    signed = b""
    for name in signature.names:
        place = next((place for place in reversed(range(len(left))) if left[place].name.lower() == name.lower()), None)
        if place is not None:
            signed += canonical_field(left.pop(place), signature.header_form) + b"\r\n"
    return signed + canonical_field(without_signature(fields[at]), signature.header_form)


def without_signature(field: Field) -> Field:
    """The field with the value of its b= tag cut out, and nothing else touched."""
    before = field.raw[: len(field.raw) - len(field.value)]
    specs = [
        spec.partition(b"=")[0] + b"=" if trimmed(spec.partition(b"=")[0]) == b"b" else spec
        for spec in field.value.split(b";")
    ]
    value = b";".join(specs)
    return Field(field.name, value, before + value)


# Tag lists (RFC 6376 §3.2) and what is in them.


def read_tags(text: bytes) -> dict[str, bytes]:
    """The tags in their order, or ``malformed``, or ``duplicate-tag``."""
    specs = text.split(b";")
    if len(specs) > 1 and not trimmed(specs[-1]):
        specs.pop()
    tags = [spec.partition(b"=") for spec in specs]
    names = [trimmed(name).decode("latin-1") for name, _, _ in tags]
    is_list = (
        _is_utf8(text)
        and len(tags) <= MAX_TAGS
        and all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) for name in names)
        and all(equals and not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", value) for _, equals, value in tags)
    )
    if not is_list:
        raise Refused("malformed")
    if len(set(names)) < len(names):
        raise Refused("duplicate-tag")
    return dict(zip(names, (trimmed(value) for _, _, value in tags), strict=True))


def read_signature(value: bytes) -> Signature:
    """What the field says, or the first thing that is wrong with it (RFC 6376 §6.1.1)."""
    tags = read_tags(value)
    if _required(tags, "v") != b"1":
        raise Refused("unknown-version")
    return signature_of(tags)


def signature_of(tags: Mapping[str, bytes]) -> Signature:
    """What the tags but v= say."""
    algorithm = _algorithm(_required(tags, "a"))
    header_form, body_form = _forms(tags.get("c", b"simple/simple"))
    if b"dns/txt" not in [method.lower() for method in colon_list(tags.get("q", b"dns/txt"))]:
        raise Refused("unknown-query-method")
    domain = _domain(_required(tags, "d"))
    identity_domain = _identity_domain(tags["i"], domain) if "i" in tags else domain
    question = _question(tags, domain)
    names = _signed_names(_required(tags, "h"))
    body_hash, octets = decoded(_required(tags, "bh")), decoded(_required(tags, "b"))
    if not octets or body_hash is None or len(body_hash) != 32:
        raise Refused("malformed")
    return Signature(
        algorithm=algorithm,
        header_form=header_form,
        body_form=body_form,
        domain=domain,
        identity_domain=identity_domain,
        question=question,
        names=names,
        body_hash=body_hash,
        octets=octets,
        limit=_number(tags, "l"),
        signed_seconds=_number(tags, "t"),
        expires_seconds=_number(tags, "x"),
    )


def seal_of(tags: Mapping[str, bytes]) -> Signature:
    """What the tags of an ARC-Seal say; it signs neither names of its own nor a body (RFC 8617 §4.1.3)."""
    algorithm, domain = _algorithm(_required(tags, "a")), _domain(_required(tags, "d"))
    octets = decoded(_required(tags, "b"))
    if not octets:
        raise Refused("malformed")
    return Signature(
        algorithm=algorithm,
        header_form="relaxed",
        body_form="relaxed",
        domain=domain,
        identity_domain=domain,
        question=_question(tags, domain),
        names=(),
        body_hash=b"",
        octets=octets,
        limit=None,
        signed_seconds=_number(tags, "t"),
        expires_seconds=None,
    )


def _question(tags: Mapping[str, bytes], domain: str) -> Question:
    selector = name_of(_required(tags, "s"))
    name = name_of(f"{selector}._domainkey.{domain}".encode()) if selector else None
    if name is None:
        raise Refused("malformed")
    return Question(name, "TXT")


def _required(tags: Mapping[str, bytes], name: str) -> bytes:
    if name not in tags:
        raise Refused("missing-tag")
    return tags[name]


def _algorithm(word: bytes) -> str:
    if word.lower() == b"rsa-sha1":
        raise Refused("sha1-refused")  # RFC 8301 §3.1
    if word.lower() not in (b"rsa-sha256", b"ed25519-sha256"):
        raise Refused("unknown-algorithm")
    return word.lower().decode()


def _forms(value: bytes) -> tuple[str, str]:
    header, slash, body = value.lower().partition(b"/")
    forms = (header, body if slash else b"simple")
    if not set(forms) <= {b"simple", b"relaxed"}:
        raise Refused("unknown-canonicalization")
    return forms[0].decode(), forms[1].decode()


def _domain(value: bytes) -> str:
    name = name_of(value)
    if name is None or "." not in name:
        raise Refused("malformed")
    return name


def _identity_domain(value: bytes, domain: str) -> str:
    _, at, text = without_blanks(value).rpartition(b"@")
    name = name_of(text) if at else None
    if name is None:
        raise Refused("malformed")
    if name != domain and not name.endswith("." + domain):
        raise Refused("identity-outside-domain")
    return name


def _signed_names(value: bytes) -> tuple[bytes, ...]:
    names = tuple(colon_list(value))
    if len(names) > MAX_SIGNED_NAMES:
        raise Refused("too-many-signed-names")
    if not all(re.fullmatch(rb"[!-~]+", name) for name in names):
        raise Refused("malformed")
    if b"from" not in [name.lower() for name in names]:
        raise Refused("from-not-signed")
    return names


def _number(tags: Mapping[str, bytes], name: str) -> int | None:
    """A number that is longer than any is as good as the greatest there is."""
    if name not in tags:
        return None
    if not re.fullmatch(rb"[0-9]+", tags[name]):
        raise Refused("malformed")
    significant = tags[name].lstrip(b"0") or b"0"
    return GREATEST_NUMBER if len(significant) > 20 else min(int(significant), GREATEST_NUMBER)


# The checks (RFC 6376 §6.1).


def check_time(signature: Signature, now: int) -> None:
    signed, expires = signature.signed_seconds, signature.expires_seconds
    if signed is not None and expires is not None and expires <= signed:
        raise Refused("expires-before-signed")
    if signed is not None and signed > now + CLOCK_SKEW_SECONDS:
        raise Refused("signed-in-future")
    if expires is not None and expires + CLOCK_SKEW_SECONDS < now:
        raise Refused("expired")


def _check_from(signature: Signature, fields: Sequence[Field]) -> None:
    signed = sum(name.lower() == b"from" for name in signature.names)
    if signed < sum(field.name.lower() == b"from" for field in fields):
        raise Refused("from-not-covered")


def _check_body(signature: Signature, body: bytes) -> bool:
    """Whether l= leaves a part of the body unsigned."""
    length = len(body) if signature.limit is None else signature.limit
    if length > len(body):
        raise Refused("body-too-short")
    if hashlib.sha256(body[:length]).digest() != signature.body_hash:
        raise Refused("body-hash-differs")
    return length < len(body)


def check_signature(signature: Signature, key: PublicKey, octets: bytes) -> None:
    digest = hashlib.sha256(octets).digest()
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature.octets, digest)  # RFC 8463 §3
        else:
            key.verify(signature.octets, digest, padding.PKCS1v15(), utils.Prehashed(SHA256()))
    except InvalidSignature as error:
        raise Refused("signature-differs") from error


def find_key(signature: Signature, answer: Answer) -> PublicKey:
    """The key in an answer of DNS, after the checks of RFC 6376 §6.1.2."""
    if answer.status == "unavailable":
        raise Refused("key-unavailable")
    texts = answer.records if answer.status == "found" else []
    records = [tags for text in texts if (tags := _key_record(text)) is not None]
    if len(records) != 1:
        raise Refused("several-keys" if records else "key-malformed" if texts else "no-key")
    tags = records[0]
    if not _allows(tags, "s", b"*", b"email"):
        raise Refused("key-refuses-service")
    if not _allows(tags, "h", b"sha256"):
        raise Refused("key-refuses-hash")
    if not (octets := decoded(tags["p"])):
        raise Refused("key-revoked")
    if tags.get("k", b"rsa").lower().decode() != signature.algorithm.partition("-")[0]:
        raise Refused("key-type-differs")
    key = _rsa_key(octets) if signature.algorithm == "rsa-sha256" else _ed25519_key(octets)
    if b"s" in _words(tags.get("t", b"")) and signature.identity_domain != signature.domain:
        raise Refused("identity-not-domain")
    return key


def _key_record(text: bytes) -> dict[str, bytes] | None:
    try:
        tags = read_tags(text)
    except Refused:
        return None
    is_version_right = tags.get("v", b"DKIM1") == b"DKIM1" and ("v" not in tags or next(iter(tags)) == "v")
    return tags if is_version_right and "p" in tags and decoded(tags["p"]) is not None else None


def _allows(tags: Mapping[str, bytes], name: str, *words: bytes) -> bool:
    return name not in tags or not _words(tags[name]).isdisjoint(words)


def _words(value: bytes) -> set[bytes]:
    return {word.lower() for word in colon_list(value)}


def _ed25519_key(octets: bytes) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(octets)
    except ValueError as error:
        raise Refused("key-malformed") from error


def _rsa_key(der: bytes) -> RSAPublicKey:
    """RSAPublicKey, bare or in SubjectPublicKeyInfo (RFC 6376 §3.6.1 k=, erratum 3017); its length is told first."""
    try:
        modulus, rest = _element(_INTEGER, _whole(_SEQUENCE, _bare_rsa_key(der)))
        bits = int.from_bytes(modulus).bit_length()
        if 0 < bits < MIN_RSA_BITS:
            raise Refused("key-too-short")
        if bits > MAX_RSA_BITS:
            raise Refused("key-too-long")
        if _integer(modulus) % 2 == 0:
            raise ValueError("no product of odd primes")
        return RSAPublicNumbers(_integer(_whole(_INTEGER, rest)), _integer(modulus)).public_key()
    except ValueError as error:
        raise Refused("key-malformed") from error


def _bare_rsa_key(der: bytes) -> bytes:
    content = _whole(_SEQUENCE, der)
    if content[:1] == bytes([_INTEGER]):
        return der
    algorithm, rest = _element(_SEQUENCE, content)
    key = _whole(_BIT_STRING, rest)
    if algorithm not in (_RSA_ENCRYPTION, _RSA_ENCRYPTION + b"\x05\x00") or key[:1] != b"\x00":
        raise ValueError("another kind of key")
    return key[1:]


def _integer(octets: bytes) -> int:
    """A positive number in as few octets as it needs (RFC 8017 §A.1)."""
    if not octets or octets[0] >= 0x80 or (octets[0] == 0 and octets[1:2] < b"\x80"):
        raise ValueError("no positive number")
    return int.from_bytes(octets)


_SEQUENCE, _INTEGER, _BIT_STRING = 0x30, 0x02, 0x03
_RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d010101")


def _whole(tag: int, der: bytes) -> bytes:
    content, rest = _element(tag, der)
    if rest:
        raise ValueError("more follows")
    return content


def _element(tag: int, der: bytes) -> tuple[bytes, bytes]:
    """The content of the first DER element, and what follows it."""
    if len(der) < 2 or der[0] != tag:
        raise ValueError("another element")
    size = der[1] - 0x80 if der[1] in (0x81, 0x82) else 0
    length = int.from_bytes(der[2 : 2 + size]) if size else der[1]
    start = 2 + size
    if der[1] > 0x82 or der[1] == 0x80 or start + length > len(der):
        raise ValueError("no length")
    return der[start : start + length], der[start + length :]


# Signing (RFC 6376 §5), as plain as can be: no folding, exactly the names that are given.


def sign(
    message: bytes,
    *,
    domain: str,
    selector: str,
    key: PrivateKey,
    names: Sequence[str],
    forms: tuple[str, str] = ("relaxed", "relaxed"),
    tags: str = "",
) -> bytes:
    """A DKIM-Signature field with its line end; ``tags`` are further ones, as ``t=1;``."""
    fields, body = split(message)
    algorithm = "ed25519-sha256" if isinstance(key, Ed25519PrivateKey) else "rsa-sha256"
    body_hash = base64.b64encode(hashlib.sha256(canonical_body(body, forms[1])).digest()).decode()
    value = (
        f" v=1; a={algorithm}; c={forms[0]}/{forms[1]}; d={domain}; s={selector};"
        f"{tags} h={':'.join(names)}; bh={body_hash}; b="
    )
    draft = field_of(f"DKIM-Signature:{value}AAAA".encode())
    signature = replace(read_signature(draft.value), octets=b"")
    return f"DKIM-Signature:{value}{signed(key, signed_octets([draft, *fields], 0, signature))}\r\n".encode()


def signed(key: PrivateKey, octets: bytes) -> str:
    """The value of b= for these octets."""
    digest = hashlib.sha256(octets).digest()
    if isinstance(key, Ed25519PrivateKey):
        return base64.b64encode(key.sign(digest)).decode()
    return base64.b64encode(key.sign(digest, padding.PKCS1v15(), utils.Prehashed(SHA256()))).decode()


# Octets.


def trimmed(text: bytes) -> bytes:
    return text.strip(b" \t\r\n")


def without_blanks(text: bytes) -> bytes:
    return text.translate(None, b" \t\r\n")


def colon_list(text: bytes) -> Iterator[bytes]:
    return map(trimmed, text.split(b":"))


def decoded(text: bytes) -> bytes | None:
    """The octets of base64 with white space anywhere; padding may be short or missing (RFC 6376 §2.10)."""
    letters = without_blanks(text).rstrip(b"=")
    padding_octets = len(without_blanks(text)) - len(letters)
    try:
        octets = base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
    except binascii.Error:
        return None
    is_canonical = base64.b64encode(octets).rstrip(b"=") == letters and padding_octets <= -len(letters) % 4
    return octets if is_canonical else None


def name_of(text: bytes) -> str | None:
    """The name as DNS compares it: lower case A-labels (RFC 8616 §5); ``None`` where it can be none."""
    try:
        return Question(text.decode(), "TXT").name
    except ValueError:
        return None


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
