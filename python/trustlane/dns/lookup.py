"""One question to real DNS, by dnspython, and the answer in our words."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.resolver

from trustlane._core import Answer, Question
from trustlane.dns.records import found
from trustlane.errors import SettingsError

UDP_PAYLOAD_OCTETS = 1232
"""What a server may send by UDP: it fits in one IPv6 packet on nearly any path (RFC 8200 §5). What is longer comes
truncated, and is asked again over TCP (RFC 7766 §5)."""

FLAGS = dns.flags.RD | dns.flags.AD
"""AD in a question wishes for AD in the answer, without the signatures (RFC 6840 §5.7)."""


class Lookup:
    """Asks the same servers, in either way."""

    def __init__(self, nameservers: Sequence[str] | None, port: int, per_try_seconds: float) -> None:
        """
        Raises:
            SettingsError: there is no nameserver, or one is no address.
        """
        servers = _system_nameservers() if nameservers is None else _checked(nameservers)
        self._resolver = dns.resolver.Resolver(configure=False)
        self._async_resolver = dns.asyncresolver.Resolver(configure=False)
        for resolver in (self._resolver, self._async_resolver):
            resolver.nameservers = servers
            resolver.port = port
            resolver.timeout = per_try_seconds
            resolver.use_edns(0, 0, UDP_PAYLOAD_OCTETS)
            resolver.set_flags(FLAGS)

    def answer(self, question: Question, seconds: float) -> Answer:
        if seconds <= 0.0:
            return Answer.unavailable("timeout")
        try:
            return _answer(question, self._resolver.resolve(**_wanted(question, seconds)))
        except (dns.exception.DNSException, OSError) as error:
            return _instead(error)

    async def aanswer(self, question: Question, seconds: float) -> Answer:
        if seconds <= 0.0:
            return Answer.unavailable("timeout")
        try:
            return _answer(question, await self._async_resolver.resolve(**_wanted(question, seconds)))
        except (dns.exception.DNSException, OSError) as error:
            return _instead(error)


_EXAMPLE = 'nameservers = ["127.0.0.1"]'


def _system_nameservers() -> list[Any]:
    try:
        return list(dns.resolver.Resolver().nameservers)
    except dns.resolver.NoResolverConfiguration as error:
        raise SettingsError("dns.nameservers", f"the system has none ({error})", _EXAMPLE) from error


def _checked(nameservers: Sequence[str]) -> list[Any]:
    if not nameservers:
        raise SettingsError("dns.nameservers", "there must be one at least", _EXAMPLE)
    for nameserver in nameservers:
        try:
            ip_address(nameserver)
        except ValueError as error:
            raise SettingsError("dns.nameservers", f"{nameserver!r} is no IP address", _EXAMPLE) from error
    return list(nameservers)


def _wanted(question: Question, seconds: float) -> dict[str, Any]:
    """The name goes label by label: what is special in master files is not in a question."""
    labels = [label.encode("ascii") for label in question.name.split(".")]
    return {
        "qname": dns.name.Name([*labels, b""]),
        "rdtype": question.record_type,
        "lifetime": seconds,
        "raise_on_no_answer": False,
        "search": False,
    }


def _answer(question: Question, result: dns.resolver.Answer) -> Answer:
    is_secure = _is_secure(result.response)
    if result.rrset is None:
        return Answer.nodata(is_secure=is_secure)
    return found(question.record_type, result.rrset, is_secure=is_secure)


def _instead(error: Exception) -> Answer:
    match error:
        case dns.resolver.NXDOMAIN():
            responses = error.kwargs["responses"].values()
            return Answer.nxdomain(is_secure=all(_is_secure(response) for response in responses))
        case dns.resolver.NoNameservers():
            return Answer.unavailable(_word(*error.kwargs["errors"][-1][-2:]))
        case dns.exception.Timeout():
            return Answer.unavailable("timeout")
        case OSError():
            return Answer.unavailable("unreachable")
        case _:
            return Answer.unavailable("garbage")


def _word(error: object, response: dns.message.Message | None) -> str:
    """Why the last server that was tried is of no use. Codes are those of RFC 1035 §4.1.1."""
    if response is not None and response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return "refused" if response.rcode() == dns.rcode.REFUSED else "servfail"
    return "unreachable" if isinstance(error, OSError) else "garbage"


def _is_secure(response: dns.message.Message) -> bool:
    """The AD bit (RFC 4035 §3.2.3). It is worth as much as the way to the resolver: one should run on this machine."""
    return bool(response.flags & dns.flags.AD)
