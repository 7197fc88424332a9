"""The service: what this site tells others of names, as request and reply without any socket.

It tells of domains and networks, never of addresses, pairs or correspondents; only to those who have a key, only so
often, and only where so much mail was seen that nobody's own habits can be read from it (RFC 7070 §8.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from hmac import compare_digest
from ipaddress import ip_address
from threading import Lock
from urllib.parse import parse_qs, unquote, urlsplit

from trustlane.assessment.assess import standing_of, subjects_needed
from trustlane.assessment.repute.reputon import APPLICATION, MEDIA_TYPE, Reputon, write_reputons
from trustlane.assessment.repute.template import WELL_KNOWN
from trustlane.assessment.standing import Standing, Thresholds
from trustlane.errors import LedgerError
from trustlane.identities import network_of
from trustlane.ledger import Ledger, Subject
from trustlane.message import Instant

LEAST_MAILS = 100
"""Mails of a name before anything is told of it: fewer may be one person's letters."""

LEAST_EVIDENCE = 30.0
"""Weight of what was said of it: so much comes from a dozen people at least."""

REPLY_SECONDS = 3_600
"""How long a reply holds, by HTTP and by its reputons (RFC 7072 §3.4). Its numbers are rounded, and asking more often
would show single mails."""

TEMPLATE_SECONDS = 86_400

QUESTIONS_A_MINUTE = 600
"""Of one key: a site with ten mails a second, each of a new name."""

LONGEST_PATH = 1_024


@dataclass(frozen=True, slots=True)
class Request:
    """One request of HTTP: its target (RFC 9112 §3.2) and the bearer token, if it has one."""

    target: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What is to be sent."""

    status: int
    content_type: str = "text/plain"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """How much may be told.

    Attributes:
        service: our host, which is the rater, with the port where it is not the usual one.
        scheme: ``https``, or ``http`` for trials.
        keys: by name of the peer, its token.
        questions_a_minute: of one peer.
        least_mails, least_evidence: less than that is no data.
    """

    service: str
    keys: Mapping[str, str]
    scheme: str = "https"
    questions_a_minute: int = QUESTIONS_A_MINUTE
    least_mails: int = LEAST_MAILS
    least_evidence: float = LEAST_EVIDENCE


class ReputeService:
    """Answers requests from a ledger. Any thread may call it."""

    def __init__(self, told: Told, ledger: Ledger, thresholds: Thresholds) -> None:
        self._told = told
        self._ledger = ledger
        self._thresholds = thresholds
        self._lock = Lock()
        self._asked: dict[str, tuple[int, int]] = {}

    def answer(self, request: Request, now: Instant) -> Response:
        """The reply. Never raises for what is in a request."""
        if len(request.target) > LONGEST_PATH:
            return Response(414)
        path, query = _split(request.target)
        if path == WELL_KNOWN:
            return self._template(now)
        peer = self._peer(request.token)
        if peer is None:
            return Response(401, headers={"WWW-Authenticate": "Bearer"})
        if wait := self._must_wait(peer, now):
            return Response(429, headers={"Retry-After": str(wait)})
        parts = path.split("/")
        # A server that does not know an application says 404 (RFC 7072 §3.1).
        if len(parts) != 4 or parts[1] != "repute" or parts[2] != APPLICATION:
            return Response(404)
        try:
            return self._reputation(unquote(parts[3]).lower(), query, now)
        except LedgerError:
            return Response(503)

    def _template(self, now: Instant) -> Response:
        address = f"{self._told.scheme}://{{service}}/repute/{{application}}/{{subject}}{{?assertion,identity}}\r\n"
        headers = {"Expires": formatdate(now + TEMPLATE_SECONDS, usegmt=True)}
        return Response(200, "text/plain", address.encode("ascii"), headers)

    def _peer(self, token: str | None) -> str | None:
        if not token:
            return None
        found = [name for name, key in self._told.keys.items() if compare_digest(key.encode(), token.encode())]
        return found[0] if found else None

    def _must_wait(self, peer: str, now: Instant) -> int:
        """Seconds until the next minute, where this one's questions are used up."""
        minute = int(now // 60)
        with self._lock:
            of_minute, questions = self._asked.get(peer, (minute, 0))
            questions = questions + 1 if of_minute == minute else 1
            self._asked[peer] = minute, questions
        return 60 - int(now % 60) if questions > self._told.questions_a_minute else 0

    def _reputation(self, name: str, query: Mapping[str, list[str]], now: Instant) -> Response:
        identity = query.get("identity", [""])[0]
        assertion = query.get("assertion", [ASSERTION])[0].lower()
        expires = int(now) + REPLY_SECONDS
        reputons = []
        if assertion == ASSERTION:
            told = [found for subject in _subjects(name, identity) if (found := self._told_of(subject, now))]
            reputons = [self._reputon(name, kind, standing, int(now), expires) for kind, standing in told[:1]]
        headers = {"Expires": formatdate(expires, usegmt=True)}
        return Response(200, MEDIA_TYPE, write_reputons(reputons), headers)

    def _told_of(self, subject: Subject, now: Instant) -> tuple[str, Standing] | None:
        """The standing of a name of which enough is known to tell it."""
        histories = self._ledger.read(subjects_needed([subject]))
        history = histories.get(subject)
        if history is None or history.mails < self._told.least_mails:
            return None
        standing = standing_of(subject, histories, now, self._thresholds)
        return (subject.kind, standing) if standing.sample_size >= self._told.least_evidence else None

    def _reputon(self, name: str, kind: str, standing: Standing, now: int, expires: int) -> Reputon:
        """Rounded, so that one mail more or less does not show."""
        return Reputon(
            rater=self._told.service.partition(":")[0],
            assertion=ASSERTION,
            rated=name,
            rating=round(1.0 - standing.rating, 2),
            confidence=round(standing.confidence, 2),
            sample_size=int(round(standing.sample_size, -1)),
            generated=now,
            expires=expires,
            identity=kind if kind != "network" else ("ipv6" if ":" in name else "ipv4"),
        )


ASSERTION = "spam"
"""The one assertion that our ledger supports (RFC 7073 §3.1). Of others there is no data."""

_KINDS = {
    "dkim": ("dkim",),
    "spf": ("spf", "rfc5321.helo"),
    "rfc5322.from": ("rfc5322.from",),
    "rfc5321.helo": ("rfc5321.helo",),
    "rfc5321.mailfrom": ("spf",),
    "": ("rfc5322.from", "dkim", "spf"),
}
"""What each identity of RFC 7073 §3.2 is among our subjects; without one, the strongest of which there is data."""


def _subjects(name: str, identity: str) -> list[Subject]:
    if identity in ("ipv4", "ipv6") or (not identity and _is_address(name)):
        network = network_of(name)
        return [Subject("network", network)] if network else []
    return [Subject(kind, name) for kind in _KINDS.get(identity, ())]


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _split(target: str) -> tuple[str, Mapping[str, list[str]]]:
    try:
        parts = urlsplit(target)
        return parts.path, parse_qs(parts.query, max_num_fields=10)
    except ValueError:
        return "", {}
