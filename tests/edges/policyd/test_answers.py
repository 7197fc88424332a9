"""What is answered, and why: by the state of SMTP, the findings, the past, the rules and the mode."""

import re
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.edges.milter.site import zone
from tests.edges.policyd.asking import ENFORCING, asking, ledger_with, service

from trustlane import averify
from trustlane._core import Answer as DnsAnswer
from trustlane._core import Question
from trustlane.dns import Answers
from trustlane.errors import LedgerError
from trustlane.lanes import Mode
from trustlane.ledger import Kind, Subject
from trustlane.ledger.memory import MemoryLedger
from trustlane.policyd.choose import Answer
from trustlane.policyd.request import request
from trustlane.policyd.rules import Rules, Severity
from trustlane.policyd.service import Conversation, Service

STRANGER = {"client_address": "192.0.2.99"}
SPF = Subject("spf", "firm.example")
REJECTING = replace(ENFORCING, spf_fail=Severity.REJECT, bad_standing=Severity.REJECT, spf_unsure=Severity.DEFER)
PASS = (
    "PREPEND Received-SPF: pass (mx.site.example: ip4:192.0.2.1 matches the client) receiver=mx.site.example; "
    'client-ip=192.0.2.1; envelope-from="ann@firm.example"; helo=mx.firm.example; identity=mailfrom; '
    'mechanism="ip4:192.0.2.1";'
)
FAIL = "550 5.7.23 the sender's domain does not let this client send in its name"


async def answered(site: Service, **changed: str | None) -> Answer:
    return await Conversation(lambda: site).answer(request(asking(**changed)))


def codes(answer: Answer) -> list[str]:
    return [reason.code.removeprefix("policy.") for reason in answer.reasons]


class Silent:
    """DNS that does not answer."""

    async def aask(self, questions: Sequence[Question]) -> Answers:
        return {question: DnsAnswer.unavailable("timeout") for question in questions}


@pytest.mark.proves("RFC 7208 §8.4", "RFC 7208 §9.1", "RFC 7372 §3.2")
@pytest.mark.parametrize(
    ("changed", "rules", "action", "reasons"),
    [
        ({}, ENFORCING, PASS, ["spf-told"]),
        ({}, Rules(), PASS, ["spf-told"]),
        ({}, replace(ENFORCING, received_spf=False), "DUNNO", ["nothing-to-tell"]),
        ({"protocol_state": "MAIL"}, ENFORCING, PASS, ["spf-told"]),
        ({"protocol_state": "DATA"}, ENFORCING, PASS, ["spf-told"]),
        ({"protocol_state": "END-OF-MESSAGE"}, ENFORCING, "DUNNO", ["nothing-to-tell"]),
        ({"protocol_state": "CONNECT"}, REJECTING, "DUNNO", ["no-envelope"]),
        ({"protocol_state": "VRFY", **STRANGER}, REJECTING, "DUNNO", ["no-envelope"]),
        ({"sender": None}, REJECTING, "DUNNO", ["no-envelope"]),
        ({"request": "other", **STRANGER}, REJECTING, "DUNNO", ["other-request"]),
        ({"instance": None}, ENFORCING, "DUNNO", ["nothing-to-tell"]),
        ({"client_address": "unknown"}, REJECTING, "DUNNO", ["nothing-to-tell"]),
        ({"sasl_username": "bob", **STRANGER}, REJECTING, "DUNNO", ["ours"]),
        (STRANGER, replace(REJECTING, our_networks=[ip_network("192.0.2.96/28")]), "DUNNO", ["ours"]),
        (
            {"client_address": "::ffff:192.0.2.99"},
            replace(REJECTING, our_networks=[ip_network("192.0.2.96/28")]),
            "DUNNO",
            ["ours"],
        ),
        (STRANGER, REJECTING, FAIL, ["spf-fail"]),
        ({"protocol_state": "END-OF-MESSAGE", **STRANGER}, REJECTING, FAIL, ["spf-fail"]),
        (
            STRANGER,
            replace(ENFORCING, spf_fail=Severity.DEFER),
            "DEFER_IF_PERMIT 4.7.1 please try again later",
            ["spf-fail"],
        ),
    ],
)
async def test_the_envelope_decides(
    tmp_path: Path, changed: dict[str, str | None], rules: Rules, action: str, reasons: list[str]
) -> None:
    answer = await answered(service(tmp_path, rules), **changed)
    assert (answer.action, codes(answer)) == (action, reasons)


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.TAG])
async def test_nothing_is_refused_unless_the_mode_enforces(tmp_path: Path, mode: Mode) -> None:
    answer = await answered(service(tmp_path, replace(REJECTING, mode=mode)), **STRANGER)
    assert answer.action.startswith("PREPEND Received-SPF: fail (")
    assert codes(answer) == ["spf-fail", "mode", "spf-told"]
    assert answer.reasons[1].text == f"the mode is {mode}; enforcing would reject this mail"


