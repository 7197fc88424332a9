"""The resolver for real DNS: the system's own servers, or those that the operator names."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from trustlane._core import Answer, Question
from trustlane.dns.port import Answers

DEADLINE_SECONDS = 10.0
"""For all questions of one call together. A whole evaluation of SPF, which asks several times, should have at least 20
seconds (RFC 7208 §4.6.4)."""

PER_TRY_SECONDS = 2.0
"""Before a server is asked again, or the next one is. Nearly all answers that come at all come within one second."""

AT_ONCE = 32
"""Questions under way at once in one call: more than nearly any message asks in one round."""


class DnsResolver:
    """Asks recursive resolvers by UDP, and by TCP where an answer was truncated.

    Aliases are followed by the server that answers. The system's search list is not used: a name in mail is whole.
    A datagram that is no answer to the question is passed over, since anybody may have sent it; where nothing else
    comes, that is a timeout.
    """

    def __init__(
        self,
        *,
        nameservers: Sequence[str] | None,
        port: int = 53,
        deadline_seconds: float = DEADLINE_SECONDS,
        per_try_seconds: float = PER_TRY_SECONDS,
    ) -> None:
        """
        Args:
            nameservers: IP addresses; ``None`` takes those of the system.
            deadline_seconds: after this, what is missing is unavailable. :meth:`ask` may come later by the pause
                between two tries, at most 2 seconds.

        Raises:
            SettingsError: there is no nameserver, or one is no address.
        """
        # dnspython takes 0.1 s to load: only those wait for it who ask.
        from trustlane.dns.lookup import Lookup

        self._lookup = Lookup(nameservers, port, per_try_seconds)
        self._deadline_seconds = deadline_seconds

    def ask(self, questions: Sequence[Question]) -> Answers:
        ends = monotonic() + self._deadline_seconds
        if len(questions) == 1:
            return {questions[0]: self._lookup.answer(questions[0], self._deadline_seconds)}
        with ThreadPoolExecutor(min(max(len(questions), 1), AT_ONCE), "trustlane-dns") as threads:
            answers = threads.map(lambda question: self._lookup.answer(question, ends - monotonic()), questions)
            return dict(zip(questions, answers, strict=True))

    async def aask(self, questions: Sequence[Question]) -> Answers:
        ends = monotonic() + self._deadline_seconds
        places = asyncio.Semaphore(AT_ONCE)

        async def answered(question: Question) -> tuple[Question, Answer]:
            async with places:
                return question, await self._within(question, ends)

        return dict(await asyncio.gather(*(answered(question) for question in questions)))

    async def _within(self, question: Question, ends: float) -> Answer:
        try:
            async with asyncio.timeout(ends - monotonic()):
                return await self._lookup.aanswer(question, ends - monotonic())
        except TimeoutError:
            return Answer.unavailable("timeout")
