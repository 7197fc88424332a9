"""The HTTP service over real HTTP on loopback: what is answered, and to whom."""

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.edges.milter.site import AUTHSERV_ID, LETTER, NOW, Running, ledger_with, signed, zone

from trustlane._core import Question
from trustlane.assessment.repute import read_reputons
from trustlane.assessment.repute.serve import ReputeService, Told
from trustlane.delivery.replay import ReplayFiles
from trustlane.dns import Answers, AsyncResolver
from trustlane.errors import LedgerError
from trustlane.keys.api import ApiKeys, api_key, line_for
from trustlane.lanes import Mode, Policy
from trustlane.ledger import Kind, Observation, Subject
from trustlane.ledger.memory import MemoryLedger
from trustlane.process.sockets import bound
from trustlane.web.app import Service, Site
from trustlane.web.check import Checker
from trustlane.web.limits import Limits
from trustlane.web.openapi import description
from trustlane.web.server import WebServer

KEYS = ApiKeys((api_key(line_for("filter", "secret", ["check"])), api_key(line_for("peer", "other", ["repute"]))))
BEARER = {"Authorization": "Bearer secret"}
RAW = {**BEARER, "Content-Type": "message/rfc822"}
ENVELOPE = "client_ip=192.0.2.1&helo=mx.firm.example&mail_from=ann%40firm.example&rcpt=bob%40site.example"
LIMITS = Limits(max_octets=10_000, max_in_flight=1, checks_a_minute=1_000, request_seconds=5.0)


