"""Results of hosts before us are believed from them alone; our own, and theirs from strangers, are forgeries."""

from pathlib import Path

import pytest

from trustlane import authres
from trustlane._core import SigningKey, sign_often
from trustlane.delivery import DeleteField, InsertField, apply, edits
from trustlane.dns.zone import ZoneResolver
from trustlane.flow import consider
from trustlane.identities import Boundary, Checks, ExamineLimits
from trustlane.lanes import Decision, Policy
from trustlane.lanes.data import as_data
from trustlane.ledger.absent import NO_LEDGER
from trustlane.verify import transaction

BOUNDARY = Boundary(
    own_ids=("example.org",), upstream_ids=("gate.example",), upstream_clients=("192.0.2.0/28", "2001:db8::/32")
)

MAIL = b"""\
Authentication-Results: gate.example; dkim=pass header.d=firm.example; helo=pass
Received: from firm.example by gate.example
Authentication-Results: "mx.example.ORG"; dkim=pass header.d=bank.example
authentication-results : (ours)
 EXAMPLE.org; dkim=pass header.d=bank.example
Authentication-Results: third.example; spf=pass
Authentication-Results: (damaged
X-Google-DKIM-Results: mx.example.org; dkim=pass
From: Ann <ann@firm.example>

hello
"""


def decided(client_ip: str | None, mail: bytes = MAIL, zone: str = "") -> Decision:
    limits = ExamineLimits(boundary=BOUNDARY, checks=Checks(csa=True))
    return consider(
        transaction(mail, client_ip, "mail.firm.example", "ann@firm.example", ()),
        resolver=ZoneResolver.from_text(zone),
        ledger=NO_LEDGER,
        policy=Policy(limits=limits),
        now=1_800_000_000,
    )


def deleted(decision: Decision) -> list[int]:
    return [edit.index for edit in edits(decision, "mx.example.org") if isinstance(edit, DeleteField)]


@pytest.mark.proves("RFC 8601 §1.2", "RFC 8601 §5")
@pytest.mark.parametrize("client_ip", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1"])
def test_results_straight_from_a_listed_host_are_told_and_kept(client_ip: str) -> None:
    decision = decided(client_ip)
    (field,) = decision.examined.reported
    assert (field.authserv_id, [result.method for result in field.results]) == ("gate.example", ["dkim", "helo"])
    assert as_data(decision)["reported"][0]["results"][0]["properties"] == (
        {"ptype": "header", "name": "d", "value": "firm.example"},
    )
    assert deleted(decision) == [5, 3, 2]
    assert not [identity for identity in decision.identities.validated if identity.name == "firm.example"]


@pytest.mark.proves("RFC 8601 §5")
@pytest.mark.parametrize("client_ip", ["192.0.2.16", "198.51.100.1", None])
def test_from_anybody_else_they_are_forgeries(client_ip: str | None) -> None:
    decision = decided(client_ip)
    assert decision.examined.reported == ()
    assert deleted(decision) == [5, 3, 2, 1]


def test_authres_pitfall_1_every_spelling_of_our_names_is_removed_and_nothing_else() -> None:
    decision = decided("198.51.100.1")
    removed = [edit for edit in edits(decision, "mx.example.org") if isinstance(edit, DeleteField)]
    assert {edit.name.lower() for edit in removed} == {"authentication-results"}
    spans = decision.examined.examination.field_spans
    kept = [name for name, _, _ in spans]
    assert b"X-Google-DKIM-Results" in kept


@pytest.mark.proves("RFC 8601 §4")
def test_our_results_stand_above_all_that_came_with_the_mail() -> None:
    decision = decided("198.51.100.1")
    spans = decision.examined.examination.field_spans
    edited = apply(edits(decision, "mx.example.org"), MAIL.replace(b"\n", b"\r\n"), spans)
    names = [line.partition(b":")[0] for line in edited.split(b"\r\n") if line[:1].strip()]
    assert names[:3] == [b"Trust-Lane", b"Authentication-Results", b"Received"]
    assert authres.reported(edited, ["mx.example.org"])[0].of("iprev")


@pytest.mark.proves("RFC 8601 §2.7.6")
def test_only_registered_methods_are_written() -> None:
    decision = decided("198.51.100.1")
    assert {"csa", "helo"} <= {finding.method for finding in decision.findings}
    inserted = [edit for edit in edits(decision, "mx.example.org") if isinstance(edit, InsertField)]
    (written,) = [edit.value for edit in inserted if edit.name == "Authentication-Results"]
    told = {result.method for result in authres.parse(written).results}
    assert told == {"iprev", "spf", "dkim", "dmarc"}


@pytest.mark.proves("RFC 8601 §5")
def test_authres_pitfall_6_a_signature_over_a_removed_field_is_verified_before() -> None:
    mail = MAIL.replace(b"\n", b"\r\n")
    names = ["from", *["authentication-results"] * 3]
    signature = sign_often(
        mail, [("firm.example", "sel", SigningKey(KEY.read_bytes()))], now=1_799_999_999, names=names
    )
    decision = decided("198.51.100.1", signature + mail, RECORD)
    assert [one.result for one in decision.findings if one.method == "dkim"] == ["pass"]
    assert deleted(decision) == [5, 3, 2, 1]


KEY = Path(__file__).parents[3] / "rust/core/src/dkim/tests/ed25519.pem"
RECORD = 'sel._domainkey.firm.example. TXT "v=DKIM1; k=ed25519; p=9sZBJtimpOeGBSnGttC3xTZG5sZ73rPX6okBHlIq6BU="\n'
