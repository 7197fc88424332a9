"""Knot DNS and Unbound from Debian, on the loopback interface, for as long as a test runs."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rdatatype

HAS_KNOT = shutil.which("knotd") is not None
HAS_UNBOUND = shutil.which("unbound") is not None
START_SECONDS = 20.0


@contextmanager
def knot(folder: Path, zones: Mapping[str, str], signed: frozenset[str] = frozenset()) -> Iterator[int]:
    """An authoritative server; gives its port.

    Args:
        zones: the text of each by its name, with SOA and NS.
        signed: the zones that it signs.
    """
    port = _free_port()
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["server:", f"  listen: 127.0.0.1@{port}", f"  rundir: {folder}", "  udp-workers: 1", "  tcp-workers: 1"]
    lines += ["database:", f"  storage: {folder}", "log:", "  - target: stderr", "    any: warning"]
    lines += ["policy:", "  - id: quick", "    algorithm: ECDSAP256SHA256", "    single-type-signing: on", "zone:"]
    for name, text in zones.items():
        (folder / f"{name}.zone").write_text(text)
        lines += [f"  - domain: {name}.", f"    storage: {folder}", f"    file: {name}.zone", "    zonefile-sync: -1"]
        lines += ["    dnssec-signing: on", "    dnssec-policy: quick"] if name in signed else []
    (folder / "knot.conf").write_text("\n".join([*lines, ""]))
    with _running(["knotd", "-c", str(folder / "knot.conf")], folder):
        for name in zones:
            _wait_for(port, name, "DNSKEY" if name in signed else "SOA")
        yield port


@contextmanager
def unbound(folder: Path, stubs: Mapping[str, int], anchors: Mapping[str, str] | None = None) -> Iterator[int]:
    """A validating resolver; gives its port.

    Args:
        stubs: for each zone the port of its server; the first one must be good.
        anchors: the DNSKEY record of each zone that is to be validated, as text.
    """
    port = _free_port()
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["server:", f"  interface: 127.0.0.1@{port}", "  access-control: 127.0.0.0/8 allow", '  chroot: ""']
    lines += ['  username: ""', f'  directory: "{folder}"', '  pidfile: ""', "  use-syslog: no", "  num-threads: 1"]
    lines += ["  do-not-query-localhost: no", '  module-config: "validator iterator"', "  unblock-lan-zones: yes"]
    lines += ["  insecure-lan-zones: yes", "  do-ip6: no", '  local-zone: "test." nodefault']
    lines += [f'  trust-anchor: "{record}"' for record in (anchors or {}).values()]
    lines += ["remote-control:", "  control-enable: no"]
    for name, stub in stubs.items():
        lines += ["stub-zone:", f'  name: "{name}."', f"  stub-addr: 127.0.0.1@{stub}"]
    (folder / "unbound.conf").write_text("\n".join([*lines, ""]))
    with _running(["unbound", "-d", "-p", "-c", str(folder / "unbound.conf")], folder):
        _wait_for(port, next(iter(stubs)), "SOA")
        yield port


def key_record(port: int, zone: str) -> str:
    """The DNSKEY record of a zone, as a trust anchor has it."""
    response = _asked(port, zone, "DNSKEY")
    keys = next(records for records in response.answer if records.rdtype == dns.rdatatype.DNSKEY)
    return f"{zone}. 3600 IN DNSKEY {keys[0].to_text()}"


@contextmanager
def _running(words: list[str], folder: Path) -> Iterator[None]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_for(port: int, name: str, record_type: str) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        try:
            if _asked(port, name, record_type).answer:
                return
        except (OSError, dns.exception.DNSException):
            pass
        time.sleep(0.02)
    raise AssertionError(f"nobody answers for {name} at port {port}")


def _asked(port: int, name: str, record_type: str) -> dns.message.Message:
    return dns.query.udp(dns.message.make_query(name, record_type), "127.0.0.1", port=port, timeout=0.3)


def _free_port() -> int:
    """One that is free for UDP and TCP alike."""
    with socket.create_server(("127.0.0.1", 0)) as tcp:
        port: int = tcp.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", port))
        return port
