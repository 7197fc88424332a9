"""A mail whose octets come in parts is examined as if it had come whole, and what it needs is known ahead."""

from hypothesis import given
from hypothesis import strategies as st
from tests.golden.cases import FOLDER, Case, cases

from trustlane.dns.zone import ZoneResolver
from trustlane.identities import ExamineLimits, Examining, examine
from trustlane.message import Envelope, LineEnds, Session, Transaction
from trustlane.verify import with_crlf

MAIL = (
    b"DKIM-Signature: v=1; a=rsa-sha256; d=firm.example; s=s1; h=from;\r\n"
    b" bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAAAAAA\r\n"
    b"From: ann@firm.example\r\n\r\nHello\r\n"
)
SESSION = Session("192.0.2.1", "mx.firm.example")


def begun() -> Examining:
    return Examining(SESSION, "ann@firm.example", LineEnds.AS_IS, ExamineLimits(), 1_800_000_000)


def test_what_will_be_asked_is_known_early_and_told_once() -> None:
    """The client and the sender at MAIL; keys and policies at the end of the header."""
    examining = begun()
    at_mail = {question.name for question in examining.ahead()}
    assert at_mail == {"1.2.0.192.in-addr.arpa", "mx.firm.example", "firm.example"}
    assert examining.ahead() == []
    assert examining.header == b""
    examining.feed(MAIL)
    at_end_of_header = {question.name for question in examining.ahead()}
    assert "s1._domainkey.firm.example" in at_end_of_header
    assert "_dmarc.firm.example" in at_end_of_header
    assert not at_end_of_header & at_mail


def test_the_header_is_kept_and_the_body_is_not() -> None:
    examining = begun()
    examining.feed(MAIL)
    assert examining.header == MAIL.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


@given(st.sampled_from(cases()), st.lists(st.integers(1, 600), max_size=8))
def test_parts_are_found_the_same_as_the_whole(case: Case, cuts: list[int]) -> None:
    resolver = ZoneResolver.from_file(FOLDER / case.name / "zone.txt")
    message = with_crlf((FOLDER / case.name / "mail.eml").read_bytes())
    now = case.session["now"]
    examining = Examining(SESSION, "ann@firm.example", LineEnds.AS_IS, ExamineLimits(), now)
    ends = sorted({cut for cut in cuts if cut < len(message)} | {len(message)})
    for begin, end in zip([0, *ends], ends, strict=False):
        examining.feed(message[begin:end])
        resolver.ask(examining.ahead())
    examining.finish()
    whole = Transaction(message, SESSION, Envelope("ann@firm.example"))
    assert examining.examined(resolver).findings == examine(whole, resolver, ExamineLimits(), now).findings
