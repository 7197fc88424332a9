"""Valkey as it fails: killed, hung, flushed, failing over. Mail flows, and nothing acknowledged is lost."""

import re
import signal
import time
from collections.abc import Sequence
from email import message_from_bytes
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.edges import valkeys
from tests.edges.cli.running import said, trustlane
from tests.edges.serving import serving
from tests.edges.test_serve import LETTER, send

from trustlane.errors import LedgerError
from trustlane.ledger import Kind, Observation, Subject
from trustlane.ledger.port import Remembered
from trustlane.ledger.valkey import ValkeyLedger, Where
from trustlane.ledger.valkey.counting import Counting
from trustlane.ledger.valkey.servers import REST_SECONDS, Call, Servers

pytestmark = pytest.mark.skipif(not valkeys.SERVER, reason="neither valkey-server nor redis-server is installed")

NOW = 1_800_000_000.0
EXAMPLE = Subject("dkim", "example.com")
ANN = Subject("address", "ann@example.com")
JUNK = Observation(Kind.JUNK, NOW, (EXAMPLE,))


def test_the_server_dies_in_the_middle_of_mail_and_comes_back(tmp_path: Path) -> None:
    with valkeys.one() as server:
        settings = f'[ledger]\nstore = "valkey"\nurls = ["{server.url}"]\n'
        with serving(tmp_path, ledger=settings) as relay:
            assert send(relay.port, LETTER % b"1").startswith("250")
            assert mails_of(tmp_path, "sender.example") == 1
            server.kill()
            for number in range(3):
                assert send(relay.port, LETTER % b"down%d" % number).startswith("250 2.0.0 open lane")
            held = [mail for mail in relay.mails("Open") if b"the ledger cannot be read" in mail]
            assert len(held) == 3
            assert (
                trustlane("learn", "--junk", str(a_file(relay.mails("Open")[0], tmp_path)), cwd=tmp_path).returncode
                == 2
            )
            server.start()
            time.sleep(REST_SECONDS)
            assert send(relay.port, LETTER % b"2").startswith("250")
            last = [mail for mail in relay.mails("Open") if b"<2@sender.example>" in mail]
            assert b"the ledger cannot be read" not in last[0]
            relay.stop()
            failures = re.findall(r"the ledger failed (\d+) time", (tmp_path / "log.txt").read_text())
            assert sum(map(int, failures)) == 3, "each worker tells its own"
        assert mails_of(tmp_path, "sender.example") == 2, "what was acknowledged before is still there"


def mails_of(folder: Path, name: str) -> int:
    (line,) = [it for it in said("standing", "show", name, cwd=folder).splitlines() if "rfc5322.from" in it]
    return int(line.split(": ")[1].split()[0])


def a_file(octets: bytes, folder: Path) -> Path:
    assert message_from_bytes(octets)["Trust-Lane"]
    (folder / "mail.eml").write_bytes(octets)
    return folder / "mail.eml"


def test_a_server_that_hangs_costs_its_timeout_once_and_then_a_moment_of_rest() -> None:
    with valkeys.one() as server:
        ledger = ValkeyLedger(Where([server.url], timeout_seconds=0.2))
        ledger.write([JUNK])
        assert server.process
        server.process.send_signal(signal.SIGSTOP)
        with pytest.raises(LedgerError, match="cannot be used"):
            ledger.read([EXAMPLE])
        with pytest.raises(LedgerError, match="failed a moment ago"):
            ledger.read([EXAMPLE])
        server.process.send_signal(signal.SIGCONT)
        time.sleep(REST_SECONDS)
        assert ledger.read([EXAMPLE])[EXAMPLE].bad == 1.0
        ledger.close()
        for use in (lambda: ledger.read([EXAMPLE]), lambda: ledger.write([JUNK]), lambda: list(ledger.everybody())):
            with pytest.raises(LedgerError, match="closed"):
                use()


