"""trustlane.dkim: dkimpy's arguments, and the findings behind a verdict."""

from collections import defaultdict

import pytest
from tests.edges.signing.signer import MAIL, NOW, key, lookup, signing_key, zone

from trustlane import TrustlaneError, dkim
from trustlane._core import Answer, sign_often
from trustlane.dns.absent import NO_RESOLVER
from trustlane.dns.zone import ZoneResolver
from trustlane.keys import key_record

RSA = key("rsa2048").private.encode()
LF_MAIL = MAIL.replace(b"\r\n", b"\n")


def signed(mail: bytes = MAIL, **options: object) -> bytes:
    return dkim.sign(mail, b"rsa2048", b"example.com", RSA, **options) + mail


@pytest.mark.parametrize(
    ("message", "is_good"),
    [
        (signed(), True),
        (signed(LF_MAIL, linesep=b"\n"), True),
        (signed(canonicalize=(b"simple", b"relaxed"), identity=b"ann@mail.example.com", length=True), True),
        (signed(include_headers=[b"From", "Subject"]), True),
        (signed() + b"more\r\n", False),
        (signed(length=True) + b"more\r\n", False),
        (b"From: evil@example.net\r\n" + signed(), False),
        (MAIL, False),
        (b"", False),
    ],
)
def test_verify_says_whether_the_topmost_signature_is_good(message: bytes, is_good: bool) -> None:
    assert dkim.verify(message, dnsfunc=lookup("rsa2048")) is is_good


@pytest.mark.parametrize(("bits", "is_good"), [(1024, True), (2048, True), (2049, False)])
def test_a_key_shorter_than_the_caller_wants_does_not_count(bits: int, is_good: bool) -> None:
    assert dkim.verify(signed(), dnsfunc=lookup("rsa2048"), minkey=bits) is is_good


def test_a_lookup_that_raises_or_finds_nothing_is_no_pass() -> None:
    def raising(name: bytes, timeout: int) -> bytes:
        raise OSError(name)

    for dnsfunc in (
        raising,
        lambda name, timeout: None,
        lambda name, timeout: b"",
        lambda name, timeout: "v=DKIM1; p=",
    ):
        assert not dkim.verify(signed(), dnsfunc=dnsfunc)


@pytest.mark.parametrize(
    ("change", "error", "why"),
    [
        ({"message": b"To: b\r\n\r\n"}, dkim.MessageFormatError, "no From"),
        ({"message": b"From: a\r\n\r\nx\ry\r\n"}, dkim.MessageFormatError, "lone CR"),
        ({"privkey": b"no key"}, dkim.KeyFormatError, "cannot be read"),
        ({"signature_algorithm": b"ed25519-sha256"}, dkim.KeyFormatError, "kind rsa"),
        ({"signature_algorithm": b"rsa-sha1"}, dkim.ParameterError, "rsa-sha1"),
        ({"domain": b"not a domain"}, dkim.ParameterError, "no domain name"),
        ({"selector": b""}, dkim.ParameterError, "no selector"),
        ({"identity": b"ann@example.org"}, dkim.ParameterError, "not within"),
        ({"identity": b"ann"}, dkim.ParameterError, "no identity"),
        ({"canonicalize": (b"relaxed", b"strict")}, dkim.ParameterError, "canonical"),
        ({"include_headers": [b"to"]}, dkim.ParameterError, "lack From"),
    ],
)
def test_what_cannot_be_signed_says_why(change: dict[str, object], error: type[Exception], why: str) -> None:
    arguments = {"message": MAIL, "selector": b"rsa2048", "domain": b"example.com", "privkey": RSA, **change}
    with pytest.raises(error, match=why) as raised:
        dkim.sign(**arguments)
    assert isinstance(raised.value, dkim.DKIMException)
    assert isinstance(raised.value, TrustlaneError)


def test_examine_tells_of_every_signature_what_became_of_it() -> None:
    good = sign_often(MAIL, [("example.com", "rsa2048", signing_key("rsa2048"))], now=NOW)
    mail = b"DKIM-Signature: v=1\r\n" + good + MAIL
    for resolver, told in [
        (zone("rsa2048"), [("permerror", "dkim.missing-tag"), ("pass", "dkim.verified")]),
        (zone("ed25519"), [("permerror", "dkim.missing-tag"), ("permerror", "dkim.no-key")]),
        (NO_RESOLVER, [("permerror", "dkim.missing-tag"), ("temperror", "dkim.key-unavailable")]),
    ]:
        findings = dkim.examine(mail, resolver=resolver, now=NOW)
        assert [(finding.result, finding.reason) for finding in findings] == told


async def test_an_event_loop_gets_the_same_findings() -> None:
    mail = signed()
    assert await dkim.aexamine(mail, resolver=zone("rsa2048")) == dkim.examine(mail, resolver=zone("rsa2048"))


def test_only_keys_are_asked_for() -> None:
    asked: list[str] = []

    class Noting:
        def ask(self, questions):
            asked.extend(question.name for question in questions)
            return zone("rsa2048").ask(questions)

    dkim.examine(signed(), resolver=Noting())
    assert asked == ["rsa2048._domainkey.example.com"]


