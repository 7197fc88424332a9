"""Envelopes get a tag on the way out and lose it on the way in; nothing else changes."""

import pytest

from trustlane.batv import DAY_SECONDS, BounceKey, BounceKeys
from trustlane.delivery.bounce_address import (
    ChangeRecipient,
    ChangeSender,
    applied,
    tagged_sender,
    untagged_recipients,
)
from trustlane.dns.zone import ZoneResolver
from trustlane.flow import consider
from trustlane.identities import Checks, ExamineLimits, Identity
from trustlane.lanes import Decision, Policy
from trustlane.ledger.absent import NO_LEDGER
from trustlane.message import Envelope
from trustlane.verify import transaction

DAY = 20_781
NOW = DAY * DAY_SECONDS + 5
RING = BounceKeys((BounceKey(3, DAY - 90, bytes(32)),), since=DAY - 90).ring(["example.com"])
TAGGED, _ = RING.tag("joe@example.com", DAY)
OLD, _ = RING.tag("joe@example.com", DAY - 30)


@pytest.mark.proves("draft-levine-smtp-batv §2.4.1")
@pytest.mark.parametrize(
    ("mail_from", "edits"),
    [
        ("joe@example.com", [ChangeSender(TAGGED)]),
        (TAGGED, []),
        ("joe@example.net", []),
        ("", []),
        (None, []),
    ],
)
def test_batv_pitfall_3_only_our_own_untagged_sender_is_tagged(
    mail_from: str | None, edits: list[ChangeSender]
) -> None:
    assert tagged_sender(Envelope(mail_from, ("ann@example.net",)), RING, NOW) == edits


@pytest.mark.proves("draft-levine-smtp-batv §2.4.2")
@pytest.mark.parametrize(
    ("mail_from", "rcpt", "new"),
    [
        ("", TAGGED, "joe@example.com"),
        ("MAILER-DAEMON@example.net", TAGGED, "joe@example.com"),
        ("", OLD, None),
        ("", "joe@example.com", None),
        ("", "prvs=1234abcdef=ann@example.net", None),
        ("ann@example.net", TAGGED, "joe@example.com"),
        ("ann@example.net", OLD, "joe@example.com"),
        ("ann@example.net", "joe@example.com", None),
        ("ann@example.net", "btv1==0123456789a==joe@example.com", None),
        (None, OLD, "joe@example.com"),
    ],
)
def test_batv_pitfall_4_tags_fall_off_ordinary_mail_and_good_bounces(
    mail_from: str | None, rcpt: str, new: str | None
) -> None:
    envelope = Envelope(mail_from, (rcpt, "other@example.net"))
    edits = untagged_recipients(envelope, RING, NOW)
    assert edits == ([ChangeRecipient(rcpt, new)] if new else [])
    assert applied([*edits], envelope) == Envelope(mail_from, (new or rcpt, "other@example.net"))


def bounced(rcpt: str, mail_from: str = "", day: int = DAY) -> Decision:
    return consider(
        transaction(b"From: MAILER-DAEMON@mx.example.net\n\nno such user\n", None, None, mail_from, (rcpt,)),
        resolver=ZoneResolver.from_text(""),
        ledger=NO_LEDGER,
        policy=Policy(limits=ExamineLimits(checks=Checks(batv=RING))),
        now=day * DAY_SECONDS,
    )


def test_a_bounce_is_judged_by_its_tag_and_ordinary_mail_is_not() -> None:
    for rcpt, day, told in [
        (TAGGED, DAY, ("pass", "batv.valid")),
        (TAGGED, DAY + 8, ("fail", "batv.expired")),
        ("joe@example.com", DAY, ("fail", "batv.untagged")),
        ("joe@example.com", DAY - 85, ("neutral", "batv.run-in")),
        (TAGGED.replace("joe", "ann"), DAY, ("fail", "batv.forged")),
    ]:
        found = [(one.result, one.reason) for one in bounced(rcpt, day=day).findings if one.method == "batv"]
        assert found == [told], rcpt
    assert not [one for one in bounced(TAGGED, "ann@example.net").findings if one.method == "batv"]


def test_a_good_bounce_names_our_address_and_gives_nobody_history() -> None:
    identities = bounced(TAGGED).identities
    assert identities.validated == (Identity("batv", "joe@example.com", None, is_aligned=False, by="batv"),)
    assert identities.subjects == ()
