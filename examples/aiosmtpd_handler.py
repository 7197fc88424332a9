"""trustlane inside an SMTP server of your own: a handler for aiosmtpd that decides on each mail before it is taken.

    pip install trustlane aiosmtpd

The handler looks at a whole mail at the end of DATA: refused mail gets its 550, an error of ours costs one try, and
what is taken goes with its edits to ``deliver``, which returns once the mail is safe.
"""

import logging
import time
from collections.abc import Awaitable, Callable

from aiosmtpd.smtp import SMTP, Envelope, Session

from trustlane import Decision, Policy, averify
from trustlane.delivery import Reply, apply, edits
from trustlane.delivery.answers import INTERNAL_ERROR, refusal_of
from trustlane.dns import AsyncResolver
from trustlane.ledger import AsyncLedger
from trustlane.message import Instant, LineEnds

log = logging.getLogger(__name__)

Deliver = Callable[[bytes, Envelope, Decision], Awaitable[None]]
"""Takes the edited mail, its envelope, and the decision; returns once the mail is safe, and raises where it is not."""


class TrustlaneHandler:
    """Decides on mail, and hands on what is taken.

    Args:
        authserv_id: our name in the fields that are added (RFC 8601 §2.5).
        resolver, ledger, policy: as for :func:`trustlane.averify`.
        deliver: where taken mail goes.
        clock: gives the time of receipt in Unix seconds.
    """

    def __init__(
        self,
        *,
        authserv_id: str,
        resolver: AsyncResolver,
        ledger: AsyncLedger,
        policy: Policy,
        deliver: Deliver,
        clock: Callable[[], Instant] = time.time,
    ) -> None:
        self._authserv_id = authserv_id
        self._resolver = resolver
        self._ledger = ledger
        self._policy = policy
        self._deliver = deliver
        self._clock = clock

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd when a mail is whole; gives the reply to it."""
        try:
            return str(await self._answer(session, envelope))
        except Exception:
            log.exception("the mail is not safe, so the client is asked to send it again")
            return str(INTERNAL_ERROR)

    async def _answer(self, session: Session, envelope: Envelope) -> Reply:
        message = envelope.original_content or b""
        decision = await averify(
            message,
            client_ip=session.peer[0] if isinstance(session.peer, tuple) else None,
            helo=session.host_name,
            mail_from=envelope.mail_from,
            rcpt=envelope.rcpt_tos,
            line_ends=LineEnds.AS_IS,
            resolver=self._resolver,
            ledger=self._ledger,
            policy=self._policy,
            now=self._clock(),
        )
        if refusal := refusal_of(decision):
            return refusal
        changes = edits(decision, self._authserv_id)
        await self._deliver(apply(changes, message, decision.examined.examination.field_spans), envelope, decision)
        return Reply(250, "2.0.0", f"{decision.lane} lane, {decision.id}")
