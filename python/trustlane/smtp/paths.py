"""Reverse-paths and forward-paths (RFC 5321 §4.1.2)."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from trustlane.smtp.limits import Limits


def parse_path(text: str, limits: Limits) -> tuple[str, str] | None:
    """The mailbox of the path that ``text`` begins with, and the text after it; ``None`` where there is no path.

    ``<>`` gives an empty mailbox and ``<postmaster>`` gives that name; who may use them is for the command to say. A
    source route is read and ignored (RFC 5321 §3.6.1). Underscores in domains are taken although §4.1.2 has none:
    such names resolve, and wanted mail comes from them.
    """
    if bare := _WITHOUT_DOMAIN.match(text):
        return bare["name"], text[bare.end() :]
    path = _PATH.match(text)
    if path is None or len(path[0]) > limits.max_path_octets or len(path["domain"]) > limits.max_domain_octets:
        return None
    if path["domain"].startswith("[") and not _is_address_literal(path["domain"][1:-1]):
        return None
    return path["mailbox"], text[path.end() :]


_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LABEL = r"[A-Za-z0-9_][A-Za-z0-9_-]*+(?<!-)"
_DOMAIN = rf"{_LABEL}(?:\.{_LABEL})*+"
_LOCAL_PART = rf'(?:{_ATEXT}++(?:\.{_ATEXT}++)*+|"(?:[ !#-\[\]-~]|\\[ -~])*+")'
_PATH = re.compile(
    rf"<(?:@{_DOMAIN}(?:,@{_DOMAIN})*+:)?(?P<mailbox>{_LOCAL_PART}@(?P<domain>{_DOMAIN}|\[[A-Za-z0-9.:]++\]))>"
)
_WITHOUT_DOMAIN = re.compile(r"<(?P<name>|postmaster)>", re.IGNORECASE)


def _is_address_literal(text: str) -> bool:
    """IPv4 and ``IPv6:``, the only kinds that are registered (RFC 5321 §4.1.3)."""
    try:
        if text[:5].lower() == "ipv6:":
            IPv6Address(text[5:])
        else:
            IPv4Address(text)
    except AddressValueError:
        return False
    return True
