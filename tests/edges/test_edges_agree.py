"""Relay, milter and library give the same edits for the same mail: a decision becomes octets in one way only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.golden.cases import FOLDER, Case, cases, history, policy_of

from trustlane import averify
from trustlane.delivery import DeleteField, Edit, InsertField, Reply, apply, edits
from trustlane.delivery.answers import refusal_of
from trustlane.delivery.offers import Offers
from trustlane.delivery.received import received_value
from trustlane.delivery.replay import ReplayFiles
from trustlane.dns.zone import ZoneResolver
from trustlane.message import Envelope, Session, Transaction
from trustlane.milter.codes import Actions, Response, Steps
from trustlane.milter.events import MailStarted
from trustlane.milter.inbound import Inbound
from trustlane.milter.negotiate import Options
from trustlane.milter.packets import PacketReader
from trustlane.milter.session import Client
from trustlane.smtp.relay import Relay
from trustlane.verify import with_crlf

AUTHSERV_ID = "mx.site.example"
OPTIONS = Options(6, Actions(sum(Actions)), Steps.HDR_LEADSPC)
CHUNK_OCTETS = 100


@dataclass
class Box:
    """A delivery that keeps what it gets."""

    mails: list[bytes] = field(default_factory=list)

    async def deliver(self, octets: bytes, envelope: Envelope, folder: str, fingerprint: str) -> Reply:
        self.mails.append(octets)
        return Reply(250, "2.0.0", "kept")

    def heard(self, fingerprint: str) -> None: ...

    def lost(self, fingerprint: str) -> None: ...

    def refusal(self, mail_from: str, rcpt: str) -> Reply | None:
        return None

    def offers(self) -> Offers:
        return Offers()

    def close(self) -> None: ...


def mail_of(case: Case) -> Transaction:
    """The mail of a case as every edge gets it: over SMTP, where there always is a reverse-path."""
    it = case.session
    session = Session(it.get("client_ip"), it.get("helo"))
    envelope = Envelope(it.get("mail_from") or "", tuple(it.get("rcpt", ())))
    return Transaction(with_crlf((FOLDER / case.name / "mail.eml").read_bytes()), session, envelope)


def resolver(case: Case) -> ZoneResolver:
    return ZoneResolver.from_file(FOLDER / case.name / "zone.txt")


async def by_library(case: Case, mail: Transaction) -> tuple[list[Edit], Reply | None, bytes]:
    """Edits, the reply that refuses it, and the mail as a relay would pass it on."""
    decision = await averify(
        mail.message,
        client_ip=mail.session.client_ip,
        helo=mail.session.helo,
        mail_from=mail.envelope.mail_from,
        rcpt=mail.envelope.rcpt,
        resolver=resolver(case),
        ledger=history(FOLDER / case.name / "history.toml"),
        policy=policy_of(case),
        now=case.session["now"],
    )
    made = edits(decision, AUTHSERV_ID)
    trace = InsertField("Received", received_value(mail, AUTHSERV_ID, decision.id, case.session["now"]))
    spans = decision.examined.examination.field_spans
    return made, refusal_of(decision), apply([*made, trace], mail.message, spans)


async def by_relay(case: Case, mail: Transaction, folder: Path) -> tuple[list[bytes], Reply]:
    box = Box()
    relay = Relay(
        authserv_id=AUTHSERV_ID,
        hostname=AUTHSERV_ID,
        resolver=resolver(case),
        ledger=history(FOLDER / case.name / "history.toml"),
        policy=policy_of(case),
        delivery=box,
        replay=ReplayFiles(folder),
        clock=lambda: case.session["now"],
    )
    return box.mails, await relay.receive(mail)


async def by_milter(case: Case, mail: Transaction, folder: Path) -> tuple[list[Edit], bytes]:
    """Edits as an MTA reads them from our packets, and the packet that ends them."""
    inbound = Inbound(
        authserv_id=AUTHSERV_ID,
        resolver=resolver(case),
        ledger=history(FOLDER / case.name / "history.toml"),
        policy=policy_of(case),
        replay=ReplayFiles(folder),
        clock=lambda: case.session["now"],
    )
    client = Client(mail.session.client_ip, "", mail.session.helo)
    filtered = inbound.begin(client, MailStarted(mail.envelope.mail_from or "", (), {}))
    for rcpt in mail.envelope.rcpt:
        filtered.recipient(rcpt, f"<{rcpt}>".encode())
    for at in range(0, len(mail.message), CHUNK_OCTETS):
        filtered.feed(mail.message[at : at + CHUNK_OCTETS])
    answer = await filtered.answer({}, OPTIONS)
    return list(_read(answer.changes)), answer.verdict


def _read(packets: bytes) -> Iterator[Edit]:
    """What the MTA would do, in our words: it puts each new field above the last one."""
    inserted, deleted = [], []
    for code, data in PacketReader().packets(packets):
        index, (name, value) = int.from_bytes(data[:4], "big"), data[4:].split(b"\0")[:2]
        match code:
            case Response.INSHEADER:
                text = value.removeprefix(b" ").replace(b"\n", b"\r\n").decode()
                inserted.append(InsertField(name.decode(), text))
            case Response.CHGHEADER:
                assert not value
                deleted.append(DeleteField(name.decode("latin-1"), index))
            case _:
                assert code == Response.QUARANTINE
    yield from inserted[::-1]
    yield from deleted


def in_order(made: list[Edit]) -> list[Edit]:
    """Deletions of different names may come in any order, and those of one name come from below."""
    inserted = [edit for edit in made if isinstance(edit, InsertField)]
    deleted = [edit for edit in made if isinstance(edit, DeleteField)]
    return [*inserted, *sorted(deleted, key=lambda edit: (edit.name, -edit.index))]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
async def test_relay_milter_and_library_agree(case: Case, tmp_path: Path) -> None:
    mail = mail_of(case)
    wanted, refusal, passed_on = await by_library(case, mail)
    mails, reply = await by_relay(case, mail, tmp_path)
    made, verdict = await by_milter(case, mail, tmp_path)
    if refusal:
        assert (reply, mails, made) == (refusal, [], [])
        assert verdict[5:].rstrip(b"\0").decode() == str(refusal)
        return
    assert mails == [passed_on]
    assert in_order(made) == in_order(wanted)
    assert verdict[4:] == bytes([Response.ACCEPT])


def test_the_cases_have_all_that_edges_may_do_differently() -> None:
    """Forged fields that are removed, refused mail, and held mail are among them."""
    told = "".join(case.expected.read_text() for case in cases())
    assert {word in told for word in ("reject", "quarantine", "deliver")} == {True}


@pytest.mark.parametrize("name", [case.name for case in cases()][:3])
async def test_they_agree_on_what_a_stranger_wrote_in_our_name(name: str, tmp_path: Path) -> None:
    (case,) = (case for case in cases() if case.name == name)
    mail = mail_of(case)
    forged = (
        b"Trust-Lane: trusted\r\nAuthentication-Results: mx.site.example; dkim=pass\r\ntrust-lane: x\r\n"
        b"Authentication-Results: other.example; dkim=pass\r\nauthentication-results : mx.site.example; spf=pass\r\n"
    )
    mail = Transaction(forged + mail.message, mail.session, mail.envelope)
    wanted, refusal, passed_on = await by_library(case, mail)
    mails, _ = await by_relay(case, mail, tmp_path)
    made, _ = await by_milter(case, mail, tmp_path)
    assert refusal is None
    assert sum(isinstance(edit, DeleteField) for edit in wanted) == 4
    assert in_order(made) == in_order(wanted)
    assert mails == [passed_on]
