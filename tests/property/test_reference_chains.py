"""The Rust core and the plain Python path find the same of any chain, with the same reason, however cut.

``TRUSTLANE_EXAMPLES`` says how many chains a test tries, as in test_reference.py.
"""

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.property.test_reference import (
    EXAMPLES,
    FORMS,
    NOW,
    Records,
    bodies,
    core_key,
    cut_places,
    headers,
    key_tags,
    kinds,
    octets,
    often,
    private,
    record,
)

from trustlane import reference
from trustlane._core import Examination, UnsignableMessage, seal
from trustlane.keys import key_record

some = settings(often, max_examples=max(EXAMPLES // 2, 50))


def outcome(message: bytes, cuts: list[int], resolver: Records) -> tuple[str, str, str | None]:
    """What both say, after they were seen to agree."""
    examination = Examination(now=NOW, max_signatures=0)
    edges = sorted({0, len(message), *(cut % (len(message) + 1) for cut in cuts)})
    for start, end in pairwise(edges):
        examination.feed(message[start:end])
    examination.finish()
    while asked := examination.questions():
        examination.learn(resolver.ask(asked))
    found = [parts for parts in examination.findings() if parts[0] == "arc"]
    told = [(parts[1], parts[2], parts[5].get("header.oldest-pass")) for parts in found]
    theirs = reference.examine_chain(message, resolver=resolver, now=NOW)
    expected = (theirs.result, theirs.reason, theirs.properties.get("header.oldest-pass"))
    assert (told or [("none", "arc.no-chain", None)]) == [expected], (message, resolver._texts)
    return expected


NAMES = ["From"] * 8 + ["To", "Subject", "X", "DKIM-Signature"]
results = st.sampled_from(
    ["mx.example; none", "mx.example; dkim=pass (x;y)\r\n header.d=a.example", "é", "", "\r\n\t x"]
)
changes = st.lists(st.sampled_from([b"", b"", b"\r\nadded\r\n", b"x"]), min_size=1, max_size=5)


@st.composite
def chains(draw: st.DrawFn, kind: str) -> bytes:
    """A mail that passed through hands each of which may add to its body before it seals."""
    mail = b"From: a\r\n" + draw(headers) + b"\r\n" + draw(bodies)
    for change in draw(changes):
        mail += change
        found, forms = draw(results), draw(st.sampled_from(FORMS))
        fields = reference.seal(
            mail, domain="example.com", selector="sel", key=private(kind), names=NAMES, results=found, forms=forms
        )
        mail = fields + mail
    return mail


chain_kinds = kinds.flatmap(lambda kind: st.tuples(st.just(kind), chains(kind)))


@often
@given(chain_kinds, cut_places)
def test_what_the_reference_seals_verifies_in_the_core(kind_and_mail: tuple[str, bytes], cuts: list[int]) -> None:
    kind, mail = kind_and_mail
    assert outcome(mail, cuts, Records(record(kind)))[:2] == ("pass", "arc.verified")


@often
@given(chain_kinds, cut_places, st.integers(0), st.integers(0, 255), st.booleans())
def test_a_damaged_chain_is_judged_alike(
    kind_and_mail: tuple[str, bytes], cuts: list[int], at: int, octet: int, grows: bool
) -> None:
    kind, mail = kind_and_mail
    place = at % len(mail)
    outcome(mail[:place] + bytes([octet]) + mail[place + (not grows) :], cuts, Records(record(kind)))


@often
@given(chain_kinds, st.lists(st.integers(0), min_size=1, max_size=3), st.booleans())
def test_fields_of_a_chain_that_lack_or_stand_twice_are_judged_alike(
    kind_and_mail: tuple[str, bytes], places: list[int], again: bool
) -> None:
    kind, mail = kind_and_mail
    header, empty, body = mail.partition(b"\r\n\r\n")
    lines = header.split(b"\r\n")
    for place in places:
        at = place % len(lines)
        lines[at : at + 1] = [lines[at]] * 2 if again else []
    outcome(b"\r\n".join(lines) + empty + body, [], Records(record(kind)))


tag_soup = st.lists(
    st.sampled_from(
        [
            b"i=1", b"i=2", b"i=01", b"i=0", b"i=51", b"i=100", b"I=1", b"cv=none", b"cv=PASS", b"cv=fail", b"cv=",
            b"h=From", b"h=From:ARC-Seal", b"a=rsa-sha256", b"d=example.com", b"s=sel", b"b=AAAA", b"t=1900000000",
            b"bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", b"mx.example", b"none", b"(a(b)\\))", b"(", b" ",
            b"\r\n ", b"junk", b"\xff",
        ]
    ),
    max_size=8,
).map(b";".join)  # fmt: skip
arc_names = st.sampled_from(
    [b"ARC-Seal", b"arc-message-signature", b"ARC-Authentication-Results", b"ARC-Seal ", b"ARC-Filter"]
)
arc_fields = st.tuples(arc_names, st.sampled_from([b":", b": "]), st.one_of(tag_soup, octets), st.just(b"\r\n"))


@often
@given(st.lists(arc_fields.map(b"".join), max_size=7))
@example([b"ARC-Authentication-Results: i=1; (that does not end\r\n"])
@example([b"ARC-Authentication-Results: i=1 (a\\)b) ;x\r\n", b"ARC-Seal: i=1; cv=fail\r\n"])
def test_soup_of_arc_fields_is_read_alike(fields: list[bytes]) -> None:
    outcome(b"".join(fields) + b"From: a\r\n\r\nbody\r\n", [], Records(record("ed25519")))


@some
@given(chain_kinds, st.lists(st.tuples(key_tags, st.integers(-1, 3)), max_size=2))
def test_any_key_record_of_a_sealer_is_judged_alike(
    kind_and_mail: tuple[str, bytes], prefixes: list[tuple[bytes, int]]
) -> None:
    _, mail = kind_and_mail
    choices = [record("ed25519"), record("rsa1024"), b"", b"p=AAAA"]
    outcome(mail, [], Records(*[None if choice < 0 else prefix + choices[choice] for prefix, choice in prefixes]))


@some
@given(headers, bodies, cut_places, st.integers(1, 4))
def test_what_the_core_seals_verifies_in_the_reference(header: bytes, body: bytes, cuts: list[int], count: int) -> None:
    mail = b"From: a\r\n" + header + b"\r\n" + body
    key = core_key()
    for number in range(count):
        try:
            _, *fields = seal(
                mail,
                domain="example.com",
                selector="sel",
                key=key,
                authserv_id="mx.example",
                results=[("dkim", 1, "fail", "not; (good", [("header", "d", "a.example")])],
                status="pass" if number else "none",
                now=NOW,
            )
        except UnsignableMessage:
            return
        mail = b"".join(fields) + mail
    assert outcome(mail, cuts, Records(key_record(key).encode())) == ("pass", "arc.verified", "0")
