"""Authentication-Results: read by its grammar, written so that no value can leave its place (RFC 8601).

Takes field values, gives what they say; takes results, gives field values. It knows nothing of trust: whose field may
be believed is for its reader to say.

    >>> from trustlane import authres
    >>> field = authres.parse("mx.example.org; dkim=pass header.d=example.com; spf=fail smtp.mailfrom=a@b.example")
    >>> [(result.method, result.result) for result in field.results]
    [('dkim', 'pass'), ('spf', 'fail')]
    >>> field.of("dkim")[0].value("header.d")
    'example.com'
"""

from trustlane.authres.field import AuthenticationResults, Property, Result
from trustlane.authres.parse import MalformedResults, parse, parse_arc, reported
from trustlane.authres.registry import METHODS, is_registered
from trustlane.authres.write import write

__all__ = [
    "METHODS",
    "AuthenticationResults",
    "MalformedResults",
    "Property",
    "Result",
    "is_registered",
    "parse",
    "parse_arc",
    "reported",
    "write",
]
