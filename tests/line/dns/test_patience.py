"""However many rounds a record asks for, one mail's questions end in time."""

import asyncio
from collections.abc import Sequence

from trustlane._core import Answer, Question
from trustlane.dns import Answers
from trustlane.dns.patience import AsyncPatience, Patience

QUESTIONS = [Question("a.example", "TXT"), Question("b.example", "A")]
TIMEOUTS = dict.fromkeys(QUESTIONS, Answer.unavailable("timeout"))


class Slow:
    """Answers after some time, and counts its rounds."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.rounds = seconds, 0

    def ask(self, questions: Sequence[Question]) -> Answers:
        self.rounds += 1
        return dict.fromkeys(questions, Answer.nodata())

    async def aask(self, questions: Sequence[Question]) -> Answers:
        await asyncio.sleep(self.seconds)
        return self.ask(questions)


async def test_in_time_the_answers_are_the_resolvers() -> None:
    found = dict.fromkeys(QUESTIONS, Answer.nodata())
    assert await AsyncPatience(Slow(0)).aask(QUESTIONS) == found
    assert Patience(Slow(0)).ask(QUESTIONS) == found


async def test_a_round_that_takes_too_long_is_cut_short() -> None:
    slow = Slow(60)
    assert await AsyncPatience(slow, seconds=0.01).aask(QUESTIONS) == TIMEOUTS
    assert slow.rounds == 0


async def test_when_the_time_is_over_nobody_is_asked() -> None:
    slow = Slow(0)
    assert await AsyncPatience(slow, seconds=-1).aask(QUESTIONS) == TIMEOUTS
    assert Patience(slow, seconds=-1).ask(QUESTIONS) == TIMEOUTS
    assert slow.rounds == 0