async def test_by_default_nothing_is_refused_in_any_mode(tmp_path: Path) -> None:
    answer = await answered(service(tmp_path, ENFORCING), **STRANGER)
    assert answer.action.startswith("PREPEND Received-SPF: fail (")
    assert codes(answer) == ["spf-fail", "spf-told"]


@pytest.mark.proves("RFC 7208 §8.6")
@pytest.mark.parametrize(
    ("unsure", "action"),
    [
        (
            Severity.DEFER,
            "DEFER_IF_PERMIT 4.4.3 the sender's SPF record cannot be had now, please try again later",
        ),
        (Severity.PASS, "PREPEND Received-SPF: temperror ("),
    ],
)
async def test_what_dns_does_not_tell_is_never_refused_for_good(tmp_path: Path, unsure: Severity, action: str) -> None:
    site = service(tmp_path, replace(REJECTING, spf_unsure=unsure), resolver=Silent())
    answer = await answered(site)
    assert answer.action.startswith(action)
    assert codes(answer)[0] == "spf-unsure"


@pytest.mark.parametrize(
    ("standing", "action", "reasons"),
    [
        (Severity.REJECT, "550 5.7.1 refused by local policy; ask the postmaster about ", ["bad-standing"]),
        (Severity.DEFER, "DEFER_IF_PERMIT 4.7.1 please try again later", ["bad-standing"]),
        (Severity.PASS, PASS, ["bad-standing", "spf-told"]),
    ],
)
async def test_a_validated_name_answers_for_its_past(
    tmp_path: Path, standing: Severity, action: str, reasons: list[str]
) -> None:
    rules = replace(ENFORCING, bad_standing=standing)
    ledger = ledger_with(Kind.COMPLAINT, 40, SPF)
    answer = await answered(service(tmp_path, rules, ledger=ledger))
    assert answer.action.startswith(action)
    assert codes(answer) == reasons
    other = await answered(service(tmp_path, rules, ledger=ledger), client_address="192.0.2.99")
    assert "bad-standing" not in codes(other), "a name that was not validated is not blamed"


@pytest.mark.parametrize(
    ("changed", "past", "action", "reasons"),
    [
        ({"size": "5000"}, 0, PASS, ["spf-told"]),
        (
            {"size": "5001"},
            0,
            "552 5.3.4 the message is too large for a sender that is not known here",
            ["too-large"],
        ),
        (
            {"size": "5001", "protocol_state": "END-OF-MESSAGE"},
            0,
            "552 5.3.4 the message is too large for a sender that is not known here",
            ["too-large"],
        ),
        ({"size": "5001"}, 400, PASS, ["spf-told"]),
        ({"recipient_count": "3", "protocol_state": "DATA"}, 0, PASS, ["spf-told"]),
        (
            {"recipient_count": "4", "protocol_state": "END-OF-MESSAGE"},
            0,
            "452 4.5.3 too many recipients for a sender that is not known here",
            ["too-many-recipients"],
        ),
        ({"recipient_count": "4", "protocol_state": "END-OF-MESSAGE"}, 400, "DUNNO", ["nothing-to-tell"]),
    ],
)
async def test_those_without_trust_are_held_to_measure(
    tmp_path: Path, changed: dict[str, str | None], past: int, action: str, reasons: list[str]
) -> None:
    rules = replace(ENFORCING, max_octets=5000, max_recipients=3)
    site = service(tmp_path, rules, ledger=ledger_with(Kind.NOT_JUNK, past, SPF))
    answer = await answered(site, **changed)
    assert (answer.action, codes(answer)) == (action, reasons)


async def test_the_harder_answer_is_given_and_all_reasons_are_told(tmp_path: Path) -> None:
    rules = replace(ENFORCING, max_octets=1, spf_fail=Severity.DEFER)
    answer = await answered(service(tmp_path, rules), **STRANGER)
    assert answer.action.startswith("552 5.3.4 ")
    assert codes(answer) == ["too-large", "spf-fail"]


