"""Words to fill a mail with."""

from textwrap import fill

from trustlane.simulate.chance import Chance

_WORDS = (
    *("order", "of", "last", "week", "is", "ready", "and", "waits", "at", "house", "please", "tell", "us", "when"),
    *("you", "can", "fetch", "it", "or", "whether", "a", "car", "may", "bring", "to", "your", "door", "on", "friday"),
    *("before", "noon", "with", "thanks", "for", "patience", "kind", "regards", "from", "all", "here", "the", "late"),
)


def words(name: str, count: int) -> str:
    """So many words in lines, the same for the same name."""
    chance = Chance("words", name)
    return fill(" ".join(chance.one_of(_WORDS) for _ in range(count)), 72).replace("\n", "\r\n" if count > 20 else " ")
