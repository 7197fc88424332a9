"""How a setting is declared, and the checks of values that several settings share."""

from collections.abc import Callable
from dataclasses import field
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from trustlane._core import Question

Check = Callable[[Any], str | None]
"""Gives what is wrong with a value, or ``None``."""


def setting(default: Any, *, doc: str, example: str, check: Check | None = None) -> Any:
    """One setting of a table."""
    return field(default=default, metadata={"doc": doc, "example": example, "check": check})


def part(table: type) -> Any:
    """One table of the tree."""
    return field(default_factory=table)


def between(lowest: float, highest: float) -> Check:
    def check(value: float) -> str | None:
        return None if lowest <= value <= highest else f"must lie between {lowest:g} and {highest:g}, is {value:g}"

    return check


def one_of(*words: str) -> Check:
    def check(value: str) -> str | None:
        return None if value in words else f"must be one of {', '.join(words)}, is {value!r}"

    return check


def no_blanks(value: str) -> str | None:
    is_word = bool(value) and value.isprintable() and not any(char.isspace() for char in value)
    return None if is_word else f"must be one word, is {value!r}"


def address(value: str) -> str | None:
    host, colon, port = value.rpartition(":")
    is_address = bool(colon and host) and port.isdecimal() and int(port) <= 65535
    return None if is_address else f"must be host:port, is {value!r}"


def address_or_nothing(value: str) -> str | None:
    return address(value) if value else None


def each_a_domain(value: tuple[str, ...]) -> str | None:
    wrong = [name for name in value if not _is_domain(name)]
    return f"{wrong[0]!r} is no domain name" if wrong else None


def _is_domain(name: str) -> bool:
    try:
        return "." in Question(name, "TXT").name
    except ValueError:
        return False


def each_an_endpoint(value: tuple[str, ...]) -> str | None:
    wrong = [it for it in value if not it.startswith("unix:/") and address(it)]
    return f"{wrong[0]!r} is neither host:port nor unix: with a whole path" if wrong else None


def each_a_word(value: tuple[str, ...]) -> str | None:
    wrong = [word for word in value if no_blanks(word)]
    return f"{wrong[0]!r} is not one word" if wrong else None


def each_a_server(value: tuple[str, ...]) -> str | None:
    wrong = [server for server in value if no_blanks(server)]
    return f"{wrong[0]!r} is no address" if wrong else None


def each_a_mailbox(value: tuple[str, ...]) -> str | None:
    wrong = [it for it in value if no_blanks(it) or not all(it.rpartition("@")[::2])]
    return f"{wrong[0]!r} is no address" if wrong else None


def each_one_word(value: tuple[str, ...]) -> str | None:
    wrong = [word for word in value if no_blanks(word)]
    return f"{wrong[0]!r} is not one word" if wrong else None


def each_a_network(value: tuple[str, ...]) -> str | None:
    for network in value:
        try:
            ip_network(network)
        except ValueError as error:
            return f"{network!r} is no address or network: {error}"
    return None


def each_one_of(*words: str) -> Check:
    known = {word.lower() for word in words}

    def check(value: tuple[str, ...]) -> str | None:
        wrong = [it for it in value if it.lower() not in known]
        return f"{wrong[0]!r} cannot be read; known are {', '.join(words)}" if wrong else None

    return check


def each_a_store(value: tuple[str, ...]) -> str | None:
    wrong = [it for it in value if urlsplit(it).scheme not in _STORES or not urlsplit(it).hostname]
    return f"{wrong[0]!r} is no url of a server" if wrong else None if value else "must name a server"


_STORES = ("valkey", "valkeys", "redis", "rediss")


def each_read_by(read: Callable[[str], object]) -> Check:
    """Each line must be one that this function reads; what it raises says what is wrong."""

    def check(value: tuple[str, ...]) -> str | None:
        for line in value:
            try:
                read(line)
            except ValueError as error:
                return str(error)
        return None

    return check
