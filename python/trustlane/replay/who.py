"""Who answers for a recorded mail, found once for mails that came alike.

Most mail of a log comes from few senders, whose mails differ in time, recipient and signature alone. What identities
and sighting rest upon beside these is the key under which they are kept.
"""

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from trustlane.assessment import sighted
from trustlane.identities import Finding, Identities, identify, network_of
from trustlane.ledger import Subject
from trustlane.ledger.observation import Sighting
from trustlane.message import Session
from trustlane.replay.event import MailEvent

MOST_ALIKE = 16_384
"""Ways of coming that are remembered, some 40 MB."""


class Who(NamedTuple):
    """Who answers for a mail, and what is counted of it."""

    identities: Identities
    sighting: Sighting


def who(mail: MailEvent) -> Who:
    """The identities and the sighting of one mail."""
    if mail.alike is None:
        return _found(mail.findings, mail.ip)
    known = _alike(_Alike((mail.alike, network_of(mail.ip)), mail.findings, mail.ip))
    signatures = _signatures(mail.findings)
    return Who(known.identities, replace(known.sighting, signatures=signatures)) if signatures else known


class _Alike:
    """Equal to another one where the two mails came alike; brings along how to find out."""

    __slots__ = ("findings", "ip", "key")

    def __init__(self, key: tuple[object, ...], findings: tuple[Finding, ...], ip: str | None) -> None:
        self.key = key
        self.findings = findings
        self.ip = ip

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Alike) and self.key == other.key


@lru_cache(maxsize=MOST_ALIKE)
def _alike(mail: _Alike) -> Who:
    return _found(mail.findings, mail.ip)


def _found(findings: tuple[Finding, ...], ip: str | None) -> Who:
    session = Session(ip)
    return Who(identify(findings, session), sighted(findings, session))


def _signatures(findings: tuple[Finding, ...]) -> tuple[Subject, ...]:
    told = (it.facts.get("signature_hash") for it in findings if it.method == "dkim" and it.result == "pass")
    return tuple(dict.fromkeys(Subject("signature", signature) for signature in told if signature))
