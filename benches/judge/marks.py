"""The marks that trustlane must reach, each with what it came to."""

from collections.abc import Iterator
from dataclasses import dataclass

from judge.trial import Result
from judge.watch import Betrayal, Ordeal

LEAST_COVERAGE_PERCENT = 90.0
MOST_CONTAMINATION = 200.0
MEASURABLE = 100_000
"""Trusted mails from which a share of 200 in a million can be told: twenty of them. A small world in which as much goes
wrong as in a large one says nothing of shares."""

MOST_AFTER_TURN = 20
MOST_COPIES = 50


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark.

    Attributes:
        what: is demanded.
        came: what it came to, in words.
        holds: whether that is enough.
    """

    what: str
    came: str
    holds: bool


def marks(result: Result) -> Iterator[Mark]:
    """All marks that the scenario can tell of."""
    figures = result.figures["**trustlane**"]
    if figures.established_coverage_percent is not None and figures.trusted >= MEASURABLE:
        what = f"at least {LEAST_COVERAGE_PERCENT:g} % of wanted mail of established senders takes the trusted lane"
        came = f"{figures.established_coverage_percent:.2f} % of {figures.established_wanted:,}"
        yield Mark(what, came, figures.established_coverage_percent >= LEAST_COVERAGE_PERCENT)
    if figures.contamination_per_million is not None and figures.trusted >= MEASURABLE:
        came = f"{figures.contamination_per_million:.0f}"
        what = f"fewer than {MOST_CONTAMINATION:g} unwanted among a million trusted mails"
        yield Mark(what, came, figures.contamination_per_million < MOST_CONTAMINATION)
    strays = 1e6 * result.watch.strays / max(figures.trusted, 1)
    what = f"of those to whom nothing had happened, fewer than {MOST_CONTAMINATION:g}"
    yield Mark(what, f"{strays:.0f}", strays < MOST_CONTAMINATION)
    for betrayal in result.watch.betrayals:
        yield from _betrayal(betrayal)
    for ordeal in result.watch.ordeals:
        if ordeal.mishap.incident.kind == "slander":
            yield _slander(ordeal)
    for ordeal in result.watch.ordeals:
        if ordeal.mishap.incident.kind == "outage":
            came = f"{result.changed_unanswered} unanswered mails counted for a name; of mail of the trusted"
            yield Mark(
                f"an outage of {ordeal.mishap.incident.hours:g} hours changes no standing",
                f"{came} until two days after, {ordeal.trusted:,} trusted, {ordeal.demoted:,} not",
                result.changed_unanswered == 0 and ordeal.trusted > 100 * ordeal.demoted,
            )


def _betrayal(it: Betrayal) -> Iterator[Mark]:
    victim = it.mishap.victim.name if it.mishap.victim else ""
    kind = it.mishap.incident.kind
    before = "" if it.was_trusted else "; was not trusted"
    if kind == "dkim-replay":
        yield Mark(
            f"a replay of {victim}'s mail is stopped within {MOST_COPIES} copies",
            f"{it.harm} of {len(it.mails)} copies were trusted{before}",
            it.harm <= MOST_COPIES,
        )
        return
    what = "the turned sender" if kind == "turn" else "the taken mailbox of"
    yield Mark(
        f"{what} {victim} is demoted by the third independent bad observation",
        f"{len(it.heard)} were heard, {it.after_third} mails trusted after the third{before}",
        it.is_demoted and it.after_third == 0,
    )
    yield Mark(
        f"{what} {victim} is demoted within {MOST_AFTER_TURN} further mails",
        f"{it.before_demotion} before, {it.harm} of {len(it.mails)} in all{before}",
        it.is_demoted and it.before_demotion <= MOST_AFTER_TURN,
    )


def _slander(it: Ordeal) -> Mark:
    incident = it.mishap.incident
    who = f"{incident.reporters} colluding newcomers" if incident.newcomers else "one reporter"
    victim = it.mishap.victim.name if it.mishap.victim else ""
    came = f"{it.trusted} mails trusted since, {it.demoted} not"
    return Mark(f"{who} cannot demote {victim}", came, it.trusted > 0 and it.demoted == 0)
