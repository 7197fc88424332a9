"""Reports as they come, for tests: what stands in them is written out, so that a row of a table tells it all."""

from trustlane.lanes import SiteKey, SiteKeys

NAME = "4f1d5c2a7f3b9e6a4d8c0112"
KEYS = SiteKeys((SiteKey("a", b"k" * 32),))
SIGNED = KEYS.signed(NAME)
FORGED = SiteKeys((SiteKey("a", b"x" * 32),)).signed(NAME)

FEEDBACK_FIELDS = "Feedback-Type: abuse\nUser-Agent: Loop/1.0\nVersion: 1\n"
STATUS_FIELDS = (
    "Reporting-MTA: dns; MX.behind.example\n\n"
    "Original-Recipient: rfc822;ann@Here.example\nFinal-Recipient: rfc822; 4711@x\nAction: failed\nStatus: 5.7.1\n"
)


def original(shown: str = SIGNED) -> str:
    """The header of a delivered mail."""
    return (
        f'Trust-Lane: open; action=deliver; id={shown}; by=mx.example.org;\n\treason="x"\n'
        "From: a@sender.example\nSubject: buy\n"
    )


def feedback(
    fields: str = FEEDBACK_FIELDS, reported: str = "", third: str = "message/rfc822", second: str = "feedback-report"
) -> bytes:
    """A feedback report (RFC 5965)."""
    return _report("feedback-report", f"message/{second}", fields, third, reported or f"{original()}\nBuy!\n")


def bounce(fields: str = STATUS_FIELDS, reported: str = "", third: str = "text/rfc822-headers") -> bytes:
    """A delivery status notification (RFC 3464)."""
    return _report("delivery-status", "message/delivery-status", fields, third, reported or original())


def forward(*attached: str) -> bytes:
    """Mails, attached to another one."""
    parts = "".join(f"--f\nContent-Type: message/rfc822\n\n{it}\nBuy!\n" for it in attached)
    return f"From: ann@here.example\nContent-Type: multipart/mixed; boundary=f\n\n--f\n\nSpam!\n{parts}--f--\n".encode()


def inline(text: str, head: str = "From: ann@here.example\n") -> bytes:
    return f"{head}\n{text}\n".encode()


def _report(kind: str, second: str, fields: str, third: str, reported: str) -> bytes:
    last = f"--r\nContent-Type: {third}\n\n{reported}\n" if third else ""
    return (
        f'From: loop@provider.example\nContent-Type: multipart/report; report-type="{kind}"; boundary="r"\n\n'
        f"--r\nContent-Type: text/plain\n\nA mail of yours.\n--r\nContent-Type: {second}\n\n{fields}\n{last}--r--\n"
    ).encode()
