"""The assessment of one mail: its subjects' standings, and the one that decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trustlane.assessment.reasons import STANDING
from trustlane.assessment.standing import Level, Standing, Thresholds, standing
from trustlane.ledger.evidence import NEWCOMER, newcomers_like
from trustlane.ledger.history import History, Subject
from trustlane.reasons import Reason


@dataclass(frozen=True, slots=True)
class Assessment:
    """How far a mail may be trusted.

    Attributes:
        standings: one for each subject, in the order given.
        is_trusted: whether the mail may take the trusted lane.
        deciding: the standing that decided; ``None`` where none could.
        reasons: why, the decisive one first.
        changes: subjects that gained (``True``) or lost trust, to be written to the ledger.
    """

    standings: tuple[Standing, ...]
    is_trusted: bool
    deciding: Standing | None
    reasons: tuple[Reason, ...]
    changes: tuple[tuple[Subject, bool], ...]

    @property
    def bad(self) -> Standing | None:
        """The bad standing that decided, if one did."""
        return self.deciding if self.deciding and self.deciding.level is Level.BAD else None


def subjects_needed(subjects: Sequence[Subject]) -> tuple[Subject, ...]:
    """The subjects whose histories :func:`assess` needs: these, and newcomers of their kinds."""
    return tuple(dict.fromkeys((*subjects, *(newcomers_like(subject) for subject in subjects))))


def assess(
    subjects: Sequence[Subject], histories: Mapping[Subject, History], now: float, thresholds: Thresholds
) -> Assessment:
    """Trusts a mail, or not, for what its subjects did before.

    Args:
        subjects: the validated subjects and the network, the most specific first.
        histories: of :func:`subjects_needed`; one that is missing has no history.
    """
    standings = tuple(standing_of(subject, histories, now, thresholds) for subject in dict.fromkeys(subjects))
    deciding, reasons = _decide(standings, thresholds)
    return Assessment(
        standings=standings,
        is_trusted=deciding is not None and deciding.level is Level.TRUSTED,
        deciding=deciding,
        reasons=reasons,
        changes=_changes(standings, histories),
    )


def standing_of(subject: Subject, histories: Mapping[Subject, History], now: float, thresholds: Thresholds) -> Standing:
    """How one subject stands, by the histories of :func:`subjects_needed`."""
    return standing(histories.get(subject, History(subject)), histories.get(newcomers_like(subject)), now, thresholds)


VALIDATED_AUTHOR = frozenset({"address", "rfc5322.from", "organization"})
"""Kinds that are there only where the author domain is validated by alignment."""

SPEAKS_FOR_THE_AUTHOR = VALIDATED_AUTHOR | {"pair"}
"""Kinds that may grant trust. A signing domain, a MAIL FROM domain or a HELO name alone may not: a shared mail service
signs for its worst customer too. It counts where it is the author's organization, or in the pair with the author."""

SHARED_BY_STRANGERS = frozenset({"network", NEWCOMER})
"""Kinds that answer for nobody."""


def _decide(standings: Sequence[Standing], thresholds: Thresholds) -> tuple[Standing | None, tuple[Reason, ...]]:
    validated = [it for it in standings if it.subject.kind not in SHARED_BY_STRANGERS]
    # A mail for which nobody answers is anybody's.
    if not validated:
        return None, (STANDING.reason("nobody"),)
    # A bad name is never excused by a better one: the better one may have been borrowed.
    answerable = _answerable(validated)
    if bad := [it for it in answerable if it.level is Level.BAD]:
        return bad[0], tuple(_bad(it) for it in bad)
    # Trust in a name that many may use would launder the mail of its worst customer.
    authors = [it for it in validated if it.subject.kind in SPEAKS_FOR_THE_AUTHOR]
    if not authors:
        return None, _without_author(validated)
    # The most specific name that can be told decides; one too new to tell leaves it to the name around it.
    for it in authors:
        if it.level is Level.TRUSTED:
            return it, (_trusted(it),)
        if it in answerable and _is_told_apart(it, thresholds):
            return it, (_untrusted(it),)
    known = next((it for it in authors if it.level is Level.KNOWN), None)
    return None, (_untrusted(known) if known else _unknown(authors[0]), *_shared(validated))


def _answerable(validated: Sequence[Standing]) -> list[Standing]:
    """Those that may speak against the mail: all but a pair whose author domain is validated without its signer.

    Any customer of a shared mail service can make a pair of it and somebody else's domain. What such a pair did must
    not be held against mail for which that domain answers itself.
    """
    has_author = any(it.subject.kind in VALIDATED_AUTHOR for it in validated)
    return [it for it in validated if it.subject.kind != "pair" or not has_author]


def _is_told_apart(it: Standing, thresholds: Thresholds) -> bool:
    """Whether its own evidence says that it is not as good as a trusted name."""
    return it.sample_size >= thresholds.own_evidence and it.upper_bound < thresholds.gained_at


def _changes(standings: Sequence[Standing], histories: Mapping[Subject, History]) -> tuple[tuple[Subject, bool], ...]:
    return tuple(
        (it.subject, it.level is Level.TRUSTED)
        for it in standings
        if (it.level is Level.TRUSTED) != histories.get(it.subject, History(it.subject)).is_trusted
    )


def _without_author(validated: Sequence[Standing]) -> tuple[Reason, ...]:
    return _shared(validated) or (STANDING.reason("no-author", subject=_written(validated[0])),)


def _shared(validated: Sequence[Standing]) -> tuple[Reason, ...]:
    return tuple(
        STANDING.reason("shared", subject=_written(it))
        for it in validated
        if it.level is Level.TRUSTED and it.subject.kind not in SPEAKS_FOR_THE_AUTHOR
    )


def _bad(it: Standing) -> Reason:
    return STANDING.reason("bad", subject=_written(it), bound=it.upper_bound, evidence=it.sample_size)


def _trusted(it: Standing) -> Reason:
    return STANDING.reason("trusted", subject=_written(it), bound=it.lower_bound, evidence=it.sample_size)


def _untrusted(it: Standing) -> Reason:
    return STANDING.reason(
        "untrusted", subject=_written(it), lower=it.lower_bound, upper=it.upper_bound, evidence=it.sample_size
    )


def _unknown(it: Standing) -> Reason:
    return STANDING.reason("unknown", subject=_written(it), evidence=it.sample_size)


def _written(it: Standing) -> str:
    return f"{it.subject.kind} {it.subject.name}"
