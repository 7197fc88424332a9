"""Peers: other sites that agreed to share what they know, asked by REPUTE (RFC 7070 to 7073).

A template tells how a service is asked; it is fetched once and kept for as long as the service says. A service that
does not answer is left alone for some minutes, so that mail does not wait for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import urlsplit

from trustlane._core import Question
from trustlane.assessment.assessor import Context, Needs, Page
from trustlane.assessment.opinion import Opinion, Reach
from trustlane.assessment.reasons import OPINIONS
from trustlane.assessment.repute.reputon import APPLICATION, MEDIA_TYPE, Malformed, Reputon, read_reputons
from trustlane.assessment.repute.template import (
    DEFAULT_LIFETIME_SECONDS,
    LONGEST_LIFETIME_SECONDS,
    WELL_KNOWN,
    usable,
)
from trustlane.assessment.vouching import subject_of
from trustlane.identities import Identities
from trustlane.ledger import Subject
from trustlane.message import Instant, Session

ASSERTION = "spam"
"""What is asked: whether mail is unwanted (RFC 7073 §3.1). Its 1 is bad: our rating is what is left to 1."""

REPLY_LIFETIME_SECONDS = 3_600.0
"""How long a reply holds that does not say; and at most a day."""

LONGEST_REPLY_SECONDS = 86_400.0

LEFT_ALONE_SECONDS = 300.0
"""How long a service is not asked that did not answer, or not what it should."""

NAMES_ASKED = 2
"""Names of one mail: its author's domain, and who signed it."""

REPLIES_KEPT = 10_000

DEFAULT_CONFIDENCE = 0.5
"""Of a rater that does not say how sure it is."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One service.

    Attributes:
        address: as ``https://rep.example``.
        may_grant: whether its word alone may move a mail to a lane.
        key: what is sent as a bearer token; ``""`` where none is wanted.
    """

    address: str
    may_grant: bool = False
    key: str = field(default="", repr=False)

    @property
    def scheme(self) -> str:
        return urlsplit(self.address).scheme

    @property
    def service(self) -> str:
        """Host, and the port where there is one: what ``{service}`` of its template means."""
        return urlsplit(self.address).netloc

    @property
    def host(self) -> str:
        """What it calls itself as rater."""
        return urlsplit(self.address).hostname or ""


def peer(line: str) -> Peer:
    """One line of the settings: an address, and perhaps ``key=TOKEN`` and ``grants``.

    Raises:
        ValueError: it is none; the text says what is wrong.
    """
    address, *rest = line.split() or [""]
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(f"{address!r} is no address as https://rep.example")
    key, may_grant = "", False
    for word in rest:
        if word == "grants":
            may_grant = True
        elif word.startswith("key=") and len(word) > len("key="):
            key = word.removeprefix("key=")
        else:
            raise ValueError(f"{address}: only key=TOKEN and grants may follow")
    return Peer(f"{parts.scheme}://{parts.netloc}", may_grant, key)


