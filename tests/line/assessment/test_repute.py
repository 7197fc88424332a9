"""REPUTE: reputons, templates, peers that are asked, and the service that answers."""

import json
from collections.abc import Iterator
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import pytest
from hypothesis import given
from hypothesis.strategies import binary, builds, floats, integers, none, one_of, sampled_from, text
from tests.line.assessment.opinions import CLIENT, FIRM, NOW, Pages, dkim, dmarc, heard

from trustlane.assessment import Page, Reach, Thresholds
from trustlane.assessment.peers import LEFT_ALONE_SECONDS, Peer, Peers
from trustlane.assessment.repute import MEDIA_TYPE, Malformed, Reputon, read_reputons, write_reputons
from trustlane.assessment.repute.fetch import HttpFetcher
from trustlane.assessment.repute.handler import repute_server
from trustlane.assessment.repute.reputon import MOST_OCTETS, MOST_REPUTONS
from trustlane.assessment.repute.serve import ReputeService, Request, Told
from trustlane.assessment.repute.template import WELL_KNOWN, expanded, templates, usable
from trustlane.ledger import Kind, Observation, Subject
from trustlane.ledger.memory import MemoryLedger

GOOD = {"rater": "rep.example", "assertion": "spam", "rated": "firm.example", "rating": 0.02, "sample-size": 900}


def reply(*reputons: object, application: str = "email-id") -> bytes:
    return json.dumps({"application": application, "reputons": list(reputons)}).encode()


BROKEN = [
    (b"no", "no JSON"),
    (b"[]", "not about email-id"),
    (reply(GOOD, application="other"), "not about email-id"),
    (b'{"application": "email-id"}', "no list"),
    (b'{"application": "email-id", "application": "email-id", "reputons": []}', "a key is there twice"),
    (reply(*[GOOD] * (MOST_REPUTONS + 1)), "no list of at most"),
    (b" " * (MOST_OCTETS + 1), "more than"),
    (b"[" * 50_000, "no JSON"),
    (reply("text"), "is no object"),
    (reply({**GOOD, "rating": "0.02"}), "no share"),
    (reply({**GOOD, "rating": True}), "no share"),
    (reply({**GOOD, "rating": 1.2}), "no share"),
    (reply({**GOOD, "rating": -0.1}), "no share"),
    (reply({**GOOD, "rating": 0.1234}), "three decimals"),
    (reply(GOOD).replace(b"0.02", b"NaN"), "no number"),
    (reply({**GOOD, "confidence": 7}), "no share"),
    (reply({**GOOD, "sample-size": -1}), "no sample-size"),
    (reply({**GOOD, "expires": 1.5}), "no expires"),
    (reply({**GOOD, "email-id-identity": "phone"}), "no identity"),
    *(
        (reply({key: value for key, value in GOOD.items() if key != left_out}), f"without its {left_out}")
        for left_out in ("rater", "assertion", "rated", "rating")
    ),
]


