"""Messages whose key records are at hand: one, or many on all cores."""

import os
import time
from collections.abc import Mapping, Sequence

from trustlane import _core
from trustlane._core import Answer, KeyCache
from trustlane.identities import KEYS, Finding
from trustlane.message import Instant


def verify_one(
    message: bytes, keys: Mapping[str, bytes | Answer], *, now: Instant | None = None, cache: KeyCache = KEYS
) -> list[Finding]:
    """The findings of one message: what :func:`examine` gives, in one call to the core.

    Args:
        message: header and body; a lone LF counts as CRLF.
        keys: the text of key records by name, as ``sel._domainkey.example.com``, or what DNS said; what is not there
            does not exist.
        now: Unix seconds of receipt; by default this moment.
        cache: key records that were read before; by default those of the whole process.

    Example:
        >>> [finding.reason for finding in verify_one(b"From: ann@example.com\\r\\n\\r\\nHello\\r\\n", {})]
        ['dkim.no-signature']
    """
    instant = time.time() if now is None else now
    return [Finding._make(parts) for parts in _core.verify_one(message, keys, now=int(instant), cache=cache)]


def verify_many(
    messages: Sequence[bytes],
    keys: Mapping[str, bytes | Answer],
    *,
    now: Instant | None = None,
    threads: int | None = None,
    cache: KeyCache = KEYS,
) -> list[list[Finding]]:
    """The findings of each message, in the order of the messages: what :func:`verify_one` gives for each.

    Nothing is looked up. The core shares the messages among its own threads and works without the interpreter's lock.

    Args:
        messages: header and body of each; a lone LF counts as CRLF.
        keys: the text of key records by name, as ``sel._domainkey.example.com``, or what DNS said; what is not there
            does not exist.
        now: Unix seconds of receipt; by default this moment.
        threads: how many work at once; by default one for each core.
        cache: key records that were read before; by default those of the whole process.
    """
    instant = time.time() if now is None else now
    found = _core.verify_many(messages, keys, now=int(instant), threads=threads or os.cpu_count() or 1, cache=cache)
    return [[Finding._make(parts) for parts in findings] for findings in found]
