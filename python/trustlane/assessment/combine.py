"""Combination: the site's own news first, then what others say, with bounded weight.

Own bad news always beats a good word from outside. Outside words alone open the trusted lane only if two independent
ones agree, or one has the operator's right; and alone they close it only likewise. They never count as evidence.
"""

from collections.abc import Mapping, Sequence

from trustlane.assessment.back_off import (
    VALIDATED_AUTHOR,
    bad_word,
    is_told_apart,
    standing_word,
    turned_word,
    validated_of,
    written,
)
from trustlane.assessment.opinion import Opinion, Reach
from trustlane.assessment.reasons import OPINIONS, STANDING
from trustlane.assessment.set_by_operator import operator_word
from trustlane.assessment.standing import Standing, Thresholds
from trustlane.assessment.word import Word
from trustlane.ledger.evidence import HOMES
from trustlane.ledger.history import History, Subject
from trustlane.ledger.marks import how_many
from trustlane.reasons import Reason

ENOUGH_SOURCES = 2
"""Independent outside words that together are believed."""


def word_of(
    standings: Sequence[Standing],
    histories: Mapping[Subject, History],
    thresholds: Thresholds,
    opinions: Sequence[Opinion],
) -> Word:
    """What decides about a mail with these standings and opinions."""
    validated = validated_of(standings)
    # A mail for which nobody answers is anybody's.
    if not validated:
        return Word(is_trusted=False, reasons=(STANDING.reason("nobody"), *_told(_bad(opinions))))
    if said := operator_word(standings):
        return _over(said, opinions)
    if bad := bad_word(validated):
        return _over(bad, opinions)
    if turned := _turned_home(validated, histories):
        return _over(turned_word(turned, thresholds), opinions)
    if own := _own_word(validated, opinions, thresholds):
        return own
    word, can_tell = standing_word(validated, histories, thresholds)
    if word.is_trusted:
        return _spoken_against(opinions) or word
    if can_tell:
        return _over(word, opinions)
    return _outside_word(opinions) or Word(
        is_trusted=False, reasons=(*word.reasons, *_alone(opinions), *_told(_bad(opinions)))
    )


def _own_word(validated: Sequence[Standing], opinions: Sequence[Opinion], thresholds: Thresholds) -> Word | None:
    """Partners and correspondents, unless the very name they speak of has bad news of its own."""
    words = [it for it in opinions if it.reach is Reach.OWN and it.is_good]
    if not words:
        return None
    told_apart = {
        it.subject for it in validated if it.is_braked or is_told_apart(it, has_author=False, thresholds=thresholds)
    }
    its = next((it for it in words if it.subject not in told_apart), None)
    return Word(is_trusted=True, reasons=(its.reason,), trusted_for=its.subject) if its else None


def _turned_home(validated: Sequence[Standing], histories: Mapping[Subject, History]) -> Standing | None:
    """The author domain or organization, where it has turned.

    An address of it may have a good name still, and people here may have written to it; but whoever bad news of three
    other addresses is known of holds this one too.
    """
    homes = (it for it in validated if it.has_turned and it.subject.kind in HOMES)
    return next((it for it in homes if not _houses_many(it, histories)), None)


HOUSES_MANY = 20.0
"""Addresses from which a domain houses strangers, as a mail service does. What one of them did is not the others'."""


def _houses_many(home: Standing, histories: Mapping[Subject, History]) -> bool:
    history = histories.get(home.subject)
    return history is not None and how_many(history.others) >= HOUSES_MANY


def _outside_word(opinions: Sequence[Opinion]) -> Word | None:
    """Trust for a name with no news of its own. One of the words at least must be of a name that is the author's."""
    good = _of_outside([it for it in opinions if it.is_good])
    if not any(it.subject.kind in VALIDATED_AUTHOR for it in good) or _bad(opinions):
        return None
    for it in good:
        if it.reach is Reach.TRUSTED_OUTSIDE and it.subject.kind in VALIDATED_AUTHOR:
            reason = OPINIONS.reason("granted", source=it.source, why=it.reason.text)
            return Word(is_trusted=True, reasons=(reason,), trusted_for=it.subject)
    if len(_sources(good)) < ENOUGH_SOURCES:
        return None
    author = next(it for it in good if it.subject.kind in VALIDATED_AUTHOR)
    reason = OPINIONS.reason(
        "agreed", sources=_listed(_sources(good)), subject=written(author.subject), why=author.reason.text
    )
    return Word(is_trusted=True, reasons=(reason,), trusted_for=author.subject)


def _spoken_against(opinions: Sequence[Opinion]) -> Word | None:
    """What closes the lane to a name that earned trust here: the same as would open it."""
    bad = _bad(opinions)
    has_right = any(it.reach is Reach.TRUSTED_OUTSIDE for it in bad)
    if not has_right and len(_sources(bad)) < ENOUGH_SOURCES:
        return None
    reason = OPINIONS.reason("against", sources=_listed(_sources(bad)), why=bad[0].reason.text)
    return Word(is_trusted=False, reasons=(reason, *_told(bad)))


def _over(word: Word, opinions: Sequence[Opinion]) -> Word:
    """Own news, with a sentence for each outside word that it outweighs."""
    good = _of_outside([it for it in opinions if it.is_good])
    outweighed = tuple(OPINIONS.reason("own-news", source=source) for source in _sources(good))
    return Word(word.is_trusted, (*word.reasons, *outweighed, *_told(_bad(opinions))), word.deciding, word.trusted_for)


def _alone(opinions: Sequence[Opinion]) -> tuple[Reason, ...]:
    good = _of_outside([it for it in opinions if it.is_good])
    return tuple(OPINIONS.reason("alone", source=it.source, subject=written(it.subject)) for it in good[:1])


def _bad(opinions: Sequence[Opinion]) -> list[Opinion]:
    return _of_outside([it for it in opinions if it.is_bad])


def _told(opinions: Sequence[Opinion]) -> tuple[Reason, ...]:
    return tuple(it.reason for it in opinions)


def _of_outside(opinions: Sequence[Opinion]) -> list[Opinion]:
    return [it for it in opinions if it.reach is not Reach.OWN]


def _sources(opinions: Sequence[Opinion]) -> list[str]:
    return list(dict.fromkeys(it.source for it in opinions))


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names)
