"""Partners: explicit agreements between two sites, as in a settings line

    firm.example dkim trusted 500/day until 2027-01-31

Each names what must authenticate the domain. An allow rule that does not lets forgers in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from trustlane._core import Question
from trustlane.assessment.assessor import NOTHING_NEEDED, Context, Needs
from trustlane.assessment.opinion import Opinion, Reach
from trustlane.assessment.reasons import OPINIONS
from trustlane.identities import Identities
from trustlane.ledger import History, Subject
from trustlane.ledger.volume import DAY_SECONDS
from trustlane.message import Instant, Session

METHODS = {"dkim": "dkim", "spf": "spf", "dmarc": "rfc5322.from"}
"""What may authenticate a partner, and the kind of identity that this validates."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement.

    Attributes:
        domain: the partner's, with all below it.
        method: what must authenticate it: ``dkim``, ``spf`` or ``dmarc``.
        is_trusted: the lane agreed upon; the open one means that no outside word opens the trusted one.
        mails_a_day: most mails of a day, or ``None``.
        ends: Unix seconds of its end, or ``None``.
    """

    domain: str
    method: str
    is_trusted: bool = True
    mails_a_day: int | None = None
    ends: float | None = None


def agreement(line: str) -> Agreement:
    """One line of the settings.

    Raises:
        ValueError: it is none; the text says what is wrong.
    """
    words = line.split()
    if len(words) < 2 or words[1] not in METHODS:
        raise ValueError(f"{line!r}: begins with a domain and what authenticates it ({', '.join(METHODS)})")
    domain, method, *rest = words
    is_trusted, limit, ends = True, None, None
    while rest:
        word = rest.pop(0)
        if word in ("trusted", "open"):
            is_trusted = word == "trusted"
        elif word.endswith("/day") and word.removesuffix("/day").isdecimal():
            limit = int(word.removesuffix("/day"))
        elif word == "until" and rest:
            ends = _end_of(rest.pop(0))
        else:
            raise ValueError(f"{line!r}: {word!r} is no lane, no limit as 500/day, and no end as until 2027-01-31")
    return Agreement(domain.lower().rstrip("."), method, is_trusted, limit, ends)


class Partners:
    """Speaks for domains with which there is an agreement."""

    def __init__(self, agreements: Sequence[Agreement]) -> None:
        self._agreements = tuple(agreements)

    def subjects(self, identities: Identities, _context: Context) -> Sequence[Subject]:
        """Those that show how much the partner sent today."""
        return [subject for it in self._agreements if (subject := _proved(it, identities))]

    def ahead(self, _session: Session, _now: Instant) -> Sequence[Question]:
        return ()

    def needs(self, _identities: Identities, _context: Context, _now: Instant) -> Needs:
        return NOTHING_NEEDED

    def opine(self, identities: Identities, context: Context, now: Instant) -> list[Opinion]:
        return [opinion for it in self._agreements for opinion in _opinion(it, identities, context, now)]


def _opinion(it: Agreement, identities: Identities, context: Context, now: Instant) -> Iterator[Opinion]:
    subject = _proved(it, identities)
    if subject is None:
        return
    if it.ends is not None and now > it.ends:
        reason, rating = OPINIONS.reason("partner-ended", domain=it.domain), UNDECIDED
    elif it.mails_a_day is not None and _today(context.histories.get(subject), now) >= it.mails_a_day:
        reason, rating = OPINIONS.reason("partner-over", domain=it.domain, limit=it.mails_a_day), UNDECIDED
    elif not it.is_trusted:
        return
    else:
        reason, rating = OPINIONS.reason("partner", domain=it.domain, method=it.method), 1.0
    yield Opinion(subject, rating, 1.0, 0.0, f"partner {it.domain}", Reach.OWN, reason, it.ends)


UNDECIDED = 0.5
"""An agreement that does not hold now is no bad news."""


def _proved(it: Agreement, identities: Identities) -> Subject | None:
    """The identity by which the partner is authenticated on this mail, if it is."""
    kind = METHODS[it.method]
    for identity in identities.validated:
        if identity.kind == kind and (identity.name == it.domain or identity.name.endswith(f".{it.domain}")):
            return Subject(kind, identity.name)
    return None


def _today(history: History | None, now: Instant) -> int:
    return history.in_day if history and history.day == int(now // DAY_SECONDS) else 0


def _end_of(day: str) -> float:
    try:
        return datetime.combine(date.fromisoformat(day), time.max, UTC).timestamp()
    except ValueError as error:
        raise ValueError(f"{day!r} is no day as 2027-01-31") from error
