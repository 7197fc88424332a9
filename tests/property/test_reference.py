"""The Rust core and the plain Python path find the same, with the same reason, whatever the mail, however cut.

``make test`` tries thousands of mails, ``make fuzz-reference`` millions: ``TRUSTLANE_EXAMPLES`` says how many a
test tries.
"""

import base64
import os
from functools import cache
from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from trustlane import dkim, reference
from trustlane._core import Answer, SigningKey, UnsignableMessage, new_key, sign_often
from trustlane.keys import key_record

EXAMPLES = int(os.environ.get("TRUSTLANE_EXAMPLES", "400"))
NOW = 1_800_000_000

often = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

FORMS = [("relaxed", "relaxed"), ("relaxed", "simple"), ("simple", "relaxed"), ("simple", "simple")]


@cache
def private(kind: str) -> RSAPrivateKey | Ed25519PrivateKey:
    """One key of each kind, made once. 1024 bits are the fewest that verify, and the fastest."""
    return Ed25519PrivateKey.generate() if kind == "ed25519" else generate_private_key(65537, int(kind[3:]))


@cache
def record(kind: str) -> bytes:
    public = private(kind).public_key()
    if kind == "ed25519":
        return b"k=ed25519; p=" + base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw))
    return b"p=" + base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


@cache
def core_key() -> SigningKey:
    return SigningKey(new_key("ed25519"))


class Records:
    """DNS as one list of records for every name; ``None`` is an answer that did not come."""

    def __init__(self, *texts: bytes | None) -> None:
        self._texts = texts

    def ask(self, questions):
        answer = (
            Answer.unavailable("timeout")
            if None in self._texts
            else Answer.found("TXT", list(self._texts))
            if self._texts
            else Answer.nxdomain()
        )
        return dict.fromkeys(questions, answer)


def outcomes(message: bytes, cuts: list[int], resolver: Records, now: int = NOW) -> list[tuple[str, str]]:
    """What both say, after they were seen to agree."""
    arrival = dkim.Arrival(now=now)
    edges = sorted({0, len(message), *(cut % (len(message) + 1) for cut in cuts)})
    for start, end in pairwise(edges):
        arrival.feed(message[start:end])
    arrival.finish()
    ours = [(finding.result, finding.reason) for finding in arrival.findings(resolver)]
    theirs = [(finding.result, finding.reason) for finding in reference.examine(message, resolver=resolver, now=now)]
    assert ours == theirs, (message, resolver._texts)
    return ours


octet_pieces = st.sampled_from(
    [b"\r\n", b"\r\n", b"\n", b"\r", b" ", b"\t", b"  ", b"a", b"word", b":", b";", b"=", b"\0", b"\xff", "é".encode()]
)
octets = st.lists(octet_pieces, max_size=25).map(b"".join)
field_names = st.sampled_from(
    [b"From", b"FROM", b"from ", b"To", b"Subject", b"X", b"X\t", b"", b" Y", b"DKIM-Signature"]
)
fields = st.tuples(field_names, st.sampled_from([b":", b":", b": ", b""]), octets, st.sampled_from([b"\r\n", b"\n"]))
headers = st.lists(fields.map(b"".join), max_size=6).map(b"".join)
bodies = st.one_of(octets, st.binary(max_size=60))
cut_places = st.lists(st.integers(0, 2000), max_size=6)
kinds = st.sampled_from(["ed25519", "ed25519", "rsa1024"])


@often
@given(headers, st.sampled_from([b"\r\n", b"\n", b""]), bodies, cut_places)
def test_random_mail_is_read_alike(header: bytes, empty: bytes, body: bytes, cuts: list[int]) -> None:
    outcomes(header + empty + body, cuts, Records(record("ed25519")))


tag_names = st.sampled_from(["v", "a", "c", "d", "h", "i", "l", "q", "s", "t", "x", "z", "b", "bh", "xyz"])
tag_values = st.one_of(
    st.sampled_from(
        [
            "1", "2", "", "rsa-sha256", "ed25519-sha256", "RSA-SHA256", "rsa-sha1", "x", "relaxed", "simple/relaxed",
            "relaxed/", "/simple", "example.com", "example.com.", "com", "EXAMPLE.com", "bücher.example", "a..b", "sel",
            "s.el", "größe", "@example.com", "a@mail.example.com", "a@example.com.evil.org", "a@b@example.com",
            "From:To", "from : From", "To", "From:", "From::To", "dns/txt", "dns/txt:x", "http", "0", "5", "-1", "007",
            "1800000300", "1800000301", "1799999700", "1799999699", "9" * 76, "AAAA", "AAA", "AA=A", "AAA=", "AA==",
            "AB==", "A", "?", "A A\r\n A A", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
        ]
    ),
    st.text("aAzZ09+/=:.@-_ \t\r\n;\x00é", max_size=8),
)  # fmt: skip
blanks = st.sampled_from(["", "", " ", "\r\n ", "\t"])
GOOD_TAGS = {
    "v": "1",
    "a": "ed25519-sha256",
    "d": "example.com",
    "s": "sel",
    "h": "From:To",
    "bh": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "b": "AAAA",
}