class Peers:
    """Asks services about authenticated names. It remembers templates and replies; any thread may use it."""

    def __init__(self, peers: Sequence[Peer]) -> None:
        self._peers = tuple(peers)
        self._lock = Lock()
        self._templates: dict[str, tuple[bytes, float]] = {}
        self._replies: dict[str, tuple[tuple[Reputon, ...], float]] = {}
        self._left_alone: dict[str, float] = {}

    def subjects(self, _identities: Identities, _context: Context) -> Sequence[Subject]:
        return ()

    def ahead(self, _session: Session, _now: Instant) -> Sequence[Question]:
        return ()

    def needs(self, identities: Identities, context: Context, now: Instant) -> Needs:
        self._learn(identities, context, now)
        return Needs(pages=tuple(self._pages(identities, now)))

    def opine(self, identities: Identities, context: Context, now: Instant) -> list[Opinion]:
        self._learn(identities, context, now)
        return [
            _opinion(peer, reputon, identities, expires)
            for peer in self._peers
            for name, identity in _asked(identities)
            if (address := self._address(peer, name, identity, now))
            for reputons, expires in [self._replies.get(address, ((), 0.0))]
            if expires > now
            for reputon in reputons
            if _is_about(reputon, peer, name, now)
        ]

    def _pages(self, identities: Identities, now: Instant) -> Iterator[str]:
        names = _asked(identities)
        for peer in self._peers:
            if not names or self._left_alone.get(peer.address, 0.0) > now:
                continue
            if self._template(peer, now) is None:
                yield f"{peer.address}{WELL_KNOWN}"
                continue
            for name, identity in names:
                address = self._address(peer, name, identity, now)
                if address and self._replies.get(address, ((), 0.0))[1] <= now:
                    yield address

    def _template(self, peer: Peer, now: Instant) -> bytes | None:
        file, expires = self._templates.get(peer.address, (b"", 0.0))
        return file if expires > now else None

    def _address(self, peer: Peer, name: str, identity: str, now: Instant) -> str | None:
        file = self._template(peer, now)
        if file is None:
            return None
        values = {"application": APPLICATION, "subject": name, "assertion": ASSERTION, "identity": identity}
        return usable(file, peer.scheme, peer.service, values)

    def _learn(self, identities: Identities, context: Context, now: Instant) -> None:
        """What the pages say that came since: templates first, since they tell which page is whose."""
        if not context.pages:
            return
        with self._lock:
            for peer in self._peers:
                if page := context.pages.get(f"{peer.address}{WELL_KNOWN}"):
                    self._learn_template(peer, page, now)
                for name, identity in _asked(identities):
                    address = self._address(peer, name, identity, now)
                    if address and (page := context.pages.get(address)):
                        self._learn_reply(peer, address, page, now)

    def _learn_template(self, peer: Peer, page: Page, now: Instant) -> None:
        """It must be plain text (RFC 7072 §3.2)."""
        if self._template(peer, now) is not None:
            return
        if page.status != 200 or page.content_type != "text/plain":
            self._left_alone[peer.address] = now + LEFT_ALONE_SECONDS
            return
        expires = page.expires if page.expires and page.expires > now else now + DEFAULT_LIFETIME_SECONDS
        self._templates[peer.address] = page.body, min(expires, now + LONGEST_LIFETIME_SECONDS)

    def _learn_reply(self, peer: Peer, address: str, page: Page, now: Instant) -> None:
        if self._replies.get(address, ((), 0.0))[1] > now:
            return
        if page.status != 200 or page.content_type != MEDIA_TYPE:
            self._left_alone[peer.address] = now + LEFT_ALONE_SECONDS
            return
        try:
            reputons = tuple(read_reputons(page.body))
        except Malformed:
            reputons = ()
        ends = [reputon.expires for reputon in reputons if reputon.expires is not None]
        expires = float(min(ends)) if ends else now + REPLY_LIFETIME_SECONDS
        if len(self._replies) >= REPLIES_KEPT:
            self._replies.clear()
        self._replies[address] = reputons, min(max(expires, now + 1.0), now + LONGEST_REPLY_SECONDS)


def _asked(identities: Identities) -> list[tuple[str, str]]:
    """Names with the kind by which they were found (RFC 7073 §3.4): domains that were authenticated, never addresses
    (RFC 7070 §4.1, §8.4)."""
    found = [
        (identity.name, identity.kind)
        for kind in ("rfc5322.from", "dkim")
        for identity in identities.validated
        if identity.kind == kind
    ]
    names = dict.fromkeys(name for name, _ in found)
    return [next(pair for pair in found if pair[0] == name) for name in names][:NAMES_ASKED]


def _is_about(reputon: Reputon, peer: Peer, name: str, now: Instant) -> bool:
    """A reply about another name or assertion, by another rater, or without data is passed over."""
    return (
        reputon.rater.lower() == peer.host
        and reputon.assertion == ASSERTION
        and reputon.rated == name
        and reputon.sample_size != 0
        and (reputon.expires is None or reputon.expires > now)
    )


def _opinion(peer: Peer, reputon: Reputon, identities: Identities, expires: float) -> Opinion:
    reason = OPINIONS.reason(
        "reputed", service=peer.host, name=reputon.rated, assertion=reputon.assertion, rating=reputon.rating
    )
    confidence = DEFAULT_CONFIDENCE if reputon.confidence is None else reputon.confidence
    reach = Reach.TRUSTED_OUTSIDE if peer.may_grant else Reach.OUTSIDE
    return Opinion(
        subject=subject_of(reputon.rated, identities),
        rating=1.0 - reputon.rating,
        confidence=confidence,
        sample_size=float(reputon.sample_size or 0),
        source=f"peer {peer.host}",
        reach=reach,
        reason=reason,
        expires=expires,
    )
