"""The closed list of why a request for policy was answered as it was."""

from trustlane.reasons import Catalogue

POLICY = Catalogue(
    "policy",
    {
        "other-request": "a request of another kind is let pass",
        "no-envelope": "at {state} there is no envelope yet to say anything of",
        "ours": "the client logged in, or is in a network of ours",
        "spf-told": "the mail gets a Received-SPF field, of {result}",
        "spf-told-before": "the mail has its Received-SPF field already",
        "nothing-to-tell": "nothing speaks against the mail so far",
        "bad-standing": "{subject} has a bad standing here",
        "spf-fail": "{domain} says that {client} must not send in its name",
        "spf-unsure": "DNS did not answer whether {client} may send in the name that it gave",
        "too-large": "{octets} octets are more than the {most} that a sender without trust here may send",
        "too-many-recipients": "{count} recipients are more than the {most} that a sender without trust here may name",
        "mode": "the mode is {mode}; enforcing would {severity} this mail",
        "busy": "too many MTAs ask at once",
        "failure": "we met an error of our own",
    },
)
