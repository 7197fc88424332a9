"""What an MTA says to a milter, written packet by packet."""

import struct

from trustlane.milter.codes import Actions, Command, Steps
from trustlane.milter.packets import PacketReader, packet
from trustlane.milter.protocol import MilterProtocol

ALL_ACTIONS = Actions(sum(Actions))
ALL_STEPS = Steps(sum(Steps))
POSTFIX_STEPS = ALL_STEPS & ~(Steps.MDS_256K | Steps.MDS_1M | Steps.SKIP)
OLD_STEPS = Steps.NOCONNECT | Steps.NOHELO | Steps.NOMAIL | Steps.NORCPT | Steps.NOBODY | Steps.NOHDRS | Steps.NOEOH


def offer(version: int = 6, actions: int = ALL_ACTIONS, steps: int = ALL_STEPS) -> bytes:
    return packet(Command.OPTNEG, struct.pack("!III", version, actions, steps))


def macros(command: Command, **values: str) -> bytes:
    pairs = b"".join(f"{name}\0{value}\0".encode() for name, value in values.items())
    return packet(Command.MACRO, bytes([command]) + pairs)


def connect(host: str = "mx.firm.example", family: str = "4", address: str = "192.0.2.1") -> bytes:
    return packet(Command.CONNECT, f"{host}\0{family}".encode() + struct.pack("!H", 25) + address.encode() + b"\0")


def hello(name: str = "mx.firm.example") -> bytes:
    return packet(Command.HELO, name.encode() + b"\0")


def mail(path: str = "<ann@firm.example>", *parameters: str) -> bytes:
    return packet(Command.MAIL, b"".join(text.encode() + b"\0" for text in (path, *parameters)))


def rcpt(path: str = "<bob@site.example>") -> bytes:
    return packet(Command.RCPT, path.encode() + b"\0")


def field(name: str, value: str) -> bytes:
    return packet(Command.HEADER, f"{name}\0{value}\0".encode())


DATA = packet(Command.DATA)
END_OF_HEADER = packet(Command.EOH)
END = packet(Command.BODYEOB)
ABORT = packet(Command.ABORT)
QUIT = packet(Command.QUIT)
QUIT_NC = packet(Command.QUIT_NC)


def body(octets: bytes) -> bytes:
    return packet(Command.BODY, octets)


SESSION = connect() + hello()
ENVELOPE = mail() + rcpt() + DATA
CONTENT = field("From", " ann@firm.example") + field("Subject", " hi\n there") + END_OF_HEADER + body(b"Hello\r\n")


def codes(octets: bytes) -> str:
    """The codes of packets, as text."""
    return "".join(chr(code) for code, _ in PacketReader().packets(octets))


def agreed(**offered: int) -> MilterProtocol:
    """A protocol whose options are settled."""
    protocol = MilterProtocol()
    protocol.receive(offer(**offered))
    protocol.data_to_send()
    return protocol
