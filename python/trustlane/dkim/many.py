"""Many messages whose keys are at hand, on all cores."""

import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from trustlane._core import Answer, Question
from trustlane.dkim.examine import examine
from trustlane.dns import Answers
from trustlane.identities import Finding
from trustlane.message import Instant


def verify_many(
    messages: Sequence[bytes], keys: Mapping[str, bytes], *, now: Instant | None = None, threads: int | None = None
) -> list[list[Finding]]:
    """The findings of each message, in the order of the messages: what :func:`examine` gives for each.

    Nothing is looked up. The core hashes and verifies without the interpreter's lock, so that threads share the work.

    Args:
        messages: header and body of each; a lone LF counts as CRLF.
        keys: the text of key records by name, as ``sel._domainkey.example.com``; what is not there does not exist.
        now: Unix seconds of receipt; by default this moment.
        threads: how many work at once; by default one for each core.
    """
    instant = time.time() if now is None else now
    one = partial(examine, resolver=_Records(keys), now=instant)
    with ThreadPoolExecutor(threads or os.cpu_count() or 1, "trustlane-dkim") as workers:
        return list(workers.map(one, messages))


class _Records:
    """Key records that are at hand."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = texts

    def ask(self, questions: Sequence[Question]) -> Answers:
        return {question: self._answer(question.name) for question in questions}

    def _answer(self, name: str) -> Answer:
        return Answer.found("TXT", [self._texts[name]]) if name in self._texts else Answer.nxdomain()
