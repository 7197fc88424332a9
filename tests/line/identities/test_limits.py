"""What one mail may cost is a setting, and what is over it is told."""

from pathlib import Path

import pytest

from trustlane import ExamineLimits, Policy, verify
from trustlane._core import sign
from trustlane.cli.options import policy_of
from trustlane.dns.zone import ZoneResolver
from trustlane.settings import read

KEY = Path(__file__).parents[3] / "rust/core/src/dkim/tests/rsa2048.pem"
PUBLIC = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAt08Ls5HyJEflQwG0yEtUo6L4V0KuD3SKJRMjeRoE+JSwCETPzRoznfPLtprQ6dQ31bDN"
    "O1bEzVCLMk5W97zKxPLh2NAjjq0EKV/In1MO5Z1Dv72fZEk6Wo0SPcDoGRCTbIfUJPZKlYHSqxTKAvy5xw6jRpswU5PKYYU4sgbFObGt7TB0x9oy"
    "ILZg9q9bw66tEtHgLWiFwwNgahNjqD7CPbv6G/7Hfu5kCGLGrwimhJhclMJb6hri6Khx62Q03TptXqHECFkJ5rmMb35vDRdmzqcHSVPb23vRuInP"
    "tokIRb73/ztTz1jfXEEznVgxVaV3JzZWk733Ba3fLKbVS0p48QIDAQAB"
)
ZONE = ZoneResolver.from_text(f'sel._domainkey.firm.example. TXT "v=DKIM1; p=" "{PUBLIC[:200]}" "{PUBLIC[200:]}"')
LETTER = b"From: Ann <ann@firm.example>\r\nSubject: hi\r\n\r\nhello\r\n"
NOW = 1_700_000_000


def signatures(count: int, limits: ExamineLimits) -> list[tuple[str, str]]:
    field = sign(LETTER, domain="firm.example", selector="sel", key=KEY.read_text(), now=NOW)
    decision = verify(field * count + LETTER, resolver=ZONE, policy=Policy(limits=limits), now=NOW)
    return [(finding.result, finding.reason) for finding in decision.findings if finding.method == "dkim"]


@pytest.mark.parametrize(
    ("max_rsa_bits", "told"),
    [
        (4096, ("pass", "dkim.verified")),
        (2048, ("pass", "dkim.verified")),
        (2047, ("policy", "dkim.key-too-long")),
        (1024, ("policy", "dkim.key-too-long")),
    ],
)
def test_a_key_over_the_longest_is_never_verified_with(max_rsa_bits: int, told: tuple[str, str]) -> None:
    assert signatures(1, ExamineLimits(max_rsa_bits=max_rsa_bits)) == [told]


def test_signatures_over_the_most_are_told_and_not_evaluated() -> None:
    expected = [("pass", "dkim.verified")] * 2 + [("policy", "dkim.too-many-signatures")]
    assert signatures(3, ExamineLimits(max_signatures=2)) == expected


def test_the_limits_of_settings_reach_the_policy() -> None:
    settings = read(
        {"dkim": {"max_signatures": 3, "max_rsa_bits": 2048}, "arc": {"trusted_sealers": ["lists.example.org"]}}
    )
    here = "trustlane.localhost"
    expected = ExamineLimits(max_signatures=3, max_rsa_bits=2048, trusted_sealers=("lists.example.org",), receiver=here)
    assert policy_of(settings).limits == expected
    assert policy_of(read({})).limits == ExamineLimits(receiver=here)
