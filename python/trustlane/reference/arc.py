"""ARC in plain Python, to be read beside RFC 8617.

Takes a whole message, a resolver and the time; gives one finding for the chain.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trustlane.dns import Resolver
from trustlane.identities import Finding
from trustlane.message import Instant
from trustlane.reference.dkim import (
    Field,
    PrivateKey,
    Refused,
    Signature,
    canonical_body,
    canonical_field,
    check_message,
    check_signature,
    check_time,
    field_of,
    find_key,
    over_limits,
    read_tags,
    seal_of,
    signature_of,
    signed,
    signed_octets,
    split,
    without_signature,
)

MAX_INSTANCES = 50
MAX_OLDER_SIGNATURES = 10
"""All limits are the core's; it gives the source of each."""

RESULTS, SIGNATURE, SEAL = b"arc-authentication-results", b"arc-message-signature", b"arc-seal"
PARTS = (RESULTS, SIGNATURE, SEAL)
"""The fields of one set, in the order in which a seal signs them (RFC 8617 §5.1.1)."""


@dataclass(frozen=True, slots=True)
class ArcField:
    """A field of ARC: its part, its place in the header, its instance or why it has none, and its tags."""

    part: bytes
    place: int
    instance: int
    refused: str
    tags: Mapping[str, bytes]

    @property
    def status(self) -> bytes:
        return self.tags.get("cv", b"").lower()


Set = tuple[ArcField, ArcField, ArcField]


def examine_chain(message: bytes, *, resolver: Resolver, now: Instant) -> Finding:
    """The one finding of the chain, ``none`` where the message has no field of ARC.

    Never raises for what is in the message or in DNS.
    """
    fields, body = split(message)
    try:
        if over := over_limits(message, fields):
            raise Refused(over)
        sets = find_sets(fields)
        oldest = check_chain(fields, body, sets, resolver, int(now))
    except Refused as refused:
        code = str(refused)
        return Finding("arc", _RESULTS.get(code, "fail"), f"arc.{code}")
    return Finding("arc", "pass", "arc.verified", properties={"header.oldest-pass": str(oldest)})


_RESULTS = {"no-chain": "none", "key-unavailable": "temperror"}


# The fields become sets (RFC 8617 §5.2 steps 1 to 3).


def find_sets(fields: Sequence[Field]) -> list[Set]:
    """The sets in the order of their instances, or what makes them no chain."""
    found = [(name, place) for place, field in enumerate(fields) if (name := field.name.lower()) in PARTS]
    if not found:
        raise Refused("no-chain")
    if any(sum(name == part for name, _ in found) > MAX_INSTANCES for part in PARTS):
        raise Refused("too-many-sets")
    parts = [_read(name, place, fields[place].value) for name, place in found]
    newest = max((part.instance for part in parts), default=0)
    if newest and any((part.part, part.instance, part.status) == (SEAL, newest, b"fail") for part in parts):
        raise Refused("broken-before")
    for part in parts:
        if part.refused:
            raise Refused(part.refused)
    sets = [(_only(parts, RESULTS, n), _only(parts, SIGNATURE, n), _only(parts, SEAL, n)) for n in range(1, newest + 1)]
    for _, signature, seal in sets:
        _check_seal_tags(seal)
        if _signs_arc(signature):
            raise Refused("signs-arc-field")
    return sets


def _read(part: bytes, place: int, value: bytes) -> ArcField:
    tags: Mapping[str, bytes] = {}
    try:
        if part == RESULTS:
            text = _leading_instance(value)
        else:
            tags = read_tags(value)
            text = tags.get("i", b"")
        return ArcField(part, place, _instance(text), "", tags)
    except Refused as refused:
        why = "too-many-sets" if str(refused) == "too-many-sets" else "malformed"
        return ArcField(part, place, 0, why, tags)


def _leading_instance(value: bytes) -> bytes:
    """``i=`` at the front, with comments anywhere around its parts (RFC 8617 §4.1.1)."""
    found = re.match(rb"[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]*)[ \t\r\n]*;", _without_comments(value))
    if not found:
        raise Refused("malformed")
    return found[1]


def _without_comments(value: bytes) -> bytes:
    """All up to the first semicolon outside comments, each comment a blank (RFC 5322 §3.2.2)."""
    text, depth, at = b"", 0, 0
    while at < len(value):
        octet = value[at : at + 1]
        if octet == b"(":
            depth += 1
        elif octet == b")" and depth:
            depth -= 1
            text += b"" if depth else b" "
        elif octet == b"\\" and depth:
            at += 1
        elif not depth:
            text += octet
            if octet == b";":
                break
        at += 1
    return text


def _instance(text: bytes) -> int:
    """One or two digits, 1 to 50 (RFC 8617 §3.9)."""
    if not re.fullmatch(rb"[0-9]{1,2}", text) or int(text) == 0:
        raise Refused("malformed")
    if int(text) > MAX_INSTANCES:
        raise Refused("too-many-sets")
    return int(text)


