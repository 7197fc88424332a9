"""Sighting: what of one mail the ledger counts beside its subjects."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b

from trustlane._core import Answer
from trustlane.identities import Examined, Finding, network_of
from trustlane.ledger import Subject
from trustlane.ledger.marks import mark
from trustlane.ledger.observation import Sighting
from trustlane.message import Session, Transaction


def sight(mail: Transaction, examined: Examined) -> Sighting:
    """What is seen of a mail that was examined."""
    examination = examined.examination
    header = mail.message[: examination.header_octets]
    return sighted(
        examined.findings,
        mail.session,
        message=_name_of(mail, header),
        strangers=strangers(mail.envelope.rcpt, examination.recipients),
        records=_key_records(examined),
    )


def sighted(
    findings: Sequence[Finding],
    session: Session,
    *,
    message: str = "",
    strangers: Collection[str] = (),
    records: Mapping[str, str] | None = None,
) -> Sighting:
    """The same from recorded findings.

    Args:
        message: names the octets and the envelope, so that retries are known.
        strangers: recipients that the header does not name.
        records: what each key's name in DNS held; without it a key is told by its name.
    """
    keys, signatures, marks = 0, [], 0
    for finding in findings:
        if finding.method == "dkim" and finding.result == "pass":
            keys |= mark(_key(finding, records or {}))
            if signature := finding.facts.get("signature_hash"):
                signatures.append(Subject("signature", signature))
    if signatures:
        for stranger in strangers:
            marks |= mark(stranger)
    network = network_of(session.client_ip)
    return Sighting(
        message=message,
        network=mark(network) if network else 0,
        keys=keys,
        author=_author(findings),
        strangers=marks,
        signatures=tuple(dict.fromkeys(signatures)),
    )


def strangers(rcpt: Sequence[str], named: Collection[str]) -> list[str]:
    """The recipients of the envelope that the header does not name."""
    known = frozenset(named)
    return [address for address in map(str.lower, rcpt) if address not in known]


def _key(finding: Finding, records: Mapping[str, str]) -> str:
    name = f"{finding.properties.get('header.s')}._domainkey.{finding.facts.get('domain')}"
    return f"{name} {records.get(name, '')}"


def _key_records(examined: Examined) -> dict[str, str]:
    return {
        question.name: _text(answer)
        for question, answer in examined.transcript
        if question.record_type == "TXT" and "._domainkey." in question.name
    }


def _text(answer: Answer) -> str:
    return repr(answer.records) if answer.status == "found" else ""


def _author(findings: Sequence[Finding]) -> str:
    found = [finding.facts for finding in findings if finding.method == "dmarc" and "author_domain" in finding.facts]
    return str(found[0].get("organizational_domain", found[0]["author_domain"])) if len(found) == 1 else ""


def _name_of(mail: Transaction, header: bytes) -> str:
    """A second try has the same envelope and the same header; what another client sends so is the same mail too."""
    digest = blake2b(digest_size=12)
    for part in (repr(mail.envelope).encode(), header):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
