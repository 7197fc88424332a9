"""Macros: what the MTA knows beside the commands, by the command that each was sent for."""

from ipaddress import ip_address

from trustlane.milter.codes import Command
from trustlane.milter.packets import strings

_STAGES = frozenset(int(command) for command in Command)


class MacroStore:
    """The latest macros of each command; a new packet for the same command replaces them."""

    def __init__(self) -> None:
        self._by_command: dict[int, dict[str, str]] = {}

    def define(self, data: bytes) -> None:
        """Takes a macro packet's data: a command code, then names and values. What is none is passed over."""
        if not data or data[0] not in _STAGES:
            return
        texts = [text.decode("utf-8", "replace") for text in strings(data[1:])]
        names = (name.removeprefix("{").removesuffix("}") for name in texts[::2])
        self._by_command[data[0]] = dict(zip(names, texts[1::2], strict=False))

    def known(self, *commands: Command) -> dict[str, str]:
        """The macros of these commands together; a later command's win."""
        together: dict[str, str] = {}
        for command in commands:
            together |= self._by_command.get(command, {})
        return together

    def forget(self, *commands: Command) -> None:
        for command in commands:
            self._by_command.pop(command, None)


def client_address(family: int, text: bytes) -> str | None:
    """The client's address in a CONNECT packet; ``None`` for UNIX sockets, unknown families and what is no address.

    Sendmail writes ``IPv6:`` before an IPv6 address; an IPv4 address in IPv6 is an IPv4 address (RFC 4291 §2.5.5.2).
    """
    if family not in b"46":
        return None
    name = text.decode("ascii", "replace")
    try:
        address = ip_address(name[5:] if name[:5].lower() == "ipv6:" else name)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
