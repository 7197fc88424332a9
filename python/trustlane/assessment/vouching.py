"""Vouching: Vouch by Reference (RFC 5518). A voucher that the operator trusts says for which kind of mail it vouches.

Only vouchers of the operator's own list are asked. One that the sender names and nobody here trusts proves nothing: it
may be the sender's own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trustlane._core import Answer, Question
from trustlane.assessment.assessor import Context, Needs
from trustlane.assessment.opinion import Opinion, Reach
from trustlane.assessment.reasons import OPINIONS
from trustlane.assessment.service import TrustedService
from trustlane.identities import Finding, Identities
from trustlane.ledger import Subject
from trustlane.message import Instant, Session


class VbrResult(StrEnum):
    """Result names for Authentication-Results (RFC 6212 §3)."""

    NONE = "none"
    """No claim, or none of a domain that was authenticated."""
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


@dataclass(frozen=True, slots=True)
class Vouched:
    """What one voucher says of one claim."""

    voucher: TrustedService
    domain: str
    content: str
    result: VbrResult


class Vouching:
    """Asks trusted vouchers that a mail names, about domains that were authenticated."""

    def __init__(self, vouchers: Sequence[TrustedService]) -> None:
        self._vouchers = {voucher.key: voucher for voucher in vouchers}

    def subjects(self, _identities: Identities, _context: Context) -> Sequence[Subject]:
        return ()

    def ahead(self, _session: Session, _now: Instant) -> Sequence[Question]:
        return ()

    def needs(self, identities: Identities, context: Context, _now: Instant) -> Needs:
        return Needs(tuple(question for _, _, _, question in self._claims(identities, context)))

    def opine(self, identities: Identities, context: Context, _now: Instant) -> list[Opinion]:
        return [
            _opinion(it, identities)
            for it in self.results(identities, context)
            if it.result in (VbrResult.PASS, VbrResult.FAIL)
        ]

    def results(self, identities: Identities, context: Context) -> list[Vouched]:
        """What each trusted voucher says (RFC 5518 §5)."""
        return [
            Vouched(voucher, domain, content, _result(context.answers.get(question), content))
            for voucher, domain, content, question in self._claims(identities, context)
        ]

    def _claims(self, identities: Identities, context: Context) -> Iterator[tuple[TrustedService, str, str, Question]]:
        authenticated = _authenticated(identities, context.findings)
        for domain, content, names in context.vouched:
            if domain not in authenticated:
                continue
            for name in names:
                voucher = self._vouchers.get(name)
                question = _question(f"{domain}._vouch.{name}") if voucher else None
                if voucher and question:
                    yield voucher, domain, content, question


def _authenticated(identities: Identities, findings: Sequence[Finding]) -> set[str]:
    """The names that a claim may be about: of a signature that passes its i= where it has one, else d= (RFC 5518 §7.1);
    and the MAIL FROM domain that SPF passes (RFC 5518 §7.3)."""
    names = {identity.name for identity in identities.validated if identity.kind == "spf"}
    signers = {identity.name for identity in identities.validated if identity.kind == "dkim"}
    for finding in findings:
        if finding.method == "dkim" and finding.result == "pass" and finding.facts.get("domain") in signers:
            identity = str(finding.properties.get("header.i", "")).rpartition("@")[2].lower()
            names.add(identity or str(finding.facts["domain"]))
    return names


def _question(name: str) -> Question | None:
    try:
        return Question(name, "TXT")
    except ValueError:
        return None


def _result(answer: Answer | None, content: str) -> VbrResult:
    """One record of lower case words (RFC 5518 §5). ``all`` vouches for any mail; a claim of ``all`` only for that."""
    if answer is None or answer.status == "unavailable":
        return VbrResult.TEMPERROR
    if answer.status != "found":
        return VbrResult.FAIL
    records = [record for record in answer.records if _TYPES.fullmatch(record)]
    if len(answer.records) != 1 or not records:
        return VbrResult.PERMERROR
    types = records[0].decode("ascii").split(" ")
    return VbrResult.PASS if "all" in types or content in types else VbrResult.FAIL


_TYPES = re.compile(rb"[a-z]+(?: +[a-z]+)*")


def _opinion(it: Vouched, identities: Identities) -> Opinion:
    values = {"voucher": it.voucher.name, "content": it.content, "domain": it.domain}
    is_vouched = it.result is VbrResult.PASS
    reason = OPINIONS.reason("vouched" if is_vouched else "not-vouched", **values)
    reach = Reach.TRUSTED_OUTSIDE if it.voucher.may_grant else Reach.OUTSIDE
    # A voucher that does not know a name says nothing against it.
    rating, confidence = (0.95, 0.8) if is_vouched else (0.5, 0.0)
    return Opinion(subject_of(it.domain, identities), rating, confidence, 0.0, _source(it), reach, reason)


def subject_of(domain: str, identities: Identities) -> Subject:
    """The subject that a word about a domain is about: the author where it is theirs, else whoever it validates."""
    for subject in identities.subjects:
        if subject.kind in ("rfc5322.from", "organization") and subject.name == domain:
            return subject
    kind = next((identity.kind for identity in identities.validated if identity.name == domain), "dkim")
    return Subject(kind, domain)


def _source(it: Vouched) -> str:
    return f"vouching {it.voucher.name}"
