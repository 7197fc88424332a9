"""What a mail will make us ask, asked while it comes."""

from collections.abc import Callable, Sequence

from trustlane._core import Question
from trustlane.identities import ExamineLimits
from trustlane.identities.examine import Examining
from trustlane.message import Instant, LineEnds, Session


class Foresight:
    """Looks at one mail from MAIL on to the end of its header.

    The client's name and the sender's record are asked for at MAIL, keys and policies at the end of the header. When
    the mail is whole the resolver has the answers, or is waiting for them.
    """

    def __init__(
        self,
        session: Session,
        mail_from: str,
        *,
        limits: ExamineLimits,
        now: Instant,
        ask: Callable[[Sequence[Question]], None],
    ) -> None:
        """
        Args:
            ask: begins to ask, and waits for nothing.
        """
        self._examining = Examining(session, mail_from, LineEnds.AS_IS, limits, now)
        self._ask = ask
        self._ask(self._examining.ahead())

    def feed(self, octets: bytes) -> bool:
        """Takes the next octets of the mail; whether there is more to foresee."""
        self._examining.feed(octets)
        if not self._examining.header:
            return True
        self._ask(self._examining.ahead())
        return False
