"""An SMTP conversation with the next hop, as its client (RFC 5321 §3, §4.5.3.2)."""

import asyncio
import re
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from trustlane.delivery.reply import Reply

T = TypeVar("T")

MAX_REPLY_LINE_OCTETS = 4_096
"""RFC 5321 §4.5.3.1.5 says 512; some servers explain more. Over it the hop counts as broken."""

MAX_REPLY_LINES = 256
"""Of one reply; an EHLO reply has a dozen or two."""

BLOCK_OCTETS = 65_536
"""Content that is sent within one block's time."""


@dataclass(frozen=True, slots=True)
class HopTimeouts:
    """How long each step with the next hop may take.

    Attributes:
        connect_seconds: to reach the hop; not in RFC 5321. A hop is near, and the client waits for us meanwhile.
        greeting_seconds, mail_seconds, rcpt_seconds: RFC 5321 §4.5.3.2.1 to §4.5.3.2.3.
        data_seconds: until 354, §4.5.3.2.4.
        block_seconds: for each block of content, §4.5.3.2.5.
        end_of_data_seconds: for the final reply, §4.5.3.2.6.
        whole_seconds: for all of it. Must stay below the client's own 10 minutes for our reply (§4.5.3.2.6): a client
            that gave up sends the mail again, and then the hop gets it twice.
        quit_seconds: for the reply to QUIT, which changes nothing.
    """

    connect_seconds: float = 30.0
    greeting_seconds: float = 300.0
    mail_seconds: float = 300.0
    rcpt_seconds: float = 300.0
    data_seconds: float = 120.0
    block_seconds: float = 180.0
    end_of_data_seconds: float = 600.0
    whole_seconds: float = 540.0
    quit_seconds: float = 2.0


class HopError(Exception):
    """The hop went away, was too slow, or spoke no SMTP. Never leaves delivery."""


class Hop:
    """One connection. Every method but ``leave`` raises :class:`HopError` where no reply came.

    Attributes:
        has_greeted: it is an SMTP server that speaks with us.
        extensions: what the hop offered, by keyword in capitals; empty after HELO.
    """

    def __init__(self, host: str, port: int, timeouts: HopTimeouts) -> None:
        self.has_greeted = False
        self.extensions: dict[str, str] = {}
        self._host = host
        self._port = port
        self._timeouts = timeouts
        self._reader = asyncio.StreamReader()
        self._writer: asyncio.StreamWriter | None = None

    async def connect(self, hostname: str) -> None:
        """EHLO, or HELO where the hop knows no EHLO (§3.2). A hop that does not greet back is no hop now."""
        opening = asyncio.open_connection(self._host, self._port, limit=MAX_REPLY_LINE_OCTETS)
        self._reader, self._writer = await _within(self._timeouts.connect_seconds, opening)
        greeting, _ = await self._reply(self._timeouts.greeting_seconds)
        if greeting.code != 220:
            raise HopError(f"greeted with {greeting}")
        reply, lines = await self._ask(f"EHLO {hostname}", self._timeouts.greeting_seconds)
        self.extensions = dict(_extension(line) for line in lines[1:])
        if not reply.is_accepted:
            self.extensions = {}
            reply, _ = await self._ask(f"HELO {hostname}", self._timeouts.greeting_seconds)
        if not reply.is_accepted:
            raise HopError(f"answered HELO with {reply}")
        self.has_greeted = True

    async def mail(self, mail_from: str, parameters: str) -> Reply:
        return (await self._ask(f"MAIL FROM:<{mail_from}>{parameters}", self._timeouts.mail_seconds))[0]

    async def rcpt(self, recipients: Sequence[str], parameters: Sequence[str]) -> list[Reply]:
        """One reply to each. With PIPELINING all are sent at once (RFC 2920 §3.1)."""
        commands = [f"RCPT TO:<{rcpt}>{these}" for rcpt, these in zip(recipients, parameters, strict=True)]
        if "PIPELINING" not in self.extensions:
            return [(await self._ask(command, self._timeouts.rcpt_seconds))[0] for command in commands]
        await self._send("".join(f"{command}\r\n" for command in commands).encode())
        return [(await self._reply(self._timeouts.rcpt_seconds))[0] for _ in commands]

    async def data(self) -> Reply:
        return (await self._ask("DATA", self._timeouts.data_seconds))[0]

    async def content(self, stuffed: bytes) -> Reply:
        """The final reply. Where it does not come, the hop may have the mail or not (§4.5.3.2.6)."""
        for start in range(0, len(stuffed), BLOCK_OCTETS):
            await self._send(stuffed[start : start + BLOCK_OCTETS])
        return (await self._reply(self._timeouts.end_of_data_seconds))[0]

    async def leave(self) -> None:
        """Says QUIT, also in the midst of a mail, and closes. Changes nothing of what the hop has said before."""
        if self._writer is None:
            return
        with suppress(HopError):
            await self._ask("QUIT", self._timeouts.quit_seconds)
        self._writer.close()

    async def _ask(self, command: str, seconds: float) -> tuple[Reply, list[str]]:
        await self._send(f"{command}\r\n".encode())
        return await self._reply(seconds)

    async def _send(self, octets: bytes) -> None:
        assert self._writer is not None, "connect comes first"
        self._writer.write(octets)
        await _within(self._timeouts.block_seconds, self._writer.drain())

    async def _reply(self, seconds: float) -> tuple[Reply, list[str]]:
        return await _within(seconds, self._lines_of_reply())

    async def _lines_of_reply(self) -> tuple[Reply, list[str]]:
        """Several lines make one reply (§4.2.1); the first digit decides (§4.3.2)."""
        code, texts = "", []
        for _ in range(MAX_REPLY_LINES):
            line = _REPLY_LINE.fullmatch(await self._reader.readuntil(b"\n"))
            if line is None or code not in ("", line["code"].decode()):
                raise HopError("sent what is no SMTP reply")
            code = line["code"].decode()
            texts.append(_printable(line["text"]))
            if line["more"] != b"-":
                return _read_reply(int(code), texts), texts
        raise HopError("sent a reply of too many lines")


async def _within(seconds: float, doing: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await doing
    except TimeoutError as error:
        raise HopError("did not answer in time") from error
    except asyncio.LimitOverrunError as error:
        raise HopError("sent a line that is too long") from error
    except EOFError as error:
        raise HopError("closed the connection") from error
    except OSError as error:
        raise HopError(error.strerror or "cannot be reached") from error


_REPLY_LINE = re.compile(rb"(?P<code>[2-5][0-9]{2})(?:(?P<more>[ -])(?P<text>[^\r\n]*+))?\r?\n")
_ENHANCED_CODE = re.compile(r"(?P<code>[245]\.[0-9]{1,3}\.[0-9]{1,3})(?: +(?P<text>.*))?")


def _read_reply(code: int, texts: Sequence[str]) -> Reply:
    """The enhanced code is taken from the last line, if its class is the reply's (RFC 2034 §4)."""
    enhanced = _ENHANCED_CODE.fullmatch(texts[-1])
    if enhanced is None or int(enhanced["code"][0]) != code // 100:
        return Reply(code, f"{code // 100}.0.0" if code // 100 in (2, 4, 5) else "", texts[-1])
    return Reply(code, enhanced["code"], enhanced["text"] or "")


def _printable(text: bytes | None) -> str:
    return "".join(char if " " <= char <= "~" else "?" for char in (text or b"").decode("latin-1"))


def _extension(line: str) -> tuple[str, str]:
    keyword, _, parameters = line.partition(" ")
    return keyword.upper(), parameters
