"""The operator's word, which goes before everything that was earned or is said, until it ends."""

from collections.abc import Sequence
from datetime import UTC, datetime

from trustlane.assessment.back_off import SHARED_BY_STRANGERS, written
from trustlane.assessment.reasons import STANDING
from trustlane.assessment.standing import Standing
from trustlane.assessment.word import Word
from trustlane.ledger.history import BAD, TRUSTED, Override
from trustlane.reasons import Reason


def operator_word(standings: Sequence[Standing]) -> Word | None:
    """What the operator set the most specific subject to; of two words against each other for one mail, the worse.

    A network answers for nobody, so it can be set against mail, never for it.
    """
    set_to = [(it, it.override) for it in standings if it.override]
    for it, word in set_to:
        if word.to == BAD:
            return Word(is_trusted=False, reasons=(_reason(it, word),), deciding=it)
    for it, word in set_to:
        if word.to != TRUSTED:
            return Word(is_trusted=False, reasons=(_reason(it, word),))
        if it.subject.kind not in SHARED_BY_STRANGERS:
            return Word(is_trusted=True, reasons=(_reason(it, word),), trusted_for=it.subject)
    return None


def day(seconds: float) -> str:
    """As operators write it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _reason(it: Standing, word: Override) -> Reason:
    return STANDING.reason("set", subject=written(it.subject), to=word.to, until=day(word.until), why=word.why)
