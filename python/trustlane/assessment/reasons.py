"""Why an assessment came out as it did."""

from trustlane.reasons import Catalogue

STANDING = Catalogue(
    "standing",
    {
        "nobody": "nobody answers for this mail: no name was validated",
        "bad": "{subject} is bad: at most {bound:.3f} of its mail is wanted ({evidence:.1f} observations)",
        "trusted": "{subject} is trusted: at least {bound:.3f} of its mail is wanted ({evidence:.1f} observations)",
        "untrusted": "{subject} is not trusted: between {lower:.3f} and {upper:.3f} of its mail is wanted "
        "({evidence:.1f} observations)",
        "unknown": "{subject} is new here: {evidence:.1f} observations are too few to tell",
        "shared": "{subject} is trusted, but many may use it: it does not speak for the author",
        "no-author": "only {subject} was validated, which does not speak for the author",
    },
)
