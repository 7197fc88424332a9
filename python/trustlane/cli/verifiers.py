"""The ways to verify a mail that ``trustlane bench`` compares; which of them there are depends on what is installed."""

import hashlib
import importlib
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from trustlane import dkim
from trustlane._core import Answer, Question

CHUNK_OCTETS = 16 * 1024
"""What a streamed mail is cut into; a usual read from a socket."""

MAILS_AT_ONCE = 64
"""Mails in one call to the verifier of many."""

Call = Callable[[], object]
"""Verifies, with all that it needs at hand."""


@dataclass(frozen=True, slots=True)
class Case:
    """One mail, and a resolver that knows all that verifying it may ask.

    Attributes:
        octets: the mail, with CRLF line ends.
        answers: what DNS said.
        now: Unix seconds of receipt.
    """

    octets: bytes
    answers: Mapping[Question, Answer]
    now: int

    def ask(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        return {question: self.answers.get(question, Answer.nxdomain()) for question in questions}

    @property
    def texts(self) -> dict[str, Answer]:
        """The answers to questions for TXT records, by name."""
        return {question.name: answer for question, answer in self.answers.items() if question.record_type == "TXT"}


@dataclass(frozen=True, slots=True)
class Verifier:
    """One column of the table.

    Attributes:
        name: its head.
        ready: makes, for one mail, the call that is measured.
        mails_a_call: mails that one such call verifies.
    """

    name: str
    ready: Callable[[Case], Call]
    mails_a_call: int = 1


def verifiers() -> Iterator[Verifier]:
    """The floor, then all that can be had."""
    yield Verifier("floor", _floor())
    yield Verifier("trustlane", _one)
    yield Verifier("streamed", _streamed)
    yield Verifier("many at once", _many, MAILS_AT_ONCE)
    with suppress(ImportError):
        yield Verifier("pure Python", partial(_reference, importlib.import_module("trustlane.reference")))
    with suppress(ImportError):
        yield Verifier("dkimpy", partial(_dkimpy, importlib.import_module("dkim")))


def _floor() -> Callable[[Case], Call]:
    """What every verifier must do: hash the body, and check one signature with a key that is parsed already."""
    try:
        rsa = importlib.import_module("cryptography.hazmat.primitives.asymmetric.rsa")
        padding = importlib.import_module("cryptography.hazmat.primitives.asymmetric.padding")
        hashes = importlib.import_module("cryptography.hazmat.primitives.hashes")
    except ImportError:
        return lambda case: partial(_hash, case.octets.partition(b"\r\n\r\n")[2])
    key = rsa.generate_private_key(65537, 2048)
    header = (b"header", padding.PKCS1v15(), hashes.SHA256())
    public, signature = key.public_key(), key.sign(*header)

    def ready(case: Case) -> Call:
        body = case.octets.partition(b"\r\n\r\n")[2]
        return lambda: (_hash(body), public.verify(signature, *header))

    return ready


def _hash(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def _one(case: Case) -> Call:
    return partial(dkim.verify_one, case.octets, case.texts, now=case.now)


def _streamed(case: Case) -> Call:
    chunks = [case.octets[at : at + CHUNK_OCTETS] for at in range(0, len(case.octets), CHUNK_OCTETS)]

    def call() -> object:
        arrival = dkim.Arrival(now=case.now)
        for chunk in chunks:
            arrival.feed(chunk)
        arrival.finish()
        return arrival.findings(case)

    return call


def _many(case: Case) -> Call:
    return partial(dkim.verify_many, [case.octets] * MAILS_AT_ONCE, case.texts, now=case.now)


def _reference(reference: Any, case: Case) -> Call:
    return partial(reference.examine, case.octets, resolver=case, now=case.now)


def _dkimpy(dkimpy: Any, case: Case) -> Call:
    """Every signature, as the others do; what it cannot read makes it raise, and what fails it would log."""
    texts = case.texts
    signatures = len(_SIGNATURE.findall(case.octets.partition(b"\r\n\r\n")[0]))

    def text(name: bytes, timeout: float) -> bytes | None:
        answer = texts.get(name.decode().rstrip(".").lower())
        return answer.records[0] if answer and answer.records else None

    silent = logging.Logger("dkimpy")
    silent.addHandler(logging.NullHandler())

    def call() -> None:
        for number in range(signatures):
            with suppress(Exception):
                dkimpy.DKIM(case.octets, logger=silent).verify(number, dnsfunc=text)

    return call


_SIGNATURE = re.compile(rb"^dkim-signature[ \t]*:", re.I | re.M)