async def test_the_field_is_told_once_a_mail_and_the_mail_is_looked_at_once(tmp_path: Path) -> None:
    asked: list[str] = []

    class Noting:
        async def aask(self, questions: Sequence[Question]) -> Answers:
            asked.extend(question.name for question in questions)
            return zone().ask(questions)

    site = service(tmp_path, resolver=Noting())
    conversation = Conversation(lambda: site)
    found = []
    for instance, rcpt, client in [("1", "bob", "192.0.2.1"), ("1", "eve", "192.0.2.1"), ("2", "bob", "192.0.2.1")]:
        changed = asking(instance=instance, recipient=f"{rcpt}@site.example", client_address=client)
        found.append(await conversation.answer(request(changed)))
    assert [codes(answer) for answer in found] == [["spf-told"], ["spf-told-before"], ["spf-told"]]
    assert asked.count("firm.example") == 2, "once for each mail"
    changed = asking(instance="2", client_address="192.0.2.99")
    assert codes(await conversation.answer(request(changed))) == ["spf-fail", "spf-told-before"]


async def test_the_ledger_is_told_nothing(tmp_path: Path) -> None:
    ledger = MemoryLedger()
    await answered(service(tmp_path, ledger=ledger))
    assert ledger.read([SPF, Subject("network", "192.0.2.0/24")]) == {}


async def test_a_ledger_that_cannot_be_read_makes_nobody_bad_or_trusted(tmp_path: Path) -> None:
    class Away(MemoryLedger):
        async def aread(self, subjects: object) -> object:  # type: ignore[override]
            raise LedgerError("away")

    answer = await answered(service(tmp_path, replace(REJECTING, max_octets=1000), ledger=Away()))
    assert codes(answer) == ["too-large"]
    assert (await answered(service(tmp_path, REJECTING, ledger=Away()))).action == PASS


@pytest.mark.parametrize(
    ("failure", "action"),
    [(Severity.PASS, "DUNNO"), (Severity.DEFER, "DEFER_IF_PERMIT 4.3.0 internal error, please try again later")],
)
async def test_an_error_of_ours_is_answered_as_the_site_wants(
    tmp_path: Path, failure: Severity, action: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def aask(self, questions: object) -> Answers:
            raise RuntimeError("a bug")

    answer = await answered(service(tmp_path, replace(ENFORCING, failure=failure), resolver=Broken()))
    assert (answer.action, codes(answer)) == (action, ["failure"])
    assert "a bug" in caplog.text
    (name,) = re.findall(r"kept in (\S+)\.eml", caplog.text)
    with open(f"{name}.json") as kept:  # noqa: ASYNC230
        assert "ann@firm.example" in kept.read()


@pytest.mark.proves("RFC 7208 §9.1")
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"sender": ""}, 'envelope-from="<>"; helo=mx.firm.example; identity=mailfrom;'),
        ({"helo_name": "a b"}, 'helo="a b"; identity=mailfrom; mechanism='),
        ({"sender": 'a"\\(b)@firm.example'}, 'envelope-from="a\\"\\\\(b)@firm.example"; helo='),
        ({"sender": "jörg@firm.example"}, 'envelope-from="j?rg@firm.example"; helo='),
        ({"helo_name": ""}, 'envelope-from="ann@firm.example"; identity=mailfrom;'),
        ({"client_address": "2001:db8::1"}, 'client-ip="2001:db8::1"; envelope-from='),
        ({"sender": "a\x7fb\r@firm.example"}, 'envelope-from="a?b?@firm.example"; helo='),
    ],
)
async def test_the_field_is_one_line_that_no_client_can_leave(
    tmp_path: Path, changed: dict[str, str | None], told: str
) -> None:
    action = (await answered(service(tmp_path), **changed)).action
    assert told in action
    assert action.isascii()
    assert action.isprintable()
    assert len(action) < 998


async def test_no_field_is_longer_than_a_line(tmp_path: Path) -> None:
    answer = await answered(service(tmp_path), helo_name='"' * 390, sender="a" * 300 + "@firm.example")
    assert (answer.action, codes(answer)) == ("DUNNO", ["nothing-to-tell"])


async def test_what_was_asked_for_a_policy_is_known_when_the_mail_comes(tmp_path: Path) -> None:
    """A resolver that keeps answers has those of RCPT when the milter or the relay comes to ask."""
    asked: set[Question] = set()

    class Noting:
        async def aask(self, questions: Sequence[Question]) -> Answers:
            asked.update(questions)
            return zone().ask(questions)

    await answered(service(tmp_path, resolver=Noting()))
    ahead = frozenset(asked)
    asked.clear()
    await averify(
        b"From: ann@firm.example\r\n\r\nHi\r\n",
        client_ip="192.0.2.1",
        helo="mx.firm.example",
        mail_from="ann@firm.example",
        resolver=Noting(),
        now=0,
    )
    assert ahead
    assert ahead <= asked
    assert {question.name for question in asked - ahead} == {"_dmarc.firm.example", "_dmarc.example"}
