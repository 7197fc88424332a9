"""Master files: the text form of DNS records (RFC 1035 §5), with marks for what else may happen to a question.

Takes text, gives one :class:`Entry` for each line of content. It knows nothing of questions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tokenizer
import dns.ttl

from trustlane.dns.records import joined, plain
from trustlane.errors import ZoneError


class Mark(StrEnum):
    """The comment at the end of an entry, where it is exactly one of these words."""

    SERVFAIL = "servfail"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    SECURE = "secure"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a master file.

    Attributes:
        where: file and line, for errors.
        owner: the name, lower case, without its final dot; ``""`` is the root.
        record_type: as ``TXT``; ``""`` for a name that stands alone before its mark.
        record: the record, except for TXT and names that stand alone.
        text: the joined strings of a TXT record.
        mark: what its comment says.
    """

    where: str
    owner: str
    record_type: str = ""
    record: dns.rdata.Rdata | None = None
    text: bytes = b""
    mark: Mark | None = None


def entries(text: str, source: str) -> Iterator[Entry]:
    """Every entry, in the order of the file.

    ``$ORIGIN`` and ``$TTL`` are obeyed; a time to live may be left out, since nothing is cached. A TXT string longer
    than 255 octets is taken as if it were split (RFC 1035 §3.3). A comment within parentheses is no mark.

    Raises:
        ZoneError: something cannot be read, with the source and the line where its entry starts.
    """
    reader = _Reader(text, source)
    while True:
        line = reader.line
        try:
            entry = reader.entry()
        except (dns.exception.DNSException, ValueError) as error:
            raise ZoneError(f"{source}:{line}: {error}") from error
        if entry is _END:
            return
        if entry is not _NOTHING:
            yield entry


_END = Entry("", "")
_NOTHING = Entry("", "")


class _Reader:
    def __init__(self, text: str, source: str) -> None:
        self._tokens = dns.tokenizer.Tokenizer(text, source)
        self._source = source
        self._origin = dns.name.root
        self._owner: dns.name.Name | None = None

    @property
    def line(self) -> int:
        return int(self._tokens.where()[1])

    def entry(self) -> Entry:
        where = f"{self._source}:{self.line}"
        token = self._tokens.get(want_leading=True)
        if token.is_eof():
            return _END
        if token.is_eol():
            return _NOTHING
        if token.is_whitespace():
            return self._continued(where)
        if token.value.startswith("$"):
            return self._directive(token)
        self._owner = self._tokens.as_name(token, self._origin)
        return self._record(where, self._owner)

    def _continued(self, where: str) -> Entry:
        """A line that starts with a blank belongs to the owner above it (RFC 1035 §5.1)."""
        token = self._tokens.get()
        if token.is_eol_or_eof():
            return _NOTHING
        self._tokens.unget(token)
        if self._owner is None:
            raise ValueError("the first entry needs a name")
        return self._record(where, self._owner)

    def _directive(self, token: dns.tokenizer.Token) -> Entry:
        match token.value.upper():
            case "$ORIGIN":
                self._origin = self._tokens.get_name(self._origin)
            case "$TTL":
                self._tokens.get_ttl()
            case _:
                raise ValueError(f"{token.value} is not supported; $ORIGIN and $TTL are")
        self._tokens.get_eol()
        return _NOTHING

    def _record(self, where: str, owner: dns.name.Name) -> Entry:
        token = self._tokens.get()
        while token.is_identifier() and (_is_ttl(token.value) or _is_class(token.value)):
            token = self._tokens.get()
        if token.is_eol_or_eof():
            return self._alone(where, owner, token)
        record_type = dns.rdatatype.from_text(token.value)
        if record_type == dns.rdatatype.TXT:
            return self._text(where, owner)
        record = dns.rdata.from_text(dns.rdataclass.IN, record_type, self._tokens, self._origin, relativize=False)
        return Entry(where, plain(owner), dns.rdatatype.to_text(record_type), record, mark=_mark(record.rdcomment))

    def _alone(self, where: str, owner: dns.name.Name, end: dns.tokenizer.Token) -> Entry:
        mark = _mark(end.comment)
        if mark is None:
            raise ValueError(f"{owner} has neither a record nor a mark ({', '.join(Mark)})")
        return Entry(where, plain(owner), mark=mark)

    def _text(self, where: str, owner: dns.name.Name) -> Entry:
        strings = []
        while not (token := self._tokens.get()).is_eol_or_eof():
            strings.append(bytes(token.unescape_to_bytes().value))
        if not strings:
            raise ValueError("a TXT record needs at least one string (RFC 1035 §3.3.14)")
        return Entry(where, plain(owner), "TXT", text=joined(strings), mark=_mark(token.comment))


def _is_ttl(word: str) -> bool:
    return word[:1].isdigit() and dns.ttl.from_text(word) >= 0


def _is_class(word: str) -> bool:
    if word.upper() in {"CH", "HS", "CS"}:
        raise ValueError(f"class {word} is not supported; IN is")
    return word.upper() == "IN"


def _mark(comment: str | None) -> Mark | None:
    word = (comment or "").strip().lower()
    return Mark(word) if word in list(Mark) else None
