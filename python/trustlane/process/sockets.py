"""Listening sockets: bound here once, or handed over by systemd, and shared by all workers."""

import os
import socket
import stat
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path

Sockets = Mapping[str, Sequence[socket.socket]]
"""The listening sockets by name: the edge's, or the edge's and what is special about them."""

FIRST_FD = 3
"""Where systemd puts the first socket (``SD_LISTEN_FDS_START``)."""

BACKLOG = 512
"""Connections that the kernel may hold while we are busy; more are refused by it and tried again."""

SOCKET_MODE = 0o660
"""Of a UNIX socket: for us and for the group of the MTA."""


def bound(endpoint: str) -> list[socket.socket]:
    """Sockets that listen on ``host:port``, for each address of the host, or ``unix:`` and a path.

    Raises:
        OSError: it cannot be had.
    """
    if endpoint.startswith("unix:"):
        return [_bound_unix(Path(endpoint.removeprefix("unix:")), SOCKET_MODE)]
    host, _, port = endpoint.rpartition(":")
    found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return [_bound_tcp(family, address) for family, _, _, _, address in dict.fromkeys(found)]


def inherited(environment: MutableMapping[str, str]) -> dict[str, list[socket.socket]]:
    """The sockets of systemd by their ``FileDescriptorName=``; none where it gave none to this process.

    The variables are taken away, so that children do not believe them theirs.
    """
    pid = environment.pop("LISTEN_PID", "")
    count = environment.pop("LISTEN_FDS", "0")
    names = environment.pop("LISTEN_FDNAMES", "").split(":")
    if pid != str(os.getpid()) or not count.isdecimal():
        return {}
    sockets: dict[str, list[socket.socket]] = {}
    for number in range(int(count)):
        name = names[number] if number < len(names) else ""
        one = socket.socket(fileno=FIRST_FD + number)
        one.set_inheritable(False)
        sockets.setdefault(name, []).append(one)
    return sockets


def name_of(one: socket.socket) -> str:
    """Where it listens, for people."""
    address = one.getsockname()
    if one.family == socket.AF_UNIX:
        return f"unix:{address}"
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _bound_tcp(family: int, address: object) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)  # type: ignore[arg-type]
        one.listen(BACKLOG)
    except OSError:
        one.close()
        raise
    return one


def _bound_unix(path: Path, mode: int) -> socket.socket:
    """Nobody else can connect before the mode is right. A socket that a dead process left is replaced."""
    _take_away_dead(path)
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o777 & ~mode)
    try:
        one.bind(str(path))
        one.listen(BACKLOG)
    except OSError:
        one.close()
        raise
    finally:
        os.umask(before)
    return one


def _take_away_dead(path: Path) -> None:
    try:
        is_socket = stat.S_ISSOCK(path.stat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise FileExistsError(17, "there is a file of that name which is no socket", str(path))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