class Serving(Running):
    """The service in a thread; ``ask`` is one request over its own connection."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.service = Service(lambda: site)
        self.server = self.run(self._made(site))
        (self.socket,) = bound("127.0.0.1:0")
        self.port = self.socket.getsockname()[1]
        self.run(self.server.listen_on(self.socket))

    async def _made(self, site: Site) -> WebServer:
        return WebServer(self.service, site.limits)

    def ask(
        self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, target, body, headers or {})
            reply = connection.getresponse()
            return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
        finally:
            connection.close()

    def check(self, target: str = f"/v1/check?{ENVELOPE}", body: bytes = LETTER, **headers: str) -> tuple[int, Any]:
        status, _, answer = self.ask("POST", target, body, {**RAW, **headers})
        return status, json.loads(answer)

    def close(self) -> None:
        self.run(self.server.close(drain_seconds=5))
        self.end()


@contextmanager
def serving(
    folder: Path,
    *,
    limits: Limits = LIMITS,
    ledger: MemoryLedger | None = None,
    resolver: AsyncResolver | None = None,
    mode: Mode = Mode.ENFORCE,
) -> Iterator[Serving]:
    ledger = ledger or MemoryLedger()
    policy = Policy(mode=mode)
    checker = Checker(AUTHSERV_ID, resolver or zone(), ledger, policy, ReplayFiles(folder), lambda: NOW)
    repute = ReputeService(Told("rep.site.example", KEYS.of("repute")), ledger, policy.thresholds)
    running = Serving(Site(checker, KEYS, limits, repute))
    try:
        yield running
    finally:
        running.close()


def multipart(message: bytes, envelope: object, filename: str = '; filename="mail.eml"') -> tuple[bytes, str]:
    body = (
        b'--xyz\r\nContent-Disposition: form-data; name="message"'
        + filename.encode()
        + b"\r\n\r\n"
        + message
        + b'\r\n--xyz\r\nContent-Disposition: form-data; name="envelope"\r\n\r\n'
        + json.dumps(envelope).encode()
        + b"\r\n--xyz--\r\n"
    )
    return body, "multipart/form-data; boundary=xyz"


def test_a_raw_message_gets_its_decision_and_edits(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        status, answer = site.check(body=b"Trust-Lane: trusted\r\n" + signed())
    assert status == 200
    assert (answer["decision"]["lane"], answer["decision"]["action"], answer["reply"]) == ("open", "deliver", None)
    found = {f"{it['method']}={it['result']}" for it in answer["decision"]["findings"]}
    assert {"dkim=pass", "spf=pass", "dmarc=pass"} <= found
    assert [(it["edit"], it["name"]) for it in answer["edits"]] == [
        ("insert", "Trust-Lane"),
        ("insert", "Authentication-Results"),
        ("delete", "Trust-Lane"),
    ]


def test_the_envelope_may_come_in_fields_or_as_json(tmp_path: Path) -> None:
    fields = {
        "Trustlane-Client-IP": "192.0.2.1",
        "Trustlane-Helo": "mx.firm.example",
        "Trustlane-Mail-From": "ann@firm.example",
        "Trustlane-Rcpt": "bob@site.example",
        "Trustlane-Record": "false",
    }
    envelope = {
        "client_ip": "192.0.2.1",
        "helo": "mx.firm.example",
        "mail_from": "ann@firm.example",
        "rcpt": ["bob@site.example"],
        "record": False,
    }
    message = signed() + bytes(range(128, 256)) + b"\r\n"
    body, kind = multipart(message, envelope)
    with serving(tmp_path) as site:
        by_query = site.check(f"/v1/check?{ENVELOPE}&record=false", message)
        assert by_query[0] == 200
        assert site.check("/v1/check", message, **fields) == by_query
        assert site.check("/v1/check", body, **{"Content-Type": kind}) == by_query


@pytest.mark.parametrize(
    ("target", "body", "headers", "status", "error", "text"),
    [
        ("", LETTER, {"Authorization": ""}, 401, "no-key", "a key for this is needed"),
        ("", LETTER, {"Authorization": "Bearer wrong"}, 401, "no-key", "a key for this is needed"),
        ("", LETTER, {"Authorization": "Basic secret"}, 401, "no-key", "a key for this is needed"),
        ("", LETTER, {"Authorization": "Bearer other"}, 401, "no-key", "a key for this is needed"),
        ("", b"", {}, 400, "wrong-request", "there is no message"),
        ("", LETTER, {"Content-Type": "text/plain"}, 415, "unknown-type", "the body must be"),
        ("", b"x" * 10_001, {}, 413, "too-large", "more than 10000 octets"),
        ("?client=1", LETTER, {}, 400, "wrong-request", "there is no parameter 'client'"),
        ("?client_ip=1.2", LETTER, {}, 400, "wrong-request", "'1.2' is no IP address"),
        ("?helo=a&helo=b", LETTER, {}, 400, "wrong-request", "helo is there more than once"),
        ("?helo=" + "a" * 1_025, LETTER, {}, 400, "wrong-request", "helo is too long"),
        ("?line_ends=any", LETTER, {}, 400, "wrong-request", "'any' is not a valid LineEnds"),
        ("?record=maybe", LETTER, {}, 400, "wrong-request", "record must be true or false"),
        ("", b"junk", {"Content-Type": "multipart/form-data"}, 400, "wrong-request", "the parts cannot be read"),
        (
            "",
            multipart(LETTER, {"helo": 1})[0],
            {"Content-Type": "multipart/form-data; boundary=xyz"},
            400,
            "wrong-request",
            "helo must be a text",
        ),
        (
            "",
            multipart(LETTER, [])[0],
            {"Content-Type": "multipart/form-data; boundary=xyz"},
            400,
            "wrong-request",
            "the envelope must be an object",
        ),
        (
            "",
            multipart(LETTER, {}, "")[0],
            {"Content-Type": "multipart/form-data; boundary=xyz"},
            400,
            "wrong-request",
            "the part message is missing, or has no filename",
        ),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    tmp_path: Path, target: str, body: bytes, headers: dict[str, str], status: int, error: str, text: str
) -> None:
    with serving(tmp_path) as site:
        got, answer = site.check(f"/v1/check{target}", body, **headers)
    assert (got, answer["error"]) == (status, error)
    assert answer["text"].startswith(text)


def test_a_body_without_a_length_is_bounded_too(tmp_path: Path) -> None:
    with serving(tmp_path) as site, socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
        head = "".join(f"{name}: {value}\r\n" for name, value in RAW.items())
        connection.sendall(f"POST /v1/check HTTP/1.1\r\nHost: x\r\n{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        connection.sendall(b"2711\r\n" + b"x" * 10_001 + b"\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    limits = replace(LIMITS, request_seconds=0.1)
    with serving(tmp_path, limits=limits) as site:
        with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
            head = "".join(f"{name}: {value}\r\n" for name, value in RAW.items())
            connection.sendall(f"POST /v1/check HTTP/1.1\r\nHost: x\r\n{head}Content-Length: 9\r\n\r\nFrom".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
        assert site.check()[0] == 200


def test_one_key_may_ask_so_often_and_no_more(tmp_path: Path) -> None:
    with serving(tmp_path, limits=replace(LIMITS, checks_a_minute=2)) as site:
        assert [site.check()[0] for _ in range(3)] == [200, 200, 429]
        status, headers, _ = site.ask("POST", "/v1/check", LETTER, RAW)
    assert (status, headers["retry-after"]) == (429, str(60 - NOW % 60))


def test_so_many_mails_are_looked_at_and_no_more(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Held:
        async def aask(self, questions: Sequence[Question]) -> Answers:
            begun.set()
            while not go_on.is_set():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            return zone().ask(questions)

    with serving(tmp_path, resolver=Held()) as site:
        first: list[int] = []
        thread = threading.Thread(target=lambda: first.append(site.check()[0]))
        thread.start()
        assert begun.wait(20)
        status, answer = site.check()
        go_on.set()
        thread.join(20)
        assert (status, answer["error"], first) == (503, "too-busy", [200])
        assert site.check()[0] == 200


def test_a_mail_of_a_bad_name_has_the_reply_that_refuses_it(tmp_path: Path) -> None:
    with serving(tmp_path, ledger=ledger_with(Kind.COMPLAINT, 40)) as site:
        _, answer = site.check(body=signed())
    assert (answer["decision"]["action"], answer["reply"]["code"]) == ("reject", 550)


def test_the_ledger_is_told_unless_it_must_not(tmp_path: Path) -> None:
    ledger, author = MemoryLedger(), Subject("rfc5322.from", "firm.example")
    with serving(tmp_path, ledger=ledger) as site:
        assert site.check(f"/v1/check?{ENVELOPE}&record=false", signed())[0] == 200
        assert ledger.read([author]) == {}
        assert site.check(body=signed())[0] == 200
        assert ledger.read([author])[author].mails == 1


def test_an_error_of_ours_is_told_and_keeps_the_mail(tmp_path: Path) -> None:
    class Broken:
        async def aask(self, questions: object) -> Answers:
            raise RuntimeError("a bug")

    with serving(tmp_path, resolver=Broken()) as site:
        status, answer = site.check()
        assert (status, answer["error"]) == (500, "internal-error")
        assert site.ask("GET", "/healthz")[0] == 200
    (kept,) = tmp_path.glob("*.eml")
    assert kept.read_bytes() == LETTER


def test_health_tells_that_the_process_lives_and_whether_mail_may_come(tmp_path: Path) -> None:
    class Away(MemoryLedger):
        async def aread(self, subjects: object) -> object:  # type: ignore[override]
            raise LedgerError("away")

    with serving(tmp_path) as site:
        assert [site.ask("GET", path)[::2] for path in ("/healthz", "/readyz")] == [(200, b"ok\n")] * 2
        site.service.is_draining = True
        assert site.ask("GET", "/readyz")[::2] == (503, b"draining\n")
    with serving(tmp_path, ledger=Away()) as site:
        assert site.ask("GET", "/healthz")[0] == 200
        assert site.ask("GET", "/readyz")[::2] == (503, b"the ledger cannot be read\n")
        assert site.check()[0] == 200, "a mail takes the open lane meanwhile"


def test_the_description_tells_what_is_there(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        status, headers, body = site.ask("GET", "/openapi.json")
        told = json.loads(body)
        assert (status, headers["content-type"]) == (200, "application/json")
        assert told == json.loads(json.dumps(description(LIMITS)))
        for path, methods in told["paths"].items():
            for method in methods:
                assert site.ask(method.upper(), path)[0] not in (404, 405)
        _, answer = site.check(body=b"Trust-Lane: x\r\n" + signed())
    schema = told["components"]["schemas"]["Answer"]
    assert set(schema["required"]) == answer.keys()
    assert set(schema["properties"]["decision"]["required"]) <= answer["decision"].keys()
    for edit in answer["edits"]:
        assert any(set(it["required"]) == edit.keys() for it in schema["properties"]["edits"]["items"]["oneOf"])
    assert {it["name"] for it in told["paths"]["/v1/check"]["post"]["parameters"]} >= {"client_ip", "rcpt", "record"}


def test_peers_are_told_what_standings_are_here(tmp_path: Path) -> None:
    ledger, subject = MemoryLedger(), Subject("rfc5322.from", "firm.example")
    times = [NOW - 100_000 - 60 * number for number in range(200)]
    ledger.write([Observation(kind, time, (subject,)) for time in times for kind in (Kind.MAIL, Kind.NOT_JUNK)])
    with serving(tmp_path, ledger=ledger) as site:
        status, headers, template = site.ask("GET", "/.well-known/repute-template")
        assert (status, headers["content-type"].partition(";")[0]) == (200, "text/plain")
        assert template.startswith(b"https://{service}/repute/{application}/{subject}")
        target = "/repute/email-id/firm.example?assertion=spam&identity=rfc5322.from"
        assert site.ask("GET", target)[0] == 401
        assert site.ask("GET", target, b"", BEARER)[0] == 401, "a key for checks is none for this"
        status, headers, body = site.ask("GET", target, b"", {"Authorization": "Bearer other"})
    (reputon,) = read_reputons(body)
    assert (status, headers["content-type"], reputon.rater) == (200, "application/reputon+json", "rep.site.example")
    assert reputon.rating < 0.1


def test_a_server_that_closes_answers_the_request_at_hand(tmp_path: Path) -> None:
    begun = threading.Event()

    class Slow:
        async def aask(self, questions: Sequence[Question]) -> Answers:
            begun.set()
            await asyncio.sleep(0.3)
            return zone().ask(questions)

    got: list[int] = []
    with serving(tmp_path, resolver=Slow()) as site:
        thread = threading.Thread(target=lambda: got.append(site.check()[0]))
        thread.start()
        assert begun.wait(20)
    thread.join(20)
    assert got == [200]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("filter secret check", "a key is a name, sha256: and 64 hex digits"),
        (f"filter sha256:{'0' * 63} check", "a key is a name, sha256: and 64 hex digits"),
        (f"filter sha256:{'0' * 64} all", "a key is for check or repute, not for all"),
    ],
)
def test_a_line_that_is_no_key_is_told(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        api_key(line)
