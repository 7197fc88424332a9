"""Servers: one, a Sentinel's, or a cluster; calls go out together, and trouble comes back as LedgerError.

A server that failed is left alone for a moment, so that a mail does not wait for each of its questions in turn.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from trustlane.errors import LedgerError
from trustlane.ledger.valkey.functions import LIBRARY

try:
    from valkey import Valkey
    from valkey.backoff import NoBackoff
    from valkey.cluster import ClusterNode, ValkeyCluster
    from valkey.exceptions import ValkeyError
    from valkey.retry import Retry
    from valkey.sentinel import Sentinel
except ImportError as error:
    raise LedgerError("the store valkey needs an extra: pip install 'trustlane[valkey]'") from error

Call = tuple[bytes | str | int | float, ...]
"""One command; its key is the second word, of FCALL the fourth."""

REST_SECONDS = 0.5
"""How long a server that failed is not asked. Its clients' timeout is longer, so mail waits for it once, not each
time."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where the servers are.

    Attributes:
        urls: ``valkey://host:port/db`` of one server, or some of a cluster; of Sentinels, one a piece.
        sentinel: the name of the primary that Sentinels watch; ``""`` where there are none.
        is_cluster: whether the urls are nodes of a cluster.
        reads_replicas: whether histories may be read from replicas, which lag a little behind.
        timeout_seconds: how long one server may take to connect, and to answer.
    """

    urls: Sequence[str]
    sentinel: str = ""
    is_cluster: bool = False
    reads_replicas: bool = False
    timeout_seconds: float = 1.0


class Servers:
    """Any thread may use it."""

    def __init__(self, where: Where) -> None:
        """Connects at the first call.

        Raises:
            LedgerError: the url is none.
        """
        self._where = where
        self._rests_until = 0.0
        self._primary: Any = None
        self._replica: Any = None
        for url in where.urls:
            if urlsplit(url).scheme not in ("valkey", "valkeys", "redis", "rediss", "unix"):
                raise LedgerError(f"{url} is no url of a server; write valkey://127.0.0.1:6379")

    def together(self, calls: Sequence[Call], *, from_replica: bool = False) -> list[Any]:
        """The answers to all calls, sent at once.

        Raises:
            LedgerError: a server cannot be reached in time, or refuses.
        """
        if not calls:
            return []
        with self._saying():
            client = self._reading() if from_replica else self._writing()
            answers = self._sent(client, calls)
            if any(_misses_function(answer) for answer in answers):
                client.function_load(LIBRARY, replace=True)
                again = [number for number, answer in enumerate(answers) if _misses_function(answer)]
                for number, answer in zip(again, self._sent(client, [calls[it] for it in again]), strict=True):
                    answers[number] = answer
            for answer in answers:
                if isinstance(answer, Exception):
                    raise answer
            return answers

    def keys(self, pattern: bytes) -> Iterator[bytes]:
        """Every key like this, of all servers; what changes meanwhile may come or not.

        Raises:
            LedgerError: as :meth:`together`.
        """
        with self._saying():
            yield from self._writing().scan_iter(match=pattern, count=1_000)

    def how_many(self) -> int:
        """Keys of all servers, whosever they are.

        Raises:
            LedgerError: as :meth:`together`.
        """
        with self._saying():
            return int(self._writing().dbsize())

    def close(self) -> None:
        for client in (self._primary, self._replica):
            if client is not None:
                client.close()
        self._rests_until = float("inf")

    def _sent(self, client: Any, calls: Sequence[Call]) -> list[Any]:
        if not self._where.is_cluster:
            pipeline = client.pipeline(transaction=False)
            for call in calls:
                pipeline.execute_command(*call)
        else:
            pipeline = client.pipeline()
            for call in calls:
                key = call[3] if call[0] == "FCALL" else call[1]
                # Told the node, the library need not ask a server where the key of an FCALL stands.
                options = {"target_nodes": client.get_node_from_key(key)} if call[0] == "FCALL" else {}
                pipeline.execute_command(*call, **options)
        return list(pipeline.execute(raise_on_error=False))

    def _writing(self) -> Any:
        if self._primary is None:
            self._primary = self._connected(replica=False)
        return self._primary

    def _reading(self) -> Any:
        if not self._where.reads_replicas:
            return self._writing()
        if self._replica is None:
            self._replica = self._connected(replica=True)
        return self._replica

    def _connected(self, *, replica: bool) -> Any:
        seconds, urls = self._where.timeout_seconds, self._where.urls
        options: dict[str, Any] = {
            "socket_timeout": seconds,
            "socket_connect_timeout": seconds,
            "retry": Retry(NoBackoff(), 1),
        }
        if self._where.is_cluster:
            nodes = [_untyped(ClusterNode)(*_address(url)) for url in urls]
            login = _login(urls[0])
            return ValkeyCluster(
                startup_nodes=nodes, read_from_replicas=replica, cluster_error_retry_attempts=1, **options, **login
            )
        if self._where.sentinel:
            sentinel = _untyped(Sentinel)(
                [_address(url) for url in urls], sentinel_kwargs=options, **options, **_login(urls[0])
            )
            found = sentinel.slave_for if replica else sentinel.master_for
            return found(self._where.sentinel)
        return _untyped(Valkey.from_url)(urls[-1] if replica else urls[0], **options)

    @contextmanager
    def _saying(self) -> Iterator[None]:
        if monotonic() < self._rests_until:
            raise LedgerError(f"{self._name()} failed a moment ago")
        try:
            yield
        except (ValkeyError, OSError) as error:
            self._rests_until = max(self._rests_until, monotonic() + REST_SECONDS)
            raise LedgerError(f"{self._name()} cannot be used: {error}") from error

    def _name(self) -> str:
        """The servers without their passwords."""
        return ", ".join("{}:{}".format(*_address(url)) for url in self._where.urls)


def _untyped(made: Any) -> Any:
    """The library has no types for these."""
    return made


def _misses_function(answer: Any) -> bool:
    return isinstance(answer, ValkeyError) and "Function not found" in str(answer)


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or parts.path, parts.port or 6379


def _login(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    login: dict[str, Any] = {"username": parts.username or None, "password": parts.password}
    if parts.scheme in ("valkeys", "rediss"):
        login["ssl"] = True
    return login
