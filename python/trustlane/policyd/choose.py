"""A request, and what was found out about its envelope, become an answer of access(5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trustlane.assessment import Level
from trustlane.identities import Finding
from trustlane.lanes import Decision, Mode
from trustlane.policyd.reasons import POLICY
from trustlane.policyd.request import HEADER_STATES, Request
from trustlane.policyd.rules import Rules, Severity
from trustlane.reasons import Reason

DUNNO = "DUNNO"


@dataclass(frozen=True, slots=True)
class Answer:
    """What Postfix is told.

    Attributes:
        action: of access(5), on one line of printable US-ASCII.
        reasons: why, the weightiest first.
        tells_spf: whether it puts the Received-SPF field on top.
    """

    action: str
    reasons: tuple[Reason, ...]
    tells_spf: bool = False


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that speaks against a mail.

    Attributes:
        severity: what the rules make of it.
        refusal, deferral: reply codes and text where it is refused, or put off.
    """

    severity: Severity
    reason: Reason
    refusal: str
    deferral: str = "4.7.1 please try again later"

    @property
    def action(self) -> str:
        if self.severity is Severity.REJECT:
            return self.refusal
        return f"DEFER_IF_PERMIT {self.deferral}"


def failed(rules: Rules, code: str = "failure") -> Answer:
    """The answer where we can tell nothing."""
    reasons = (POLICY.reason(code),)
    if rules.failure is Severity.PASS:
        return Answer(DUNNO, reasons)
    return Answer("DEFER_IF_PERMIT 4.3.0 internal error, please try again later", reasons)


def choose(asked: Request, decision: Decision, rules: Rules, *, is_spf_told: bool) -> Answer:
    """The answer about a stranger's mail.

    Args:
        decision: about its envelope alone, which knows no author.
        is_spf_told: an earlier answer about this mail had the Received-SPF field.
    """
    against = sorted(_objections(asked, decision, rules), key=lambda it: -list(Severity).index(it.severity))
    reasons = tuple(it.reason for it in against)
    if against and against[0].severity is not Severity.PASS:
        if rules.mode is Mode.ENFORCE:
            return Answer(against[0].action, reasons)
        not_done = POLICY.reason("mode", mode=rules.mode.value, severity=against[0].severity.value)
        reasons = (*reasons, not_done)
    return _told(asked, decision, rules, reasons, is_spf_told=is_spf_told)


def _told(
    asked: Request, decision: Decision, rules: Rules, reasons: tuple[Reason, ...], *, is_spf_told: bool
) -> Answer:
    """Nothing is done about it, but that the mail may get its Received-SPF field (RFC 7208 §9.1).

    It gets one, though each of its recipients is asked about; so a mail whose requests cannot be joined gets none.
    """
    if not rules.received_spf or asked.state not in HEADER_STATES or asked.instance is None:
        return Answer(DUNNO, reasons or (POLICY.reason("nothing-to-tell"),))
    if is_spf_told:
        return Answer(DUNNO, (*reasons, POLICY.reason("spf-told-before")))
    value = _on_one_line(decision.examined.examination.received_spf())
    if value is None:
        return Answer(DUNNO, reasons or (POLICY.reason("nothing-to-tell"),))
    told = POLICY.reason("spf-told", result=value.partition(" ")[0])
    return Answer(f"PREPEND Received-SPF: {value}", (*reasons, told), tells_spf=True)


def _on_one_line(values: Sequence[str]) -> str | None:
    """The first value, as an action has to stand: of MAIL FROM, or of HELO where that is all there is.

    ``None`` where there is none, or where a client's own words make it longer than a line (RFC 5322 §2.1.1).
    """
    if not values:
        return None
    line = " ".join(values[0].split())
    return "".join(char if " " <= char <= "~" else "?" for char in line) if len(line) <= MOST_CHARACTERS else None


MOST_CHARACTERS = 980
"""Of the value; with its name it stays below 998 octets."""


def _objections(asked: Request, decision: Decision, rules: Rules) -> Iterator[Objection]:
    if bad := decision.assessment.bad:
        reason = POLICY.reason("bad-standing", subject=f"{bad.subject.kind} {bad.subject.name}")
        refusal = f"550 5.7.1 refused by local policy; ask the postmaster about {decision.id}"
        yield Objection(rules.bad_standing, reason, refusal)
    yield from _of_spf(asked, decision.findings, rules)
    if not _has_trust(decision):
        yield from _of_measure(asked, rules)


def _of_spf(asked: Request, findings: Sequence[Finding], rules: Rules) -> Iterator[Objection]:
    """A fail is refused with 550 (RFC 7208 §8.4, RFC 7372 §3.2), a temperror put off with 451 (RFC 7208 §8.6)."""
    results = {it.result: it for it in findings if it.method == "spf"}
    client = asked.client_ip or "the client"
    if fail := results.get("fail"):
        reason = POLICY.reason("spf-fail", domain=fail.facts.get("domain", "its domain"), client=client)
        yield Objection(
            rules.spf_fail, reason, "550 5.7.23 the sender's domain does not let this client send in its name"
        )
    if "temperror" in results:
        reason = POLICY.reason("spf-unsure", client=client)
        text = "4.4.3 the sender's SPF record cannot be had now, please try again later"
        yield Objection(rules.spf_unsure, reason, f"451 {text}", text)


def _of_measure(asked: Request, rules: Rules) -> Iterator[Objection]:
    """Size as the client says it at first, and as it is at the end; how many recipients, once all were named."""
    if 0 < rules.max_octets < asked.octets:
        reason = POLICY.reason("too-large", octets=asked.octets, most=rules.max_octets)
        yield Objection(
            Severity.REJECT, reason, "552 5.3.4 the message is too large for a sender that is not known here"
        )
    if 0 < rules.max_recipients < asked.recipients:
        reason = POLICY.reason("too-many-recipients", count=asked.recipients, most=rules.max_recipients)
        text = "too many recipients for a sender that is not known here"
        yield Objection(Severity.REJECT, reason, f"452 4.5.3 {text}")


def _has_trust(decision: Decision) -> bool:
    """Whether a name that the envelope validates is trusted here; its network alone is nobody."""
    return any(it.level is Level.TRUSTED and it.subject.kind != "network" for it in decision.assessment.standings)
