"""Feedback reports: complaints that machines write (RFC 5965), and reports of failed authentication (RFC 6591)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message

from trustlane.ledger import Kind
from trustlane.reasons import Reason
from trustlane.reports.parts import fields_in, fields_of, text_of, within
from trustlane.reports.reasons import FEEDBACK

KINDS: Mapping[str, Kind] = {
    "abuse": Kind.COMPLAINT,
    "fraud": Kind.COMPLAINT,
    "virus": Kind.COMPLAINT,
    "not-spam": Kind.NOT_JUNK,
}
"""What a type says of the mail's sender (RFC 5965 §7.3, RFC 6430 §2). A type that is not here says nothing of it, and
the report is not refused for that (RFC 6650 §4.5)."""

VERSIONS = ("1", "0.1")
"""``0.1`` is that of the drafts before RFC 5965; its fields have the same meaning and large providers still write
it."""

ONCE = ("feedback-type", "user-agent", "version")
"""Fields that stand there exactly once (RFC 5965 §3.1)."""

AT_MOST_ONCE = (
    "original-envelope-id",
    "original-mail-from",
    "arrival-date",
    "received-date",
    "reporting-mta",
    "source-ip",
    "incidents",
    "delivery-result",
)
"""RFC 5965 §3.2, RFC 6591 §3.2.2."""


@dataclass(frozen=True, slots=True)
class AuthFailure:
    """A mail in a domain's name failed a check at another site (RFC 6591 §3).

    Attributes:
        failure: ``adsp``, ``bodyhash``, ``revoked``, ``signature``, ``spf`` or ``dmarc`` (RFC 6591 §3.3).
        domain: the reported domain; the signing domain where none is reported.
        selector: of the signature; empty where no signature failed.
        delivery: what became of the mail (RFC 6591 §3.2.2); ``not told`` where nothing is said.
    """

    failure: str
    domain: str
    selector: str
    delivery: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """A feedback report.

    Attributes:
        type: in lower case.
        reported: the header of the reported mail.
        fields: all of the machine's part, names in lower case, in their order. They are claims (RFC 5965 §3);
            unknown ones are ignored (RFC 5965 §6).
        auth_failure: told by a report of type ``auth-failure`` alone.
    """

    type: str
    reported: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    auth_failure: AuthFailure | None = None

    @property
    def kind(self) -> Kind | None:
        """What it says of the mail's sender, if anything. The reporter's program is not asked (RFC 5965 §8.8)."""
        return KINDS.get(self.type)


def is_feedback(mail: Message) -> bool:
    """Whether a mail says by its type that it is a feedback report (RFC 5965 §2)."""
    return report_type(mail) == "feedback-report"


def report_type(mail: Message) -> str:
    """The type of a report; empty for any other mail (RFC 6522 §3)."""
    if mail.get_content_type() != "multipart/report":
        return ""
    value = mail.get_param("report-type")
    return value.strip().lower() if isinstance(value, str) else ""


def read_feedback(mail: Message) -> Feedback | Reason:
    """The report, or what is wrong with it: a malformed one is refused with its cause (RFC 5965 §4)."""
    parts = within(mail)
    if len(parts) < 2 or parts[1].get_content_type() != "message/feedback-report":
        return _missing("message/feedback-report")
    fields = tuple(fields_of_block(parts[1]))
    if wrong := next(_wrong(fields), None):
        return wrong
    reported = reported_header(parts[2:3])
    if reported is None:
        return _missing("message/rfc822 or text/rfc822-headers")
    kind = _first(fields, "feedback-type").lower()
    return Feedback(kind, reported, fields, _auth_failure(fields) if kind == "auth-failure" else None)


def reported_header(third: Sequence[Message]) -> tuple[tuple[str, str], ...] | None:
    """The header of the mail that a report is about: its third part, whole or the header alone (RFC 6522 §3)."""
    for part in third:
        match part.get_content_type():
            case "message/rfc822" | "message/global":
                return tuple(it for mail in within(part)[:1] for it in fields_of(mail))
            case "text/rfc822-headers" | "message/global-headers":
                return tuple(fields_of_block(part))
    return None


def fields_of_block(part: Message) -> Iterator[tuple[str, str]]:
    """Fields that are the body of a part (RFC 5965 §3). A parser that read them as a mail's header is as good."""
    inner = within(part)
    yield from fields_of(inner[0]) if inner else fields_in(text_of(part))


_COMMENT = re.compile(r"\([^()]*\)")


def _wrong(fields: Sequence[tuple[str, str]]) -> Iterator[Reason]:
    names = [name for name, _ in fields]
    for field in ONCE:
        if names.count(field) != 1:
            yield FEEDBACK.reason("field-count", type="feedback", field=field, found=names.count(field))
    for field in AT_MOST_ONCE:
        if names.count(field) > 1:
            yield FEEDBACK.reason("field-count", type="feedback", field=field, found=names.count(field))
    # Two names for one thing could tell two tales (RFC 5965 §3.2, §8.9).
    if "arrival-date" in names and "received-date" in names:
        yield FEEDBACK.reason("field-count", type="feedback", field="arrival-date", found=2)
    if (version := _first(fields, "version")) not in VERSIONS:
        yield FEEDBACK.reason("version", version=version[:20])
    if _first(fields, "feedback-type").lower() == "auth-failure":
        # One failure a report, by one method (RFC 6591 §3.1).
        for field in ("auth-failure", "authentication-results"):
            if names.count(field) != 1:
                yield FEEDBACK.reason("field-count", type="auth-failure", field=field, found=names.count(field))


def _auth_failure(fields: Sequence[tuple[str, str]]) -> AuthFailure:
    return AuthFailure(
        failure=_first(fields, "auth-failure").lower(),
        domain=(_first(fields, "reported-domain") or _first(fields, "dkim-domain")).lower(),
        selector=_first(fields, "dkim-selector"),
        delivery=_first(fields, "delivery-result").lower() or "not told",
    )


def _first(fields: Sequence[tuple[str, str]], wanted: str) -> str:
    """The first value of that name, without comments."""
    value = next((value for name, value in fields if name == wanted), "")
    return _COMMENT.sub("", value).strip()


def _missing(part: str) -> Reason:
    return FEEDBACK.reason("part-missing", type="feedback", part=part)
