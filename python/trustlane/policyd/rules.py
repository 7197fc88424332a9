"""What this site wants to be answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address

from trustlane.lanes import Mode


class Severity(StrEnum):
    """What is done about a mail; the later one is the harder one."""

    PASS = "pass"  # noqa: S105
    """Nothing: Postfix's other rules decide."""
    DEFER = "defer"
    """The client is asked to come again, if no other rule refuses the mail for good."""
    REJECT = "reject"
    """The mail is refused."""


@dataclass(frozen=True, slots=True)
class Rules:
    """By default nothing is refused, whatever the mode; and nothing ever is, unless the mode is enforce.

    Attributes:
        mode: how far decisions are acted upon.
        received_spf: whether mail gets that field.
        spf_fail: about a name that does not want this client to use it, for HELO or MAIL FROM.
        spf_unsure: about a name of which DNS does not tell now; never a refusal for good.
        bad_standing: about a name that is validated here and has a bad past.
        failure: about mail of which we can tell nothing for an error of ours; never a refusal for good.
        max_octets, max_recipients: of mail that no name with trust here answers for; 0 is any number.
        our_networks: whose mail is ours.
    """

    mode: Mode = Mode.OBSERVE
    received_spf: bool = True
    spf_fail: Severity = Severity.PASS
    spf_unsure: Severity = Severity.PASS
    bad_standing: Severity = Severity.PASS
    failure: Severity = Severity.PASS
    max_octets: int = 0
    max_recipients: int = 0
    our_networks: Sequence[IPv4Network | IPv6Network] = ()

    def is_ours(self, client_ip: str | None, login: str | None) -> bool:
        """Whether mail of this client is ours, and so none of our business here."""
        if login:
            return True
        if client_ip is None:
            return False
        address = ip_address(client_ip)
        if address.version == 6 and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self.our_networks)
