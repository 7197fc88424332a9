"""What every way of rating senders must do to be judged."""

from dataclasses import dataclass
from typing import Protocol

from trustlane.replay import FeedbackEvent, MailEvent, OutboundEvent
from trustlane.replay.tally import Outcome

JUNK_AT = 6.0
"""Points from which each of them holds a mail: content and reputation together."""


class Rater(Protocol):
    """One way of rating."""

    name: str

    def mail(self, mail: MailEvent) -> Outcome:
        """What it does with a mail."""

    def feedback(self, feedback: FeedbackEvent) -> None:
        """Somebody judged a mail."""

    def outbound(self, outbound: OutboundEvent) -> None:
        """Somebody here wrote a mail."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a mail's checks validated.

    Attributes:
        author: the author's address, where its domain is validated.
        domain: the author domain, where it is.
        signers: signing domains.
        mail_from: domain of the reverse-path, where SPF passed.
        helo: the client's own name, where SPF passed.
    """

    author: str
    domain: str
    signers: tuple[str, ...]
    mail_from: str
    helo: str


def names_of(mail: MailEvent) -> Names:
    """The validated names."""
    signers, mail_from, helo, domain = [], "", "", ""
    for finding in mail.findings:
        if finding.result != "pass":
            continue
        if finding.method == "dkim":
            signers.append(finding.facts["domain"])
        elif finding.method == "spf" and finding.facts["identity"] == "helo":
            helo = finding.facts["domain"]
        elif finding.method == "spf":
            mail_from = finding.facts["domain"]
        elif finding.method == "dmarc":
            domain = finding.facts["author_domain"]
    return Names(mail.author or "" if domain else "", domain, tuple(signers), mail_from, helo)
