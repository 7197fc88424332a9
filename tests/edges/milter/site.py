"""A site with our milter in it: zone, ledger, keys, and the filter of them."""

import asyncio
import threading
import time
from collections.abc import Coroutine
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from trustlane._core import sign
from trustlane.delivery import Reply
from trustlane.delivery.replay import ReplayFiles
from trustlane.dns import AsyncResolver
from trustlane.dns.zone import ZoneResolver
from trustlane.keys import KeyRing, StoredKey, key_record
from trustlane.lanes import Mode, Policy
from trustlane.ledger import Kind, Observation, Subject
from trustlane.ledger.memory import MemoryLedger
from trustlane.message import Transaction
from trustlane.milter.direction import OurMail
from trustlane.milter.filter import Filter
from trustlane.milter.inbound import Inbound
from trustlane.milter.limits import Limits
from trustlane.milter.outbound import Outbound
from trustlane.milter.server import MilterServer
from trustlane.process.sockets import bound
from trustlane.smtp.server import SmtpServer

NOW = 1_700_000_000
AUTHSERV_ID = "mx.site.example"
PRIVATE = (Path(__file__).parents[3] / "examples/keys/one.meridian.example.pem").read_text()
KEY = StoredKey("firm.example", "s1", PRIVATE, 0)
OUR_KEY = StoredKey("site.example", "out", PRIVATE, 0)

LETTER = b"From: Ann <ann@firm.example>\r\nTo: bob@site.example\r\nSubject: hi\r\n\r\nHello\r\n"
OUR_LETTER = LETTER.replace(b"ann@firm.example", b"bob@site.example")


def zone() -> ZoneResolver:
    return ZoneResolver.from_text(
        f's1._domainkey.firm.example. TXT "{key_record(KEY.signing_key)}"\n'
        f'out._domainkey.site.example. TXT "{key_record(OUR_KEY.signing_key)}"\n'
        '_dmarc.firm.example. TXT "v=DMARC1; p=reject"\n'
        'firm.example. TXT "v=spf1 ip4:192.0.2.1 -all"\n'
    )


def signed(letter: bytes = LETTER) -> bytes:
    return sign(letter, domain="firm.example", selector="s1", key=PRIVATE, now=NOW) + letter


def ledger_with(kind: Kind, count: int) -> MemoryLedger:
    """A ledger in which firm.example has this past."""
    ledger = MemoryLedger()
    subject = Subject("rfc5322.from", "firm.example")
    ledger.write([Observation(kind, NOW - 100_000, (subject,))] * count)
    return ledger


def filter_of(
    replay: Path,
    *,
    mode: Mode = Mode.ENFORCE,
    ledger: MemoryLedger | None = None,
    resolver: AsyncResolver | None = None,
    networks: tuple[str, ...] = (),
) -> Filter:
    files = ReplayFiles(replay)
    inbound = Inbound(
        authserv_id=AUTHSERV_ID,
        resolver=resolver or zone(),
        ledger=ledger or MemoryLedger(),
        policy=Policy(mode=mode),
        replay=files,
        clock=lambda: NOW,
    )
    outbound = Outbound(AUTHSERV_ID, lambda: KeyRing([OUR_KEY]), files, lambda: NOW)
    return Filter(OurMail(networks=[ip_network(network) for network in networks]), inbound, outbound)


class Running:
    """An event loop on a thread of its own, for tests that wait for other programs."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(30)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


class RunningSink(Running):
    """An SMTP server that keeps what it gets."""

    def __init__(self) -> None:
        super().__init__()
        self._mails: list[bytes] = []
        self._server = SmtpServer(self._receive, lambda mail: None, "sink.example")
        self.port = int(self.run(self._server.start())[1])

    @property
    def count(self) -> int:
        return len(self._mails)

    def mails(self, count: int, seconds: float = 20.0) -> list[bytes]:
        """Waits until so many have come."""
        ends = time.monotonic() + seconds
        while self.count < count and time.monotonic() < ends:
            time.sleep(0.02)
        assert self.count >= count, f"{self.count} of {count} mails came"
        return self._mails

    def close(self) -> None:
        self.run(self._server.close(drain_seconds=5))
        self.end()

    async def _receive(self, mail: Transaction) -> Reply:
        self._mails.append(mail.message)
        return Reply(250, "2.0.0", "Taken")


class RunningMilter(Running):
    """A milter server."""

    def __init__(self, filter_: Filter, limits: Limits | None = None) -> None:
        super().__init__()
        self.server = MilterServer(filter_.begin, limits)

    def listen(self, port: int = 0) -> int:
        return self.run(self.server.listen(port=port))[1]

    def listen_unix(self, path: Path) -> None:
        (listening,) = bound(f"unix:{path}")
        self.run(self.server.listen_on(listening))

    def close(self) -> None:
        self.run(self.server.close(drain_seconds=5))
        self.end()
