"""Doubt takes the open lane; p=reject alone never rejects; only enforcing acts."""

from dataclasses import dataclass

import pytest

from trustlane.assessment import Assessment, Level, Standing
from trustlane.identities import Finding
from trustlane.lanes import Memory, Mode, Policy, choose_lane
from trustlane.ledger import Subject
from trustlane.reasons import Catalogue

FIRM = Subject("rfc5322.from", "firm.example")
TOLD = Catalogue("standing", {"test": "as the test says"})


SERVICE = Subject("dkim", "service.example")


def assessment(level: Level | None, subject: Subject = FIRM) -> Assessment:
    standing = Standing(subject, 0.5, 0.5, 100.0, 0.5, 0.5, level) if level else None
    return Assessment(
        standings=(standing,) if standing else (),
        is_trusted=level is Level.TRUSTED,
        deciding=standing,
        reasons=(TOLD.reason("test"),),
        changes=(),
    )


def dmarc(result: str, policy: str = "reject") -> Finding:
    return Finding("dmarc", result, "dmarc.x", facts={"author_domain": "firm.example", "policy": policy})


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    findings: list[Finding]
    level: Level | None
    mode: Mode
    lane: str
    action: str
    codes: list[str]
    memory: Memory = Memory.READ
    subject: Subject = FIRM
    rejected_at: int | None = None


ENFORCE, TAG, OBSERVE = Mode.ENFORCE, Mode.TAG, Mode.OBSERVE
ROWS = [
    Row("nobody known", [], None, ENFORCE, "open", "deliver", []),
    Row("earned trust", [dmarc("pass")], Level.TRUSTED, ENFORCE, "trusted", "deliver", []),
    Row("known, not trusted", [dmarc("pass")], Level.KNOWN, ENFORCE, "open", "deliver", []),
    Row("bad standing", [dmarc("pass")], Level.BAD, ENFORCE, "open", "reject", ["bad-author"]),
    Row("bad, only tagging", [dmarc("pass")], Level.BAD, TAG, "open", "deliver", ["bad-author", "mode"]),
    Row("a bad signer", [], Level.BAD, ENFORCE, "open", "quarantine", ["bad-carrier"], subject=SERVICE),
    Row("p=reject alone", [dmarc("fail")], None, ENFORCE, "open", "quarantine", ["dmarc-fails", "dmarc-held"]),
    Row("p=quarantine", [dmarc("fail", "quarantine")], None, ENFORCE, "open", "quarantine", ["dmarc-fails"]),
    Row("p=none asks for nothing", [dmarc("fail", "none")], None, ENFORCE, "open", "deliver", []),
    Row("p=reject, observed", [dmarc("fail")], None, OBSERVE, "open", "deliver", ["dmarc-fails", "dmarc-held", "mode"]),
    Row(
        "the strictest of several authors",
        [dmarc("fail", "quarantine"), dmarc("fail", "reject")],
        None,
        ENFORCE,
        "open",
        "quarantine",
        ["dmarc-fails", "dmarc-held"],
    ),
    Row(
        "a trusted pair outweighs a failed author (a list, a shared service)",
        [dmarc("fail")],
        Level.TRUSTED,
        ENFORCE,
        "trusted",
        "deliver",
        ["dmarc-fails", "dmarc-waived"],
    ),
    Row("DNS away", [dmarc("temperror")], None, ENFORCE, "open", "deliver", ["cannot-tell"]),
    Row("ledger away", [], None, ENFORCE, "open", "deliver", ["ledger-unavailable"], Memory.UNAVAILABLE),
    Row("a lone LF", [], Level.TRUSTED, ENFORCE, "open", "reject", ["bare-line-end"], rejected_at=7),
    Row("a lone LF at the start", [], None, OBSERVE, "open", "deliver", ["bare-line-end", "mode"], rejected_at=0),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
@pytest.mark.proves("RFC 9989 §5.4", "RFC 9989 §7.4")
def test_lane_action_and_reasons(row: Row) -> None:
    assessed, policy = assessment(row.level, row.subject), Policy(mode=row.mode)
    choice = choose_lane(row.findings, assessed, row.memory, policy, row.rejected_at)
    codes = [reason.code.removeprefix("lane.") for reason in choice.reasons if reason.code.startswith("lane.")]
    assert (choice.lane.value, choice.action.value, codes) == (row.lane, row.action, row.codes)
