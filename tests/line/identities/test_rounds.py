"""Round trips to DNS in sequence: what can leave together does, so that a usual mail waits three times at most."""

import pytest

from trustlane.dns.zone import ZoneResolver
from trustlane.identities import ExamineLimits, examine
from trustlane.message import Envelope, Session, Transaction

USUAL = """
3.2.0.192.in-addr.arpa.  PTR mx.firm.example.
mx.firm.example.         A 192.0.2.3
mx.firm.example.         TXT "v=spf1 a -all"
firm.example.            MX 10 mx.firm.example.
_dmarc.firm.example.     TXT "v=DMARC1; p=none; sp=reject; np=reject"
mail.example.            TXT "v=spf1 include:_a.mail.example include:_b.mail.example include:_c.mail.example ~all"
_a.mail.example.         TXT "v=spf1 ip4:198.51.100.0/24 ~all"
_b.mail.example.         TXT "v=spf1 ip6:2001:db8::/32 ~all"
_c.mail.example.         TXT "v=spf1 ip4:192.0.2.0/24 ~all"
other.example.           TXT "v=spf1 ip4:203.0.113.0/24 -all"
"""


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", "pass"),
        ("v=spf1 mx -all", "pass"),
        ("v=spf1 a mx include:other.example -all", "pass"),
        ("v=spf1 include:mail.example ~all", "pass"),
        ("v=spf1 a mx include:other.example include:mail.example ~all", "pass"),
        ("v=spf1 include:other.example redirect=mail.example", "pass"),
        ("v=spf1 include:other.example -all", "fail"),
    ],
)
def test_a_usual_mail_waits_three_times_at_most(record: str, result: str) -> None:
    """The author's domain signs nothing here and lies below the record's: np may need one more question, too."""
    dns = ZoneResolver.from_text(f'{USUAL}firm.example. TXT "{record}"\n')
    mail = Transaction(
        b"From: joe@news.firm.example\r\nDKIM-Signature: v=1; a=rsa-sha256; d=firm.example; s=s1;\r\n"
        b" h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=YWI=\r\n\r\n",
        Session("192.0.2.3", "mx.firm.example"),
        Envelope("joe@firm.example", ("ann@example.org",)),
    )
    examined = examine(mail, dns, ExamineLimits(), 0)
    [spf] = [one for one in examined.findings if one.method == "spf" and one.facts["identity"] == "mailfrom"]
    assert spf.result == result
    assert examined.rounds <= 3


def test_records_are_read_once_for_many_mails_with_the_same_answers() -> None:
    """What a record means is kept with its answer; a second mail reads nothing."""

    class Kept:
        def __init__(self) -> None:
            self.zone = ZoneResolver.from_text(f'{USUAL}firm.example. TXT "v=spf1 include:mail.example ~all"\n')
            self.kept = {}

        def ask(self, questions):  # type: ignore[no-untyped-def]
            for question in questions:
                if question not in self.kept:
                    self.kept.update(self.zone.ask([question]))
            return {question: self.kept[question] for question in questions}

    dns = Kept()
    mail = Transaction(
        b"From: joe@firm.example\r\n\r\n",
        Session("192.0.2.3", "mx.firm.example"),
        Envelope("joe@firm.example", ("ann@example.org",)),
    )
    reads = [examine(mail, dns, ExamineLimits(), 0).examination.compilations for _ in range(3)]
    assert reads[0] > 5
    assert reads[1:] == [0, 0]
