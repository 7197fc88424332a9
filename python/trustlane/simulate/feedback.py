"""What people say of the mail they got: some of it, later, and partly wrong.

Only mail in the inbox is complained of, only mail in the junk folder is fetched out of it: the log shows a site with
its own content filter, whoever judges its traffic later.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from trustlane.simulate.chance import Chance
from trustlane.simulate.letter import Letter
from trustlane.simulate.scenario import Site


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said of a mail: when, which kind of feedback, and by whom."""

    time: float
    about: str
    kind: str
    reporter: str


SPEAKING = 0.4
"""The share of users who ever say anything."""

WRONG = 0.003
"""How likely unwanted mail is called good by its recipient: the wrong button, or somebody who likes such mail."""

TRAP_SECONDS = 60.0
"""Mean time until a spam trap has told of its mail."""


def said_of(letter: Letter, user: int, site: Site, chance: Chance) -> Iterator[Said]:
    """What its recipient says of a mail, if anything."""
    if letter.rcpt.startswith("trap"):
        yield Said(letter.time + chance.after(TRAP_SECONDS), letter.id, "trap", letter.rcpt)
        return
    kind = _kind(letter, user, site, chance)
    if kind:
        yield Said(letter.time + _delay(site, chance), letter.id, kind, letter.rcpt)


def _kind(letter: Letter, user: int, site: Site, chance: Chance) -> str | None:
    population = letter.sender.population
    drawn = chance.between(0.0, 1.0)
    # Answers come from anybody; buttons are pressed by those who press buttons.
    if letter.is_wanted and drawn < population.answered:
        return "answered"
    if user % 10 >= SPEAKING * 10:
        return None
    drawn = chance.between(0.0, SPEAKING)
    is_in_junk = letter.score is not None and letter.score >= site.junk_at
    if letter.is_wanted:
        if is_in_junk:
            return "not_junk" if drawn < site.not_junk_wanted else None
        complaint = site.complaint_wanted if population.complaint_wanted < 0 else population.complaint_wanted
        if drawn < complaint:
            return "complaint"
        return "not_junk" if drawn < complaint + population.not_junk else None
    if is_in_junk:
        return "not_junk" if drawn < WRONG else None
    if drawn < site.complaint_unwanted:
        return "complaint"
    if drawn < site.complaint_unwanted + site.junk_unwanted:
        return "junk"
    return "not_junk" if drawn < site.complaint_unwanted + site.junk_unwanted + WRONG else None


def _delay(site: Site, chance: Chance) -> float:
    hours = site.slow_hours if chance.happens(site.slow_share) else site.feedback_hours
    return chance.after(hours * 3600.0)
