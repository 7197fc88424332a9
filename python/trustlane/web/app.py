"""Routes, and what every answer has in common."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import formatdate

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from trustlane.assessment.repute.serve import ReputeService
from trustlane.assessment.repute.serve import Request as Question
from trustlane.assessment.repute.template import WELL_KNOWN
from trustlane.errors import LedgerError
from trustlane.keys.api import CHECK, ApiKeys, hashed
from trustlane.ledger import Subject
from trustlane.web.body import message_and_told
from trustlane.web.check import Checker
from trustlane.web.envelope import asked
from trustlane.web.limits import Limits
from trustlane.web.openapi import description
from trustlane.web.problem import Problem, internal_error, no_key, too_busy, too_often
from trustlane.web.rates import Rates

log = logging.getLogger(__name__)

NOBODY = Subject("rfc5322.from", "ready.invalid")
"""Whose history is read to see whether the ledger answers (a name in .invalid is nobody's)."""


@dataclass(frozen=True, slots=True)
class Site:
    """What answers are made with; new settings make another one.

    Attributes:
        repute: what peers are told; ``None`` tells nobody anything.
    """

    checker: Checker
    keys: ApiKeys
    limits: Limits
    repute: ReputeService | None = None


@dataclass(slots=True)
class Service:
    """What goes on from request to request in one worker."""

    site: Callable[[], Site]
    rates: Rates = field(default_factory=Rates)
    in_flight: int = 0
    is_draining: bool = False

    def app(self) -> Starlette:
        routes = [
            ("/v1/check", self._check, "POST"),
            ("/openapi.json", self._openapi, "GET"),
            ("/healthz", self._healthz, "GET"),
            ("/readyz", self._readyz, "GET"),
            (WELL_KNOWN, self._repute, "GET"),
            ("/repute/{rest:path}", self._repute, "GET"),
        ]
        return Starlette(routes=[Route(path, self._answered(to), methods=[method]) for path, to, method in routes])

    def _answered(self, to: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                response = await to(request)
            except Problem as problem:
                response = _told(problem)
            except Exception:
                log.exception("our own error")
                response = _told(internal_error())
            response.headers["Date"] = formatdate(self.site().checker.clock(), usegmt=True)
            return response

        return answer

    async def _check(self, request: Request) -> Response:
        site = self.site()
        owner = site.keys.owner(_token(request), CHECK)
        if owner is None:
            raise no_key()
        if seconds := self.rates.wait_seconds(owner, site.limits.checks_a_minute, site.checker.clock()):
            raise too_often(seconds)
        if self.in_flight >= site.limits.max_in_flight:
            raise too_busy()
        self.in_flight += 1
        try:
            return await _checked(request, site)
        finally:
            self.in_flight -= 1

    async def _openapi(self, request: Request) -> Response:
        return JSONResponse(description(self.site().limits))

    async def _healthz(self, request: Request) -> Response:
        """The process lives."""
        return PlainTextResponse("ok\n")

    async def _readyz(self, request: Request) -> Response:
        """Mail may be sent here: the ledger can be read, and we are not about to end."""
        if self.is_draining:
            return PlainTextResponse("draining\n", 503)
        try:
            await self.site().checker.ledger.aread([NOBODY])
        except LedgerError:
            return PlainTextResponse("the ledger cannot be read\n", 503)
        return PlainTextResponse("ok\n")

    async def _repute(self, request: Request) -> Response:
        site = self.site()
        if site.repute is None:
            return Response(status_code=404)
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        token = _token(request)
        wanted = Question(target, hashed(token) if token else None)
        found = await asyncio.to_thread(site.repute.answer, wanted, site.checker.clock())
        return Response(found.body, found.status, dict(found.headers), found.content_type)


async def _checked(request: Request, site: Site) -> Response:
    message, told = await message_and_told(request, site.limits.max_octets, site.limits.request_seconds)
    mail = asked(message, told)
    try:
        return JSONResponse(await site.checker.check(mail))
    except Exception:
        log.exception("our own error; the mail is kept in %s", site.checker.keep(mail))
        return _told(internal_error())


def _told(problem: Problem) -> Response:
    return JSONResponse({"error": problem.code, "text": problem.text}, problem.status, dict(problem.headers))


def _token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
