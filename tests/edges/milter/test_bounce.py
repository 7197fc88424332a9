"""A bounce that comes by the milter is judged by its recipients, as one that comes by the relay."""

from pathlib import Path

import pytest
from tests.edges.milter.site import AUTHSERV_ID, NOW, zone

from trustlane.batv import DAY_SECONDS, BounceKey, BounceKeys
from trustlane.delivery.replay import ReplayFiles
from trustlane.identities import Checks, ExamineLimits
from trustlane.lanes import Decision, Policy
from trustlane.ledger.memory import MemoryLedger
from trustlane.milter.events import MailStarted
from trustlane.milter.inbound import Inbound
from trustlane.milter.negotiate import Actions, Options, Steps
from trustlane.milter.session import Client

RING = BounceKeys((BounceKey(1, 0, bytes(20)),)).ring(["site.example"])
TAGGED, _ = RING.tag("joe@site.example", NOW // DAY_SECONDS)


@pytest.mark.parametrize(("rcpt", "result"), [(TAGGED, "pass"), ("joe@site.example", "fail"), ("a@b.example", None)])
async def test_a_bounce_is_judged_by_its_recipient(rcpt: str, result: str | None, tmp_path: Path) -> None:
    decisions: list[Decision] = []
    inbound = Inbound(
        authserv_id=AUTHSERV_ID,
        resolver=zone(),
        ledger=MemoryLedger(),
        policy=Policy(limits=ExamineLimits(checks=Checks(batv=RING))),
        replay=ReplayFiles(tmp_path),
        clock=lambda: NOW,
        decided=lambda _, decision: decisions.append(decision),
    )
    mail = inbound.begin(Client("192.0.2.7", helo="mx.example.net"), MailStarted("", ()))
    mail.recipient(rcpt, f"<{rcpt}>".encode())
    mail.feed(b"From: MAILER-DAEMON@mx.example.net\r\n\r\nno such user\r\n")
    await mail.answer({}, Options(6, Actions(0), Steps(0)))
    found = [finding.result for finding in decisions[0].findings if finding.method == "batv"]
    assert found == ([result] if result else [])
