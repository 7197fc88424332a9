"""Any text is a zone or names its fault, and any zone answers every question."""

from contextlib import suppress

from hypothesis import given
from hypothesis.strategies import lists, sampled_from, text

from trustlane._core import Question
from trustlane.dns.zone import ZoneResolver
from trustlane.errors import ZoneError

NAMES = ["a.example.", "*.example.", "b.a.example.", "@", ".", "", "*", "a\\.b", "$ORIGIN", "$TTL", "bücher"]
WORDS = [
    "IN",
    "60",
    "A 192.0.2.1",
    "TXT",
    '"x y"',
    "CNAME",
    "a.example.",
    "c",
    "(",
    ")",
    '"',
    ";",
    "; servfail",
    "\\",
    "\n",
]
QUESTIONS = [
    Question(name, record_type)
    for name in ("a.example", "b.a.example", "c.b.a.example", "example", "c.example", "other")
    for record_type in ("A", "TXT", "MX")
]
lines = lists(sampled_from(NAMES + WORDS), min_size=1, max_size=6).map(" ".join)


@given(lists(lines, max_size=8).map("\n".join) | text())
def test_any_text_is_a_zone_or_names_its_fault(zone: str) -> None:
    with suppress(ZoneError):
        assert ZoneResolver.from_text(zone).ask(QUESTIONS).keys() == set(QUESTIONS)


@given(lists(sampled_from(["a", "b", "*"]), min_size=1, max_size=4).map(".".join))
def test_a_name_that_owns_records_makes_all_above_it_exist(name: str) -> None:
    zone = ZoneResolver.from_text(f"{name}.example. TXT x")
    above = [Question(f"{name}.example".split(".", number)[-1], "A") for number in range(1, name.count(".") + 2)]
    assert {answer.status for answer in zone.ask(above).values()} == {"nodata"}
