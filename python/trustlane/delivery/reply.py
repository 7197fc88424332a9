"""The reply a client gets (RFC 5321 §4.2, RFC 3463)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """One SMTP reply.

    Attributes:
        code: three digits.
        enhanced_code: as ``2.0.0`` (RFC 3463), or ``""`` where a reply carries none (RFC 2034 §4).
        text: printable US-ASCII without line ends.
    """

    code: int
    enhanced_code: str
    text: str

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_temporary(self) -> bool:
        return 400 <= self.code < 500

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.code), self.enhanced_code, self.text) if part)
