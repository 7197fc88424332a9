"""The recipe for Dovecot: what a person moves into Junk, and out of it, moves the standing of who sent it."""

import imaplib
import sqlite3
from pathlib import Path

import pytest
from tests.edges.cli.running import said
from tests.edges.dovecot import IS_INSTALLED, dovecot
from tests.edges.serving import serving
from tests.edges.test_serve import LETTER, send

pytestmark = pytest.mark.skipif(not IS_INSTALLED, reason="dovecot-imapd and dovecot-sieve are not installed")


def test_a_person_moves_mail_into_junk_out_of_it_and_to_the_trash(tmp_path: Path) -> None:
    with serving(tmp_path) as relay:
        send(relay.port, LETTER % b"1")
        (mail,) = relay.mails("Open")
        relay.stop()
    with dovecot(tmp_path / "trustlane.toml") as port, imaplib.IMAP4("127.0.0.1", port) as client:
        client.login("ann@here.example", "secret")
        for mailbox in ("Junk", "Trash"):
            client.create(mailbox)
        client.append("INBOX", None, None, mail.replace(b"\n", b"\r\n"))
        assert told(tmp_path) == []
        moved(client, "INBOX", "Junk")
        assert told(tmp_path) == ["complaint ann@here.example"]
        moved(client, "Junk", "Trash")
        assert told(tmp_path) == ["complaint ann@here.example"], "who empties Junk does not say that it was wanted"
        moved(client, "Trash", "Junk")
        moved(client, "Junk", "INBOX")
        assert told(tmp_path) == ["complaint ann@here.example", "not-junk ann@here.example"]
    weight = said("standing", "list", "--kind", "spf", cwd=tmp_path)
    assert "sender.example: 1 mail(s)" in weight


def moved(client: imaplib.IMAP4, source: str, target: str) -> None:
    client.select(source)
    assert client.copy("1", target)[0] == "OK"
    client.store("1", "+FLAGS", r"\Deleted")
    client.expunge()


def told(folder: Path) -> list[str]:
    """Kind and reporter of everything that was reported."""
    connection = sqlite3.connect(folder / "ledger.sqlite")
    rows = connection.execute(
        "SELECT kind, reporter FROM counted WHERE kind IN ('complaint', 'not-junk') ORDER BY kind"
    ).fetchall()
    connection.close()
    return [f"{kind} {reporter}" for kind, reporter in rows]
