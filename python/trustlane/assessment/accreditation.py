"""Accreditation: a service grades a client that CSA authorises (draft-ietf-marid-csv-dna §6).

Only services of the operator's own list are asked; those that a client names for itself may be its own.
"""

from collections.abc import Iterator, Sequence

from trustlane._core import Answer, Question, dna_grade, dna_service
from trustlane.assessment.assessor import Context, Needs
from trustlane.assessment.opinion import Opinion, Reach
from trustlane.assessment.reasons import OPINIONS
from trustlane.assessment.service import TrustedService
from trustlane.identities import Identities
from trustlane.ledger import Subject
from trustlane.message import Instant, Session

GRADES = {"A": 0.98, "B": 0.92, "C": 0.5, "D": 0.15, "E": 0.02}
"""Strongly recommended, recommended, unknown, not recommended, strongly not recommended, as shares of wanted mail."""


class Accreditation:
    """Asks trusted services about HELO names that were validated: those that the client names, and those that serve
    all."""

    def __init__(self, accreditors: Sequence[TrustedService]) -> None:
        self._accreditors = {it.key: it for it in accreditors}

    def subjects(self, _identities: Identities, _context: Context) -> Sequence[Subject]:
        return ()

    def ahead(self, _session: Session, _now: Instant) -> Sequence[Question]:
        return ()

    def needs(self, identities: Identities, context: Context, _now: Instant) -> Needs:
        """First which services the client names; then what those of them that are trusted here report."""
        if not self._accreditors:
            return Needs()
        pointers = [Question(name, "PTR") for name in _names(identities)]
        reports = [question for _, _, question in self._reports(identities, context)]
        return Needs((*pointers, *reports))

    def opine(self, identities: Identities, context: Context, _now: Instant) -> list[Opinion]:
        return [
            _opinion(accreditor, name, grade)
            for accreditor, name, question in self._reports(identities, context)
            if (grade := graded(context.answers.get(question)))
        ]

    def _reports(self, identities: Identities, context: Context) -> Iterator[tuple[TrustedService, str, Question]]:
        for name in _names(identities):
            named = _pointed(context.answers.get(Question(name, "PTR")))
            for service in named:
                if accreditor := self._accreditors.get(service):
                    yield accreditor, name, Question(f"{name}.{service}", "TXT")


def graded(answer: Answer | None) -> str | None:
    """The grade of a report ``MARID,1,A``; a string of another form means something else and is passed over."""
    if answer is None or answer.status != "found":
        return None
    grades = {grade for record in answer.records if (grade := dna_grade(record))}
    return grades.pop() if len(grades) == 1 else None


def _names(identities: Identities) -> list[str]:
    return [identity.name for identity in identities.validated if identity.kind == "rfc5321.helo"]


def _pointed(answer: Answer | None) -> list[str]:
    if answer is None or answer.status != "found":
        return []
    return [service for target in answer.records if (service := dna_service(target))]


def _opinion(accreditor: TrustedService, name: str, grade: str) -> Opinion:
    reason = OPINIONS.reason("accredited", accreditor=accreditor.name, name=name, grade=grade)
    reach = Reach.TRUSTED_OUTSIDE if accreditor.may_grant else Reach.OUTSIDE
    confidence = 0.0 if grade == "C" else 0.8
    source = f"accreditation {accreditor.name}"
    return Opinion(Subject("rfc5321.helo", name), GRADES[grade], confidence, 0.0, source, reach, reason)
