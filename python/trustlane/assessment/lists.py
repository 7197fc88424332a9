"""Lists: DNS black and white lists, by address and by authenticated domain (RFC 5782).

Lists lie now and then: one that is asked too often answers everything, one that has closed answers nothing or
everything, and errors look like listings. So each one's test points are asked every hour, together with a mail's own
questions. A list that fails them, or answers with a sign of trouble, is switched off until it passes, and reported.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Lock

from trustlane._core import Answer, Question
from trustlane.assessment.assessor import Context, Needs
from trustlane.assessment.list_zone import Asks, ListZone, in_trouble
from trustlane.assessment.opinion import Opinion, Reach
from trustlane.assessment.reasons import LISTS, OPINIONS
from trustlane.assessment.vouching import subject_of
from trustlane.identities import Identities, network_of
from trustlane.ledger import Subject
from trustlane.message import Instant, Session
from trustlane.reasons import Reason

log = logging.getLogger(__name__)

TESTED_EVERY_SECONDS = 3_600.0
"""How often test points are asked. A list that closes is noticed within the hour, and two questions an hour are nothing
beside those for mail."""

RETESTED_EVERY_SECONDS = 300.0
"""How soon a list that is switched off is tried again, or one whose test points had no answer."""

CONFIDENCE = 0.8

DOMAINS_ASKED = 5
"""Authenticated domains of one mail that are asked about: wanted mail has three."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a list did at its test points.

    Attributes:
        tested_at: Unix seconds; 0 where it never was.
        trouble: why it is switched off; ``None`` while it serves.
        is_tested: whether its test points ever answered as they should.
    """

    tested_at: float = 0.0
    trouble: Reason | None = None
    is_tested: bool = False

    def is_due(self, now: Instant) -> bool:
        serves = self.is_tested and self.trouble is None
        return now - self.tested_at >= (TESTED_EVERY_SECONDS if serves else RETESTED_EVERY_SECONDS)


class Lists:
    """Asks lists that the operator chose. It remembers how each did; any thread may use it."""

    def __init__(self, zones: Sequence[ListZone]) -> None:
        self._zones = tuple(zones)
        self._lock = Lock()
        self._health = {zone.zone: Health() for zone in self._zones}

    def health(self) -> dict[str, Health]:
        """How each list did, by its zone."""
        with self._lock:
            return dict(self._health)

    def subjects(self, _identities: Identities, _context: Context) -> Sequence[Subject]:
        return ()

    def ahead(self, session: Session, now: Instant) -> Sequence[Question]:
        """Test points that are due, and the client's address."""
        return [*self._tests_due(now), *(question for _, _, question in self._about_address(session))]

    def needs(self, identities: Identities, context: Context, now: Instant) -> Needs:
        asked = [question for _, _, question in self._about(identities, context)]
        return Needs((*self._tests_due(now), *asked))

    def opine(self, identities: Identities, context: Context, now: Instant) -> list[Opinion]:
        self._learn(context, now)
        health = self.health()
        return [
            opinion
            for zone, subject, question in self._about(identities, context)
            if (opinion := self._opinion(zone, subject, question, context, health, now))
        ]

    def _tests_due(self, now: Instant) -> Iterator[Question]:
        health = self.health()
        for zone in self._zones:
            if health[zone.zone].is_due(now):
                yield from zone.test_points()

    def _about(self, identities: Identities, context: Context) -> Iterator[tuple[ListZone, Subject, Question]]:
        yield from self._about_address(context.session)
        names = _domains(identities)
        for zone in self._zones:
            if zone.asks is Asks.DOMAIN:
                for name in names:
                    if question := zone.about_name(name):
                        yield zone, subject_of(name, identities), question

    def _about_address(self, session: Session) -> Iterator[tuple[ListZone, Subject, Question]]:
        network = network_of(session.client_ip)
        if network is None or session.client_ip is None:
            return
        address = ip_address(session.client_ip)
        for zone in self._zones:
            if zone.asks is Asks.ADDRESS and (question := zone.about_address(address)):
                yield zone, Subject("network", network), question

    def _learn(self, context: Context, now: Instant) -> None:
        """What the test points answered, where they were asked with this mail."""
        for zone in self._zones:
            listed, unlisted = (context.answers.get(question) for question in zone.test_points())
            if listed is None or unlisted is None or not self.health()[zone.zone].is_due(now):
                continue
            self._note(zone, tested(zone, listed, unlisted, now))

    def _note(self, zone: ListZone, health: Health) -> None:
        with self._lock:
            before = self._health[zone.zone]
            self._health[zone.zone] = health
        if health.trouble and (before.trouble is None or before.trouble.code != health.trouble.code):
            log.warning("%s", health.trouble)
        elif before.trouble and not health.trouble and health.is_tested:
            log.info("the list %s serves again", zone.zone)

    def _opinion(
        self,
        zone: ListZone,
        subject: Subject,
        question: Question,
        context: Context,
        health: dict[str, Health],
        now: Instant,
    ) -> Opinion | None:
        answer = context.answers.get(question)
        if answer is None or answer.status != "found" or health[zone.zone].trouble:
            return None
        if trouble := in_trouble(answer):
            self._note(zone, Health(now, LISTS.reason("trouble", zone=zone.zone, answer=trouble)))
            return None
        if not health[zone.zone].is_tested:
            return None
        rated = zone.rating(answer)
        if rated is None:
            return None
        rating, code = rated
        reason = OPINIONS.reason("listed", zone=zone.zone, name=subject.name, answer=code)
        reach = Reach.TRUSTED_OUTSIDE if zone.may_grant else Reach.OUTSIDE
        return Opinion(subject, rating, CONFIDENCE, 0.0, f"list {zone.zone}", reach, reason)


def tested(zone: ListZone, listed: Answer, unlisted: Answer, now: Instant) -> Health:
    """What two answers at test points say of a list (RFC 5782 §5)."""
    if "unavailable" in (listed.status, unlisted.status):
        return Health(now, LISTS.reason("silent", zone=zone.zone))
    if unlisted.status == "found":
        return Health(now, LISTS.reason("answers-everything", zone=zone.zone))
    if listed.status != "found":
        return Health(now, LISTS.reason("answers-nothing", zone=zone.zone))
    if trouble := in_trouble(listed):
        return Health(now, LISTS.reason("trouble", zone=zone.zone, answer=trouble))
    return Health(now, None, is_tested=True)


def _domains(identities: Identities) -> list[str]:
    """Authenticated names only (RFC 5782 §3): one that anybody can write would list the innocent, or praise the
    forger."""
    kinds = ("rfc5322.from", "dkim", "spf")
    names = [identity.name for kind in kinds for identity in identities.validated if identity.kind == kind]
    return list(dict.fromkeys(names))[:DOMAINS_ASKED]
