"""Chains with the arguments and returns of dkimpy's ``arc_verify`` and ``arc_sign``."""

import logging
import re
import time
from collections.abc import Sequence
from typing import Any

from trustlane._core import UnsignableMessage, results_of, seal
from trustlane.dkim.chain import ArcSet, Chain, Signer, examine_chain
from trustlane.dkim.errors import ParameterError, ValidationError
from trustlane.dkim.lookup import TxtLookup, resolver_by
from trustlane.dkim.sign import Text, key_for, text_of

CV_Pass, CV_Fail, CV_None = b"pass", b"fail", b"none"
"""What ``cv=`` can say (RFC 8617 §4.4), under dkimpy's names."""


def arc_verify(
    message: bytes,
    logger: logging.Logger | None = None,
    dnsfunc: TxtLookup | None = None,
    minkey: int = 1024,
    timeout: int = 5,
) -> tuple[bytes, list[dict[str, Any]], str]:
    """The status of the chain, its sets, and why.

    A key that cannot be had now is ``fail`` here, as RFC 8617 §5.2.1 wants; :func:`examine_chain` tells the two apart.

    Args:
        message: header and body; a lone LF counts as CRLF.
        logger: is told why not.
        dnsfunc: ``dnsfunc(name, timeout=seconds)`` gives the text of a key record or ``None``; by default DNS is asked.
        minkey: RSA keys of fewer bits do not count. Keys under 1024 bits never do (RFC 8301 §3.2).
        timeout: seconds for DNS.

    Returns:
        :data:`CV_Pass`, :data:`CV_Fail` or :data:`CV_None`; a dictionary for each set, the newest first; the reason.
    """
    chain = examine_chain(message, resolver=resolver_by(dnsfunc, timeout))
    status, why = _verdict(chain, minkey)
    if logger and status == CV_Fail:
        logger.info("%s", why)
    return status, [_as_dict(one) for one in chain.sets], why


def _verdict(chain: Chain, minkey: int) -> tuple[bytes, str]:
    if chain.finding.result == "none":
        return CV_None, chain.finding.text
    if chain.finding.result != "pass":
        return CV_Fail, chain.finding.text
    needed = [chain.sets[0].signer, *(one.sealer for one in chain.sets)]
    if any(_is_too_short(signer, minkey) for signer in needed):
        return CV_Fail, f"a key is shorter than {minkey} bits"
    return CV_Pass, "success"


def _is_too_short(signer: Signer, minkey: int) -> bool:
    """Bits say something of RSA keys only."""
    return signer.rsa_bits is not None and signer.rsa_bits < minkey


def _as_dict(one: ArcSet) -> dict[str, Any]:
    return {
        "instance": one.instance,
        "aar-value": one.results + b"\r\n",
        "ams-domain": (one.signer.domain or "").encode(),
        "ams-selector": (one.signer.selector or "").encode(),
        "ams-valid": one.signer.is_verified,
        "as-domain": (one.sealer.domain or "").encode(),
        "as-selector": (one.sealer.selector or "").encode(),
        "cv": one.status.encode(),
        "as-valid": one.sealer.is_verified,
    }


def arc_sign(
    message: bytes,
    selector: Text,
    domain: Text,
    privkey: Text,
    srv_id: Text,
    signature_algorithm: Text = b"rsa-sha256",
    include_headers: Sequence[Text] | None = None,
    timestamp: int | str | None = None,
    logger: logging.Logger | None = None,
    standardize: bool = False,
    linesep: bytes = b"\r\n",
) -> list[bytes]:
    """A new set: ARC-Seal, ARC-Message-Signature and ARC-Authentication-Results, to stand above the message as listed.

    What was found when the message came is read from its Authentication-Results fields that bear ``srv_id``; whoever
    calls this has seen to it that no stranger wrote them (RFC 8601 §5). Their one ``arc=`` result becomes cv=, ``none``
    where there is none, ``fail`` where it is neither pass nor none, or where several differ (RFC 8617 §5.2.1).

    Args:
        message: header and body, as they will be sent; a lone LF counts as CRLF.
        selector: s= of both signatures.
        domain: d= of both signatures.
        privkey: as for :func:`sign`.
        srv_id: our name in Authentication-Results.
        signature_algorithm: ``rsa-sha256`` or ``ed25519-sha256``; must fit the key.
        include_headers: exactly the names of h= of the message signature; by default the usual ones.
        timestamp: Unix seconds; by default this moment.
        logger: is told what was sealed, or why nothing was.
        standardize: has no effect; tags always stand in the same order.
        linesep: ends each line of the fields.

    Returns:
        The three fields, or nothing: where no Authentication-Results field bears ``srv_id``, and where the message has
        a chain of which these fields say nothing.

    Raises:
        ParameterError: a name or algorithm that cannot be, or ``arc=pass`` for a message without a chain.
        KeyFormatError: the key cannot be read, is too short, or does not fit the algorithm.
        ValidationError: the message must not be sealed: its newest seal says cv=fail, its chain is full, or it could
            not be signed either.
    """
    key = key_for(privkey, text_of(signature_algorithm))
    results = results_of(message, text_of(srv_id))
    statuses = {result.lower() for method, _, result, _, _ in results if method.lower() == "arc"}
    if not results or (not statuses and _has_chain(message)):
        if logger:
            logger.debug("nothing is known of the message at %s; it is not sealed", text_of(srv_id))
        return []
    try:
        instance, *fields = seal(
            message,
            domain=text_of(domain),
            selector=text_of(selector),
            key=key,
            authserv_id=text_of(srv_id),
            results=results,
            status=_status(statuses),
            now=int(time.time() if timestamp is None else timestamp),
            names=None if include_headers is None else [text_of(name) for name in include_headers],
            line_ends="fix-crlf",
        )
    except UnsignableMessage as error:
        raise ValidationError(str(error)) from error
    except ValueError as error:
        raise ParameterError(str(error)) from error
    if logger:
        logger.debug("sealed as instance %d for %s", instance, text_of(domain))
    return [field.replace(b"\r\n", linesep) for field in fields]


def _status(statuses: set[str]) -> str:
    if not statuses:
        return "none"
    return statuses.pop() if len(statuses) == 1 and statuses <= {"none", "pass"} else "fail"


def _has_chain(message: bytes) -> bool:
    header = re.split(rb"^\r?\n", message, maxsplit=1, flags=re.MULTILINE)[0]
    return re.search(rb"^arc-seal[ \t]*:", header, re.IGNORECASE | re.MULTILINE) is not None
