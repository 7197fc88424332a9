"""The ``Trust-Lane`` field: a decision, for the mailbox and its reader.

    Trust-Lane: open; action=deliver; id=4f1d...; by=mx.example.org;
        reason="no name that answers for this mail has earned trust yet"

One field a mail, above all others; whatever a stranger wrote under this name is removed.
"""

from trustlane.lanes import Decision

NAME = "Trust-Lane"

MAX_REASONS = 8
"""Reasons that the field tells; the log and ``trustlane check`` tell all."""

MAX_REASON_CHARACTERS = 200
"""Of one reason; keeps each line far below 998 octets (RFC 5322 §2.1.1)."""


def trust_lane_value(decision: Decision, authserv_id: str) -> str:
    """The value of the field, one reason a line; only printable US-ASCII, whatever the mail contained."""
    head = f"{decision.lane}; action={decision.action}; id={decision.signed_id}; by={authserv_id}"
    reasons = [f"reason={_quoted(reason.text)}" for reason in decision.reasons[:MAX_REASONS]]
    return ";\r\n\t".join((head, *reasons))


def _quoted(text: str) -> str:
    """A quoted-string (RFC 5322 §3.2.4) that no content can leave."""
    printable = "".join(char if " " <= char <= "~" else "?" for char in text[:MAX_REASON_CHARACTERS])
    return '"' + printable.replace("\\", "\\\\").replace('"', '\\"') + '"'
