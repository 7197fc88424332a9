"""What a decision means for the client that waits, and for the log: the same at every edge."""

from trustlane.delivery.reply import Reply
from trustlane.lanes import Action, Decision
from trustlane.message import Transaction

INTERNAL_ERROR = Reply(451, "4.3.0", "internal error, please try again later")
"""A bug of ours costs one mail a try."""


def refusal_of(decision: Decision) -> Reply | None:
    """The reply that refuses the mail, which names the decision for whoever asks; ``None`` where it is taken."""
    if decision.action is not Action.REJECT:
        return None
    return Reply(550, "5.7.1", f"refused by local policy; ask the postmaster about {decision.id}")


def log_line(mail: Transaction, decision: Decision, reply: Reply, octets: int) -> str:
    """One decision on one line; whatever the mail contained stays within its quotes."""
    parts = {
        "id": decision.id,
        "lane": decision.lane,
        "action": decision.action,
        "reply": reply.code,
        "client": mail.session.client_ip,
        "from": mail.envelope.mail_from,
        "rcpt": len(mail.envelope.rcpt),
        "octets": octets,
        "why": "; ".join(reason.code for reason in decision.reasons),
    }
    return " ".join(
        f"{name}={value!r}" if isinstance(value, str) and not value.isalnum() else f"{name}={value}"
        for name, value in parts.items()
    )
