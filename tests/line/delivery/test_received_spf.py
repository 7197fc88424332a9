"""Received-SPF: written where a site wants it, and never left standing in our name."""

import pytest

from trustlane.delivery.edits import InsertField, apply
from trustlane.delivery.write import edits
from trustlane.dns.zone import ZoneResolver
from trustlane.identities import ExamineLimits
from trustlane.lanes import Decision, Policy
from trustlane.verify import verify

ZONE = ZoneResolver.from_text("""
firm.example.     TXT "v=spf1 ip4:192.0.2.3 -all exp=why.firm.example"
why.firm.example. TXT "says %{r}"
""")

FORGED = (
    b"Received-SPF: pass (x) receiver=MX.example.org; client-ip=192.0.2.9\r\n"
    b"received-spf: pass\r\n"
    b"Received-SPF: softfail (other.example: y) receiver=other.example; client-ip=192.0.2.9\r\n"
)


def decided(client_ip: str = "192.0.2.3", *, received_spf: bool = True) -> Decision:
    limits = ExamineLimits(receiver="mx.example.org", received_spf=received_spf)
    return verify(
        FORGED + b"From: ann@firm.example\r\n\r\nHello\r\n",
        client_ip=client_ip,
        helo="mail.firm.example",
        mail_from="ann@firm.example",
        resolver=ZONE,
        policy=Policy(limits=limits),
        now=0,
    )


@pytest.mark.proves("RFC 7208 §9.1")
def test_each_identity_has_its_field_above_all_others() -> None:
    fields = [edit for edit in edits(decided(), "mx.example.org") if isinstance(edit, InsertField)]
    names = [field.name for field in fields]
    assert names.index("Received-SPF") > names.index("Authentication-Results")
    mail_from, helo = (field.value for field in fields if field.name == "Received-SPF")
    assert mail_from.startswith("pass (mx.example.org: ip4:192.0.2.3 matches the client)")
    assert "identity=mailfrom" in mail_from
    assert 'envelope-from="ann@firm.example"' in mail_from
    assert helo.startswith("none (mx.example.org: mail.firm.example publishes no SPF record)")
    assert "identity=helo" in helo


@pytest.mark.parametrize("received_spf", [True, False])
def test_a_field_in_our_name_or_in_nobodys_is_removed_and_another_ones_stays(*, received_spf: bool) -> None:
    decision = decided(received_spf=received_spf)
    spans = decision.examined.examination.field_spans
    mail = FORGED + b"From: ann@firm.example\r\n\r\nHello\r\n"
    written = apply(edits(decision, "mx.example.org"), mail, spans)
    kept = [line for line in written.split(b"\r\n") if line.lower().startswith(b"received-spf:")]
    assert len(kept) == (3 if received_spf else 1)
    assert kept[-1].startswith(b"Received-SPF: softfail (other.example: y)")


@pytest.mark.proves("RFC 7208 §7.3")
def test_the_explanation_may_name_the_receiver() -> None:
    [finding] = [one for one in decided("192.0.2.9").findings if one.facts.get("identity") == "mailfrom"]
    assert (finding.result, finding.facts["explanation"]) == ("fail", "says mx.example.org")
