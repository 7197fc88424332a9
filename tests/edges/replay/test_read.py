"""Lines of a log become events, or are told with what is wrong with them."""

import gzip
import json
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import binary, dictionaries, floats, integers, lists, none, recursive, text
from tests.edges.replay.events import SEEN, feedback, line, mail

from trustlane.identities import identify
from trustlane.ledger import Subject
from trustlane.message import Session
from trustlane.replay import BadLine, FeedbackEvent, MailEvent, OutboundEvent, Recorded, Truth, read_lines
from trustlane.replay.log import Log
from trustlane.replay.read import MAX_LINE_OCTETS


def read_one(octets: bytes) -> Recorded | BadLine:
    (found,) = read_lines([octets])
    return found


def test_a_mail_has_what_the_log_tells() -> None:
    found = read_one(mail("m1", truth="wanted"))
    assert isinstance(found, Recorded)
    event = found.event
    assert isinstance(event, MailEvent)
    assert (event.id, event.time, event.author, event.content_score) == ("m1", SEEN, "office@firm.example", 0.5)
    assert found.truth is Truth.WANTED


def test_its_findings_validate_the_subjects_that_the_line_knows() -> None:
    found = read_one(mail("m1"))
    assert isinstance(found, Recorded)
    assert isinstance(found.event, MailEvent)
    subjects = identify(found.event.findings, Session(found.event.ip, found.event.helo)).subjects
    assert subjects == (
        Subject("address", "office@firm.example"),
        Subject("rfc5322.from", "firm.example"),
        Subject("organization", "firm.example"),
        Subject("pair", "firm.example firm.example"),
        Subject("dkim", "firm.example"),
        Subject("spf", "firm.example"),
        Subject("rfc5321.helo", "mx.firm.example"),
        Subject("network", "192.0.2.0/24"),
    )


FINDINGS = [
    ({"method": "dkim", "result": "pass", "domain": "S.example"}, ["pair", "dkim"], "a signature makes a pair"),
    ({"method": "dkim", "result": "temperror", "domain": "s.example"}, [], "what cannot be told validates nothing"),
    ({"method": "dkim", "result": "pass", "domain": "s.example", "coverage": "partial"}, [], "nor a part of the body"),
    ({"method": "dkim", "result": "pass", "domain": None}, [], "nor a pass of nobody"),
    ({"method": "spf", "result": "pass", "domain": "a.example"}, ["spf"], "the reverse-path"),
    ({"method": "spf", "result": "pass", "domain": "mx.a.example"}, ["rfc5321.helo"], "the client's own name"),
    ({"method": "spf", "result": "pass", "domain": "a.example", "identity": "helo"}, ["rfc5321.helo"], "as told"),
    ({"method": "dmarc", "result": "pass", "domain": "a.example"}, [], "nor a pass of DMARC without a name behind it"),
    ({"method": "dmarc", "result": "fail", "domain": "a.example"}, [], "an author that is not aligned"),
    ({"method": "arc", "result": "pass", "domain": "a.example"}, [], "a method that validates nothing by itself"),
]


@pytest.mark.parametrize(("finding", "kinds", "reason"), FINDINGS)
def test_a_finding_validates(finding: dict[str, str], kinds: list[str], reason: str) -> None:
    told = read_one(
        line(
            type="mail",
            id="m",
            time=1,
            helo="mx.a.example",
            mail_from="b@a.example",
            author="b@a.example",
            findings=[finding],
        )
    )
    assert isinstance(told, Recorded)
    assert isinstance(told.event, MailEvent)
    assert [it.kind for it in identify(told.event.findings, Session()).subjects] == kinds, reason


ALIGNED = [
    ("s.a.example", "a.example", None, True, "a signer below the author"),
    ("example", "a.example", None, True, "a signer above the author"),
    (
        "b.example",
        "a.example",
        None,
        False,
        "a signer beside it, of no organization that is told",
    ),
    ("b.example", "a.example", "example", True, "a signer beside it of the same organization"),
    ("badexample", "a.example", "example", False, "a name that only ends like it"),
]


@pytest.mark.parametrize(("signer", "author", "organization", "is_aligned", "reason"), ALIGNED)
def test_an_author_needs_an_aligned_name_behind_it(
    signer: str, author: str, organization: str | None, is_aligned: bool, reason: str
) -> None:
    findings = [
        {"method": "dmarc", "result": "pass", "domain": author, "organization": organization},
        {"method": "dkim", "result": "pass", "domain": signer},
    ]
    told = read_one(line(type="mail", id="m", time=1, author=f"x@{author}", findings=findings))
    assert isinstance(told, Recorded)
    assert isinstance(told.event, MailEvent)
    kinds = [it.kind for it in identify(told.event.findings, Session()).subjects]
    assert ("rfc5322.from" in kinds) == is_aligned, reason


