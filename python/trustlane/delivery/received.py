"""The ``Received`` field that a relay must add (RFC 5321 §4.4)."""

from email.utils import formatdate

from trustlane.message import Instant, Transaction


def received_value(mail: Transaction, hostname: str, mail_id: str, now: Instant) -> str:
    """The field's value; says what we know of the client, and of recipients only a single one (RFC 5321 §7.2).

    Args:
        mail: the transaction as it came.
        hostname: our name.
        mail_id: the decision's id.
        now: time of receipt.
    """
    helo = _atom(mail.session.helo or "unknown")
    address = f" ([{_literal(mail.session.client_ip)}])" if mail.session.client_ip else ""
    lines = [f"from {helo}{address}", f"by {hostname} (trustlane) with {mail.session.protocol} id {mail_id}"]
    if len(mail.envelope.rcpt) == 1 and mail.envelope.rcpt[0].isascii():
        lines.append(f"for <{_printable(mail.envelope.rcpt[0])}>")
    return "\r\n\t".join(lines) + f";\r\n\t{formatdate(now)}"


def _literal(client_ip: str) -> str:
    return f"IPv6:{client_ip}" if ":" in client_ip else client_ip


def _atom(text: str) -> str:
    return "".join(char if char.isascii() and (char.isalnum() or char in ".-_:[]") else "?" for char in text)[:255]


def _printable(text: str) -> str:
    return "".join(char if " " <= char <= "~" and char not in "<>" else "?" for char in text)[:320]
