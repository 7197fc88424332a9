"""The closed list of what can move a mail to a lane or an action, beside the reasons of its assessment."""

from trustlane.reasons import Catalogue

LANES = Catalogue(
    "lane",
    {
        "cannot-tell": "DNS did not answer for {methods}, so some names could not be checked now",
        "ledger-unavailable": "the ledger cannot be read, so nothing is known of the past",
        "bare-line-end": "a CR or LF stands alone at octet {at}, and such mail is refused",
        "dmarc-fails": "{domain} does not answer for this mail, and asks to {policy} such mail",
        "dmarc-held": "a wish to reject is followed by holding only; alone it is no proof of abuse",
        "dmarc-waived": "the trust that {subject} has earned outweighs the failed check of the author domain",
        "bad-author": "{subject} has a bad standing here, so the mail is refused",
        "bad-carrier": "{subject} has a bad standing here but may carry mail of others, so the mail is held",
        "mode": "the mode is {mode}; enforcing would {action} this mail",
    },
)
