"""Edits and verdicts as packets."""

import pytest
from tests.edges.milter.mta import OLD_STEPS, codes

from trustlane.delivery import Reply
from trustlane.delivery.edits import DeleteField, Edit, InsertField
from trustlane.milter.answer import changes, quarantine, recipients, refusal, sender
from trustlane.milter.codes import Actions, Steps
from trustlane.milter.negotiate import Options
from trustlane.milter.packets import PacketReader

ALL = Options(6, Actions(sum(Actions)), Steps(OLD_STEPS | Steps.HDR_LEADSPC))
OLD = Options(2, Actions.ADDHDRS | Actions.CHGHDRS, Steps(0))

EDITS: list[Edit] = [
    InsertField("Trust-Lane", "open;\r\n\tid=1"),
    InsertField("Authentication-Results", "mx; none"),
    DeleteField("Trust-Lane", 1),
    DeleteField("Authentication-Results", 3),
    DeleteField("Trust-Lane", 2),
]


@pytest.mark.parametrize(("options", "space"), [(ALL, b" "), (OLD, b"")])
def test_deletions_go_first_from_the_highest_and_the_topmost_field_goes_last(options: Options, space: bytes) -> None:
    assert list(PacketReader().packets(changes(EDITS, options))) == [
        (ord("m"), b"\0\0\0\3Authentication-Results\0\0"),
        (ord("m"), b"\0\0\0\2Trust-Lane\0\0"),
        (ord("m"), b"\0\0\0\1Trust-Lane\0\0"),
        (ord("i"), b"\0\0\0\0Authentication-Results\0" + space + b"mx; none\0"),
        (ord("i"), b"\0\0\0\0Trust-Lane\0" + space + b"open;\n\tid=1\0"),
    ]


@pytest.mark.parametrize(
    ("reply", "data"),
    [
        (Reply(550, "5.7.1", "refused"), b"550 5.7.1 refused\0"),
        (Reply(451, "4.3.0", "later"), b"451 4.3.0 later\0"),
        (Reply(550, "5.7.1", "100% bad\r\nX: y\0"), b"550 5.7.1 100? bad??X: y?\0"),
    ],
)
def test_a_refusal_is_one_line_without_a_percent_sign(reply: Reply, data: bytes) -> None:
    assert list(PacketReader().packets(refusal(reply))) == [(ord("y"), data)]


def test_what_the_mta_cannot_do_is_not_asked_of_it() -> None:
    assert codes(quarantine("why", ALL)) == "q"
    assert quarantine("why", OLD) == b""
    assert codes(sender("prvs=1234=ann@site.example", ALL)) == "e"
    assert sender("ann@site.example", OLD) == b""
    assert codes(recipients([b"<a@b>"], ["c@d"], ALL)) == "-+"
    assert recipients([b"<a@b>"], ["c@d"], OLD) == b""
