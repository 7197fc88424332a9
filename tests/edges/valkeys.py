"""Real servers of Valkey or Redis for tests, on loopback: one alone, three as a cluster, or a primary with
Sentinels."""

import atexit
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from valkey import Valkey
from valkey.exceptions import ValkeyError

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")
SENTINEL = shutil.which("valkey-sentinel") or shutil.which("redis-sentinel")
SLOTS = 16_384


@dataclass(slots=True)
class Server:
    """One process, which can be killed and started again on its port with its files."""

    folder: Path
    port: int
    options: tuple[str, ...] = ()
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        return f"valkey://127.0.0.1:{self.port}"

    def start(self) -> None:
        assert SERVER
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        log = (self.folder / "server.log").open("ab")
        with log:
            self.process = subprocess.Popen([SERVER, *words, *self.options], stdout=log, stderr=log)
        self.wait()

    def wait(self) -> None:
        ends = time.monotonic() + 20
        while not self.answers():
            assert time.monotonic() < ends, (self.folder / "server.log").read_text()
            time.sleep(0.02)

    def answers(self) -> bool:
        try:
            with Valkey(port=self.port, socket_timeout=5) as client:
                return bool(client.ping())
        except (ValkeyError, OSError):
            return False

    def ask(self, *words: str | int) -> Any:
        with Valkey(port=self.port, socket_timeout=5) as client:
            return client.execute_command(*words)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def one(*options: str) -> Iterator[Server]:
    """A server alone, which writes each change to its file before it answers."""
    with ExitStack() as stack:
        yield _started(stack, "--appendonly", "yes", "--appendfsync", "always", *options)


@contextmanager
def cluster() -> Iterator[list[Server]]:
    """Three primaries with all slots among them."""
    with ExitStack() as stack:
        servers = [
            _started(stack, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--appendonly", "no")
            for _ in range(3)
        ]
        for number, server in enumerate(servers):
            server.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            first, last = SLOTS * number // 3, SLOTS * (number + 1) // 3 - 1
            server.ask("CLUSTER", "ADDSLOTSRANGE", first, last)
            servers[0].ask("CLUSTER", "MEET", "127.0.0.1", server.port)
        _until(lambda: all(b"cluster_state:ok" in _info(it) and b"nodes:3" in _info(it) for it in servers))
        yield servers


@contextmanager
def watched() -> Iterator[tuple[Server, Server, list[Server]]]:
    """A primary named ``mymaster``, its replica, and three Sentinels that watch them."""
    with ExitStack() as stack:
        primary = _started(stack)
        replica = _started(stack, "--replicaof", f"127.0.0.1 {primary.port}")
        _until(lambda: "'master_link_status': 'up'" in str(replica.ask("INFO", "replication")))
        sentinels = [_sentinel(stack, primary.port) for _ in range(3)]
        _until(lambda: all(len(it.ask("SENTINEL", "SENTINELS", "mymaster")) == 2 for it in sentinels))
        _until(lambda: all(len(it.ask("SENTINEL", "REPLICAS", "mymaster")) == 1 for it in sentinels))
        yield primary, replica, sentinels


@cache
def shared_server() -> Server:
    """One for all tests of this run; each of them begins with :func:`emptied`."""
    return _at_exit.enter_context(one("--appendonly", "no"))


@cache
def shared_cluster() -> list[Server]:
    return _at_exit.enter_context(cluster())


def emptied(*servers: Server) -> None:
    for server in servers:
        server.ask("FLUSHALL")


_at_exit = ExitStack()
atexit.register(_at_exit.close)


def _started(stack: ExitStack, *options: str) -> Server:
    folder = Path(tempfile.mkdtemp(prefix="trustlane-valkey-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    server = Server(folder, _free_port(), options)
    stack.callback(server.kill)
    server.start()
    return server


def _sentinel(stack: ExitStack, primary_port: int) -> Server:
    folder = Path(tempfile.mkdtemp(prefix="trustlane-sentinel-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    server = Server(folder, _free_port())
    config = folder / "sentinel.conf"
    config.write_text(
        f"port {server.port}\nbind 127.0.0.1\ndir {folder}\n"
        f"sentinel monitor mymaster 127.0.0.1 {primary_port} 2\n"
        "sentinel down-after-milliseconds mymaster 500\nsentinel failover-timeout mymaster 3000\n"
    )
    stack.callback(server.kill)
    assert SENTINEL
    with (folder / "server.log").open("ab") as log:
        server.process = subprocess.Popen([SENTINEL, str(config)], stdout=log, stderr=log)
    server.wait()
    return server


def _info(server: Server) -> bytes:
    info = server.ask("CLUSTER", "INFO")
    return repr(info).replace("'", "").replace(": ", ":").encode()


def _until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.05)


def _free_port() -> int:
    """Below 55536, since a cluster's nodes talk on a port 10000 higher."""
    while True:
        with socket.socket() as it:
            it.bind(("127.0.0.1", 0))
            port = int(it.getsockname()[1])
        if port < 55_536:
            return port
