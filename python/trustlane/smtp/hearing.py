"""When a client must have heard our 250."""

from trustlane.message import Transaction


class Hearing:
    """Watches one accepted mail until what the client does proves that it read our reply.

    With PIPELINING the next command alone proves nothing: MAIL, and even QUIT, may have left the client together with
    the end of the data (RFC 2920 §3.1). But EHLO, DATA, VRFY, NOOP and QUIT end a group: the client reads all replies
    up to theirs before it goes on. So the octets after such a reply are the proof, and so is the end of the connection
    after the reply to QUIT.
    """

    def __init__(self) -> None:
        self._transaction: Transaction | None = None
        self._is_awaited = False
        self._is_out = False

    def answered(self, transaction: Transaction) -> None:
        """Our accepting reply to this mail is about to be sent."""
        self._transaction = transaction
        self._is_awaited = False
        self._is_out = False

    def awaited(self) -> None:
        """The reply that is about to be sent is one that the client must read before it goes on."""
        self._is_awaited = True

    def sent(self) -> None:
        """All replies so far have been sent."""
        self._is_out = self._is_awaited

    def proven(self) -> Transaction | None:
        """The client went on: the mail whose 250 it heard, once."""
        if not self._is_out:
            return None
        return self.pending()

    def pending(self) -> Transaction | None:
        """The accepted mail that is not proven to be heard, once."""
        transaction, self._transaction = self._transaction, None
        return transaction