@pytest.mark.proves("RFC 7071 §6", "RFC 7071 §6.2.2", "RFC 7071 §3.1")
@pytest.mark.parametrize(("octets", "why"), BROKEN)
def test_a_broken_reply_is_not_believed_in_any_part(octets: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        read_reputons(octets)


@pytest.mark.proves("RFC 7071 §3.1")
def test_an_empty_reputon_is_no_data_and_not_a_rating_of_nothing() -> None:
    assert read_reputons(reply({})) == []
    assert write_reputons([]) == reply({})


names = text("abc.", min_size=1)
shares = one_of(sampled_from([0.0, 1.0]), integers(0, 1000).map(lambda number: number / 1000))
counts = one_of(none(), integers(0, 2**40))
reputons = builds(
    Reputon, names, names, names, shares, one_of(none(), shares), counts, counts, counts, sampled_from([None, "dkim"])
)


@pytest.mark.proves("RFC 7071 §6")
@given(reputons)
def test_what_is_written_reads_as_meant(reputon: Reputon) -> None:
    assert read_reputons(write_reputons([reputon])) == [reputon]


@given(binary(max_size=300), floats())
def test_no_octets_do_more_than_be_malformed(octets: bytes, number: float) -> None:
    for attempt in (octets, reply({**GOOD, "rating": number})):
        try:
            read_reputons(attempt)
        except Malformed:
            continue


VALUES = {"service": "rep.example", "application": "email-id", "subject": "a b/ü", "assertion": "spam"}
EXPANDED = [
    ("http://{service}/{application}/{subject}/{assertion}", "http://rep.example/email-id/a%20b%2F%C3%BC/spam"),
    ("https://{service}/q{?subject,assertion,identity}", "https://rep.example/q?subject=a%20b%2F%C3%BC&assertion=spam"),
    ("https://{service}/q?x=1{&assertion}", "https://rep.example/q?x=1&assertion=spam"),
    ("https://{service}/{identity}/x", "https://rep.example//x"),
    ("https://{service}/{+subject}", None),
    ("https://{service}/{#subject}", None),
    ("https://{service}/{subject", None),
    ("https://{service}/ x", None),
]


@pytest.mark.proves("RFC 6570 §3.2.2", "RFC 6570 §3.2.8", "RFC 6570 §3.2.9")
@pytest.mark.parametrize(("template", "address"), EXPANDED)
def test_a_template_is_expanded_with_encoded_values(template: str, address: str | None) -> None:
    assert expanded(template, VALUES) == address


@pytest.mark.proves("RFC 7072 §3.2", "RFC 7072 §3.3")
def test_the_first_template_that_leads_to_the_service_itself_is_used() -> None:
    file = b"gopher://{service}/\r\nhttps://evil.example/{subject}\r\n{+x}\r\nhttps://{service}/a/{subject}\r\n"
    assert len(templates(file)) == 4
    values = {"subject": "firm.example"}
    assert usable(file, "https", "rep.example", values) == "https://rep.example/a/firm.example"
    assert usable(b"http://{service}/{subject}", "https", "rep.example", values) is None
    assert usable(b"https://{service}@evil.example/{subject}", "https", "rep.example", values) is None
    assert usable(b"\xff", "https", "rep.example", values) is None


TEMPLATE = Page(200, "text/plain", b"https://{service}/{application}/{subject}{?assertion}\r\n")
ASKED = "https://rep.example/email-id/firm.example?assertion=spam"
WELL = f"https://rep.example{WELL_KNOWN}"


def site(*reputons: object, status: int = 200, kind: str = MEDIA_TYPE) -> Pages:
    return Pages({WELL: TEMPLATE, ASKED: Page(status, kind, reply(*reputons))})


@pytest.mark.proves("RFC 7070 §4.1", "RFC 7072 §3", "RFC 7072 §4", "RFC 7073 §3.1")
def test_a_peer_is_asked_about_an_authenticated_name_and_its_spam_is_our_bad() -> None:
    pages = site({**GOOD, "confidence": 0.9})
    peers = Peers([Peer("https://rep.example")])
    (opinion,) = heard(peers, pages=pages)
    assert pages.asked == [WELL, ASKED]
    assert (opinion.subject, opinion.rating) == (Subject("rfc5322.from", "firm.example"), 0.98)
    assert (opinion.confidence, opinion.sample_size, opinion.reach) == (0.9, 900, Reach.OUTSIDE)
    assert heard(peers, pages=pages) == [opinion]
    assert pages.asked == [WELL, ASKED], "template and reply are kept for as long as they hold"


@pytest.mark.proves("RFC 7070 §8.4")
def test_addresses_and_names_that_prove_nothing_are_not_asked_about() -> None:
    pages = site(GOOD)
    heard(Peers([Peer("https://rep.example")]), pages=pages)
    assert not [address for address in pages.asked if "ann" in address]
    pages = site(GOOD)
    assert heard(Peers([Peer("https://rep.example")]), pages=pages, findings=[]) == []
    assert pages.asked == []
    findings = [dkim("service.example"), dmarc("firm.example", is_aligned=False)]
    heard(Peers([Peer("https://rep.example")]), pages=pages, findings=findings)
    assert pages.asked == [WELL, ASKED.replace("firm.example", "service.example")]


PASSED_OVER = [
    {**GOOD, "rater": "evil.example"},
    {**GOOD, "rated": "other.example"},
    {**GOOD, "assertion": "malware"},
    {**GOOD, "sample-size": 0},
    {**GOOD, "expires": int(NOW) - 1},
    {},
]


@pytest.mark.parametrize("reputon", PASSED_OVER)
def test_a_reply_about_something_else_is_passed_over(reputon: dict[str, object]) -> None:
    assert heard(Peers([Peer("https://rep.example")]), pages=site(reputon)) == []


TROUBLES = [
    (Pages(), [WELL]),
    (Pages({WELL: Page(200, "text/html", TEMPLATE.body)}), [WELL]),
    (Pages({WELL: Page(404)}), [WELL]),
    (site(GOOD, status=500), [WELL, ASKED]),
    (site(GOOD, kind="application/json"), [WELL, ASKED]),
]


@pytest.mark.proves("RFC 7071 §7.1", "RFC 7072 §3.2")
@pytest.mark.parametrize(("pages", "asked"), TROUBLES)
def test_a_peer_that_does_not_answer_as_it_should_is_left_alone_for_a_while(pages: Pages, asked: list[str]) -> None:
    peers = Peers([Peer("https://rep.example")])
    assert heard(peers, pages=pages) == []
    assert heard(peers, pages=pages, now=NOW + LEFT_ALONE_SECONDS - 1) == []
    assert pages.asked == asked
    heard(peers, pages=pages, now=NOW + LEFT_ALONE_SECONDS)
    assert len(pages.asked) > len(asked)


@pytest.mark.proves("RFC 7072 §3.2")
def test_a_template_holds_until_it_expires_or_for_a_day() -> None:
    for expires, seconds in ((None, 86_400.0), (NOW + 600.0, 600.0)):
        pages = site(GOOD)
        pages.pages[WELL] = Page(200, "text/plain", TEMPLATE.body, expires)
        peers = Peers([Peer("https://rep.example")])
        for now in (NOW, NOW + seconds - 1.0, NOW + seconds + 1.0):
            heard(peers, pages=pages, now=now)
        assert pages.asked.count(WELL) == 2, expires


def ledger(mails: int = 200, good: int = 100, bad: int = 3) -> MemoryLedger:
    subjects = tuple(
        Subject(kind, name)
        for kind, name in [
            ("address", "ann@firm.example"),
            ("rfc5322.from", "firm.example"),
            ("dkim", "service.example"),
            ("network", "192.0.2.0/24"),
        ]
    )
    made = MemoryLedger()
    made.write([Observation(Kind.MAIL, NOW, subjects)] * mails)
    made.write([Observation(Kind.NOT_JUNK, NOW, subjects)] * good + [Observation(Kind.COMPLAINT, NOW, subjects)] * bad)
    return made


def service(made: MemoryLedger | None = None, **more: object) -> ReputeService:
    told = Told("rep.example", {"peer": "secret"}, **more)  # type: ignore[arg-type]
    return ReputeService(told, made or ledger(), Thresholds())


def asked(of: ReputeService, target: str, token: str | None = "secret") -> tuple[int, list[Reputon]]:
    response = of.answer(Request(target, token), NOW)
    return response.status, read_reputons(response.body) if response.status == 200 else []


@pytest.mark.proves("RFC 7072 §3.4", "RFC 7073 §3.2", "RFC 7073 §3.4")
def test_the_service_tells_of_a_domain_in_rounded_numbers_until_they_expire() -> None:
    response = service().answer(Request("/repute/email-id/Firm.Example?assertion=spam", "secret"), NOW)
    (reputon,) = read_reputons(response.body)
    assert (reputon.rater, reputon.rated, reputon.identity) == ("rep.example", "firm.example", "rfc5322.from")
    assert (reputon.rating, reputon.sample_size) == (0.08, 110)
    assert (reputon.generated, reputon.expires) == (NOW, NOW + 3_600)
    assert response.content_type == MEDIA_TYPE
    assert response.headers["Expires"] == "Fri, 15 Jan 2027 09:00:00 GMT"


ANSWERS = [
    ("/repute/email-id/firm.example", "secret", 200, 1, "without an assertion: all there are"),
    ("/repute/email-id/firm.example?identity=dkim", "secret", 200, 0, "not as a signing domain"),
    ("/repute/email-id/service.example?identity=dkim", "secret", 200, 1, "which this one is"),
    (f"/repute/email-id/{CLIENT}", "secret", 200, 1, "a network"),
    (f"/repute/email-id/{CLIENT}?identity=ipv4", "secret", 200, 1, "by its kind"),
    ("/repute/email-id/firm.example?assertion=malware", "secret", 200, 0, "nothing is known of malware"),
    ("/repute/email-id/unknown.example", "secret", 200, 0, "nor of this name"),
    ("/repute/email-id/ann%40firm.example", "secret", 200, 0, "an address is nobody's business"),
    ("/repute/other/firm.example", "secret", 404, 0, "an application that is not known"),
    ("/", "secret", 404, 0, "no such page"),
    ("/repute/email-id/firm.example", None, 401, 0, "no key"),
    ("/repute/email-id/firm.example", "guess", 401, 0, "a wrong one"),
    ("/" + "x" * 5_000, "secret", 414, 0, "far too long"),
    ("http://[", "secret", 404, 0, "no target at all"),
]


@pytest.mark.proves("RFC 7072 §3.1")
@pytest.mark.parametrize(("target", "token", "status", "reputons", "reason"), ANSWERS)
def test_what_the_service_answers(target: str, token: str | None, status: int, reputons: int, reason: str) -> None:
    found, told = asked(service(), target, token)
    assert (found, len(told)) == (status, reputons), reason


@pytest.mark.proves("RFC 7070 §8.2")
@pytest.mark.parametrize(("mails", "good"), [(99, 200), (500, 20)])
def test_nothing_is_told_of_a_name_of_which_little_was_seen(mails: int, good: int) -> None:
    """Else one could ask before and after a letter, and read single people's habits."""
    assert asked(service(ledger(mails, good, 0)), "/repute/email-id/firm.example") == (200, [])


def test_a_peer_may_ask_so_often_a_minute() -> None:
    of = service(questions_a_minute=3)
    for _ in range(3):
        assert asked(of, "/repute/email-id/x.example")[0] == 200
    refused = of.answer(Request("/repute/email-id/x.example", "secret"), NOW)
    assert (refused.status, refused.headers) == (429, {"Retry-After": "60"})
    assert of.answer(Request("/repute/email-id/x.example", "secret"), NOW + 60).status == 200


@pytest.fixture
def address() -> Iterator[str]:
    """A real server on loopback, which is its own service."""
    told = Told("127.0.0.1", {"peer": "secret"}, scheme="http")
    server = repute_server(ReputeService(told, ledger(), Thresholds()), "127.0.0.1", 0, lambda: NOW)
    port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.proves("RFC 7072 §3", "RFC 7072 §3.2", "RFC 6750 §2.1")
def test_two_sites_share_what_they_know_over_http(address: str) -> None:
    peers = Peers([Peer(address)])
    fetcher = HttpFetcher({"127.0.0.1": "secret"})
    (opinion,) = heard(peers, pages=fetcher, findings=FIRM)  # type: ignore[arg-type]
    assert opinion.subject == Subject("rfc5322.from", "firm.example")
    assert opinion.rating == pytest.approx(0.92)
    assert heard(Peers([Peer(address)]), pages=HttpFetcher({}), findings=FIRM) == []  # type: ignore[arg-type]


def test_the_fetcher_gives_what_came_and_nothing_for_what_did_not(address: str) -> None:
    fetcher = HttpFetcher({"127.0.0.1": "secret"}, deadline_seconds=1.0)
    pages = fetcher.fetch([f"{address}{WELL_KNOWN}", f"{address}/nowhere", "http://127.0.0.1:9/", "gopher://x/", "x"])
    assert [page.status for page in pages.values()] == [200, 404, 0, 0, 0]
    first = next(iter(pages.values()))
    assert (first.content_type, first.expires) == ("text/plain", NOW + 86_400)


def test_only_get_is_answered(address: str) -> None:
    with pytest.raises(HTTPError) as error:
        urlopen(HttpRequest(f"{address}/", data=b"x", method="POST"))
    error.value.close()
    assert error.value.code == 501
