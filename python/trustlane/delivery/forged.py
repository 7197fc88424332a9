"""What somebody wrote in our name is removed from every mail, whichever way it goes."""

from collections.abc import Sequence
from typing import Protocol

from trustlane.delivery.edits import DeleteField, FieldSpan, deletions
from trustlane.delivery.trust_lane import NAME


class ReadHeader(Protocol):
    """A header that the core has read."""

    @property
    def field_spans(self) -> Sequence[FieldSpan]: ...

    def forged_results(self, ours: Sequence[str]) -> list[int]: ...


def forged(header: ReadHeader, authserv_id: str, others: Sequence[str] = ()) -> list[DeleteField]:
    """Edits that remove results under our name or these other ones (RFC 8601 §5), and every ``Trust-Lane`` field."""
    fields = header.field_spans
    lanes = [number for number, (name, _, _) in enumerate(fields) if name.lower() == NAME.lower().encode()]
    return deletions(fields, [*header.forged_results([authserv_id, *others]), *lanes])
