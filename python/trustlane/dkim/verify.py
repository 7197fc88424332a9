"""Whether the first signature of a message is good: the one question that dkimpy's ``verify`` answers."""

import logging

from trustlane.dkim.errors import ParameterError
from trustlane.dkim.examine import examine
from trustlane.dkim.lookup import TxtLookup, resolver_by
from trustlane.identities import Finding


def verify(
    message: bytes,
    logger: logging.Logger | None = None,
    dnsfunc: TxtLookup | None = None,
    minkey: int = 1024,
    timeout: int = 5,
    tlsrpt: bool = False,
) -> bool:
    """Whether the topmost DKIM signature verifies and covers the whole body.

    Args:
        message: header and body; a lone LF counts as CRLF.
        logger: is told why not.
        dnsfunc: ``dnsfunc(name, timeout=seconds)`` gives the text of the key record or ``None``; by default
            DNS is asked.
        minkey: RSA keys of fewer bits do not count. Keys under 1024 bits never do (RFC 8301 §3.2).
        timeout: seconds for DNS.
        tlsrpt: keys for TLS reports alone (RFC 8460 §3) are not taken; only ``False`` is.

    Raises:
        ParameterError: ``tlsrpt`` was asked for.
    """
    if tlsrpt:
        raise ParameterError("keys for TLS reports are not taken yet: leave out tlsrpt")
    first = examine(message, resolver=resolver_by(dnsfunc, timeout))[0]
    is_good = first.result == "pass" and _is_long_enough(first, minkey)
    if logger and not is_good:
        logger.info("%s", first.text if first.result != "pass" else f"the key is shorter than {minkey} bits")
    return is_good


def _is_long_enough(finding: Finding, minkey: int) -> bool:
    """Bits say something of RSA keys only."""
    is_rsa = str(finding.facts.get("algorithm", "")).startswith("rsa")
    return not is_rsa or int(finding.facts["key_bits"]) >= minkey
