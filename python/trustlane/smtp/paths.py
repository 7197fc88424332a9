"""Reverse-paths and forward-paths (RFC 5321 §4.1.2)."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from trustlane.smtp.limits import Limits


def parse_path(text: str, limits: Limits) -> tuple[str, str] | None:
    """The mailbox of the path that ``text`` begins with, and the text after it; ``None`` where there is no path.

    ``<>`` gives an empty mailbox and ``<postmaster>`` gives that name; who may use them is for the command to say. A
    source route is read and ignored (RFC 5321 §3.6.1). Underscores in domains are taken although §4.1.2 has none:
    such names resolve, and wanted mail comes from them. UTF-8 is taken in both parts (RFC 6531 §3.3); whether it may
    stand there is for the command to say.
    """
    if bare := _WITHOUT_DOMAIN.match(text):
        return bare["name"], text[bare.end() :]
    path = (_PATH if text.isascii() else _PATH_IN_UTF8).match(text)
    if path is None or _octets(path[0]) > limits.max_path_octets or _octets(path["domain"]) > limits.max_domain_octets:
        return None
    if path["domain"].startswith("[") and not _is_address_literal(path["domain"][1:-1]):
        return None
    return path["mailbox"], text[path.end() :]


def _octets(text: str) -> int:
    return len(text.encode("utf-8"))


def _path(more: str) -> re.Pattern[str]:
    """The grammar of a path.

    Args:
        more: a class of the characters that are taken beside US-ASCII's.
    """
    atext = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~{more}-]"
    label = rf"[A-Za-z0-9_{more}][A-Za-z0-9_{more}-]*+(?<!-)"
    domain = rf"{label}(?:\.{label})*+"
    local_part = rf'(?:{atext}++(?:\.{atext}++)*+|"(?:[ !#-\[\]-~{more}]|\\[ -~])*+")'
    return re.compile(
        rf"<(?:@{domain}(?:,@{domain})*+:)?(?P<mailbox>{local_part}@(?P<domain>{domain}|\[[A-Za-z0-9.:]++\]))>"
    )


_PATH = _path("")
_PATH_IN_UTF8 = _path("\xa1-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\U0010ffff")
"""All but controls and blanks, which RFC 6531 §3.3 would take; none of them stands in an address that resolves."""

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
