"""Simulated mail is real: what the log says its checks found is what examination finds in its octets."""

import json
from pathlib import Path

from tests.edges.simulate.test_simulate import TINY

from trustlane.dns.zone import ZoneResolver
from trustlane.identities import ExamineLimits
from trustlane.replay.mailbox import event_of, places
from trustlane.simulate.letter import Letter
from trustlane.simulate.mail import MailWriter
from trustlane.simulate.scenario import read
from trustlane.simulate.traffic import traffic
from trustlane.simulate.write import lines

CALM = {**TINY, "days": 2, "incident": [it for it in TINY["incident"] if it["kind"] != "outage"]}  # type: ignore[index,attr-defined]


def test_examination_finds_what_the_log_says(tmp_path: Path) -> None:
    scenario = read(CALM)
    letters = [it for it in traffic(scenario) if isinstance(it, Letter)]
    writer = MailWriter(tmp_path, scenario)
    for letter in letters:
        writer.write(letter)
    writer.close()
    resolver = ZoneResolver.from_file(tmp_path / "zone.txt")
    found = [event_of(place, time, resolver, ExamineLimits(), "X-Spam-Score") for time, place in places(tmp_path)]
    assert len(found) == len(letters) > 100
    told = sorted(
        (json.loads(line) for line in lines(letters)), key=lambda it: (int(it["time"]), it["mail_from"], it["rcpt"])
    )
    for event, log in zip(
        sorted(found, key=lambda it: (it.time, it.mail_from or "", list(it.rcpt))), told, strict=True
    ):
        assert event.ip == log["ip"]
        assert event.helo == log["helo"]
        assert event.author == log["author"]
        assert event.content_score == log["content_score"]
        passed = {
            (it.method, it.facts.get("author_domain") or it.facts.get("domain"))
            for it in event.findings
            if it.result == "pass"
        }
        passed = {it for it in passed if it[0] in ("dkim", "spf", "dmarc")}
        assert passed == {(it["method"], it["domain"]) for it in log["findings"] if it["result"] == "pass"}, log["id"]


def test_the_same_scenario_gives_the_same_octets(tmp_path: Path) -> None:
    scenario = read({**CALM, "days": 1})
    for name in ("one", "two"):
        writer = MailWriter(tmp_path / name, scenario)
        for letter in traffic(scenario):
            if isinstance(letter, Letter):
                writer.write(letter)
        writer.close()
    first = sorted((tmp_path / "one").rglob("*"))
    assert len(first) > 30
    for path in first:
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()
