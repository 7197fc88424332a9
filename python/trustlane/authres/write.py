"""Results become a field's value (RFC 8601 §2.2)."""

from collections.abc import Sequence

from trustlane._core import write_results
from trustlane.authres.field import AuthenticationResults

ResultParts = tuple[str, int, str, str | None, Sequence[tuple[str, str, str]]]
"""A result as the core takes it: method, version, result, reason, properties."""


def write(field: AuthenticationResults) -> str:
    """The value of the field, folded with CRLF, without a line end; that of ARC where it has an instance.

    Whatever the values are, they stay in their places: they are quoted where they must be, controls become ``?``, and
    what is longer than 400 octets is cut.
    """
    return write_results(field.authserv_id, result_parts(field), field.instance).decode()


def result_parts(field: AuthenticationResults) -> list[ResultParts]:
    """The results of a field, as the core takes them."""
    return [
        (
            result.method,
            result.version,
            result.result,
            result.reason,
            [(one.ptype, one.name, one.value) for one in result.properties],
        )
        for result in field.results
    ]
