"""Counting: observations become calls, in their order, as few trips to the servers as that order allows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trustlane.ledger.evidence import NEWCOMER, NEWCOMER_EVIDENCE, decayed, has_weight, newcomers_like, touched
from trustlane.ledger.history import History, Subject
from trustlane.ledger.observation import Kind, Observation
from trustlane.ledger.reporters import BY_PEOPLE, echo, reporter_of, vote, weight_of
from trustlane.ledger.valkey import calls, keys
from trustlane.ledger.valkey.reading import read
from trustlane.ledger.valkey.servers import Call, Servers

EXACT = BY_PEOPLE | {Kind.TRAP}
"""What counts exactly once for each subject, even where a relay dies in the middle and the report comes again. Of what
machines say, mail by mail, the loss of one is borne."""


@dataclass(frozen=True, slots=True)
class Counting:
    """Counts on these servers.

    Attributes:
        now: the latest time that the ledger knows.
    """

    servers: Servers
    now: float

    def count(self, observations: Sequence[Observation]) -> list[bool]:
        """Counts all, in their order; for each whether it counted for anybody."""
        return [did for run in _runs(observations) for did in self._count_run(run)]

    def _count_run(self, run: Sequence[Observation]) -> list[bool]:
        if run[0].kind in EXACT:
            return [self._count_exactly(it) for it in run]
        pairs = [(it, subject) for it in run for subject in _subjects(it)]
        made = [
            calls.label(subject, it, 1.0, self.now) if has_weight(it.kind) else calls.change(subject, it, self.now)
            for it, subject in pairs
        ]
        answers = self.servers.together(made)
        self.servers.together(
            [
                calls.label(newcomers_like(subject), it, 1.0, self.now)
                for (it, subject), before in zip(pairs, answers, strict=True)
                if has_weight(it.kind) and _is_newcomer(subject, before)
            ]
        )
        return [True] * len(run)

    def _count_exactly(self, it: Observation) -> bool:
        """Each subject remembers what was said of it: who comes again after a crash counts for the others only."""
        reporter = reporter_of(it)
        histories = read(self.servers, list(touched(it)), self.now) if reporter else {}
        weight = weight_of(histories.get(reporter)) if reporter else 1.0
        subjects = list(dict.fromkeys(it.subjects))
        answers = self.servers.together(
            [calls.label(subject, it, weight, self.now, *_said(it, subject, reporter)) for subject in subjects]
        )
        counted = {subject: before for subject, before in zip(subjects, answers, strict=True) if before is not None}
        if subjects and not counted:
            return False
        taught = [
            calls.label(newcomers_like(subject), it, weight, self.now, *_said_of_newcomers(it, subject))
            for subject, before in counted.items()
            if _is_newcomer(subject, before)
        ]
        if reporter:
            taught.append(self._report(reporter, replace(it, subjects=tuple(counted)), histories))
        self.servers.together(taught)
        return True

    def _report(self, reporter: Subject, it: Observation, histories: Mapping[Subject, History]) -> Call:
        current = decayed(histories.get(reporter) or History(reporter), it.time)
        said = [keys.digest(it.once)] if it.once else []
        return calls.report(reporter, it, echo(it, current, histories), self.now, *said)


def _runs(observations: Sequence[Observation]) -> Iterator[list[Observation]]:
    """Observations that may go out together: what one changes of a subject decides nothing for another."""
    run: list[Observation] = []
    for it in observations:
        if run and (_is_alone(it) or _is_alone(run[-1])):
            yield run
            run = []
        run.append(it)
    if run:
        yield run


def _is_alone(it: Observation) -> bool:
    return it.kind in EXACT or any(subject.kind == NEWCOMER for subject in it.subjects)


def _subjects(it: Observation) -> list[Subject]:
    signatures = () if has_weight(it.kind) else it.sighting.signatures
    return list(dict.fromkeys((*it.subjects, *signatures)))


def _is_newcomer(subject: Subject, before: Any) -> bool:
    return subject.kind != NEWCOMER and float(before) < NEWCOMER_EVIDENCE


def _said(it: Observation, subject: Subject, reporter: Subject | None) -> list[bytes]:
    """The report, and the reporter's word of the day for this subject: what must be new for it to count."""
    report = [keys.digest(it.once)] if it.once else []
    return [*report, keys.digest((vote(it, subject), "vote", it.reporter))] if reporter else report


def _said_of_newcomers(it: Observation, subject: Subject) -> list[bytes]:
    return [keys.digest((*it.once, *subject))] if it.once else []
