"""Killed in the midst of mail and started again, the server has every mail it accepted, once."""

import asyncio
import contextlib
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

MAILS = 500
CONNECTIONS = 4
KILLED_AFTER = (120, 300)
"""Mails that clients count as sent when the server is killed."""

SERVER = """
import asyncio, sys
from hashlib import blake2b
from pathlib import Path
from trustlane.delivery.maildir import Maildir
from trustlane.smtp.server import SmtpServer

def fingerprint(mail):
    return blake2b(repr(mail.envelope).encode() + mail.message, digest_size=16).hexdigest()

async def main():
    maildir = Maildir(Path(sys.argv[1]))
    server = SmtpServer(
        lambda mail: maildir.deliver(mail.message, mail.envelope, "", fingerprint(mail)),
        lambda mail: maildir.heard(fingerprint(mail)),
        "mx.site.example",
        lost=lambda mail: maildir.lost(fingerprint(mail)),
    )
    _, port = await server.start()
    print(port, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


class Sender:
    """Sends as an MTA does: a mail leaves the queue only with a 250, and is tried again after anything else."""

    def __init__(self, place: Path) -> None:
        self.queue = list(range(MAILS))
        self.sent = 0
        self.port = 0
        self.is_up = asyncio.Event()
        self.progress = asyncio.Event()
        self._place = place
        self._server: asyncio.subprocess.Process | None = None

    async def start_server(self) -> None:
        self._server = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SERVER, str(self._place), stdout=asyncio.subprocess.PIPE
        )
        assert self._server.stdout is not None
        self.port = int(await self._server.stdout.readline())
        self.is_up.set()

    async def kill_server(self) -> None:
        assert self._server is not None
        self.is_up.clear()
        self._server.kill()
        await self._server.wait()

    async def send_all(self) -> None:
        while self.queue:
            await self.is_up.wait()
            with contextlib.suppress(OSError, EOFError):
                await self._session()

    async def _session(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            await reader.readuntil(b"220 mx.site.example ESMTP\r\n")
            writer.write(b"EHLO client.example\r\n")
            await reader.readuntil(b"ENHANCEDSTATUSCODES\r\n")
            while self.queue:
                number = self.queue.pop()
                try:
                    await self._send(reader, writer, number)
                except BaseException:
                    self.queue.insert(0, number)
                    raise
            writer.write(b"QUIT\r\n")
            await reader.readuntil(b"221 2.0.0 Closing the session\r\n")
        finally:
            writer.close()

    async def _send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        writer.write(b"MAIL FROM:<a@author.example>\r\nRCPT TO:<b@site.example>\r\nDATA\r\n")
        await reader.readuntil(b"354 Send the mail, end it with CRLF.CRLF\r\n")
        writer.write(b"Message-ID: <%d@author.example>\r\n\r\n%s\r\n.\r\n" % (number, b"x" * number))
        reply = await reader.readline()
        if reply[:3] != b"250":
            raise EOFError
        self.sent += 1
        self.progress.set()


@pytest.mark.proves("RFC 5321 §6.1")
async def test_killed_twice_in_the_midst_of_500_mails_none_is_missing_and_none_is_there_twice(tmp_path: Path) -> None:
    sender = Sender(tmp_path)
    await sender.start_server()
    sessions = [asyncio.create_task(sender.send_all()) for _ in range(CONNECTIONS)]
    for count in KILLED_AFTER:
        while sender.sent < count:
            await sender.progress.wait()
            sender.progress.clear()
        await sender.kill_server()
        await sender.start_server()
    await asyncio.wait_for(asyncio.gather(*sessions), 60)
    await asyncio.sleep(0.2)
    await sender.kill_server()
    found = Counter(message_id(file) for file in (tmp_path / "new").iterdir())
    assert found == Counter({f"{number}@author.example": 1 for number in range(MAILS)})
    marks = len(list((tmp_path / "tmp").iterdir()))
    assert marks <= CONNECTIONS * len(KILLED_AFTER), (
        "only what a killed server could not know to be heard is remembered"
    )


def message_id(file: Path) -> str:
    found = re.search(rb"^Message-ID: <(.*)>$", file.read_bytes(), re.MULTILINE)
    assert found, f"{file} is half a mail"
    return found[1].decode()
