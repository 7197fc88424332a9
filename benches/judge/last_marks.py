"""The last few marks of an address, as the mail server mox decides.

Its description: only mail that a user marked counts. Where the validated author address has some, the last two decide:
both junk (or the only one) refuse, else the mail is let in. Without any, whoever was written to is let in; then the
last 20 of
the author domain: more than four fifths good lets in, none good of three addresses refuses, else the content filter
decides. Then the last 50 of the signing domains and the reverse-path, where less than a tenth or more than nine tenths
is junk and none disagrees. Marks are kept here for the whole site and not for each mailbox, and mail that was kept in
silence for three days counts as good: both are to its advantage.
"""

from collections import OrderedDict, deque
from itertools import islice

from judge.rater import JUNK_AT, Names, names_of
from trustlane.replay import FeedbackEvent, FeedbackKind, MailEvent, OutboundEvent
from trustlane.replay.tally import Outcome

OF_ADDRESS, OF_DOMAIN, OF_SIGNER = 2, 20, 50
SILENT_SECONDS = 72 * 3600.0
ACCEPTED, REFUSED = -100.0, 100.0

_AGAINST = frozenset({FeedbackKind.COMPLAINT, FeedbackKind.JUNK, FeedbackKind.TRAP})

Mark = tuple[bool, str]
"""Whether it was junk, and the author's address."""


class LastMarks:
    name = "last marks of an address (mox)"

    def __init__(self) -> None:
        self._marks: dict[tuple[str, str], deque[Mark]] = {}
        self._written: set[str] = set()
        self._waiting: OrderedDict[str, tuple[float, Names]] = OrderedDict()
        self._heard: OrderedDict[str, Names] = OrderedDict()

    def mail(self, mail: MailEvent) -> Outcome:
        self._settle(mail.time)
        names = names_of(mail)
        is_junk = self._rule(names, mail.author or "")
        score = mail.content_score or 0.0
        is_delivered = score < JUNK_AT if is_junk is None else not is_junk
        if is_delivered:
            self._waiting[mail.id] = (mail.time, names)
        suspicion = score if is_junk is None else REFUSED if is_junk else ACCEPTED
        return Outcome(is_trusted=is_junk is False, is_delivered=is_delivered, suspicion=suspicion)

    def feedback(self, feedback: FeedbackEvent) -> None:
        waiting = self._waiting.pop(feedback.about, None)
        names = waiting[1] if waiting else self._heard.get(feedback.about)
        if names:
            self._heard[feedback.about] = names
            self._mark(names, is_junk=feedback.kind in _AGAINST)
        if len(self._heard) > 100_000:
            self._heard.popitem(last=False)

    def outbound(self, outbound: OutboundEvent) -> None:
        for address in outbound.rcpt:
            self._written.update((address, address.rpartition("@")[2]))

    def _rule(self, names: Names, author: str) -> bool | None:
        """Whether it is junk; ``None`` leaves it to the content filter."""
        if names.author:
            if last := self._last("address", names.author, OF_ADDRESS):
                return all(is_junk for is_junk, _ in last)
            if names.author in self._written:
                return False
            if last := self._last("domain", names.domain, OF_DOMAIN):
                good = sum(not is_junk for is_junk, _ in last)
                if 100 * good > 80 * len(last):
                    return False
                return True if not good and len({of for _, of in last}) >= 3 else None
            if names.domain in self._written:
                return False
        return self._by_carriers(names)

    def _by_carriers(self, names: Names) -> bool | None:
        shares = []
        most = 0
        for kind, name in [*(("dkim", signer) for signer in names.signers), ("spf", names.mail_from)]:
            if last := self._last(kind, name, OF_SIGNER):
                shares.append(sum(is_junk for is_junk, _ in last) / len(last))
                most = max(most, len(last))
        good, bad = any(share < 0.1 for share in shares), any(share > 0.9 for share in shares)
        if good and not bad:
            return False
        return True if bad and not good and most > 1 else None

    def _last(self, kind: str, name: str, count: int) -> list[Mark]:
        return list(islice(self._marks.get((kind, name), ()), count)) if name else []

    def _mark(self, names: Names, *, is_junk: bool) -> None:
        told = [("address", names.author), ("domain", names.domain), ("spf", names.mail_from)]
        for key in [*told, *(("dkim", signer) for signer in names.signers)]:
            if key[1]:
                self._marks.setdefault(key, deque(maxlen=OF_SIGNER)).appendleft((is_junk, names.author))

    def _settle(self, now: float) -> None:
        while self._waiting:
            id_, (time, names) = next(iter(self._waiting.items()))
            if time > now - SILENT_SECONDS:
                return
            del self._waiting[id_]
            self._heard[id_] = names
            self._mark(names, is_junk=False)
