"""Events for tests, as lines of a log."""

import json

SEEN = 1_767_225_600.0


def mail(id_: str, time: float = SEEN, domain: str = "firm.example", **more: object) -> bytes:
    """A mail of this domain, signed and aligned."""
    findings = [
        {
            "method": "dkim",
            "result": "pass",
            "domain": domain,
            "selector": "one",
            "signature": id_,
            "reason": "dkim.verified",
        },
        {"method": "spf", "result": "pass", "domain": domain, "reason": "spf.matched"},
        {"method": "spf", "result": "pass", "domain": f"mx.{domain}", "reason": "spf.matched"},
        {"method": "dmarc", "result": "pass", "domain": domain, "reason": "dmarc.aligned"},
    ]
    told = {
        "type": "mail",
        "id": id_,
        "time": time,
        "ip": "192.0.2.1",
        "helo": f"mx.{domain}",
        "mail_from": f"bounce@{domain}",
        "rcpt": ["user@site.example"],
        "author": f"Office@{domain}",
        "findings": findings,
        "content_score": 0.5,
        "size": 4000,
    }
    return line(**{**told, **more})


def feedback(about: str, kind: str, time: float, reporter: str = "user@site.example") -> bytes:
    return line(type="feedback", time=time, about=about, kind=kind, reporter=reporter)


def line(**values: object) -> bytes:
    return json.dumps(values).encode() + b"\n"
