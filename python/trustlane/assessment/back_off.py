"""Back-off: which of a mail's standings decides, the most specific that can tell."""

from collections.abc import Mapping, Sequence

from trustlane.assessment.reasons import STANDING
from trustlane.assessment.standing import Level, Standing, Thresholds, is_shared
from trustlane.assessment.word import Word
from trustlane.ledger.evidence import NEWCOMER
from trustlane.ledger.history import History, Subject
from trustlane.ledger.volume import AUDITS
from trustlane.reasons import Reason

VALIDATED_AUTHOR = frozenset({"address", "rfc5322.from", "organization"})
"""Kinds that are there only where the author domain is validated by alignment."""

SPEAKS_FOR_THE_AUTHOR = VALIDATED_AUTHOR | {"pair"}
"""Kinds that may grant trust. A signing domain, a MAIL FROM domain or a HELO name alone may not: a shared mail service
signs for its worst customer too. It counts where it is the author's organization, or in the pair with the author."""

SHARED_BY_STRANGERS = frozenset({"network", NEWCOMER})
"""Kinds that answer for nobody."""


def validated_of(standings: Sequence[Standing]) -> list[Standing]:
    """Those of validated names."""
    return [it for it in standings if it.subject.kind not in SHARED_BY_STRANGERS]


def bad_word(validated: Sequence[Standing]) -> Word | None:
    """A bad name is never excused by a better one: the better one may have been borrowed."""
    bad = [it for it in _answerable(validated) if it.level is Level.BAD]
    return Word(is_trusted=False, reasons=tuple(map(_bad, bad)), deciding=bad[0]) if bad else None


def turned_word(it: Standing, thresholds: Thresholds) -> Word:
    """A name that has turned decides, whatever the names around it say."""
    return Word(is_trusted=False, reasons=(_untrusted(it, thresholds),), deciding=it)


def standing_word(
    validated: Sequence[Standing], histories: Mapping[Subject, History], thresholds: Thresholds
) -> tuple[Word, bool]:
    """What the standings say where none is bad, and whether they could tell at all.

    Trust in a name that many may use would launder the mail of its worst customer.
    """
    authors = [it for it in validated if it.subject.kind in SPEAKS_FOR_THE_AUTHOR]
    if not authors:
        return Word(is_trusted=False, reasons=_without_author(validated)), False
    has_author = any(it.subject.kind in VALIDATED_AUTHOR for it in authors)
    lent: list[Reason] = []
    # The most specific name that can be told decides; one too new to tell leaves it to the name around it.
    for it in authors:
        is_lent = it.subject.kind == "pair" and not has_author and _has_shared_signer(it, histories, thresholds)
        if it.is_braked:
            return Word(is_trusted=False, reasons=(_braked(it, histories),), deciding=it), True
        if it.level is Level.TRUSTED and is_lent:
            lent.append(STANDING.reason("pair-shared", subject=written(it.subject), signer=signer_of(it.subject)))
        elif it.level is Level.TRUSTED:
            return Word(is_trusted=True, reasons=(_trusted(it),), deciding=it), True
        elif is_told_apart(it, has_author=has_author, thresholds=thresholds):
            return Word(is_trusted=False, reasons=(_untrusted(it, thresholds),), deciding=it), True
    known = next((it for it in authors if it.level is Level.KNOWN), None)
    first = lent or [_untrusted(known, thresholds) if known else _unknown(authors[0])]
    return Word(is_trusted=False, reasons=(*first, *_shared(validated))), False


def is_told_apart(it: Standing, *, has_author: bool, thresholds: Thresholds) -> bool:
    """Whether its own evidence says that it is not as good as a trusted name.

    Any customer of a shared mail service can make a pair of it and somebody else's domain. What such a pair did must
    not be held against mail for which that domain answers itself.
    """
    if it.subject.kind == "pair" and has_author:
        return False
    return it.has_turned or (it.sample_size >= thresholds.own_evidence and it.upper_bound < thresholds.lost_below)


def signer_of(pair: Subject) -> str:
    """The signing domain of a pair."""
    return pair.name.rpartition(" ")[2]


def written(subject: Subject) -> str:
    return f"{subject.kind} {subject.name}"


def _has_shared_signer(pair: Standing, histories: Mapping[Subject, History], thresholds: Thresholds) -> bool:
    signer = histories.get(Subject("dkim", signer_of(pair.subject)))
    return signer is not None and is_shared(signer, thresholds)


def _answerable(validated: Sequence[Standing]) -> list[Standing]:
    """Those that may speak against the mail.

    Not a pair where the author domain is validated without its signer, and not a service shared by many where the
    author has earned trust: what its other customers did is not the author's.
    """
    has_author = any(it.subject.kind in VALIDATED_AUTHOR for it in validated)
    has_trust = any(it.subject.kind in VALIDATED_AUTHOR and it.level is Level.TRUSTED for it in validated)
    return [
        it for it in validated if not (it.subject.kind == "pair" and has_author) and not (it.is_shared and has_trust)
    ]


def _without_author(validated: Sequence[Standing]) -> tuple[Reason, ...]:
    return _shared(validated) or (STANDING.reason("no-author", subject=written(validated[0].subject)),)


def _shared(validated: Sequence[Standing]) -> tuple[Reason, ...]:
    return tuple(
        STANDING.reason("shared", subject=written(it.subject))
        for it in validated
        if it.level is Level.TRUSTED and it.subject.kind not in SPEAKS_FOR_THE_AUTHOR
    )


def _bad(it: Standing) -> Reason:
    return STANDING.reason("bad", subject=written(it.subject), bound=it.upper_bound, evidence=it.sample_size)


def _trusted(it: Standing) -> Reason:
    return STANDING.reason("trusted", subject=written(it.subject), bound=it.lower_bound, evidence=it.sample_size)


def _braked(it: Standing, histories: Mapping[Subject, History]) -> Reason:
    history = histories.get(it.subject)
    due = history.audits_due if history and history.audits_due else AUDITS
    return STANDING.reason("braked", subject=written(it.subject), audits=due)


def _untrusted(it: Standing, thresholds: Thresholds) -> Reason:
    name = written(it.subject)
    if it.has_turned:
        return STANDING.reason("turned", subject=name, drift=it.drift, most=thresholds.turned_at)
    return STANDING.reason(
        "untrusted", subject=name, lower=it.lower_bound, upper=it.upper_bound, evidence=it.sample_size
    )


def _unknown(it: Standing) -> Reason:
    return STANDING.reason("unknown", subject=written(it.subject), evidence=it.sample_size)
