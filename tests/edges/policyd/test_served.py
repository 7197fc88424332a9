"""``trustlane serve`` answers policy requests as its settings say."""

import signal
import socket
import time
from pathlib import Path

from tests.edges.policyd.asking import asking, octets
from tests.edges.serving import LEDGER, start

POLICY = """
[policy]
listen = ["127.0.0.1:0"]
our_networks = []
spf_fail = "{}"
"""


def action(port: int) -> str:
    """What is answered about a client that the sender's domain does not want."""
    attributes = asking(sender="ann@sender.example", helo_name="client.example", client_address="192.0.2.99")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(octets(attributes))
        with connection.makefile() as file:
            return file.readline().removeprefix("action=").split()[0]


def test_settings_hold_and_are_read_again(tmp_path: Path) -> None:
    running = start(tmp_path, mode="enforce", process="workers = 2", ledger=LEDGER + POLICY.format("reject"))
    try:
        port = running.ports["policy"]
        assert [action(port) for _ in range(4)] == ["550"] * 4
        settings = tmp_path / "trustlane.toml"
        settings.write_text(settings.read_text().replace('spf_fail = "reject"', 'spf_fail = "defer"'))
        running.process.send_signal(signal.SIGHUP)
        ends = time.monotonic() + 20
        while {action(port) for _ in range(8)} != {"DEFER_IF_PERMIT"} and time.monotonic() < ends:
            time.sleep(0.05)
        assert action(port) == "DEFER_IF_PERMIT"
        assert "policy state='RCPT' client=192.0.2.99 from='ann@sender.example'" in running.log
        assert "why='policy.spf-fail'" in running.log
    finally:
        assert running.stop() == 0
