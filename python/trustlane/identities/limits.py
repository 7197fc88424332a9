"""What is checked of one mail, and how much work it may cause."""

from dataclasses import dataclass, field

from trustlane._core import PublicSuffixes
from trustlane.identities.boundary import Boundary
from trustlane.identities.checks import Checks

MAX_SIGNATURES = 10
"""DKIM signatures that are evaluated. Each may cost a question and a verification; wanted mail has up to five."""

MAX_RSA_BITS = 4096
"""The longest RSA key that every verifier must take (RFC 8301 §3.2). Longer ones only cost time."""


@dataclass(frozen=True, slots=True)
class ExamineLimits:
    """What examination spends on one mail, and whose word it takes; what is over a limit is a finding ``policy``.

    Attributes:
        max_signatures: DKIM signatures that are evaluated; each further one is told as not evaluated.
        max_rsa_bits: the longest RSA key that verifies, 4096 at most.
        trusted_sealers: domains whose seals of ARC this site believes; of all others nothing is believed (RFC 8617
            §9.4).
        atps: whether authors' domains are asked for whom they let sign for them (RFC 6541).
        suffixes: a public suffix list, for the legacy way to organizational domains; ``None`` walks the tree.
        receiver: our name, for SPF's ``%{r}`` (RFC 7208 §7.3) and in Received-SPF.
        received_spf: whether the mail gets Received-SPF fields beside Authentication-Results.
        checks: those that are made beyond the usual.
        boundary: whose Authentication-Results are ours, and whose may be read.
    """

    max_signatures: int = MAX_SIGNATURES
    max_rsa_bits: int = MAX_RSA_BITS
    trusted_sealers: tuple[str, ...] = ()
    atps: bool = False
    suffixes: PublicSuffixes | None = None
    receiver: str = "unknown"
    received_spf: bool = False
    checks: Checks = field(default_factory=Checks)
    boundary: Boundary = field(default_factory=Boundary)
