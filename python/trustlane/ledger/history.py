"""Subjects and what is remembered of each."""

from typing import NamedTuple


class Subject(NamedTuple):
    """One thing that can earn or lose trust, or that is counted beside those that can.

    Attributes:
        kind: ``address``, ``rfc5322.from`` (author domain), ``organization``, ``pair`` (author domain and signing
            domain, written ``author signer``), ``dkim`` (signing domain), ``spf`` (MAIL FROM domain), ``rfc5321.helo``,
            ``network`` (after RFC 7073 §3.2). Beside them ``newcomer`` (all newcomers of the kind that the name tells),
            ``signature`` (one DKIM signature, by its hash), ``reporter`` (who reports mail) and ``correspondent`` (whom
            this site wrote to).
        name: lower case, A-labels.
    """

    kind: str
    name: str


class History(NamedTuple):
    """What the ledger remembers of one subject.

    ``good``, ``bad``, ``long_good``, ``long_bad`` and ``drift`` are decayed weights as of ``as_of``; they are not
    decayed further until read through :func:`trustlane.ledger.evidence.decayed`. Marks are sets of 32 bits
    (:mod:`trustlane.ledger.marks`).

    Attributes:
        good: weight of observations in favour, without any prior, within the cap.
        bad: weight of observations against, within the cap.
        as_of: Unix seconds to which both are decayed.
        first_seen: Unix seconds of the first mail or observation.
        last_seen: Unix seconds of the latest.
        mails: how many mails were seen.
        is_trusted: whether trust was held after the latest change (hysteresis).
        long_good, long_bad: the same weights without the cap: the rate over weeks, however many mails a day.
        drift: the sum that tells a change for the worse (:mod:`trustlane.ledger.drift`).
        last_mail: Unix seconds of the latest mail.
        hour, day: number of the hour and the day since 1970 in which the latest mail came.
        in_hour, in_day: mails in them so far.
        most_in_hour, most_in_day: the most in any earlier one, fading (:mod:`trustlane.ledger.volume`).
        braked_at: Unix seconds at which it sent more than it ever did, or 0.
        audits_due: clean audits still wanted before the brake is released.
        keys: marks of the DKIM keys seen.
        networks: marks of the networks its mail came from.
        set_to, set_until, set_why: the operator's word: how it stands until then, in Unix seconds, whatever it did, and
            why; ``""`` where there is none (:class:`Override`).
        others: marks of what else came with it: of a carrier (``dkim``, ``spf``, ``rfc5321.helo``) the organizations
            of other authors, of a signature the recipients that its header does not name, of a correspondent who wrote.
    """

    subject: Subject
    good: float = 0.0
    bad: float = 0.0
    as_of: float = 0.0
    first_seen: float = 0.0
    last_seen: float = 0.0
    mails: int = 0
    is_trusted: bool = False
    long_good: float = 0.0
    long_bad: float = 0.0
    drift: float = 0.0
    last_mail: float = 0.0
    hour: int = 0
    in_hour: int = 0
    most_in_hour: float = 0.0
    day: int = 0
    in_day: int = 0
    most_in_day: float = 0.0
    braked_at: float = 0.0
    audits_due: int = 0
    keys: int = 0
    networks: int = 0
    others: int = 0
    set_until: float = 0.0
    set_to: str = ""
    set_why: str = ""

    def override(self, now: float) -> "Override | None":
        """The operator's word, if it is in force."""
        if now >= self.set_until or self.set_to not in (TRUSTED, OPEN, BAD):
            return None
        return Override(self.set_to, self.set_until, self.set_why)


class Override(NamedTuple):
    """An operator's word about one subject, which ends by itself.

    Attributes:
        to: ``trusted``, ``open`` (not trusted, whatever it earned) or ``bad``.
        until: Unix seconds.
        why: for those who read it.
    """

    to: str
    until: float
    why: str


TRUSTED, OPEN, BAD = "trusted", "open", "bad"
"""What an operator can set a subject to."""

EARNED = Override("", 0.0, "")
"""No word of the operator: a subject stands as it earned."""
