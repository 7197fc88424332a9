"""Chains: what is sealed here verifies with dkimpy, and what it seals verifies here; findings tell more."""

import time
from itertools import pairwise

import dkim as dkimpy
import pytest
from tests.edges.signing.signer import MAIL, NOW, key, lookup, signing_key, zone

from trustlane import Policy, dkim, verify
from trustlane._core import Examination, UnsignableMessage, results_of, seal
from trustlane.delivery import edits
from trustlane.dns.absent import NO_RESOLVER
from trustlane.identities import ExamineLimits

RSA = key("rsa2048").private.encode()
LIST = b"mx.list.example"
FOOTER = b"-- \r\nThe list\r\n"


def results(*texts: bytes) -> bytes:
    return b"Authentication-Results: " + LIST + b"; " + b";\r\n ".join(texts) + b"\r\n"


FOUND = results(
    b"dkim=pass header.d=example.com (2048-bit)", b'spf=fail reason="no (such; host" smtp.mailfrom=a@b.example'
)


def sealed(mail: bytes, found: bytes, by=dkim, **options: object) -> bytes:
    """The mail under one more set, as a list would send it on."""
    fields = by.arc_sign(found + mail, b"rsa2048", b"example.com", RSA, LIST, **options)
    assert len(fields) == 3
    return b"".join(fields) + mail


def chain(sealers: list, footer: bytes = b"") -> bytes:
    """The mail after these modules sealed it one after another, each adding to its body first."""
    mail = MAIL
    for number, by in enumerate(sealers):
        mail = sealed(mail + footer, FOUND if number == 0 else results(b"arc=pass"), by)
    return mail


def told(mail: bytes) -> tuple[str, str]:
    finding = dkim.examine_chain(mail, resolver=zone("rsa2048")).finding
    return finding.result, finding.reason


def verdicts(mail: bytes, **options: object) -> list[tuple[bytes, list[tuple[object, ...]]]]:
    """What we and dkimpy say: the status, and of each set who made it and whether both signatures verify."""
    shown = ("instance", "ams-domain", "ams-selector", "ams-valid", "as-domain", "as-selector", "as-valid", "cv")
    both = []
    for module in (dkim, dkimpy):
        status, sets, _ = module.arc_verify(mail, dnsfunc=lookup("rsa2048"), **options)
        both.append((status, [tuple(one[name] for name in shown) for one in sets]))
    return both


@pytest.mark.proves("RFC 8617 §5.1", "RFC 8617 §5.2")
@pytest.mark.parametrize("footer", [b"", FOOTER])
@pytest.mark.parametrize(
    "sealers", [[dkim], [dkimpy], [dkim, dkim], [dkimpy, dkim], [dkim, dkimpy], [dkimpy, dkimpy, dkim, dkim, dkimpy]]
)
def test_chains_of_any_makers_pass_here_and_with_dkimpy(sealers: list, footer: bytes) -> None:
    mail = chain(sealers, footer)
    ours, theirs = verdicts(mail)
    assert ours == theirs
    assert ours[0] == dkim.CV_Pass == dkimpy.CV_Pass
    assert [one[0] for one in ours[1]] == [*range(len(sealers), 0, -1)]
    oldest_pass = dkim.examine_chain(mail, resolver=zone("rsa2048")).finding.properties["header.oldest-pass"]
    assert oldest_pass == ("0" if not footer or len(sealers) == 1 else str(len(sealers)))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda mail: mail + b"more\r\n", "arc.message-signature-refused"),
        (lambda mail: mail.replace(b"Subject: Lunch", b"Subject: Dinner"), "arc.message-signature-refused"),
        (lambda mail: mail.replace(b"header.d=example.com", b"header.d=example.org"), "arc.seal-refused"),
        (lambda mail: mail.replace(b"ARC-Seal: i=1", b"ARC-Seal: i=3"), "arc.missing-field"),
        (lambda mail: b"ARC-Seal: i=9; junk\r\n" + mail, "arc.malformed"),
        (lambda mail: b"ARC-Seal: i=1; cv=none; b=\r\n" + mail, "arc.repeated-field"),
    ],
)
def test_a_damaged_chain_fails_here_and_with_dkimpy(damage, why: str) -> None:
    mail = damage(chain([dkim, dkimpy]))
    assert [status for status, _ in verdicts(mail)] == [dkim.CV_Fail] * 2
    assert told(mail) == ("fail", why)


@pytest.mark.proves("RFC 8617 §5.1.2")
def test_a_broken_chain_is_sealed_as_such_and_then_left_alone() -> None:
    broken = chain([dkim]) + b"more\r\n"
    for by in (dkim, dkimpy):
        marked = sealed(broken, results(b"arc=fail"), by)
        assert b"cv=fail" in marked.partition(b"ARC-Message-Signature")[0]
        assert told(marked) == ("fail", "arc.broken-before")
        assert dkim.arc_verify(marked, dnsfunc=lookup("rsa2048"))[0] == dkim.CV_Fail
        with pytest.raises(dkim.ValidationError, match="broken"):
            dkim.arc_sign(results(b"arc=fail") + marked, b"rsa2048", b"example.com", RSA, LIST)


