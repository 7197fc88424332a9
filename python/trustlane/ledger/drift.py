"""Drift: the sum that tells a change for the worse, whatever the past (CUSUM, Page 1954).

Each label adds how much likelier it is from a sender that has turned than from one that is as good as ever: the
logarithm of the ratio of the two likelihoods. The sum never falls below nothing, so that a good past earns no credit.
"""

from collections.abc import Mapping

from trustlane.ledger.observation import Kind

LIKELIHOOD: Mapping[Kind, float] = {
    Kind.COMPLAINT: 5.0,  # one mail in 1,000 of a good sender, one in 7 of a turned one: ln 150
    Kind.TRAP: 7.0,  # one in 100,000, one in 100: ln 1,000
    Kind.JUNK: 4.5,  # one in 150 is a filter's mistake; three of five are found: ln 90
    Kind.CLEAN: -0.5,
    Kind.SILENCE: -0.1,
    Kind.NOT_JUNK: -1.5,
    Kind.ANSWERED: -3.0,
}
"""Logarithms of likelihood ratios."""

TURNED_AT = 10.5
"""From here on a sender has turned: two spam traps, or a trap and a complaint, or three complaints or junk verdicts
among some 40 silent mails. A mass mailer with 0.1 % complaints comes here once in some hundred thousand mails."""

MOST = 2.0 * TURNED_AT
"""No more is added up, so that a sender that mends its ways is not held to all it did."""


def drifted(drift: float, kind: Kind, weight: float) -> float:
    """The sum once this label counts, with the weight of who gave it."""
    return min(max(drift + weight * LIKELIHOOD.get(kind, 0.0), 0.0), MOST)
