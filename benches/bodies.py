"""Bodies as mail has them, the same on every run."""

import base64
import random
from collections.abc import Callable, Iterator

WORDS = (
    *("the", "of", "and", "to", "in", "that", "it", "was", "for", "on", "with", "as", "be", "at", "by"),
    *("this", "had", "not", "are", "but", "from", "or", "have", "an", "they", "which"),
)
TAGS = (
    'table width="100%" cellpadding="0" cellspacing="0" border="0"',
    "tr",
    'td align="left" style="font-family: Arial, sans-serif; font-size: 14px; color: #333333;"',
    'div class="column-per-100"',
    'p style="margin: 0 0 16px;"',
)


def text(octets: int) -> bytes:
    """Paragraphs of words with one blank between them, in lines of up to 72 characters."""
    return _lines(octets, _sentences(random.Random(6376), ("",)))


def stray(octets: int) -> bytes:
    """The same with two blanks in every fifth line and one at the end of another fifth: the most that people write."""
    return _lines(octets, _sentences(random.Random(6376), ("", "", "", "  and", " ")))


def html(octets: int) -> bytes:
    """A newsletter as programs make them: tables within tables, two blanks deeper each, and lines of blanks alone."""
    return _lines(octets, _markup(random.Random(6376)))


def picture(octets: int) -> bytes:
    """base64 in lines of 76."""
    encoded = base64.b64encode(random.Random(6376).randbytes(octets * 3 // 4))
    return b"\r\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76)) + b"\r\n"


BODIES: dict[str, Callable[[int], bytes]] = {"text": text, "stray blanks": stray, "HTML": html, "base64": picture}


def _lines(octets: int, lines: Iterator[str]) -> bytes:
    body = b""
    parts = []
    length = 0
    while length < octets:
        parts.append(next(lines).encode() + b"\r\n")
        length += len(parts[-1])
    return body.join(parts)


def _sentences(chance: random.Random, ends: tuple[str, ...]) -> Iterator[str]:
    while True:
        yield " ".join(chance.choices(WORDS, k=chance.randint(8, 14))) + chance.choice(ends)
        if chance.random() < 0.1:
            yield ""


def _markup(chance: random.Random) -> Iterator[str]:
    depth = 0
    while True:
        depth = max(0, min(12, depth + chance.choice((-1, 0, 1, 1))))
        kind = chance.random()
        if kind < 0.4:
            content = f"<{chance.choice(TAGS)}>"
        elif kind < 0.7:
            content = f"</{chance.choice(TAGS).split()[0]}>"
        else:
            content = " ".join(chance.choices(WORDS, k=chance.randint(4, 12))) if kind < 0.95 else ""
        yield "  " * depth + content
