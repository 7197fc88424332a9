"""The resolver that reads a zone file: for tests, for replay, and for names that are not yet published."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from trustlane._core import Answer, Question
from trustlane.dns.master_file import Entry, Mark, entries
from trustlane.dns.port import Answers
from trustlane.dns.records import found, plain
from trustlane.errors import ZoneError

MAX_ALIASES = 8
"""Aliases followed for one question. RFC 1034 §5.2.2 wants loops caught; common resolvers stop between 8 and 16."""


class ZoneResolver:
    """Answers from a master file (RFC 1035 §5), as if it were all the DNS there is.

    A file may hold names of many domains and needs neither SOA nor NS. Wildcards are those of RFC 4592; a name between
    two others exists without records (RFC 8020 §2). A comment that is exactly one of these words marks its entry::

        a.example.  TXT "x"   ; servfail    this name and type: servfail, timeout and refused
        b.example.            ; timeout     this name, whatever the type
        c.example.  A 192.0.2.1 ; secure    answers with this type are vouched for by DNSSEC
    """

    def __init__(self, content: Iterable[Entry]) -> None:
        self._entries: dict[str, dict[str, list[Entry]]] = {}
        self._existing = {""}
        for entry in content:
            self._keep(entry)
        self._apexes = _apexes(self._entries)

    @classmethod
    def from_text(cls, text: str, source: str = "zone") -> Self:
        """Reads master file text.

        Raises:
            ZoneError: it cannot be read; names the source and the line.
        """
        return cls(entries(text, source))

    @classmethod
    def from_file(cls, path: Path | str) -> Self:
        """Reads a master file in UTF-8.

        Raises:
            ZoneError: it cannot be read; names the file and the line.
        """
        try:
            text = Path(path).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ZoneError(f"{path}: cannot be read: {error}") from error
        return cls.from_text(text, str(path))

    def ask(self, questions: Sequence[Question]) -> Answers:
        return {question: self._answer(question) for question in questions}

    async def aask(self, questions: Sequence[Question]) -> Answers:
        return self.ask(questions)

    def covers(self, name: str) -> bool:
        """Whether the file has the last word on this name.

        It has where a name with an SOA record stands at or above it. An owner name that no SOA covers brings its last
        two labels instead, and all below them: ``_dmarc.example.com`` covers ``example.com``. Reverse names bring only
        themselves, and so do names of one label. The file knows no public suffixes: for ``example.co.uk`` alone, write
        its SOA.
        """
        name = name.lower().rstrip(".")
        return any(above in self._apexes for above in _name_and_ancestors(name)) or name in self._entries

    def _keep(self, entry: Entry) -> None:
        records = self._entries.setdefault(entry.owner, {})
        records.setdefault(entry.record_type, []).append(entry)
        types = records.keys() - {""}
        if "CNAME" in types and (len(types) > 1 or len(records["CNAME"]) > 1):
            raise ZoneError(f"{entry.where}: an alias stands alone at its name (RFC 1034 §3.6.2)")
        self._existing.update(_name_and_ancestors(entry.owner))

    def _answer(self, question: Question) -> Answer:
        name, is_secure = question.name, True
        for _ in range(MAX_ALIASES + 1):
            records = self._records_of(name)
            if records is None:
                return Answer.nxdomain()
            marks = _marks(records, question.record_type)
            if faults := marks - {Mark.SECURE}:
                return Answer.unavailable(min(faults))
            is_secure = is_secure and Mark.SECURE in marks
            if "CNAME" not in records:
                return _answer_from(records, question.record_type, is_secure=is_secure)
            name = _target(records["CNAME"][0])
        return Answer.unavailable("servfail")

    def _records_of(self, name: str) -> dict[str, list[Entry]] | None:
        """What the name owns, or the wildcard below its closest encloser (RFC 4592 §3.3.1); ``None``: no such name."""
        if name not in self._existing:
            encloser = next(above for above in _name_and_ancestors(name) if above in self._existing)
            name = f"*.{encloser}" if encloser else "*"
        return self._entries.get(name, {}) if name in self._existing else None


def _answer_from(records: dict[str, list[Entry]], record_type: str, *, is_secure: bool) -> Answer:
    kept = records.get(record_type)
    if kept is None:
        return Answer.nodata(is_secure=is_secure)
    if record_type == "TXT":
        return Answer.found("TXT", [entry.text for entry in kept], is_secure=is_secure)
    return found(record_type, [entry.record for entry in kept if entry.record], is_secure=is_secure)


def _marks(records: dict[str, list[Entry]], record_type: str) -> set[Mark]:
    """Marks of the type, of an alias in its place, and of the name standing alone."""
    return {entry.mark for kind in (record_type, "CNAME", "") for entry in records.get(kind, ()) if entry.mark}


def _target(alias: Entry) -> str:
    return plain(alias.record.target)  # type: ignore[union-attr]


def _apexes(owners: dict[str, dict[str, list[Entry]]]) -> frozenset[str]:
    """See :meth:`ZoneResolver.covers`."""
    declared = {owner for owner, records in owners.items() if "SOA" in records}
    guessed = {
        ".".join(owner.split(".")[-2:])
        for owner in owners
        if "." in owner and not owner.endswith(".arpa") and declared.isdisjoint(_name_and_ancestors(owner))
    }
    return frozenset(declared | guessed)


def _name_and_ancestors(name: str) -> Iterable[str]:
    """The name, then each name above it, down to the root ``""``."""
    while name:
        yield name
        _, _, name = name.partition(".")
    yield ""
