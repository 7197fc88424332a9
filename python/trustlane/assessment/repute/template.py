"""Templates: how a reputation service wants to be asked (RFC 7072 §3.2, RFC 6570 §3.2)."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

WELL_KNOWN = "/.well-known/repute-template"
"""RFC 7072 §4."""

DEFAULT_LIFETIME_SECONDS = 86_400.0
"""How long a template holds that came without Expires (RFC 7072 §3.2)."""

LONGEST_LIFETIME_SECONDS = 30 * 86_400.0
"""A service that moves must be found again some time."""

MOST_OCTETS = 8_192
MOST_TEMPLATES = 20


def templates(octets: bytes) -> list[str]:
    """The templates of a file, one a line that ends in CRLF, in their order (RFC 7072 §3.2). Other line ends are read
    too."""
    try:
        text = octets[:MOST_OCTETS].decode("ascii")
    except UnicodeDecodeError:
        return []
    return [line.strip() for line in text.splitlines() if line.strip()][:MOST_TEMPLATES]


def expanded(template: str, values: Mapping[str, str]) -> str | None:
    """The template with its values, percent-encoded; what is not given is empty. ``None`` where it uses what we do not.

    Simple strings ``{a}``, lists ``{a,b}``, and the queries ``{?a,b}`` and ``{&a,b}`` (RFC 6570 §3.2.2, §3.2.8, §3.2.9)
    are all that services were seen to use.
    """
    if not _WHOLE.fullmatch(template):
        return None
    return _EXPRESSION.sub(lambda match: _value(match[1], match[2].split(","), values), template)


_EXPRESSION = re.compile(r"\{([?&]?)([a-z][a-z0-9_]*(?:,[a-z][a-z0-9_]*)*)\}")
_WHOLE = re.compile(r"(?:[!#$%&'()*+,\-./:;=?@\[\]_~A-Za-z0-9]|\{[?&]?[a-z][a-z0-9_]*(?:,[a-z][a-z0-9_]*)*\})+")


def usable(file: bytes, scheme: str, service: str, values: Mapping[str, str]) -> str | None:
    """The address to ask: of the first template that leads to the service itself (RFC 7072 §3.3).

    Args:
        scheme: how the service is spoken to; one that is asked by ``https`` is not asked by ``http``.
    """
    for template in templates(file):
        address = expanded(template, {"service": service, **values})
        if address is None:
            continue
        parts = urlsplit(address)
        if parts.scheme in ("https", scheme) and parts.netloc == service:
            return address
    return None


def _value(operator: str, names: list[str], values: Mapping[str, str]) -> str:
    if not operator:
        return ",".join(quote(values.get(name, ""), safe="-._~:" if name == "service" else "-._~") for name in names)
    pairs = [f"{name}={quote(values[name], safe='-._~')}" for name in names if values.get(name)]
    return operator + "&".join(pairs) if pairs else ""
