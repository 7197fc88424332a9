"""No resolver, by choice of the caller."""

from collections.abc import Sequence

from trustlane._core import Answer, Question
from trustlane.dns.port import Answers


class NoResolver:
    """Asks nobody; every answer says so, and findings that need DNS stay ``temperror``."""

    def ask(self, questions: Sequence[Question]) -> Answers:
        return dict.fromkeys(questions, Answer.unavailable("not-asked"))

    async def aask(self, questions: Sequence[Question]) -> Answers:
        return self.ask(questions)


NO_RESOLVER = NoResolver()
