"""Suites in the shape of openspf's: YAML documents with tests and the zone they are asked in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from trustlane._core import Answer, Question
from trustlane.dns import Answers

MAX_ALIASES = 8


@dataclass(frozen=True, slots=True)
class Case:
    """One test of a suite, with the zone that it is asked in."""

    name: str
    fields: Mapping[str, Any]
    zone: "SuiteZone"


def cases(path: Path) -> Iterator[Case]:
    """All tests of a suite, in their order."""
    for section in yaml.safe_load_all(path.read_text("utf-8")):
        zone = SuiteZone(section["zonedata"])
        for name, fields in section["tests"].items():
            yield Case(name, fields, zone)


class SuiteZone:
    """Answers from the zone of one section: a name's entries are ``TIMEOUT``, or a type with its value.

    SPF entries stand for TXT as well, where a name has no TXT entry of its own.
    """

    def __init__(self, zone: Mapping[str, Sequence[Any]]) -> None:
        self._entries = {str(name).lower(): [_entry(entry) for entry in entries] for name, entries in zone.items()}

    def ask(self, questions: Sequence[Question]) -> Answers:
        return {question: self._answer(question) for question in questions}

    def _answer(self, question: Question) -> Answer:
        name = question.name
        for _ in range(MAX_ALIASES):
            entries = self._entries.get(name)
            if entries is None:
                return Answer.nxdomain()
            alias = next((value for kind, value in entries if kind == "CNAME"), None)
            if alias is None:
                return _found(entries, question.record_type)
            name = str(alias).rstrip(".").lower()
        return Answer.unavailable("servfail")


def _entry(entry: Any) -> tuple[str, Any]:
    if isinstance(entry, str):
        return entry, None
    [(kind, value)] = entry.items()
    return kind, value


def _found(entries: Sequence[tuple[str, Any]], record_type: str) -> Answer:
    values = [value for kind, value in entries if kind == record_type]
    if record_type == "TXT" and not values:
        values = [value for kind, value in entries if kind == "SPF"]
    values = [value for value in values if value != "NONE"]
    if values:
        return Answer.found(record_type, [_record(record_type, value) for value in values])
    return Answer.unavailable("timeout") if ("TIMEOUT", None) in entries else Answer.nodata()


def _record(record_type: str, value: Any) -> Any:
    match record_type:
        case "MX":
            return int(value[0]), str(value[1])
        case "TXT":
            # YAML has characters, DNS octets: an octet above 127 is written as the character of that number.
            strings = value if isinstance(value, list) else [value]
            return "".join(map(str, strings)).encode("latin-1")
        case _:
            return str(value)
