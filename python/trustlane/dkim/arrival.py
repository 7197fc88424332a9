"""A message that comes in parts: its header is kept, its body only hashed."""

import time
from enum import Enum

from trustlane._core import KeyCache, Question, SignedMail
from trustlane.dkim.errors import ParameterError
from trustlane.dns import AsyncResolver, Resolver
from trustlane.identities import KEYS, Finding
from trustlane.message import Instant


class _Part(Enum):
    OCTETS = "octets"
    FIELDS = "fields"
    BODY = "body"
    FINISHED = "finished"


class Arrival:
    """Takes one message in parts, however cut, and gives what its DKIM signatures prove.

    Either the octets of the whole message go to :meth:`feed`, or its fields to :meth:`field` and then its body to
    :meth:`body`, as a milter gets them. Memory does not grow with the body.

    Example:
        >>> from trustlane.dns.zone import ZoneResolver
        >>> arrival = Arrival()
        >>> arrival.field("From", " ann@example.com")
        >>> arrival.body(b"Hello\\r\\n")
        >>> arrival.finish()
        >>> [finding.result for finding in arrival.findings(ZoneResolver.from_text(""))]
        ['none']
    """

    def __init__(
        self,
        *,
        now: Instant | None = None,
        line_ends: str = "as-is",
        cache: KeyCache = KEYS,
        service: str = "email",
    ) -> None:
        """
        Args:
            now: Unix seconds of receipt; by default this moment.
            line_ends: ``as-is``, ``fix-crlf`` (a lone LF counts as CRLF) or ``reject``.
            cache: key records that were read before; by default those of the whole process.
            service: what keys must be for: ``email``, or ``tlsrpt`` for a mail with a TLS report, whose key may be for
                all mail too, unless this is ``tlsrpt-alone`` (RFC 8460 §3).
        """
        instant = time.time() if now is None else now
        try:
            self._mail = SignedMail(now=int(instant), line_ends=line_ends, cache=cache, service=service)
        except ValueError as error:
            raise ParameterError(str(error)) from error
        self._part: _Part | None = None

    def feed(self, octets: bytes) -> None:
        """Takes the next octets of the message, header and body alike."""
        self._enter(_Part.OCTETS, {None, _Part.OCTETS})
        self._mail.feed(octets)

    def field(self, name: bytes | str, value: bytes | str) -> None:
        """Takes the next header field; ``value`` is all that follows its colon, the blank and the folds included."""
        self._enter(_Part.FIELDS, {None, _Part.FIELDS})
        self._mail.feed(_octets(name) + b":" + _octets(value) + b"\r\n")

    def body(self, octets: bytes) -> None:
        """Takes the next octets of the body; the first ones say that the header is complete."""
        if self._part is not _Part.BODY:
            self._enter(_Part.BODY, {None, _Part.FIELDS})
            self._mail.feed(b"\r\n")
        self._mail.feed(octets)

    def finish(self) -> None:
        """The message is whole."""
        self._enter(_Part.FINISHED, set(_Part) - {_Part.FINISHED} | {None})
        self._mail.finish()

    def findings(self, resolver: Resolver) -> list[Finding]:
        """One finding for each signature field; the first call asks for the keys, all at once."""
        while asked := self._questions():
            self._mail.learn(resolver.ask(asked))
        return self._found()

    async def afindings(self, resolver: AsyncResolver) -> list[Finding]:
        """The same for an event loop."""
        while asked := self._questions():
            self._mail.learn(await resolver.aask(asked))
        return self._found()

    def _questions(self) -> list[Question]:
        if self._part is not _Part.FINISHED:
            raise ParameterError("finish() the message before its findings are asked for")
        return self._mail.questions()

    def _found(self) -> list[Finding]:
        return [Finding._make(parts) for parts in self._mail.findings()]

    def _enter(self, part: _Part, allowed: set[_Part | None]) -> None:
        if self._part not in allowed:
            raise ParameterError(f"{part.value} cannot come after {self._part.value if self._part else 'nothing'}")
        self._part = part


def _octets(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text
