"""What a mail to the feedback address says, and of which mails: pure reading, no judgement."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message

from trustlane.delivery.trust_lane import NAME
from trustlane.lanes.site_keys import SIGNED_ID
from trustlane.ledger import Kind
from trustlane.reasons import Reason
from trustlane.reports import parts
from trustlane.reports.arf import Feedback, is_feedback, read_feedback
from trustlane.reports.bounces import Bounce, is_bounce, read_bounce
from trustlane.reports.parts import TooMuch, all_parts, fields_of, read_parts, text_of, within
from trustlane.reports.reasons import FEEDBACK

MAX_REPORTED = 20
"""Mails that one forward may be about: people mark a screen of mails and forward them all. The rest is not read."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report.

    Attributes:
        kind: what it says of the senders; ``None`` where it leaves that to the address it was sent to.
        shown: the ids it shows, signed or not, each once.
        notes: what else an operator should know of it.
        unreachable: addresses that a bounce says do not exist.
        message_id: of the mail that bounced.
        is_about_behaviour: false where nothing can be learned of a sender, as from a failed authentication elsewhere.
    """

    kind: Kind | None
    shown: tuple[str, ...]
    notes: tuple[Reason, ...] = ()
    is_about_behaviour: bool = True
    unreachable: tuple[str, ...] = ()
    message_id: str = ""


def read_report(octets: bytes) -> Report | Reason:
    """What the report says, or why it cannot be believed to say anything. Any octets give one or the other."""
    try:
        mail = read_parts(octets)
    except TooMuch as error:
        return FEEDBACK.reason("too-much", what=error.limit, max=getattr(parts, f"MAX_{error.limit.upper()}"))
    if is_feedback(mail):
        feedback = read_feedback(mail)
        return _of_feedback(feedback) if isinstance(feedback, Feedback) else feedback
    if is_bounce(mail):
        bounce = read_bounce(mail)
        return _of_bounce(bounce) if isinstance(bounce, Bounce) else bounce
    return Report(None, _first(_shown_by(mail)))


def shown_by_header(fields: Sequence[tuple[str, str]]) -> str | None:
    """The id in the ``Trust-Lane`` field of a mail, signed or not; ``None`` where it has none."""
    value = next((value for name, value in fields if name == NAME.lower()), "")
    found = _ID.search(value)
    return found[1] if found else None


def _of_feedback(feedback: Feedback) -> Report:
    failure = feedback.auth_failure
    notes = (
        [FEEDBACK.reason("auth-failure", domain=failure.domain, failure=failure.failure, delivery=failure.delivery)]
        if failure
        else []
    )
    if feedback.kind is None:
        notes.append(FEEDBACK.reason("not-about-behaviour", type=feedback.type[:40]))
    shown = shown_by_header(feedback.reported)
    return Report(feedback.kind, (shown,) if shown else (), tuple(notes), feedback.kind is not None)


def _of_bounce(bounce: Bounce) -> Report:
    """A server behind us that refuses a mail for what it is gives a verdict; one that does not find a mailbox does
    not."""
    notes = tuple(
        FEEDBACK.reason("bounced", address=it.address, status=it.status)
        if it.has_failed
        else FEEDBACK.reason("still-trying", address=it.address, action=it.action)
        for it in bounce.deliveries
    )
    shown = shown_by_header(bounce.reported)
    is_verdict = any(it.is_refused_by_policy for it in bounce.deliveries)
    return Report(
        kind=Kind.JUNK if is_verdict else None,
        shown=(shown,) if shown else (),
        notes=notes,
        is_about_behaviour=is_verdict,
        unreachable=tuple(it.address for it in bounce.deliveries if it.is_unknown_recipient),
        message_id=next((value for name, value in bounce.reported if name == "message-id"), ""),
    )


def _shown_by(mail: Message) -> Iterator[str]:
    """Attached mails tell more surely than a text; a mail passed on as it was bears its id itself."""
    attached = [shown for it in _attached(mail) if (shown := shown_by_header(fields_of(it)))]
    yield from attached
    if attached:
        return
    if own := shown_by_header(fields_of(mail)):
        yield own
        return
    for part in all_parts(mail):
        if part.get_content_maintype() == "text":
            yield from (found[0] for found in SIGNED_ID.finditer(text_of(part)))


def _attached(mail: Message) -> Iterator[Message]:
    """Mails within this one, and none that is within such a mail: that one has its own sender."""
    for part in within(mail):
        if mail.get_content_type() in ("message/rfc822", "message/global"):
            yield part
        else:
            yield from _attached(part)


def _first(shown: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shown))[:MAX_REPORTED]


_ID = re.compile(r";\s*id=([0-9a-z.]{16,100})(?=\s*(?:;|$))")
