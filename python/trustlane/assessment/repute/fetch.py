"""Pages over HTTP, by the standard library: the real adapter of the port that peers are asked through."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Protocol
from urllib.parse import urlsplit

from trustlane.assessment.assessor import Page
from trustlane.assessment.repute.reputon import MOST_OCTETS

DEADLINE_SECONDS = 2.0
"""For one page. Mail waits for it, so it must stay far below what a client waits (10 minutes, RFC 5321 §4.5.3.2.6); and
a service that is any good answers in a tenth of it."""

AT_ONCE = 8
"""Pages under way at once in one call."""


class HttpFetcher:
    """Gets pages without following redirections: a service answers for itself."""

    def __init__(self, keys: Mapping[str, str], deadline_seconds: float = DEADLINE_SECONDS) -> None:
        """
        Args:
            keys: by host, what is sent as a bearer token (RFC 6750 §2.1).
        """
        self._keys = dict(keys)
        self._deadline_seconds = deadline_seconds

    def fetch(self, addresses: Sequence[str]) -> Mapping[str, Page]:
        if len(addresses) == 1:
            return {addresses[0]: self._page(addresses[0])}
        with ThreadPoolExecutor(AT_ONCE, "trustlane-http") as threads:
            return dict(zip(addresses, threads.map(self._page, addresses), strict=True))

    def _page(self, address: str) -> Page:
        # urllib takes 30 ms to load: only those wait for it who ask.
        from urllib.error import HTTPError
        from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

        class Stay(HTTPRedirectHandler):
            def redirect_request(self, *_: object) -> None:
                return None

        headers = {"Accept": "application/reputon+json, text/plain"}
        if key := self._keys.get(urlsplit(address).hostname or ""):
            headers["Authorization"] = f"Bearer {key}"
        opener = build_opener(Stay, ProxyHandler({}))
        ends = monotonic() + self._deadline_seconds
        try:
            with opener.open(Request(address, headers=headers), timeout=self._deadline_seconds) as reply:  # noqa: S310
                kind, expires = reply.headers.get_content_type(), _instant(reply.headers.get("Expires"))
                return Page(reply.status, kind, _body(reply, ends), expires)
        except HTTPError as error:
            with error:
                return Page(error.code)
        except (OSError, ValueError):
            return Page(0)


class _Reads(Protocol):
    def read1(self, octets: int) -> bytes: ...


def _body(reply: _Reads, ends: float) -> bytes:
    """No more than is wanted, and no longer than there is time: each read has the deadline anew.

    Raises:
        TimeoutError: it drips.
    """
    body = b""
    while len(body) <= MOST_OCTETS and (part := reply.read1(MOST_OCTETS + 1 - len(body))):
        body += part
        if monotonic() > ends:
            raise TimeoutError
    return body


def _instant(date: str | None) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except (ValueError, TypeError, OverflowError):
        return None
