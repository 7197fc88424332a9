"""The mail that has begun in a session: MAIL, then RCPT, then its content (RFC 5321 §3.3)."""

from dataclasses import dataclass, field

from trustlane.message import Envelope, Session, Transaction
from trustlane.smtp.content import ContentReader


@dataclass(slots=True)
class BegunMail:
    """What is known of it so far.

    Attributes:
        mail_from: as accepted.
        rcpt: those accepted so far.
        chunks: its content so far.
        content: reads it.
        submitter: the value of SUBMITTER, decoded (RFC 4405 §4).
    """

    mail_from: str
    content: ContentReader
    submitter: str | None = None
    rcpt: list[str] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)

    def transaction(self, session: Session) -> Transaction:
        """The whole of it, once the content has ended."""
        envelope = Envelope(self.mail_from, tuple(self.rcpt), self.submitter)
        return Transaction(b"".join(self.chunks), session, envelope)
