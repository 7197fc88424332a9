"""The way back as the settings have it: mail that leaves tells of correspondents, beside the event loop."""

import asyncio

import pytest

from trustlane.assessment import Thresholds
from trustlane.cli.reporting import sent_of
from trustlane.errors import LedgerError
from trustlane.lanes import SiteKeys
from trustlane.ledger import Subject
from trustlane.ledger.memory import MemoryLedger
from trustlane.message import Envelope, Transaction
from trustlane.reports import Listener
from trustlane.settings import read

MAIL = Transaction(b"From: bob@here.example\r\n\r\n", envelope=Envelope("bob@here.example", ("ann@far.example",)))
ANN = Subject("correspondent", "ann@far.example")
NOW = 1_800_000_000.0


@pytest.mark.parametrize(("is_wanted", "mails"), [(True, 1), (False, None)])
async def test_mail_that_leaves_tells_of_correspondents_if_the_site_wants_it(
    is_wanted: bool, mails: int | None
) -> None:
    ledger = MemoryLedger()
    settings = read({"feedback": {"correspondents": is_wanted}})
    sent_of(settings, Listener(SiteKeys(), ledger, Thresholds()))(MAIL, NOW)
    await asyncio.get_running_loop().shutdown_default_executor()
    history = ledger.read([ANN]).get(ANN)
    assert (history.mails if history else None) == mails


async def test_a_ledger_that_is_away_costs_the_knowledge_and_not_the_mail(caplog: pytest.LogCaptureFixture) -> None:
    class Away(MemoryLedger):
        def write(self, observations: object, decisions: object = ()) -> int:
            raise LedgerError("away")

    sent_of(read({}), Listener(SiteKeys(), Away(), Thresholds()))(MAIL, NOW)
    await asyncio.get_running_loop().shutdown_default_executor()
    assert "correspondents cannot be kept: away" in caplog.text
