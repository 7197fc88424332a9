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
        "pair-shared": "{subject} is trusted, but {signer} signs for many and the author is not validated",
        "no-author": "only {subject} was validated, which does not speak for the author",
        "turned": "{subject} has turned: bad reports add up to {drift:.1f}, and {most:.1f} are too many",
        "braked": "{subject} is trusted but sends far more than it ever did; {audits} clean audits are due",
        "set": "{subject} is set to {to} by the operator until {until}: {why}",
        "replayed": "this mail is one of many copies of one signed mail: {networks:.0f} networks, "
        "{strangers:.0f} recipients that its header does not name",
    },
)

PARTS = Catalogue(
    "part",
    {
        "nothing": "nothing is remembered of it; newcomers of its kind were wanted at a rate of {rate:.3f}",
        "evidence": "{good:.1f} observations for it and {bad:.1f} against it are left, each halved in 30 days",
        "capped": "no more than {cap:.0f} observations count, so that a long good past buys no impunity",
        "prior": "newcomers of its kind were wanted at a rate of {rate:.3f}, which counts as 2 observations",
        "bounds": "so between {lower:.3f} and {upper:.3f} of its mail is wanted, in 9 of 10 cases",
        "long": "over weeks its rate is {rate:.3f}, which holds for {bound:.3f} at least",
        "drift": "bad reports of late add up to {drift:.1f}; at {most:.1f} it has turned",
        "volume": "{in_hour} mails this hour and {in_day} today; never more than {most_in_hour:.0f} an hour and "
        "{most_in_day:.0f} a day before",
        "braked": "it sends far more than it ever did; {audits} clean audits are due",
        "held": "it was trusted before, and loses trust below {lost:.2f}; it was gained at {gained:.2f}",
        "not-held": "it was not trusted before, and gains trust at {gained:.2f}",
        "shared": "it carries mail of {authors:.0f} other authors at least, so it counts only with an author",
        "set": "the operator set it to {to} until {until}, whatever it did: {why}",
        "renewed": "its past does not count: it was silent for 180 days, or after a pause keys and networks are new",
    },
)

OPINIONS = Catalogue(
    "opinion",
    {
        "correspondent": "{writer} wrote to {address} {times} times, last {days:.0f} days ago",
        "correspondents": "{writers:.0f} people here wrote to {address}, last {days:.0f} days ago",
        "partner": "{domain} is a partner by agreement, and {method} authenticated it",
        "partner-ended": "the agreement with {domain} has ended",
        "partner-unproved": "{domain} is a partner, but {method} did not authenticate it",
        "partner-over": "the partner {domain} sends more than the {limit} mails a day agreed upon",
        "vouched": "{voucher} vouches for the {content} mail of {domain}",
        "not-vouched": "{voucher} does not vouch for the {content} mail of {domain}",
        "listed": "{zone} lists {name} with {answer}",
        "reputed": "{service} rates {name} for {assertion} with {rating:.3f}",
        "accredited": "{accreditor} accredits {name} with grade {grade}",
        "granted": "{source} says so, and may speak alone: {why}",
        "agreed": "{sources} agree on {subject}: {why}",
        "alone": "{source} speaks well of {subject}, but one outside word is not enough",
        "own-news": "this site's own news outweighs what {source} says",
        "against": "{sources} speak against it: {why}",
    },
)

LISTS = Catalogue(
    "list",
    {
        "silent": "the list {zone} does not answer at its test points, so it is switched off",
        "answers-everything": "the list {zone} answers everything, also what must not be listed, so it is switched off",
        "answers-nothing": "the list {zone} does not list its test point, so it is switched off",
        "trouble": "the list {zone} answers {answer}, which says that it does not serve us, so it is switched off",
    },
)
