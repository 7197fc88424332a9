"""Signatures made here verify elsewhere, and those made elsewhere verify here."""

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import dkim as dkimpy
import pytest
from tests.edges.signing.signer import MAIL, key, lookup, seed, signing_key, zone

from trustlane import dkim
from trustlane._core import sign_often
from trustlane.keys import key_record

needs_pynacl = pytest.mark.skipif(not find_spec("nacl"), reason="dkimpy knows Ed25519 only beside PyNaCl")

KINDS = ["rsa2048", "ed25519"]
KINDS_OF_DKIMPY = ["rsa2048", pytest.param("ed25519", marks=needs_pynacl)]
FORMS = ["relaxed/relaxed", "relaxed/simple", "simple/relaxed", "simple/simple"]
ALGORITHMS = {"rsa2048": b"rsa-sha256", "ed25519": b"ed25519-sha256"}

needs_opendkim = pytest.mark.skipif(
    not (shutil.which("opendkim") and shutil.which("opendkim-testmsg")), reason="OpenDKIM is not installed"
)


def signed(kind: str, forms: str) -> bytes:
    return sign_often(MAIL, [("example.com", kind, signing_key(kind))], canonicalization=forms) + MAIL


@pytest.mark.parametrize("forms", FORMS)
@pytest.mark.parametrize("kind", KINDS_OF_DKIMPY)
def test_dkimpy_verifies_what_is_signed_here(kind: str, forms: str) -> None:
    assert dkimpy.verify(signed(kind, forms), dnsfunc=lookup(kind))


@pytest.mark.parametrize("forms", FORMS)
@pytest.mark.parametrize("kind", KINDS_OF_DKIMPY)
@pytest.mark.parametrize("has_length", [False, True])
def test_what_dkimpy_signs_verifies_here(kind: str, forms: str, has_length: bool) -> None:
    private = seed(key(kind)) if kind == "ed25519" else key(kind).private.encode()
    field = dkimpy.sign(
        MAIL,
        kind.encode(),
        b"example.com",
        private,
        canonicalize=tuple(form.encode() for form in forms.split("/")),
        signature_algorithm=ALGORITHMS[kind],
        length=has_length,
    )
    findings = dkim.examine(field + MAIL, resolver=zone(kind))
    assert [(finding.result, finding.reason) for finding in findings] == [("pass", "dkim.verified")]


@needs_opendkim
@pytest.mark.parametrize("forms", FORMS)
@pytest.mark.parametrize("kind", KINDS)
def test_opendkim_verifies_what_is_signed_here(kind: str, forms: str, tmp_path: Path) -> None:
    records, mail, settings = tmp_path / "dns", tmp_path / "mail", tmp_path / "conf"
    records.write_text(f"{key(kind).record_name} {key_record(signing_key(kind))}\n")
    settings.write_text(f"Mode v\nSyslog no\nTestDNSData file:{records}\n")
    for octets, said in [(signed(kind, forms), "succeeded"), (signed(kind, forms) + b"more\r\n", "failed")]:
        mail.write_bytes(octets)
        told = subprocess.run(
            ["opendkim", "-x", settings, "-t", mail, "-v"], capture_output=True, text=True, check=False
        ).stdout
        assert said in told