def test_without_a_chain_the_status_is_none() -> None:
    for mail in (MAIL, b"", b"\r\n"):
        assert dkim.arc_verify(mail, dnsfunc=lookup()) == (dkim.CV_None, [], "the message has no fields of ARC")
        assert dkimpy.arc_verify(mail, dnsfunc=lookup())[:2] == (dkim.CV_None, [])


def test_line_feeds_and_the_size_of_keys_count_as_dkimpy_counts_them() -> None:
    mail = chain([dkim, dkim])
    assert [status for status, _ in verdicts(mail.replace(b"\r\n", b"\n"))] == [dkim.CV_Pass] * 2
    assert [status for status, _ in verdicts(mail, minkey=2048)] == [dkim.CV_Pass] * 2
    assert [status for status, _ in verdicts(mail, minkey=2049)] == [dkim.CV_Fail] * 2
    lf = sealed(MAIL.replace(b"\r\n", b"\n"), FOUND.replace(b"\r\n", b"\n"), linesep=b"\n")
    assert b"\r" not in lf
    assert told(lf) == ("pass", "arc.verified")


@pytest.mark.proves("RFC 8617 §4.1.1")
def test_what_was_found_on_arrival_is_sealed_whole_and_in_order() -> None:
    others = b"Authentication-Results: other.example; dkim=fail\r\n"
    more = results(b"dmarc=none header.from=example.com")
    _, _, found = dkim.arc_sign(FOUND + others + more + MAIL, "rsa2048", "example.com", RSA, "MX.list.example")
    assert found == (
        b"ARC-Authentication-Results: i=1; MX.list.example;\r\n\tdkim=pass header.d=example.com;\r\n"
        b'\tspf=fail reason="no (such; host" smtp.mailfrom=a@b.example;\r\n\tdmarc=none header.from=example.com\r\n'
    )


@pytest.mark.proves("RFC 8617 §5.2.1")
@pytest.mark.parametrize(
    ("found", "status"),
    [
        ([b"arc=pass"], b"cv=pass"),
        ([b"ARC=Pass"], b"cv=pass"),
        ([b"arc=fail"], b"cv=fail"),
        ([b"arc=temperror"], b"cv=fail"),
        ([b"arc=pass", b"arc=pass"], b"cv=pass"),
        ([b"arc=pass", b"arc=fail"], b"cv=fail"),
    ],
)
def test_the_status_of_a_chain_is_that_of_our_own_results(found: list[bytes], status: bytes) -> None:
    assert status in sealed(chain([dkim]), b"".join(results(one) for one in found)).partition(b"ARC-Message")[0]


def test_nothing_is_sealed_of_which_nothing_is_known() -> None:
    for mail in (MAIL, FOUND.replace(LIST, b"x" + LIST) + MAIL, FOUND + chain([dkim])):
        assert dkim.arc_sign(mail, b"rsa2048", b"example.com", RSA, LIST) == []
        assert dkimpy.arc_sign(mail, b"rsa2048", b"example.com", RSA, LIST) == []


@pytest.mark.parametrize(
    ("change", "error", "why"),
    [
        ({"message": results(b"arc=pass") + MAIL}, dkim.ParameterError, "chain"),
        ({"message": FOUND + b"To: b\r\n\r\n"}, dkim.ValidationError, "no From"),
        ({"message": FOUND + b"From: a\r\n\r\nx\ry"}, dkim.ValidationError, "lone CR"),
        ({"privkey": b"no key"}, dkim.KeyFormatError, "cannot be read"),
        ({"signature_algorithm": b"ed25519-sha256"}, dkim.KeyFormatError, "kind rsa"),
        ({"domain": b"not a domain"}, dkim.ParameterError, "no domain name"),
        ({"include_headers": [b"to"]}, dkim.ParameterError, "lack From"),
        ({"include_headers": [b"from", b"arc-seal"]}, dkim.ParameterError, "must not sign"),
    ],
)
def test_what_cannot_be_sealed_says_why(change: dict[str, object], error: type[Exception], why: str) -> None:
    arguments = {
        "message": FOUND + MAIL, "selector": b"rsa2048", "domain": b"example.com", "privkey": RSA, "srv_id": LIST
    }  # fmt: skip
    with pytest.raises(error, match=why):
        dkim.arc_sign(**{**arguments, **change})