def test_an_arrival_in_fields_and_chunks_is_the_same_as_the_whole_message() -> None:
    mail = signed()
    header, _, body = mail.partition(b"\r\n\r\n")
    whole = dkim.examine(mail, resolver=zone("rsa2048"), now=NOW * 2)
    for size in (1, 2, 7, len(body) + 1):
        arrival = dkim.Arrival(now=NOW * 2)
        for field in header.replace(b"\r\n ", b"\n ").replace(b"\r\n\t", b"\n\t").split(b"\r\n"):
            name, _, value = field.partition(b":")
            arrival.field(name, value.replace(b"\n", b"\r\n"))
        for at in range(0, len(body), size):
            arrival.body(body[at : at + size])
        arrival.finish()
        assert arrival.findings(zone("rsa2048")) == whole
        octets = dkim.Arrival(now=NOW * 2)
        for at in range(0, len(mail), size):
            octets.feed(mail[at : at + size])
        octets.finish()
        assert octets.findings(zone("rsa2048")) == whole


@pytest.mark.parametrize("threads", [None, 1, 3])
def test_many_messages_have_the_findings_of_each_in_their_order(threads: int | None) -> None:
    mails = [signed(), MAIL, signed() + b"more\r\n", b"", signed(LF_MAIL)] * 5
    keys = {key("rsa2048").record_name: key_record(signing_key("rsa2048")).encode()}
    found = dkim.verify_many(mails, keys, threads=threads)
    assert found == [dkim.examine(mail, resolver=zone("rsa2048")) for mail in mails]
    assert [findings[0].reason for findings in dkim.verify_many(mails[:1], {})] == ["dkim.no-key"]
    assert dkim.verify_many([], keys) == []


def test_one_message_whose_keys_are_at_hand_needs_one_call() -> None:
    name, record = key("rsa2048").record_name, key_record(signing_key("rsa2048")).encode()
    for mail, keys, reason in [
        (signed(), {name: record}, "dkim.verified"),
        (signed(LF_MAIL), {name: record}, "dkim.verified"),
        (signed(), {name: Answer.found("TXT", [record])}, "dkim.verified"),
        (signed(), {name: Answer.unavailable("timeout")}, "dkim.key-unavailable"),
        (signed(), {name: b"p="}, "dkim.key-revoked"),
        (signed(), {}, "dkim.no-key"),
        (signed(), defaultdict(lambda: record), "dkim.verified"),
        (MAIL, {name: record}, "dkim.no-signature"),
    ]:
        assert [finding.reason for finding in dkim.verify_one(mail, keys)] == [reason]
    with pytest.raises(TypeError):
        dkim.verify_one(signed(), {name: "text"})


def test_a_key_record_is_read_once_for_all_messages_and_bad_ones_too() -> None:
    name, record = key("rsa2048").record_name, key_record(signing_key("rsa2048")).encode()
    mails = [signed()] * 9
    for text, reason in [
        (record, "dkim.verified"),
        (b"v=DKIM1; p=", "dkim.key-revoked"),
        (b"v=DKIM1; p=AAAA", "dkim.key-malformed"),
        (b"hello", "dkim.key-malformed"),
    ]:
        cache = dkim.KeyCache()
        dkim.examine(mails[0], resolver=ZoneResolver.from_text(f'{name}. TXT "{text.decode()}"'), cache=cache)
        dkim.verify_one(mails[0], {name: text}, cache=cache)
        found = dkim.verify_many(mails, {name: text}, cache=cache)
        assert [findings[0].reason for findings in found] == [reason] * len(mails)
        assert (cache.reads, cache.hits, len(cache)) == (1, 10, 1)


def test_the_process_has_a_cache_of_its_own_and_a_cache_is_bounded() -> None:
    name, record = key("rsa2048").record_name, key_record(signing_key("rsa2048")).encode()
    before = dkim.KEYS.reads + dkim.KEYS.hits
    dkim.verify_one(signed(), {name: record})
    assert (dkim.KEYS.reads + dkim.KEYS.hits, dkim.KEYS.max_keys) == (before + 1, 4_000)
    small = dkim.KeyCache(max_keys=4)
    for number in range(20):
        dkim.verify_one(signed(), {name: b"n=%d; p=" % number}, cache=small)
    assert (small.reads, small.hits) == (20, 0)
    assert len(small) <= small.max_keys


def test_parts_out_of_their_order_are_refused() -> None:
    for steps in (["body", "field"], ["feed", "body"], ["body", "feed"], ["finish", "finish"], ["finish", "body"]):
        arrival = dkim.Arrival(now=NOW)
        arguments = {"field": ("A", " b"), "body": (b"x",), "feed": (b"A: b\r\n",), "finish": ()}
        *first, last = steps
        for step in first:
            getattr(arrival, step)(*arguments[step])
        with pytest.raises(dkim.ParameterError):
            getattr(arrival, last)(*arguments[last])
    with pytest.raises(dkim.ParameterError, match="finish"):
        dkim.Arrival(now=NOW).findings(NO_RESOLVER)
    with pytest.raises(dkim.ParameterError, match="line ends"):
        dkim.Arrival(now=NOW, line_ends="any")


async def test_an_event_loop_is_told_whether_a_signature_is_good() -> None:
    async def dnsfunc(name: bytes, **options: int) -> bytes | None:
        return lookup("rsa2048")(name)

    async def raising(name: bytes, **options: int) -> bytes:
        raise OSError(name)

    for given, is_good in [(dnsfunc, True), (lookup("rsa2048"), True), (lookup(), False), (raising, False)]:
        assert await dkim.verify_async(signed(), dnsfunc=given) is is_good
    assert not await dkim.dkim_verify_async(signed(), dnsfunc=dnsfunc, minkey=4096)


def test_a_service_that_is_none_is_refused() -> None:
    with pytest.raises(dkim.ParameterError, match="no service"):
        dkim.examine(MAIL, resolver=NO_RESOLVER, service="fax")