def test_relays_that_write_at_once_lose_no_update() -> None:
    server = valkeys.shared_server()
    valkeys.emptied(server)
    relays = [ValkeyLedger(Where([server.url])) for _ in range(4)]

    def work(number: int) -> None:
        for turn in range(25):
            relays[number].write([Observation(Kind.MAIL, NOW, (EXAMPLE,), f"{number}-{turn}"), JUNK])

    threads = [Thread(target=work, args=(number,)) for number in range(len(relays))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for relay in relays:
        history = relay.read([EXAMPLE])[EXAMPLE]
        assert (history.mails, history.bad) == (100, 100.0)
        relay.close()


def test_functions_that_were_flushed_are_loaded_again() -> None:
    server = valkeys.shared_server()
    valkeys.emptied(server)
    ledger = ValkeyLedger(Where([server.url]))
    for _ in range(2):
        server.ask("FUNCTION", "FLUSH")
        assert ledger.write([JUNK]) == 1
    assert ledger.read([EXAMPLE])[EXAMPLE].bad == 2.0
    ledger.close()


def test_a_password_is_sent_and_never_shown() -> None:
    with valkeys.one() as server:
        server.ask("CONFIG", "SET", "requirepass", "secret")
        right = ValkeyLedger(Where([server.url.replace("//", "//:secret@")]))
        assert right.write([JUNK]) == 1
        right.close()
        wrong = ValkeyLedger(Where([server.url.replace("//", "//:guess@")]))
        with pytest.raises(LedgerError) as error:
            wrong.read([EXAMPLE])
        assert "guess" not in str(error.value)
        wrong.close()


class Failing(Servers):
    """Servers that a relay reaches for this many trips; then it dies."""

    def __init__(self, where: Where, trips: int) -> None:
        super().__init__(where)
        self.trips = trips

    def together(self, calls: Sequence[Call], *, from_replica: bool = False) -> list[Any]:
        if not self.trips:
            raise LedgerError("killed here")
        self.trips -= 1
        return super().together(calls, from_replica=from_replica)


@pytest.mark.parametrize("kind", [Kind.COMPLAINT, Kind.TRAP])
@pytest.mark.parametrize("trips", [0, 1, 2])
def test_a_report_cut_off_in_the_middle_counts_once_when_it_comes_again(kind: Kind, trips: int) -> None:
    """The relay died before it acknowledged, so the reporter sends the report again."""
    server = valkeys.shared_server()
    valkeys.emptied(server)
    complaint = Observation(kind, NOW, (EXAMPLE, ANN), "a1", "bob" if kind is Kind.COMPLAINT else "")
    with pytest.raises(LedgerError, match="killed here"):
        Counting(Failing(Where([server.url]), trips), NOW).count([complaint, complaint])
    ledger = ValkeyLedger(Where([server.url]))
    ledger.write([complaint])
    ledger.write([complaint])
    once = ValkeyLedger(Where([server.url]))
    histories = once.read([EXAMPLE, ANN])
    assert {history.bad for history in histories.values()} == {0.25 if kind is Kind.COMPLAINT else 10.0}
    ledger.close()
    once.close()


def test_sentinels_name_the_primary_and_its_replica_may_be_read() -> None:
    if not valkeys.SENTINEL:
        pytest.skip("neither valkey-sentinel nor redis-sentinel is installed")
    with valkeys.watched() as (primary, replica, sentinels):
        where = Where([it.url for it in sentinels], sentinel="mymaster", timeout_seconds=0.5)
        ledger = ValkeyLedger(where)
        assert ledger.write([JUNK], [Remembered("a1", NOW, "open", "deliver", (EXAMPLE,), "")]) == 1
        primary.ask("WAIT", 1, 5_000)
        reading = ValkeyLedger(Where(where.urls, "mymaster", reads_replicas=True))
        assert reading.read([EXAMPLE])[EXAMPLE].bad == 1.0
        asked = int(replica.ask("INFO", "commandstats")["cmdstat_get"]["calls"])
        assert asked == 1, "the replica answered"
        primary.kill()
        until_written(ledger, JUNK)
        assert ledger.read([EXAMPLE])[EXAMPLE].bad == 2.0, "what the former primary had is there"
        assert replica.ask("ROLE")[0] == b"master"
        ledger.close()
        reading.close()


def test_a_node_of_a_cluster_dies_and_comes_back() -> None:
    """What stands on it cannot be read meanwhile; that is a LedgerError and nothing worse."""
    with valkeys.cluster() as servers:
        ledger = ValkeyLedger(Where([it.url for it in servers], is_cluster=True, timeout_seconds=0.5))
        subjects = [Subject("dkim", f"{number}.example") for number in range(30)]
        ledger.write([Observation(Kind.MAIL, NOW, tuple(subjects))])
        assert len(ledger.read(subjects)) == 30
        assert all(int(it.ask("DBSIZE")) > 3 for it in servers), "histories stand on all nodes"
        servers[1].kill()
        with pytest.raises(LedgerError):
            ledger.read(subjects)
        servers[1].start()
        until_written(ledger, Observation(Kind.MAIL, NOW, tuple(subjects)))
        assert len(ledger.read(subjects)) == 30
        ledger.close()


def until_written(ledger: ValkeyLedger, observation: Observation) -> None:
    ends = time.monotonic() + 30
    while True:
        try:
            ledger.write([observation])
        except LedgerError:
            assert time.monotonic() < ends
            time.sleep(0.2)
        else:
            return