@often
@given(st.dictionaries(tag_names, tag_values, max_size=3), st.lists(blanks, min_size=3, max_size=3), st.data())
@example({"i": "a@b@example.com"}, ["", "", ""], None)
@example({"l": "9" * 76}, ["", "", ""], None)
def test_a_signature_field_of_any_tags_is_read_alike(changes: dict[str, str], around: list[str], data: object) -> None:
    tags = {**GOOD_TAGS, **changes}
    before, middle, after = around
    text = ";".join(f"{before}{name}{middle}={after}{value}" for name, value in tags.items())
    mail = f"DKIM-Signature: {text}\r\nFrom: a\r\nTo: b\r\n\r\n".encode()
    outcomes(mail, [], Records(record("ed25519")))


soup_pieces = st.sampled_from(
    ["v=1", "a=rsa-sha256", "d=example.com", "s=sel", "h=From", "bh=AAAA", "b=", ";", ";;", " ", "\r\n ", "=", "v", "é"]
)


@often
@given(st.one_of(st.lists(soup_pieces, max_size=12).map("".join).map(str.encode), st.binary(max_size=40)))
def test_tag_soup_is_read_alike(soup: bytes) -> None:
    outcomes(b"DKIM-Signature:" + soup + b"\r\nFrom: a\r\n\r\nbody\r\n", [], Records(record("ed25519")))


@often
@given(kinds, st.sampled_from(FORMS), headers, bodies, cut_places, st.sampled_from(["", " l=0;", " l=3;", " l=99;"]))
def test_what_the_reference_signs_verifies_in_the_core(
    kind: str, forms: tuple[str, str], header: bytes, body: bytes, cuts: list[int], length: str
) -> None:
    mail = b"From: a\r\n" + header + b"\r\n" + body
    names = ["From"] * 8 + ["To", "Subject", "X", "X", "DKIM-Signature"]
    field = reference.sign(
        mail, domain="example.com", selector="sel", key=private(kind), names=names, forms=forms, tags=length
    )
    first = outcomes(field + mail, cuts, Records(record(kind)))[0]
    expected = {("pass", "dkim.verified"), ("fail", "dkim.body-hash-differs"), ("fail", "dkim.body-too-short")}
    assert first in expected | {("policy", "dkim.partial-body")}
    assert length or first == ("pass", "dkim.verified")


@often
@given(kinds, st.sampled_from(FORMS), headers, bodies, cut_places, st.integers(0), st.integers(0, 255), st.booleans())
def test_a_damaged_mail_is_judged_alike(
    kind: str, forms: tuple[str, str], header: bytes, body: bytes, cuts: list[int], at: int, octet: int, grows: bool
) -> None:
    mail = b"From: a\r\n" + header + b"\r\n" + body
    names = ["From", "From", "To", "Subject", "X"]
    field = reference.sign(mail, domain="example.com", selector="sel", key=private(kind), names=names, forms=forms)
    signed = bytearray(field + mail)
    place = at % len(signed)
    signed[place : place + (not grows)] = bytes([octet])
    outcomes(bytes(signed), cuts, Records(record(kind)))


key_tags = st.sampled_from(
    [b"v=DKIM1; ", b"v=DKIM2; ", b"k=rsa; ", b"k=ED25519; ", b"k=x; ", b"h=sha1; ", b"h=sha1:SHA256; ", b"s=email; ",
     b"s=*; ", b"s=x; ", b"t=y; ", b"t=s; ", b"t=S:y; ", b"n=note; ", b"p=; ", b"x; ", b" ; ", b"\xff; "]
)  # fmt: skip


@often
@given(
    kinds,
    st.lists(st.tuples(st.lists(key_tags, max_size=3).map(b"".join), st.integers(-1, 3)), max_size=2),
    st.sampled_from(["", " i=a@mail.example.com;"]),
)
def test_any_key_record_is_judged_alike(kind: str, prefixes: list[tuple[bytes, int]], identity: str) -> None:
    mail = b"From: a\r\n\r\nbody\r\n"
    field = reference.sign(mail, domain="example.com", selector="sel", key=private(kind), names=["From"], tags=identity)
    choices = [record("ed25519"), record("rsa1024"), b"", b"p=AAAA"]
    texts = [None if choice < 0 else prefix + choices[choice] for prefix, choice in prefixes]
    outcomes(field + mail, [], Records(*texts))


@often
@given(kinds, st.integers(0), st.integers(0, 255), st.booleans())
@example("rsa1024", 156, 0, False)  # an even modulus
@example("rsa1024", 158, 0, False)  # an exponent without octets
@example("rsa1024", 188, 1, False)  # a modulus that ends early
def test_a_damaged_key_is_judged_alike(kind: str, at: int, octet: int, grows: bool) -> None:
    mail = b"From: a\r\n\r\nbody\r\n"
    field = reference.sign(mail, domain="example.com", selector="sel", key=private(kind), names=["From"])
    prefix, _, text = record(kind).rpartition(b"p=")
    key = bytearray(base64.b64decode(text))
    place = at % len(key)
    key[place : place + (not grows)] = bytes([octet])
    outcomes(field + mail, [], Records(prefix + b"p=" + base64.b64encode(key)))


@settings(often, max_examples=max(EXAMPLES // 10, 50))
@given(headers, bodies, cut_places)
def test_what_the_core_signs_verifies_in_the_reference(header: bytes, body: bytes, cuts: list[int]) -> None:
    mail = b"From: a\r\n" + header + b"\r\n" + body
    key = core_key()
    try:
        signatures = sign_often(mail, [("example.com", "sel", key)], now=NOW)
    except UnsignableMessage:
        return
    assert outcomes(signatures + mail, cuts, Records(key_record(key).encode()))[0] == ("pass", "dkim.verified")