def test_a_chain_is_examined_with_keys_alone_and_tells_its_sets() -> None:
    asked: list[str] = []

    class Noting:
        def ask(self, questions):
            asked.extend(question.name for question in questions)
            return zone("rsa2048").ask(questions)

    found = dkim.examine_chain(chain([dkim, dkim]), resolver=Noting(), trusted_sealers=["example.com"])
    assert asked == ["rsa2048._domainkey.example.com"]
    newest, first = found.sets
    assert (newest.instance, newest.status, first.status) == (2, "pass", "none")
    assert first.results.startswith(b"i=1; mx.list.example; dkim=pass header.d=example.com;")
    assert first.sealer == dkim.Signer("example.com", "rsa2048", is_verified=True, rsa_bits=2048)
    assert found.finding.facts["trusted_sealers"] == ["example.com"]
    unknown = dkim.examine_chain(chain([dkim]), resolver=NO_RESOLVER)
    assert (unknown.finding.result, unknown.sets[0].sealer.is_verified) == ("temperror", False)


@pytest.mark.parametrize("wrong", [{"trusted_sealers": ["a..b"]}, {"line_ends": "any"}])
def test_an_argument_that_cannot_be_is_the_callers_error(wrong: dict[str, object]) -> None:
    with pytest.raises(dkim.ParameterError):
        dkim.examine_chain(MAIL, resolver=NO_RESOLVER, **wrong)


async def test_an_event_loop_gets_the_same_chain() -> None:
    mail = chain([dkim, dkimpy])
    assert await dkim.aexamine_chain(mail, resolver=zone("rsa2048")) == dkim.examine_chain(
        mail, resolver=zone("rsa2048")
    )


@pytest.mark.proves("RFC 8617 §9.4")
@pytest.mark.parametrize(("listed", "names"), [((), []), (("example.com",), ["example.com"]), (("list.example",), [])])
def test_only_a_listed_sealer_answers_for_a_mail(listed: tuple[str, ...], names: list[str]) -> None:
    policy = Policy(limits=ExamineLimits(trusted_sealers=listed))
    decision = verify(chain([dkim]), resolver=zone("rsa2048"), policy=policy)
    identities = decision.identities
    assert [one.name for one in identities.validated if one.kind == "arc"] == names
    assert all(subject.kind != "arc" for subject in identities.subjects)


def test_a_chain_is_verified_for_the_time_of_receipt() -> None:
    mail = sealed(MAIL, FOUND, timestamp=NOW)
    assert dkim.examine_chain(mail, resolver=zone("rsa2048"), now=NOW).finding.result == "pass"
    assert time.time() < NOW - 300, "the mail is of the future"
    assert dkim.examine_chain(mail, resolver=zone("rsa2048")).finding.result == "fail"


def test_the_core_seals_what_it_is_told_of() -> None:
    request = {"domain": "example.com", "selector": "rsa2048", "key": signing_key("rsa2048"), "authserv_id": "mx"}
    instance, *fields = seal(
        MAIL, **request, results=[("dkim", 1, "pass", None, [("header", "d", "a.example")])], status="none"
    )
    assert (instance, [field.partition(b":")[0] for field in fields]) == (
        1,
        [b"ARC-Seal", b"ARC-Message-Signature", b"ARC-Authentication-Results"],
    )
    assert all(len(line) <= 78 for line in b"".join(fields).split(b"\r\n"))
    for status, error in [("pass", ValueError), ("odd", ValueError)]:
        with pytest.raises(error):
            seal(MAIL, **request, results=[], status=status)
    with pytest.raises(UnsignableMessage):
        seal(b"To: x\r\n\r\n", **request, results=[], status="none")
    assert results_of(FOUND + MAIL, "mx.list.example")[0] == ("dkim", 1, "pass", None, [("header", "d", "example.com")])


def test_a_message_may_come_cut_anywhere() -> None:
    mail = chain([dkim, dkim])
    whole = dkim.examine_chain(mail, resolver=zone("rsa2048")).finding
    for size in (1, 3, 1000):
        examination = Examination(now=int(time.time()))
        for start, end in pairwise([*range(0, len(mail), size), len(mail)]):
            examination.feed(mail[start:end])
        examination.finish()
        while asked := examination.questions():
            examination.learn(zone("rsa2048").ask(asked))
        found = [parts for parts in examination.findings() if parts[0] == "arc"]
        assert [(result, reason) for _, result, reason, *_ in found] == [(whole.result, whole.reason)]


@pytest.mark.proves("RFC 8617 §6", "RFC 8617 §10.2")
def test_a_chain_stands_among_our_own_results() -> None:
    for mail, told in [
        (chain([dkim]), "arc=pass header.oldest-pass=0 smtp.remote-ip=192.0.2.7"),
        (
            chain([dkim]) + b"more\r\n",
            'arc=fail reason="the message signature of instance 1 does not count: the body is',
        ),
        (MAIL, ""),
    ]:
        decision = verify(mail, client_ip="192.0.2.7", resolver=zone("rsa2048"))
        [results] = [edit for edit in edits(decision, "mx.here.example") if edit.name == "Authentication-Results"]
        shown = " ".join(results.value.split())
        assert (told in shown) if told else (" arc=" not in shown)
        assert decision.action == "deliver", "a chain never fails a mail by itself"
