"""One mail is checked: the decision and its edits, as data."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trustlane.delivery import Edit, InsertField, Reply, edits
from trustlane.delivery.answers import log_line, refusal_of
from trustlane.delivery.replay import ReplayFiles
from trustlane.dns import AsyncResolver
from trustlane.dns.patience import MAIL_SECONDS, AsyncPatience
from trustlane.flow import acarry, aconsider
from trustlane.lanes import Decision, Policy
from trustlane.lanes.data import as_data
from trustlane.ledger import AsyncLedger
from trustlane.message import Instant
from trustlane.web.envelope import Asked

log = logging.getLogger(__name__)

CHECKED = Reply(250, "2.0.0", "checked")


@dataclass(frozen=True, slots=True)
class Checker:
    """What a check needs.

    Attributes:
        clock: gives the time of receipt in Unix seconds.
        mail_seconds: how long all questions to DNS about one mail may take.
    """

    authserv_id: str
    resolver: AsyncResolver
    ledger: AsyncLedger
    policy: Policy
    replay: ReplayFiles
    clock: Callable[[], Instant]
    mail_seconds: float = MAIL_SECONDS

    async def check(self, asked: Asked) -> dict[str, Any]:
        """The answer as data for JSON."""
        line = acarry if asked.is_recorded else aconsider
        decision = await line(
            asked.mail,
            resolver=AsyncPatience(self.resolver, self.mail_seconds),
            ledger=self.ledger,
            policy=self.policy,
            now=self.clock(),
        )
        refusal = refusal_of(decision)
        log.info("%s", log_line(asked.mail, decision, refusal or CHECKED, len(asked.mail.message)))
        return self._answer(decision, refusal)

    def keep(self, asked: Asked) -> str:
        """Keeps a mail that met an error of ours; gives the file's name."""
        return self.replay.keep(asked.mail, self.clock())

    def _answer(self, decision: Decision, refusal: Reply | None) -> dict[str, Any]:
        return {
            "decision": as_data(decision),
            "edits": [_edit(edit) for edit in edits(decision, self.authserv_id)],
            "reply": _reply(refusal) if refusal else None,
        }


def _edit(edit: Edit) -> dict[str, Any]:
    if isinstance(edit, InsertField):
        return {"edit": "insert", "name": edit.name, "value": edit.value}
    return {"edit": "delete", "name": edit.name, "index": edit.index}


def _reply(reply: Reply) -> dict[str, Any]:
    return {"code": reply.code, "enhanced_code": reply.enhanced_code, "text": reply.text}
