"""Whatever a request tells of an envelope, it becomes a mail or a sentence of what is wrong."""

from hypothesis import given
from hypothesis import strategies as st

from trustlane.web.envelope import NAMES, asked, told_by_json, told_by_parameters
from trustlane.web.problem import Problem

TEXTS = st.one_of(st.text(max_size=20), st.sampled_from(["", "192.0.2.1", "a@b.example", "as-is", "true", "false"]))
NAMED = st.one_of(st.sampled_from(NAMES), st.text(max_size=9))
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), TEXTS, st.lists(TEXTS, max_size=3), st.lists(st.none()))


def told_as_wrong(problem: Problem) -> None:
    assert (problem.status, problem.code) == (400, "wrong-request")


@given(st.one_of(VALUES, st.dictionaries(NAMED, VALUES)))
def test_any_json_is_taken_or_told(envelope: object) -> None:
    try:
        mail = asked(b"From: a@b.example\r\n\r\n", told_by_json(envelope)).mail
    except Problem as problem:
        told_as_wrong(problem)
        return
    assert isinstance(envelope, dict)
    rcpt = envelope.get("rcpt") or ()
    assert list(mail.envelope.rcpt) == ([rcpt] if isinstance(rcpt, str) else list(rcpt)) or not rcpt


@given(st.lists(st.tuples(NAMED, TEXTS), max_size=6))
def test_any_parameters_are_taken_or_told(pairs: list[tuple[str, str]]) -> None:
    try:
        mail = asked(b"From: a@b.example\r\n\r\n", told_by_parameters(pairs, [])).mail
    except Problem as problem:
        told_as_wrong(problem)
        return
    assert list(mail.envelope.rcpt) == [value for name, value in pairs if name == "rcpt"]
    assert mail.envelope.mail_from == dict(pairs).get("mail_from")


def test_parameters_go_before_fields() -> None:
    told = told_by_parameters([("helo", "a")], [("Trustlane-Helo", "b"), ("TRUSTLANE-RCPT", "c"), ("X", "d")])
    assert told == {"helo": ["a"], "rcpt": ["c"]}