def test_feedback_and_outbound_mail() -> None:
    found = read_one(feedback("m1", "not_junk", SEEN + 1, "reader@site.example"))
    assert found == Recorded(FeedbackEvent(SEEN + 1, "m1", "not_junk", "reader@site.example"))  # type: ignore[arg-type]
    found = read_one(line(type="outbound", time=5, **{"from": "U@site.example", "rcpt": ["A@firm.example"]}))
    assert found == Recorded(OutboundEvent(5.0, "u@site.example", ("a@firm.example",)))


def test_the_engine_gets_no_event_that_knows_the_truth() -> None:
    for kind in (MailEvent, FeedbackEvent, OutboundEvent):
        assert "truth" not in {field.name for field in fields(kind)}
    told = [read_one(mail("m", truth=truth)) for truth in ("wanted", "unwanted")]
    assert told[0].event == told[1].event  # type: ignore[union-attr]
    assert "truth" not in repr(told[0].event)  # type: ignore[union-attr]


WRONG = [
    (b"{", "is no JSON"),
    (b"[1]", "is no JSON object"),
    (b"\xff\xfe", "is no JSON"),
    (b"[" * 100_000, "is no JSON"),
    (line(type="letter"), '"type" must be one of mail, feedback, outbound'),
    (line(type=["mail"]), '"type" must be one of'),
    (line(type="mail", time=1), '"id" must be a text'),
    (line(type="mail", id="", time=1), '"id" must be a text'),
    (line(type="mail", id="m", time="now"), '"time" must be Unix seconds'),
    (line(type="mail", id="m", time=True), '"time" must be Unix seconds'),
    (line(type="mail", id="m", time=1e300), '"time" must be Unix seconds'),
    (b'{"type":"mail","id":"m","time":NaN}', '"time" must be Unix seconds'),
    (line(type="mail", id="m", time=10**400), '"time" must be Unix seconds'),
    (line(type="mail", id="m", time=1, rcpt="a@b.example"), '"rcpt" must be a list'),
    (line(type="mail", id="m", time=1, rcpt=[1]), '"rcpt" must be a list of texts'),
    (line(type="mail", id="m", time=1, helo=7), '"helo" must be a text or null'),
    (line(type="mail", id="m", time=1, content_score="5"), '"content_score" must be a number or null'),
    (line(type="mail", id="m", time=1, findings=[1]), "a finding must be an object"),
    (
        line(type="mail", id="m", time=1, findings=[{"method": "spf", "result": "good"}]),
        "a finding needs texts, a method",
    ),
    (line(type="mail", id="m", time=1, findings=[{"method": "spf", "result": "pass", "domain": 1}]), "a finding needs"),
    (
        line(
            type="mail", id="m", time=1, findings=[{"method": "dmarc", "result": "pass", "domain": "a", "policy": []}]
        ),
        "a finding needs",
    ),
    (line(type="mail", id="m", time=1, truth="perhaps"), '"truth" must be wanted or unwanted'),
    (line(type="mail", id="m", time=1, truth=["wanted"]), '"truth" must be wanted or unwanted'),
    (line(type="feedback", time=1, about="m", kind="fine"), '"kind" must be one of complaint, junk'),
    (line(type="feedback", time=1, about="m", kind={}), '"kind" must be one of complaint, junk'),
    (line(type="outbound", time=1), '"from" must be a text'),
]


@pytest.mark.parametrize(("octets", "why"), WRONG)
def test_a_bad_line_says_what_is_wrong(octets: bytes, why: str) -> None:
    found = list(read_lines([mail("m1"), b"\n", octets]))
    assert isinstance(found[-1], BadLine)
    assert found[-1].number == 3
    assert why in found[-1].why


values = recursive(
    none() | text(max_size=5) | integers() | floats(),
    lambda below: lists(below, max_size=3) | dictionaries(text(max_size=9), below, max_size=3),
    max_leaves=8,
)


@given(dictionaries(text(max_size=9), values, max_size=3), lists(values, max_size=3))
def test_no_line_makes_it_raise(more: dict[str, object], findings: list[object]) -> None:
    for kind in ("mail", "feedback", "outbound"):
        octets = json.dumps({"id": "m", "time": 1, "type": kind, "findings": findings, **more}).encode()
        assert isinstance(read_one(octets), Recorded | BadLine)


@given(binary(min_size=1, max_size=80).filter(bytes.strip))
def test_no_octets_make_it_raise(octets: bytes) -> None:
    assert isinstance(read_one(octets.replace(b"\n", b" ") + b"x"), BadLine)


def test_a_line_beyond_the_limit_is_one_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(mail("m1") + b'{"x":"' + b"x" * 3 * MAX_LINE_OCTETS + b'"}\n' + mail("m2"))
    with Log(str(path)) as log:
        found = list(log.recorded())
    assert [type(it) for it in found] == [Recorded, BadLine, Recorded]
    assert found[1] == BadLine(2, f"is longer than {MAX_LINE_OCTETS} octets")


def test_a_compressed_log_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(gzip.compress(mail("m1") + mail("m2")))
    with Log(str(path)) as log:
        assert len(list(log.recorded())) == 2
