"""A field's value becomes results (RFC 8601 §2.2)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trustlane._core import parse_results, reported_results
from trustlane.authres.field import AuthenticationResults, Property, Result
from trustlane.errors import TrustlaneError

if TYPE_CHECKING:
    from trustlane._core import FieldParts


class MalformedResults(TrustlaneError):
    """A field that breaks the grammar; nothing of it should be believed.

    Attributes:
        what: what should have stood there.
        at: octets from the start of the value.
    """

    def __init__(self, what: str, at: int) -> None:
        super().__init__(f"{what} is missing at octet {at}")
        self.what = what
        self.at = at


def parse(value: bytes | str) -> AuthenticationResults:
    """Reads the value of an Authentication-Results field, that is, all behind its colon; folds may stay in it.

    Comments fall away. Of a version that is not known only the identifier is read (RFC 8601 §2.6).

    Raises:
        MalformedResults: it breaks the grammar.
    """
    return _read(value, is_arc=False)


def parse_arc(value: bytes | str) -> AuthenticationResults:
    """Reads the value of an ARC-Authentication-Results field (RFC 8617 §4.1.1).

    Raises:
        MalformedResults: it breaks the grammar.
    """
    return _read(value, is_arc=True)


def reported(message: bytes, ids: Sequence[str]) -> tuple[AuthenticationResults, ...]:
    """The results that hosts with these identifiers report in a message.

    Only fields above the first Received field are read: those below may have come with the mail from outside (RFC 8601
    §4.1). A field that cannot be read whole is left out. Identifiers are compared whatever their letter case, quotes
    and comments, with U-labels and A-labels the same.

    Args:
        message: as it lies in the mailbox, or its header alone.
        ids: the identifiers to believe.
    """
    return tuple(_field(parts) for parts in reported_results(message, list(ids)))


def _read(value: bytes | str, *, is_arc: bool) -> AuthenticationResults:
    octets = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    try:
        return _field(parse_results(octets, is_arc=is_arc))
    except ValueError as error:
        raise MalformedResults(*error.args) from None


def _field(parts: "FieldParts") -> AuthenticationResults:
    authserv_id, version, instance, results = parts
    return AuthenticationResults(authserv_id, tuple(_result(*result) for result in results), version, instance)


def _result(
    method: str, version: int, result: str, reason: str | None, properties: list[tuple[str, str, str]]
) -> Result:
    return Result(method, result, reason, tuple(Property(*one) for one in properties), version)
