"""Whether the first signature of a message is good: the one question that dkimpy's ``verify`` answers."""

import logging

from trustlane.dkim.examine import aexamine, examine
from trustlane.dkim.lookup import AsyncTxtLookup, TxtLookup, async_resolver_by, resolver_by
from trustlane.identities import Finding


def verify(
    message: bytes,
    logger: logging.Logger | None = None,
    dnsfunc: TxtLookup | None = None,
    minkey: int = 1024,
    timeout: int = 5,
    tlsrpt: bool | str = False,
) -> bool:
    """Whether the topmost DKIM signature verifies and covers the whole body.

    Args:
        message: header and body; a lone LF counts as CRLF.
        logger: is told why not.
        dnsfunc: ``dnsfunc(name, timeout=seconds)`` gives the text of the key record or ``None``; by default
            DNS is asked.
        minkey: RSA keys of fewer bits do not count. Keys under 1024 bits never do (RFC 8301 §3.2).
        timeout: seconds for DNS.
        tlsrpt: the message is a TLS report, for which keys with ``s=tlsrpt`` are good too, and no signature with l= is;
            ``"strict"`` takes no other keys (RFC 8460 §3).
    """
    findings = examine(message, resolver=resolver_by(dnsfunc, timeout), service=service_of(tlsrpt))
    return is_good(findings[0], minkey, logger)


async def verify_async(
    message: bytes,
    logger: logging.Logger | None = None,
    dnsfunc: AsyncTxtLookup | None = None,
    minkey: int = 1024,
    timeout: int = 5,  # noqa: ASYNC109 - the argument is dkimpy's
    tlsrpt: bool | str = False,
) -> bool:
    """The same for an event loop; ``dnsfunc`` may be a coroutine function."""
    findings = await aexamine(message, resolver=async_resolver_by(dnsfunc, timeout), service=service_of(tlsrpt))
    return is_good(findings[0], minkey, logger)


def service_of(tlsrpt: bool | str) -> str:
    """What keys must be for, as dkimpy's argument has it."""
    if tlsrpt == "strict":
        return "tlsrpt-alone"
    return "tlsrpt" if tlsrpt else "email"


def is_good(first: Finding, minkey: int, logger: logging.Logger | None) -> bool:
    """Whether a signature passes with a key that is long enough; the logger is told why not."""
    passes = first.result == "pass" and _is_long_enough(first, minkey)
    if logger and not passes:
        logger.info("%s", first.text if first.result != "pass" else f"the key is shorter than {minkey} bits")
    return passes


def _is_long_enough(finding: Finding, minkey: int) -> bool:
    """Bits say something of RSA keys only."""
    is_rsa = str(finding.facts.get("algorithm", "")).startswith("rsa")
    return not is_rsa or int(finding.facts["key_bits"]) >= minkey
