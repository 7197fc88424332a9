"""The closed list of what can move a mail to a lane or an action."""

from trustlane.reasons import Catalogue

LANES = Catalogue(
    "lane",
    {
        "trusted": "{subject} has earned trust here and answers for this mail",
        "no-identity": "no domain name answers for this mail",
        "not-trusted": "no name that answers for this mail has earned trust yet",
        "bad-standing": "{subject} has a bad standing here",
        "cannot-tell": "DNS did not answer ({methods}), so nothing is known for certain now",
        "ledger-unavailable": "the ledger cannot be read, so nothing is known of the past",
        "damaged": "the mail cannot be read as one: {what}",
        "dmarc-fails": "{domain} does not answer for this mail and asks to {policy} such mail",
        "dmarc-held": "the owner's wish to reject is followed by holding only: it is no proof of abuse",
        "dmarc-waived": "trust earned by {subject} outweighs the failed check of the author domain",
        "refused-by-standing": "refused, because {subject} has a bad standing here",
        "mode": "mode is {mode}: the mail is delivered, where enforcing would {action}",
    },
)
