"""The mail that has begun in a session: MAIL, then RCPT, then its content (RFC 5321 §3.3)."""

from dataclasses import dataclass, field

from trustlane.message import Envelope, Notification, Session, Transaction
from trustlane.smtp.chunks import ChunkReader
from trustlane.smtp.commands import Mail, Recipient
from trustlane.smtp.content import ContentReader


@dataclass(slots=True)
class BegunMail:
    """What is known of it so far.

    Attributes:
        mail: as accepted.
        recipients: those accepted so far.
        chunks: its content so far.
        content: reads it, once it has begun to come.
    """

    mail: Mail
    content: ContentReader | ChunkReader | None = None
    recipients: list[Recipient] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)

    def transaction(self, session: Session) -> Transaction:
        """The whole of it, once the content has ended."""
        envelope = Envelope(
            self.mail.mail_from,
            tuple(recipient.rcpt for recipient in self.recipients),
            self.mail.submitter,
            self.mail.is_utf8,
            self._notification(),
        )
        return Transaction(b"".join(self.chunks), session, envelope)

    def _notification(self) -> Notification | None:
        wishes = tuple(recipient.notification for recipient in self.recipients)
        notification = Notification(self.mail.ret, self.mail.envid, wishes)
        return None if notification.is_empty else notification
