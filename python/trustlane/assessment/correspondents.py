"""Correspondents: whom this site's people have written to or answered. What small groups know of each other.

Only an authenticated address counts: anybody can write a friend's name into From.
"""

from collections.abc import Iterator, Sequence

from trustlane._core import Question
from trustlane.assessment.assessor import NOTHING_NEEDED, Context, Needs
from trustlane.assessment.opinion import Opinion, Reach
from trustlane.assessment.reasons import OPINIONS
from trustlane.identities import Identities
from trustlane.ledger import History, Subject
from trustlane.ledger.marks import how_many
from trustlane.message import Instant, Session
from trustlane.reasons import Reason

REMEMBERED_SECONDS = 180 * 86_400.0
"""How long somebody that was written to is a correspondent: as long as any other past counts."""

WRITERS_FOR_ALL = 2.0
"""People here who wrote to an address before it is a correspondent of everybody here."""

WRITERS_FOR_DOMAIN = 3.0
"""People here who wrote to a domain before that says anything; and it never opens the trusted lane alone, since a mail
service has many users (field note: one good mail made a large service acceptable for six months)."""

RATING = 0.99
DAY_SECONDS = 86_400.0


def correspondence(writer: str, recipient: str) -> tuple[Subject, ...]:
    """The subjects of an observation ``WRITTEN``: this person's correspondent, everybody's, and the domain.

    Args:
        writer: the address of the person here; also the ``reporter`` of the observation.
        recipient: whom they wrote to.
    """
    writer, recipient = writer.lower(), recipient.lower()
    domain = recipient.rpartition("@")[2]
    return (
        Subject("correspondent", f"{writer} {recipient}"),
        Subject("correspondent", recipient),
        Subject("correspondent", f"@{domain}"),
    )


class Correspondents:
    """Speaks for authenticated addresses that people here have written to."""

    def subjects(self, identities: Identities, context: Context) -> Sequence[Subject]:
        address = _authenticated_address(identities)
        if address is None:
            return ()
        domain = address.rpartition("@")[2]
        own = [Subject("correspondent", f"{rcpt.lower()} {address}") for rcpt in context.envelope.rcpt[:MOST_ASKED]]
        return (*own, Subject("correspondent", address), Subject("correspondent", f"@{domain}"))

    def ahead(self, _session: Session, _now: Instant) -> Sequence[Question]:
        return ()

    def needs(self, _identities: Identities, _context: Context, _now: Instant) -> Needs:
        return NOTHING_NEEDED

    def opine(self, identities: Identities, context: Context, now: Instant) -> list[Opinion]:
        return list(self._opinions(identities, context, now))

    def _opinions(self, identities: Identities, context: Context, now: Instant) -> Iterator[Opinion]:
        address = _authenticated_address(identities)
        if address is None:
            return
        for rcpt in context.envelope.rcpt[:MOST_ASKED]:
            own = _history(context, f"{rcpt.lower()} {address}", now)
            if own is None:
                continue
            days = (now - own.last_mail) / DAY_SECONDS
            reason = OPINIONS.reason(
                "correspondent", writer=rcpt.lower(), address=address, times=own.mails, days=max(days, 0.0)
            )
            yield _opinion(Subject("address", address), own, Reach.OWN, reason)
            return
        yield from _of_everybody(context, address, Subject("address", address), WRITERS_FOR_ALL, Reach.OWN, now)
        domain = address.rpartition("@")[2]
        yield from _of_everybody(
            context, f"@{domain}", Subject("rfc5322.from", domain), WRITERS_FOR_DOMAIN, Reach.OUTSIDE, now
        )


MOST_ASKED = 20
"""Recipients of one mail that are looked up; a mail to more of them is no letter."""


def _authenticated_address(identities: Identities) -> str | None:
    return next((subject.name for subject in identities.subjects if subject.kind == "address"), None)


def _history(context: Context, name: str, now: Instant) -> History | None:
    history = context.histories.get(Subject("correspondent", name))
    return history if history and now - history.last_mail <= REMEMBERED_SECONDS else None


def _of_everybody(
    context: Context, name: str, subject: Subject, writers: float, reach: Reach, now: Instant
) -> Iterator[Opinion]:
    history = _history(context, name, now)
    if history is None or how_many(history.others) < writers:
        return
    reason = OPINIONS.reason(
        "correspondents",
        writers=how_many(history.others),
        address=name,
        days=max((now - history.last_mail) / DAY_SECONDS, 0.0),
    )
    yield _opinion(subject, history, reach, reason)


def _opinion(subject: Subject, history: History, reach: Reach, reason: Reason) -> Opinion:
    confidence = history.mails / (history.mails + 1.0)
    expires = history.last_mail + REMEMBERED_SECONDS
    return Opinion(subject, RATING, confidence, history.mails, "correspondents", reach, reason, expires)