def _only(parts: Sequence[ArcField], part: bytes, instance: int) -> ArcField:
    found = [one for one in parts if (one.part, one.instance) == (part, instance)]
    if len(found) != 1:
        raise Refused("repeated-field" if found else "missing-field")
    return found[0]


def _check_seal_tags(seal: ArcField) -> None:
    if "h" in seal.tags:
        raise Refused("seal-lists-names")
    if seal.status != (b"none" if seal.instance == 1 else b"pass"):
        raise Refused("wrong-status")


def _signs_arc(signature: ArcField) -> bool:
    try:
        return any(name.lower() in PARTS for name in _message_signature(signature).names)
    except Refused:
        return False


def _message_signature(field: ArcField) -> Signature:
    """As a DKIM-Signature, but i= is the instance and v= means nothing (RFC 8617 §4.1.2)."""
    return signature_of({name: value for name, value in field.tags.items() if name != "i"})


# The signatures of the sets (RFC 8617 §5.2 steps 4 to 6), the newest seal first, as the core has it.


def check_chain(fields: Sequence[Field], body: bytes, sets: Sequence[Set], resolver: Resolver, now: int) -> int:
    """The oldest instance whose message signature verifies, 0 where all do; or what is wrong with the chain."""
    *older, newest = sets
    _check_seal(fields, sets, resolver, now)
    _check_message(fields, body, newest, resolver, now)
    for count in range(len(older), 0, -1):
        _check_seal(fields, sets[:count], resolver, now)
    oldest = newest[0].instance
    for one in older[::-1][:MAX_OLDER_SIGNATURES]:
        try:
            _check_message(fields, body, one, resolver, now)
        except Refused:
            break
        oldest = one[0].instance
    return 0 if oldest == 1 else oldest


def _check_message(fields: Sequence[Field], body: bytes, one: Set, resolver: Resolver, now: int) -> None:
    try:
        signature = _message_signature(one[1])
        if check_message(fields, body, one[1].place, signature, resolver, now):
            raise Refused("partial-body")
    except Refused as refused:
        raise _because(refused, "message-signature-refused") from refused


def _check_seal(fields: Sequence[Field], sets: Sequence[Set], resolver: Resolver, now: int) -> None:
    """The seal of the last of these sets, which signs them all."""
    try:
        seal = seal_of(sets[-1][2].tags)
        check_time(seal, now)
        key = find_key(seal, resolver.ask([seal.question])[seal.question])
        check_signature(seal, key, sealed_octets([fields[part.place] for one in sets for part in one]))
    except Refused as refused:
        raise _because(refused, "seal-refused") from refused


def _because(refused: Refused, code: str) -> Refused:
    return refused if str(refused) == "key-unavailable" else Refused(code)


def sealed_octets(fields: Sequence[Field]) -> bytes:
    """All fields of these sets, the last of which is the seal itself without its b= and its line end."""
    *others, seal = fields
    signed_fields = b"".join(canonical_field(field, "relaxed") + b"\r\n" for field in others)
    return signed_fields + canonical_field(without_signature(seal), "relaxed")


# Sealing (RFC 8617 §5.1), as plain as can be: no folding, exactly the names and the results that are given.


def seal(
    message: bytes,
    *,
    domain: str,
    selector: str,
    key: PrivateKey,
    names: Sequence[str],
    results: str,
    forms: tuple[str, str] = ("relaxed", "relaxed"),
) -> bytes:
    """The fields of a new set with their line ends, for a message whose chain passed or that has none."""
    fields, body = split(message)
    sets = find_sets(fields) if any(field.name.lower() in PARTS for field in fields) else []
    instance, status = len(sets) + 1, "pass" if sets else "none"
    algorithm = "rsa-sha256" if hasattr(key, "key_size") else "ed25519-sha256"
    start = f" i={instance}; a={algorithm}; d={domain}; s={selector};"
    found = field_of(f"ARC-Authentication-Results: i={instance}; {results}".encode())
    body_hash = base64.b64encode(hashlib.sha256(canonical_body(body, forms[1])).digest()).decode()
    value = f"{start} c={'/'.join(forms)}; h={':'.join(names)}; bh={body_hash}; b="
    draft = field_of(f"ARC-Message-Signature:{value}AAAA".encode())
    tags = {name: text for name, text in read_tags(draft.value).items() if name != "i"}
    octets = signed_octets([draft, *fields], 0, signature_of(tags))
    signature = field_of(f"ARC-Message-Signature:{value}{signed(key, octets)}".encode())
    draft = field_of(f"ARC-Seal:{start} cv={status}; b=".encode())
    before = [fields[part.place] for one in sets for part in one]
    octets = sealed_octets([*before, found, signature, draft])
    return b"\r\n".join([draft.raw + signed(key, octets).encode(), signature.raw, found.raw, b""])
