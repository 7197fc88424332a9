"""One request: attributes become what is known of a client and its envelope."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

KIND = "smtpd_access_policy"
"""The kind of request that is answered; others are let pass."""

ENVELOPE_STATES = frozenset({"MAIL", "RCPT", "DATA", "END-OF-MESSAGE"})
"""States of SMTP in which a sender is known."""

HEADER_STATES = ENVELOPE_STATES - {"END-OF-MESSAGE"}
"""States in which a header field can still be put on top (access(5), PREPEND)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What Postfix asks. What it does not tell, or tells as nothing, is ``None``.

    Attributes:
        kind: of the request.
        state: of SMTP, as ``RCPT``.
        client_ip: IPv4 or IPv6.
        helo: as the client said it.
        protocol: ``ESMTP`` or ``SMTP``.
        mail_from: the reverse-path; ``""`` is the null path, where the state is one that has a sender.
        rcpt: the recipient that is asked about.
        recipients: how many were taken, at DATA and later; 0 before.
        octets: of the mail; before its end what the client said, 0 where it said nothing.
        login: who the client logged in as.
        instance: names the mail; the same for all requests about it.
    """

    kind: str = KIND
    state: str = ""
    client_ip: str | None = None
    helo: str | None = None
    protocol: str = "ESMTP"
    mail_from: str | None = None
    rcpt: str | None = None
    recipients: int = 0
    octets: int = 0
    login: str | None = None
    instance: str | None = None


def request(attributes: Mapping[str, str]) -> Request:
    """The request of these attributes. Those that are not known here are passed over; none must be there."""
    state = attributes.get("protocol_state", "").upper()
    return Request(
        kind=attributes.get("request") or KIND,
        state=state,
        client_ip=_address(attributes.get("client_address", "")),
        helo=attributes.get("helo_name") or None,
        protocol=attributes.get("protocol_name") or "ESMTP",
        mail_from=attributes.get("sender") if state in ENVELOPE_STATES else None,
        rcpt=attributes.get("recipient") or None,
        recipients=_count(attributes.get("recipient_count", "")),
        octets=_count(attributes.get("size", "")),
        login=attributes.get("sasl_username") or None,
        instance=attributes.get("instance") or None,
    )


def _address(text: str) -> str | None:
    """The address; ``unknown``, as Postfix says where there is none, is none."""
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 0


MOST_DIGITS = 18
"""Of a number that is believed: more octets than any disk has."""
