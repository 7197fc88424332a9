"""Which subject decides, and why."""

import pytest

from trustlane.assessment import Level, Thresholds, assess, subjects_needed
from trustlane.assessment.reasons import STANDING
from trustlane.ledger.history import History, Subject

NOW = 1_800_000_000.0
COUNTS = {
    "good": (200.0, 0.0),
    "fair": (100.0, 20.0),
    "blamed": (30.0, 2.5),
    "young": (6.0, 0.0),
    "new": (0.0, 0.0),
    "bad": (0.0, 20.0),
}
NAMES = {
    "address": "ann@example.com",
    "rfc5322.from": "example.com",
    "organization": "example.com",
    "pair": "example.com esp.example",
    "dkim": "esp.example",
    "spf": "bounce.example",
    "rfc5321.helo": "mta.example",
    "network": "192.0.2.0/24",
}

RULES = [
    ("", None, "standing.nobody", "no subject at all"),
    ("network=good", None, "standing.nobody", "a network is shared by strangers"),
    ("dkim=good", None, "standing.shared", "a signature alone would launder the service's worst customer"),
    ("spf=good network=good", None, "standing.shared", "so would a bounce address"),
    ("rfc5321.helo=good", None, "standing.shared", "so would a HELO name"),
    ("dkim=new", None, "standing.no-author", "only a signer"),
    ("rfc5322.from=good", "rfc5322.from", "standing.trusted", "the author domain earned it"),
    ("organization=good dkim=new", "organization", "standing.trusted", "so did the author's organization"),
    ("pair=good dkim=fair", "pair", "standing.trusted", "so did the author by way of this signer"),
    ("pair=new dkim=good", None, "standing.unknown", "not by way of a signer that others trust"),
    ("address=good rfc5322.from=fair", "address", "standing.trusted", "the most specific decides"),
    ("address=fair rfc5322.from=good", "address", "standing.untrusted", "also against its domain"),
    ("address=new rfc5322.from=good", "rfc5322.from", "standing.trusted", "a new address is what its domain is"),
    ("address=young rfc5322.from=good", "rfc5322.from", "standing.trusted", "so is one too young to tell"),
    ("address=blamed rfc5322.from=good", "rfc5322.from", "standing.trusted", "one complaint tells no address apart"),
    ("address=new rfc5322.from=new organization=fair", "organization", "standing.untrusted", "backed off twice"),
    ("address=new rfc5322.from=young", None, "standing.unknown", "nobody can be told"),
    ("address=good rfc5322.from=good dkim=bad", "dkim", "standing.bad", "a bad name is never excused"),
    ("rfc5322.from=good rfc5321.helo=bad", "rfc5321.helo", "standing.bad", "whichever it is"),
    ("rfc5322.from=good network=bad", "rfc5322.from", "standing.trusted", "a network is no name"),
    ("pair=bad dkim=good", "pair", "standing.bad", "a bad pair"),
    ("rfc5322.from=good pair=bad", "rfc5322.from", "standing.trusted", "strangers can make a pair with this author"),
    ("rfc5322.from=new pair=bad", None, "standing.unknown", "which neither condemn it nor make it known"),
]


@pytest.mark.parametrize(("subjects", "deciding", "code", "reason"), RULES)
def test_rules(subjects: str, deciding: str | None, code: str, reason: str) -> None:
    assessment = assess(_subjects(subjects), _histories(subjects), NOW, Thresholds())
    found = assessment.deciding.subject.kind if assessment.deciding else None
    assert (found, assessment.reasons[0].code) == (deciding, code), reason
    assert assessment.is_trusted == (code == "standing.trusted")
    assert (assessment.bad is not None) == (code == "standing.bad")


def test_a_trusted_signer_is_named_beside_an_unknown_author() -> None:
    assessment = assess(_subjects("pair=new dkim=good"), _histories("pair=new dkim=good"), NOW, Thresholds())
    assert [reason.text for reason in assessment.reasons] == [
        "pair example.com esp.example is new here: 0.0 observations are too few to tell",
        "dkim esp.example is trusted, but many may use it: it does not speak for the author",
    ]


def test_every_change_of_trust_is_told_once() -> None:
    """Also of subjects that did not decide, so that hysteresis holds for each of them."""
    words = "rfc5322.from=good dkim=good spf=fair network=new"
    histories = {
        **_histories(words),
        Subject("spf", NAMES["spf"]): History(Subject("spf", NAMES["spf"]), 100.0, 20.0, NOW, is_trusted=True),
    }
    assessment = assess(_subjects(words), histories, NOW, Thresholds())
    assert [(subject.kind, is_gained) for subject, is_gained in assessment.changes] == [
        ("rfc5322.from", True),
        ("dkim", True),
        ("spf", False),
    ]


def test_histories_that_are_missing_are_those_of_newcomers() -> None:
    assessment = assess(_subjects("rfc5322.from=good"), {}, NOW, Thresholds())
    assert [it.level for it in assessment.standings] == [Level.NEWCOMER]
    assert not assessment.is_trusted


def test_newcomers_of_each_kind_are_needed_too() -> None:
    assert subjects_needed(_subjects("rfc5322.from=new dkim=new")) == (
        Subject("rfc5322.from", "example.com"),
        Subject("dkim", "esp.example"),
        Subject("newcomer", "rfc5322.from"),
        Subject("newcomer", "dkim"),
    )


IN_TEST_PARTS = {"standing.turned", "standing.braked", "standing.replayed", "standing.pair-shared", "standing.set"}


def test_every_code_is_reached_by_a_rule() -> None:
    assert {code for code, _ in STANDING} == {code for _, _, code, _ in RULES} | IN_TEST_PARTS


def _subjects(words: str) -> list[Subject]:
    return [Subject(kind, NAMES[kind]) for kind in (word.split("=")[0] for word in words.split())]


def _histories(words: str) -> dict[Subject, History]:
    counts = (COUNTS[word.split("=")[1]] for word in words.split())
    return {it: History(it, good, bad, NOW) for it, (good, bad) in zip(_subjects(words), counts, strict=True)}
