"""Real Postfix asks our policy service about each recipient, and does what it says."""

import os
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.edges.milter.postfix import Postfix, needs_postfix
from tests.edges.milter.site import LETTER, Running
from tests.edges.policyd.asking import ENFORCING, ledger_with, service

from trustlane.ledger import Kind, Subject
from trustlane.policyd.rules import Rules, Severity
from trustlane.policyd.server import PolicyServer
from trustlane.policyd.service import Service
from trustlane.process.sockets import bound

pytestmark = needs_postfix

REJECTING = replace(ENFORCING, spf_fail=Severity.REJECT, bad_standing=Severity.REJECT)
MAIN_CF = """
smtpd_recipient_restrictions = reject_unauth_destination, check_policy_service {{ {address}, timeout=10s }}
smtpd_end_of_data_restrictions = check_policy_service {address}
smtpd_delay_reject = yes
"""


@contextmanager
def postfix_with(site: Service, *, socket: str = "inet") -> Iterator[Postfix]:
    """In a folder that Postfix's own users can reach, which those of pytest are not."""
    with TemporaryDirectory(prefix="trustlane-") as folder:
        os.chmod(folder, 0o755)
        loop = Running()
        server = PolicyServer(lambda: site)
        path = Path(folder) / "policy.sock"
        (listening,) = bound("127.0.0.1:0" if socket == "inet" else f"unix:{path}")
        loop.run(server.listen_on(listening))
        if socket == "unix":
            path.chmod(0o666)
        address = f"unix:{path}" if socket == "unix" else f"inet:127.0.0.1:{listening.getsockname()[1]}"
        postfix = Postfix(Path(folder) / "postfix", "", MAIN_CF.format(address=address))
        postfix.start()
        try:
            yield postfix
        finally:
            postfix.stop()
            loop.run(server.close(drain_seconds=5))
            loop.end()


@contextmanager
def client(postfix: Postfix, ip: str = "192.0.2.1", login: str | None = None) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", postfix.port, local_hostname="mx.firm.example") as smtp:
        smtp.ehlo()
        who = f" LOGIN={login}" if login else ""
        assert smtp.docmd(f"XCLIENT ADDR={ip} NAME=mx.firm.example{who}")[0] == 220
        smtp.ehlo()
        yield smtp


def refusal(smtp: smtplib.SMTP, letter: bytes = LETTER) -> str:
    """The reply with which the only recipient, or the mail, is refused."""
    try:
        smtp.sendmail("ann@firm.example", ["bob@site.example"], letter)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = error.recipients["bob@site.example"]
    except smtplib.SMTPDataError as error:
        code, text = error.smtp_code, error.smtp_error  # type: ignore[assignment]
    else:
        raise AssertionError("the mail was taken")
    return f"{code} {text.decode() if isinstance(text, bytes) else text}"


@pytest.mark.parametrize("socket", ["inet", "unix"])
def test_a_mail_gets_its_field_once_for_all_its_recipients(tmp_path: Path, socket: str) -> None:
    with postfix_with(service(tmp_path, REJECTING), socket=socket) as postfix, client(postfix) as smtp:
        for _ in range(2):
            smtp.sendmail("ann@firm.example", ["bob@site.example", "eve@site.example", "joe@site.example"], LETTER)
        mails = [message_from_bytes(octets) for octets in postfix.mails(6)]
    for mail in mails:
        (value,) = mail.get_all("Received-SPF") or []
        assert value.startswith("pass (mx.site.example: ip4:192.0.2.1 matches the client) receiver=mx.site.example; ")
        names = [name.lower() for name in mail]
        assert names.index("received-spf") < names.index("received"), "above the field of the host that checked"


@pytest.mark.parametrize(
    ("ip", "rules", "past", "expected"),
    [
        (
            "192.0.2.99",
            REJECTING,
            0,
            "550 5.7.23 <bob@site.example>: Recipient address rejected: "
            "the sender's domain does not let this client send in its name",
        ),
        (
            "192.0.2.99",
            replace(REJECTING, spf_fail=Severity.DEFER),
            0,
            "450 4.7.1 <bob@site.example>: Recipient address rejected: please try again later",
        ),
        (
            "192.0.2.1",
            REJECTING,
            40,
            "550 5.7.1 <bob@site.example>: Recipient address rejected: "
            "refused by local policy; ask the postmaster about ",
        ),
    ],
)
def test_a_recipient_is_refused_or_put_off(tmp_path: Path, ip: str, rules: Rules, past: int, expected: str) -> None:
    site = service(tmp_path, rules, ledger=ledger_with(Kind.COMPLAINT, past, Subject("spf", "firm.example")))
    with postfix_with(site) as postfix, client(postfix, ip) as smtp:
        assert refusal(smtp).startswith(expected)


def test_size_is_known_at_the_end_where_the_client_did_not_say_it(tmp_path: Path) -> None:
    site = service(tmp_path, replace(REJECTING, max_octets=2_000, max_recipients=2))
    with postfix_with(site) as postfix, client(postfix) as smtp:
        long = LETTER + b"x\r\n" * 1_000
        assert refusal(smtp, long).startswith("552 5.3.4 "), "at RCPT, by the SIZE that was said"
        smtp.esmtp_features.pop("size")
        assert refusal(smtp, long).startswith("552 5.3.4 "), "at the end of the message"
        smtp.sendmail("ann@firm.example", ["bob@site.example", "eve@site.example"], LETTER)
        with pytest.raises(smtplib.SMTPDataError, match="too many recipients") as refused:
            smtp.sendmail("ann@firm.example", [f"{name}@site.example" for name in ("bob", "eve", "joe")], LETTER)
        assert refused.value.smtp_code == 452
        assert len(postfix.mails(2)) == 2


def test_nothing_is_said_of_one_who_logged_in(tmp_path: Path) -> None:
    with postfix_with(service(tmp_path, REJECTING)) as postfix, client(postfix, "192.0.2.99", "bob") as smtp:
        smtp.sendmail("ann@firm.example", ["bob@site.example"], LETTER)
        (octets,) = postfix.mails(1)
    assert b"Received-SPF" not in octets


@pytest.mark.parametrize(("failure", "is_taken"), [(Severity.PASS, True), (Severity.DEFER, False)])
def test_an_error_of_ours_costs_a_try_at_most(tmp_path: Path, failure: Severity, is_taken: bool) -> None:
    class Broken:
        async def aask(self, questions: object) -> object:
            raise RuntimeError("a bug")

    site = service(tmp_path, replace(REJECTING, failure=failure), resolver=Broken())  # type: ignore[arg-type]
    with postfix_with(site) as postfix, client(postfix) as smtp:
        if is_taken:
            smtp.sendmail("ann@firm.example", ["bob@site.example"], LETTER)
            assert len(postfix.mails(1)) == 1
        else:
            assert refusal(smtp).startswith("450 4.3.0 ")