@needs_opendkim
@pytest.mark.parametrize(
    ("kind", "forms"),
    [("rsa2048", forms) for forms in FORMS] + [("ed25519", "relaxed/relaxed"), ("ed25519", "relaxed/simple")],
)
def test_what_opendkim_signs_verifies_here(kind: str, forms: str, tmp_path: Path) -> None:
    """Its filter, tried on a file, prints the field that it would insert.

    Its Ed25519 signatures over a header in simple form are left out: its version 2.11 does not verify them either.
    """
    private, mail, settings = tmp_path / "key.pem", tmp_path / "mail", tmp_path / "conf"
    private.write_text(key(kind).private)
    private.chmod(0o600)
    mail.write_bytes(MAIL)
    settings.write_text(
        f"Mode s\nSyslog no\nDomain example.com\nSelector {kind}\nKeyFile {private}\nRequireSafeKeys no\n"
        f"SignatureAlgorithm {ALGORITHMS[kind].decode()}\nCanonicalization {forms}\nOversignHeaders From\n"
    )
    command = ["opendkim", "-x", settings, "-t", mail, "-vvv"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    value = told.partition("hvalue='")[2].partition("'\n")[0]
    field = b"DKIM-Signature: " + value.replace("\n", "\r\n").encode() + b"\r\n"
    for octets, expected in [
        (MAIL, ("pass", "dkim.verified")),
        (MAIL + b"more\r\n", ("fail", "dkim.body-hash-differs")),
    ]:
        [finding] = dkim.examine(field + octets, resolver=zone(kind))
        assert (finding.result, finding.reason) == expected, told


@needs_opendkim
def test_what_opendkim_signs_with_sha1_is_refused_here(tmp_path: Path) -> None:
    """Its tool for single messages knows no other hash; RFC 8301 §3.1 wants such signatures not to count."""
    private = tmp_path / "key.pem"
    private.write_text(key("rsa2048").private)
    private.chmod(0o600)
    command = ["opendkim-testmsg", "-C", "-d", "example.com", "-s", "rsa2048", "-k", private]
    mail = subprocess.run(command, input=MAIL, capture_output=True, check=True).stdout
    findings = dkim.examine(mail, resolver=zone("rsa2048"))
    assert [(finding.result, finding.reason) for finding in findings] == [("permerror", "dkim.sha1-refused")]


@pytest.mark.proves("RFC 8460 §3", "RFC 6376 §3.6.1")
@pytest.mark.parametrize("tlsrpt", [False, True, "strict"])
@pytest.mark.parametrize("services", ["", "s=*; ", "s=email; ", "s=tlsrpt; ", "s=other; "])
def test_keys_for_tls_reports_are_taken_where_dkimpy_takes_them(tlsrpt: bool | str, services: str) -> None:
    text = key_record(signing_key("rsa2048")).replace("v=DKIM1; ", f"v=DKIM1; {services}").encode()
    mail = dkim.sign(MAIL, b"rsa2048", b"example.com", key("rsa2048").private, length=True, tlsrpt=True) + MAIL
    options = {"dnsfunc": lambda name, timeout: text, "tlsrpt": tlsrpt}
    assert dkim.verify(mail, **options) is dkimpy.verify(mail, **options)


@pytest.mark.proves("RFC 8460 §3")
def test_a_tls_report_is_never_signed_with_a_length() -> None:
    mail = dkim.sign(MAIL, b"rsa2048", b"example.com", key("rsa2048").private, length=True) + MAIL
    both = [dkim.verify(mail, dnsfunc=lookup("rsa2048"), tlsrpt=tlsrpt) for tlsrpt in (False, True)]
    assert both == [True, False]
    [finding] = dkim.examine(mail, resolver=zone("rsa2048"), service="tlsrpt")
    assert (finding.result, finding.reason) == ("policy", "dkim.length-refused")


def test_the_objects_of_dkimpy_give_what_its_own_give() -> None:
    good = dkim.sign(MAIL, b"rsa2048", b"example.com", key("rsa2048").private)
    mail = b"dkim-signature: v=1;\r\n\ta=rsa-sha256; d=other.example; s=x; h=from; bh=AAAA; b=AAAA\r\n" + good + MAIL
    options = {"dnsfunc": lookup("rsa2048")}
    ours, theirs = dkim.DKIM(mail), dkimpy.DKIM(mail)
    assert ours.present() is theirs.present() is True
    assert dkim.DKIM(MAIL).present() is dkimpy.DKIM(MAIL).present() is False
    assert ours.verify(1, **options) is theirs.verify(1, **options) is True
    assert (ours.domain, ours.selector, ours.keysize) == (theirs.domain, theirs.selector, theirs.keysize)
    told = {name: re.sub(rb"\s+", b"", text) for name, text in ours.signature_fields.items()}
    assert told == {name: re.sub(rb"\s+", b"", text) for name, text in theirs.signature_fields.items()}
    assert [ours.verify(number, **options) for number in (0, 1, 2, -1, -3)] == [False, True, False, True, False]
    assert ours.verify(-1, **options)
    ours.set_message(MAIL)
    assert (ours.domain, ours.keysize, ours.verify(**options)) == (None, 0, False)


def test_what_the_objects_sign_verifies_with_those_of_dkimpy() -> None:
    private = key("rsa2048").private.encode()
    field = dkim.DKIM(MAIL).sign(b"rsa2048", b"example.com", private, canonicalize=(b"simple", b"relaxed"))
    assert dkimpy.DKIM(field + MAIL).verify(dnsfunc=lookup("rsa2048"))
    found = b"Authentication-Results: mx.example; dkim=pass header.d=example.com\r\n"
    chain = dkim.ARC(found + MAIL)
    sealed = b"".join(chain.sign(b"rsa2048", b"example.com", private, b"mx.example"))
    assert (chain.domain, chain.selector) == (b"example.com", b"rsa2048")
    verified = dkim.ARC(sealed + MAIL)
    assert verified.verify(dnsfunc=lookup("rsa2048"))[:2] == dkimpy.ARC(sealed + MAIL).verify(lookup("rsa2048"))[:2]
    assert verified.domain == b"example.com"
