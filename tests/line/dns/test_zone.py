"""A zone file answers as the DNS would."""

from pathlib import Path

import pytest

from trustlane._core import Answer, Question
from trustlane.dns.overlay import OverlayResolver
from trustlane.dns.zone import MAX_ALIASES, ZoneResolver
from trustlane.errors import ZoneError

ZONE = r"""
; one file, several domains
$TTL 1h
$ORIGIN example.com.
@       300 IN SOA ns hostmaster 1 2 3 4 5
@               A     192.0.2.1
                A     192.0.2.2
                AAAA  2001:db8::1
                MX    10 mail
                MX    0 .
                TXT   ( "v=spf1 "   ; servfail
                        "-all" )    ; secure
_client._smtp   SRV   1 2 25 Mail
                SRV   1 0 0 .
www     IN 60   CNAME @
outside         CNAME nowhere.example.org.
here            CNAME there
there           CNAME here
*.wild          TXT   "any"
b.c.wild        A     192.0.2.3
broken          TXT   "x"           ; servfail
broken          A     192.0.2.4
silent                              ; timeout
closed          CNAME @             ; Refused
plain           TXT   "x"           ; servfail on Mondays
signed                              ; secure
alias           CNAME signed        ; secure
odd\.dot        A     192.0.2.5
odd             PTR   a\.b.example.com.
UPPER           A     192.0.2.6
key             TXT   "long"
$ORIGIN 2.0.192.in-addr.arpa.
1       IN      PTR   mail.example.com.
k._domainkey.example.net. TXT v=DKIM1\;k=rsa "; p=" abc\032\255
"""

FOUND = [
    ("example.com", "A", ["192.0.2.1", "192.0.2.2"]),
    ("example.com", "AAAA", ["2001:db8::1"]),
    ("example.com", "MX", [(10, "mail.example.com"), (0, ".")]),
    ("_client._smtp.example.com", "SRV", [(1, 2, 25, "mail.example.com"), (1, 0, 0, ".")]),
    ("www.example.com", "A", ["192.0.2.1", "192.0.2.2"]),
    ("x.wild.example.com", "TXT", [b"any"]),
    ("y.x.wild.example.com", "TXT", [b"any"]),
    ("broken.example.com", "A", ["192.0.2.4"]),
    ("plain.example.com", "TXT", [b"x"]),
    ("upper.example.com", "A", ["192.0.2.6"]),
    ("1.2.0.192.in-addr.arpa", "PTR", ["mail.example.com"]),
    ("k._domainkey.example.net", "TXT", [b"v=DKIM1;k=rsa; p=abc \xff"]),
]


@pytest.mark.parametrize(("name", "record_type", "records"), FOUND)
@pytest.mark.proves("RFC 1035 §2.3.3", "RFC 4592 §3.3.1")
def test_records_are_found_by_name_and_type(name: str, record_type: str, records: list[object]) -> None:
    assert _ask(name, record_type).records == records


OTHERWISE = [
    ("example.org", "A", Answer.nxdomain(), "no such name"),
    ("a.b.example.com", "A", Answer.nxdomain(), "nothing at it or below it"),
    ("_domainkey.example.net", "TXT", Answer.nodata(), "an empty name between two others exists (RFC 8020 §2)"),
    ("www.example.com", "TXT", None, "an alias is followed whatever the type"),
    ("broken.example.com", "MX", Answer.nodata(), "the name exists, the type does not"),
    ("outside.example.com", "A", Answer.nxdomain(), "an alias to a name that is not there"),
    ("here.example.com", "A", Answer.unavailable("servfail"), "aliases in a circle"),
    ("c.wild.example.com", "TXT", Answer.nodata(), "an empty name below a wildcard hides it (RFC 4592 §2.2.2)"),
    ("x.c.wild.example.com", "TXT", Answer.nxdomain(), "the closest encloser has no wildcard (RFC 4592 §3.3.1)"),
    ("broken.example.com", "TXT", Answer.unavailable("servfail"), "marked for this type"),
    ("silent.example.com", "A", Answer.unavailable("timeout"), "a name marked alone is marked for every type"),
    ("closed.example.com", "A", Answer.unavailable("refused"), "a marked alias is marked for every type"),
    ("signed.example.com", "A", Answer.nodata(is_secure=True), "nothing there, vouched for"),
    ("alias.example.com", "A", Answer.nodata(is_secure=True), "secure all along the way"),
    ("dot.example.com", "A", Answer.nxdomain(), "a dot within a label makes no other name"),
    ("odd.example.com", "PTR", Answer.found("PTR", []), "a name that cannot be written plainly is left out"),
]


@pytest.mark.parametrize(("name", "record_type", "answer", "reason"), OTHERWISE)
@pytest.mark.proves("RFC 4592 §3.3.1")
def test_no_such_name_no_such_type_and_no_answer_are_told_apart(
    name: str, record_type: str, answer: Answer | None, reason: str
) -> None:
    assert _ask(name, record_type) == (answer or _ask("example.com", record_type, is_secure=False)), reason


