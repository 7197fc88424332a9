"""A real ``trustlane serve`` for tests: its own folder, its own port, killed or stopped as a test wants."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CONFIG = """
[site]
authserv_id = "mx.trustlane.example"
mode = "{mode}"
key = "site.keys"
[relay]
listen = "127.0.0.1:{port}"
hostname = "mx.trustlane.example"
maildir = "Maildir"
next_hop = "{next_hop}"
{relay}
[dns]
zone = "zone.txt"
nameservers = ["127.0.0.1"]
deadline_seconds = 0.2
{ledger}
[process]
{process}
[log]
replay = "replay"
level = "info"
"""

LEDGER = '[ledger]\npath = "ledger.sqlite"'

ZONE = """
example. SOA ns.example. postmaster.client.example. 1 3600 600 86400 60
sender.example. SOA ns.sender.example. postmaster.sender.example. 1 3600 600 86400 60
sender.example. TXT "v=spf1 ip4:127.0.0.0/8 -all"
_dmarc.sender.example. TXT "v=DMARC1; p=reject"
client.example. SOA ns.client.example. postmaster.client.example. 1 3600 600 86400 60
client.example. A 127.0.0.1
in-addr.arpa. SOA ns.client.example. postmaster.client.example. 1 3600 600 86400 60
1.0.0.127.in-addr.arpa. PTR client.example.
"""


@dataclass(slots=True)
class Serving:
    """One running relay; ``ports`` has those of all its edges, by name."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def maildir(self) -> Path:
        return self.folder / "Maildir"

    def mails(self, folder: str = "") -> list[bytes]:
        """The octets of every mail in a folder, new or seen."""
        place = self.maildir / f".{folder}" if folder else self.maildir
        return [file.read_bytes() for part in ("new", "cur") for file in sorted((place / part).glob("*"))]

    @property
    def log(self) -> str:
        return (self.folder / "log.txt").read_text()

    def kill(self) -> None:
        """All of its processes at once, as a machine that loses its power does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def start(
    folder: Path,
    *,
    mode: str = "tag",
    next_hop: str = "",
    relay: str = "",
    process: str = "",
    ledger: str = LEDGER,
    port: int = 0,
) -> Serving:
    """Starts the relay in this folder and waits until it listens."""
    (folder / "zone.txt").write_text(ZONE)
    (folder / "trustlane.toml").write_text(
        CONFIG.format(mode=mode, next_hop=next_hop, relay=relay, process=process, ledger=ledger, port=port)
    )
    command = [sys.executable, "-m", "trustlane", "serve", "--config", str(folder / "trustlane.toml")]
    with (folder / "log.txt").open("ab") as log:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, cwd=folder, start_new_session=True)
    assert running.stdout
    with running.stdout:
        line = running.stdout.readline().decode()
    said = re.search(r"listens on [^ ]*:(\d+) ", line)
    if not said:
        running.wait(timeout=60)
    assert said, f"said {line!r}; {(folder / 'log.txt').read_text()}"
    ports = {name: int(port) for port, name in re.findall(r":(\d+) \((\w+)\)", line)}
    return Serving(folder, int(said[1]), running, ports)


@contextmanager
def serving(
    folder: Path, *, mode: str = "tag", next_hop: str = "", relay: str = "", ledger: str = LEDGER
) -> Iterator[Serving]:
    """A relay for the length of a block."""
    running = start(folder, mode=mode, next_hop=next_hop, relay=relay, ledger=ledger)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.kill()
