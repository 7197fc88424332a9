"""What one DKIM verification costs, beside the floor under every verifier and beside dkimpy."""

import hashlib

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from pytest_benchmark.fixture import BenchmarkFixture

from mail import DOMAIN, NOW, SELECTOR, SIZES, SignedMail, private_key, signed_mail
from trustlane._core import Answer, Examination

every_size = pytest.mark.parametrize("size", SIZES)


@every_size
def test_floor(benchmark: BenchmarkFixture, size: str) -> None:
    """Every verifier must hash the body and check one signature: SHA-256, and RSA with a key that is parsed already."""
    body = signed_mail(SIZES[size]).body
    public = private_key().public_key()
    signature = private_key().sign(b"header", PKCS1v15(), SHA256())

    def floor() -> bytes:
        public.verify(signature, b"header", PKCS1v15(), SHA256())
        return hashlib.sha256(body).digest()

    benchmark.extra_info["by"] = "floor"
    assert benchmark(floor)


@every_size
def test_trustlane(benchmark: BenchmarkFixture, size: str) -> None:
    """trustlane examines the whole mail; DNS is answered at once, with the key and with nothing else."""
    mail = signed_mail(SIZES[size])
    benchmark.extra_info["by"] = "trustlane"
    assert benchmark(verified_by_trustlane, mail) == "pass"


@every_size
def test_dkimpy(benchmark: BenchmarkFixture, size: str) -> None:
    """dkimpy verifies the same mail, with the same key from its own DNS argument."""
    mail = signed_mail(SIZES[size])
    benchmark.extra_info["by"] = "dkimpy"
    assert benchmark(dkim.verify, mail.octets, dnsfunc=lambda _name, timeout: mail.record)


def verified_by_trustlane(mail: SignedMail) -> str:
    examination = Examination(now=NOW)
    examination.feed(mail.octets)
    examination.finish()
    found = Answer.found("TXT", [mail.record])
    while questions := examination.questions():
        examination.learn(
            {question: found if question.name == KEY_NAME else Answer.nxdomain() for question in questions}
        )
    return next(finding[1] for finding in examination.findings() if finding[0] == "dkim")


KEY_NAME = f"{SELECTOR}._domainkey.{DOMAIN}"
