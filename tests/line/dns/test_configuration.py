"""Which servers are asked, and that the settings say it all."""

import os
import socket
from dataclasses import fields

import pytest
from tests.line.dns.fault_server import FaultServer, by_first_label

from trustlane._core import Answer, Question
from trustlane.cli.options import resolver_by
from trustlane.dns.configuration import servers
from trustlane.dns.limits import DnsLimits
from trustlane.dns.query import Query
from trustlane.dns.resolver import DnsResolver
from trustlane.errors import SettingsError
from trustlane.settings import read
from trustlane.settings.tree import DnsSettings

NAMESERVERS = [
    ("127.0.0.1", socket.AF_INET, ("127.0.0.1", 53)),
    ("127.0.0.1:5353", socket.AF_INET, ("127.0.0.1", 5353)),
    ("::1", socket.AF_INET6, ("::1", 53)),
    ("[::1]:5353", socket.AF_INET6, ("::1", 5353)),
    ("2001:db8::53:53", socket.AF_INET6, ("2001:db8::53:53", 53)),
]


@pytest.mark.parametrize(("name", "family", "place"), NAMESERVERS)
def test_a_server_is_an_address_and_perhaps_a_port(name: str, family: int, place: tuple[str, int]) -> None:
    (server,) = servers([name], 53)
    assert (server.name, server.family, server.place[:2]) == (name, family, place)


@pytest.mark.parametrize("name", ["dns.example", "127.0.0.1:99999", "127.0.0.1:", "[::1]", "127.0.0.256", ""])
def test_what_is_no_address_is_told(name: str) -> None:
    with pytest.raises(SettingsError) as error:
        servers([name], 53)
    assert "dns.nameservers" in str(error.value)


def test_every_limit_is_a_setting_and_reaches_the_resolver() -> None:
    """With values that are nobody's default."""
    values = {limit.name: type(limit.default)(limit.default * 0.75 + 3) for limit in fields(DnsLimits)}
    assert set(values) <= {setting.name for setting in fields(DnsSettings)}
    resolver = resolver_by(read({"dns": {"nameservers": ["127.0.0.1:5353"], **values}}))
    assert isinstance(resolver, DnsResolver)
    assert resolver.limits == DnsLimits(**values)
    assert resolver.limits != DnsLimits()


def test_the_defaults_of_the_settings_are_those_of_the_resolver() -> None:
    assert {limit.name: getattr(DnsSettings(), limit.name) for limit in fields(DnsLimits)} == {
        limit.name: limit.default for limit in fields(DnsLimits)
    }


@pytest.mark.proves("RFC 1035 §4.1", "RFC 6891 §6.2.3")
@pytest.mark.parametrize("payload_octets", [1232, None])
@pytest.mark.parametrize("kind", ["A", "AAAA", "MX", "PTR", "SRV", "TXT"])
def test_a_query_reads_as_dnspython_would_write_it(kind: str, payload_octets: int | None) -> None:
    import dns.flags
    import dns.message

    query = Query(Question("sel._domainkey.a-b.example", kind))
    read = dns.message.from_wire(query.octets(4711, payload_octets))
    edns = {"use_edns": 0, "payload": payload_octets} if payload_octets else {"use_edns": False}
    expected = dns.message.make_query(read.question[0].name, kind, flags=dns.flags.RD | dns.flags.AD, id=4711, **edns)
    assert query.octets(4711, payload_octets) == expected.to_wire()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_process_that_was_forked_off_asks_by_itself() -> None:
    with FaultServer("* 60 IN A 192.0.2.1", by_first_label) as server:
        resolver = DnsResolver(nameservers=["127.0.0.1"], port=server.port, limits=DnsLimits(deadline_seconds=3))
        assert resolver.ask([Question("parent.example", "A")])
        question = Question("child.example", "A")
        child = os.fork()
        if child == 0:
            is_found = resolver.ask([question]) == {question: Answer.found("A", ["192.0.2.1"])}
            os._exit(0 if is_found else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
