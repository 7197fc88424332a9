"""Each sender's past, as the report needs it: when it was first trusted, and what it did after it had turned."""

from collections import OrderedDict
from dataclasses import dataclass, field

from trustlane.replay.event import MailEvent
from trustlane.replay.findings import domain_of
from trustlane.replay.read import Truth

ESTABLISHED_SECONDS = 7 * 86_400.0
"""A sender is established once its first mail is a week old..."""

ESTABLISHED_MAILS = 150
"""...and so many of its mails were wanted: what a claim of 3 % needs (98 clean observations) where each mail brings a
clean verdict and silence (0.75), and a little more for what fades meanwhile."""

ESTABLISHED_UNWANTED = 0.03
"""Who sends a greater share of unwanted mail than trust allows is established for something else."""

SHARED_BY = 20
"""A domain from which more addresses write than this is a mail service: there, each address is a sender."""

MOST_SENDERS = 200_000
"""Senders remembered; of more, the one not seen for longest is forgotten."""

MOST_UNSETTLED = 50_000
"""Unwanted mails of turned senders of which it is remembered whose they were."""


@dataclass(slots=True)
class Past:
    """What one sender did so far."""

    first_time: float
    mails: int = 0
    wanted: int = 0
    trusted_at: float | None = None
    turn: "Turn | None" = None

    def is_established(self, now: float) -> bool:
        """Whether it has been here long enough, with enough mail, and all but little of it wanted."""
        unwanted = self.mails - self.wanted
        return (
            self.wanted >= ESTABLISHED_MAILS
            and now - self.first_time >= ESTABLISHED_SECONDS
            and unwanted <= ESTABLISHED_UNWANTED * self.mails
        )


@dataclass(slots=True)
class Turn:
    """A trusted sender's unwanted mail, until the first of it takes the open lane.

    Attributes:
        sender: who.
        time: of its first unwanted mail.
        harm: unwanted mails in the trusted lane.
        against: who spoke against them, until it was demoted.
        after_third: unwanted mails in the trusted lane after the third had spoken.
        is_demoted: whether it ended.
    """

    sender: str
    time: float
    harm: int = 0
    against: set[str] = field(default_factory=set)
    after_third: int = 0
    is_demoted: bool = False


class Pasts:
    """The pasts of all senders, up to a limit."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self._pasts: OrderedDict[str, Past] = OrderedDict()
        self._addresses: OrderedDict[str, set[str]] = OrderedDict()
        self._to_trust: list[tuple[float, float]] = []
        self._turned_mail: OrderedDict[str, Turn] = OrderedDict()

    def saw(self, mail: MailEvent, is_trusted: bool, truth: Truth | None) -> bool:  # noqa: FBT001 (it is the fact)
        """One mail. Tells whether its sender was established before it."""
        past = self._past(mail)
        if past is None:
            return False
        is_established = past.is_established(mail.time)
        if truth is Truth.UNWANTED:
            self._unwanted(past, mail, is_trusted=is_trusted)
        else:
            past.wanted += truth is Truth.WANTED
            if is_trusted and past.turn and past.turn.is_demoted:
                past.turn = None
            self._gained(past, mail.time, is_trusted=is_trusted)
        past.mails += 1
        return is_established

    def heard_against(self, about: str, reporter: str) -> None:
        """Somebody spoke against a mail."""
        turn = self._turned_mail.get(about)
        if turn and not turn.is_demoted and len(turn.against) < 3:
            turn.against.add(reporter)

    def days_to_trust(self) -> list[float]:
        return [days for days, _ in self._to_trust]

    def mails_to_trust(self) -> list[float]:
        return [mails for _, mails in self._to_trust]

    def harms(self) -> list[float]:
        """Unwanted mails in the trusted lane, of each sender that turned."""
        return [float(turn.harm) for turn in self.turns]

    def _unwanted(self, past: Past, mail: MailEvent, *, is_trusted: bool) -> None:
        if past.turn is None and is_trusted:
            past.turn = Turn(self._sender(mail), mail.time)
            if len(self.turns) < MOST_SENDERS:
                self.turns.append(past.turn)
        turn = past.turn
        if turn is None or turn.is_demoted:
            return
        if not is_trusted:
            turn.is_demoted = True
            return
        turn.harm += 1
        turn.after_third += len(turn.against) >= 3
        self._turned_mail[mail.id] = turn
        if len(self._turned_mail) > MOST_UNSETTLED:
            self._turned_mail.popitem(last=False)

    def _gained(self, past: Past, time: float, *, is_trusted: bool) -> None:
        if is_trusted and past.trusted_at is None and len(self._to_trust) < MOST_SENDERS:
            past.trusted_at = time
            self._to_trust.append(((time - past.first_time) / 86_400.0, float(past.mails)))

    def _past(self, mail: MailEvent) -> Past | None:
        sender = self._sender(mail)
        if not sender:
            return None
        past = self._pasts.get(sender)
        if past is None:
            past = self._pasts[sender] = Past(mail.time)
            if len(self._pasts) > MOST_SENDERS:
                self._pasts.popitem(last=False)
        else:
            self._pasts.move_to_end(sender)
        return past

    def _sender(self, mail: MailEvent) -> str:
        domain = domain_of(mail.author)
        if not domain or not mail.author:
            return ""
        addresses = self._addresses.setdefault(domain, set())
        if len(self._addresses) > MOST_SENDERS:
            self._addresses.popitem(last=False)
        if len(addresses) <= SHARED_BY:
            addresses.add(mail.author)
        return mail.author if len(addresses) > SHARED_BY else domain