def test_a_secure_mark_stands_at_the_end_of_an_entry_and_holds_for_its_type() -> None:
    assert _ask("example.com", "TXT").is_secure
    assert not _ask("example.com", "A").is_secure
    assert _ask("example.com", "TXT").records == [b"v=spf1 -all"]


@pytest.mark.proves("RFC 1035 §3.3")
def test_strings_longer_than_255_octets_are_taken_as_if_split() -> None:
    zone = ZoneResolver.from_text(f'key.example. TXT "{"x" * 4000}" y')
    question = Question("key.example", "TXT")
    assert zone.ask([question])[question].records == [b"x" * 4000 + b"y"]


@pytest.mark.parametrize(("aliases", "status"), [(MAX_ALIASES, "found"), (MAX_ALIASES + 1, "unavailable")])
@pytest.mark.proves("RFC 1034 §5.2.2")
def test_a_chain_of_aliases_has_a_limit(aliases: int, status: str) -> None:
    chain = "\n".join(f"n{number}.example. CNAME n{number + 1}.example." for number in range(aliases))
    zone = ZoneResolver.from_text(f"{chain}\nn{aliases}.example. A 192.0.2.1")
    question = Question("n0.example", "A")
    assert zone.ask([question])[question].status == status


REFUSED = [
    ("\n\na.example. A 192.0.2\n", "zone:3: Text input is malformed."),
    ("a.example. TXT (\n'x'\n", "zone:1: unbalanced parentheses"),
    ("$INCLUDE other\n", "zone:1: $INCLUDE is not supported; $ORIGIN and $TTL are"),
    ("a.example.\n", "zone:1: a.example. has neither a record nor a mark (servfail, timeout, refused, secure)"),
    ("a.example. CH A 192.0.2.1\n", "zone:1: class CH is not supported; IN is"),
    ("a.example. NONSENSE x\n", "zone:1: DNS resource record type is unknown."),
    ("a.example. TXT\n", "zone:1: a TXT record needs at least one string (RFC 1035 §3.3.14)"),
    ("a..example. A 192.0.2.1\n", "zone:1: A DNS label is empty."),
    ("   A 192.0.2.1\n", "zone:1: the first entry needs a name"),
    ("a.example. A 192.0.2.1\na.example. CNAME b.example.\n", "zone:2: an alias stands alone at its name"),
    ("a.example. CNAME c.example.\na.example. CNAME b.example.\n", "zone:2: an alias stands alone at its name"),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
@pytest.mark.proves("RFC 1034 §3.6.2", "RFC 1035 §3.3.14")
def test_what_cannot_be_read_is_named_by_file_and_line(text: str, sentence: str) -> None:
    with pytest.raises(ZoneError) as error:
        ZoneResolver.from_text(text)
    assert str(error.value).startswith(sentence)


def test_a_file_is_read_and_one_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "zone.txt").write_text("a.example. A 192.0.2.1", "utf-8")
    (tmp_path / "latin.txt").write_bytes(b"a.example. TXT \xff")
    question = Question("a.example", "A")
    assert ZoneResolver.from_file(tmp_path / "zone.txt").ask([question])[question].records == ["192.0.2.1"]
    for name in ("missing.txt", "latin.txt"):
        with pytest.raises(ZoneError, match=name):
            ZoneResolver.from_file(tmp_path / name)


COVERED = [
    ("a.example.com", True, "below an SOA"),
    ("example.com", True, "at an SOA"),
    ("notexample.com", False, "compared by labels"),
    ("com", False, "above"),
    ("example.net", True, "the last two labels of an owner without SOA"),
    ("Other.Example.NET.", True, "below them"),
    ("1.2.0.192.in-addr.arpa", True, "a reverse name itself"),
    ("2.2.0.192.in-addr.arpa", False, "but not its neighbours"),
]


@pytest.mark.parametrize(("name", "is_covered", "reason"), COVERED)
def test_a_zone_knows_of_which_names_it_has_the_last_word(name: str, is_covered: bool, reason: str) -> None:
    assert ZoneResolver.from_text(ZONE).covers(name) is is_covered, reason


async def test_an_overlay_asks_the_rest_of_the_other_resolver() -> None:
    mine = ZoneResolver.from_text("example.com. A 192.0.2.1")
    theirs = ZoneResolver.from_text("example.com. A 203.0.113.1\nexample.org. A 203.0.113.2")
    overlay = OverlayResolver(mine, theirs)
    questions = [Question("example.com", "A"), Question("example.org", "A"), Question("a.example.com", "A")]
    answers = overlay.ask(questions)
    assert [answers[question].records for question in questions] == [["192.0.2.1"], ["203.0.113.2"], []]
    assert answers == await overlay.aask(questions)


def _ask(name: str, record_type: str, *, is_secure: bool | None = None) -> Answer:
    question = Question(name, record_type)
    answer = ZoneResolver.from_text(ZONE).ask([question])[question]
    return answer if is_secure is None else Answer.found(record_type, answer.records, is_secure=is_secure)
