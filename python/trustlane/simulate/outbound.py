"""A mail of one of our own users."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outbound:
    """When it was sent, by whom, and to whom."""

    time: float
    sender: str
    rcpt: str
