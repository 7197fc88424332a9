"""What can come of a report: the closed list."""

from trustlane.reasons import Catalogue

FEEDBACK = Catalogue(
    "feedback",
    {
        "counted": "counted as {kind} for {subjects}",
        "counted-before": "counted before as {kind} for {subjects}",
        "nobody": "nobody answers for this mail, so nobody's standing changes",
        "no-id": "the report bears no id of a decision, so nobody can tell which mail it is about",
        "unsigned": "the id {id} is not signed, so anybody may have written it",
        "forged": "the id {id} was not signed here",
        "unknown-key": "the id {id} was signed with a key that is not kept here any more",
        "forgotten": "nothing is remembered of decision {id}; decisions are kept for {days} days",
        "too-much": "the report goes over a limit of reading: at most {max} {what}",
        "field-count": "a {type} report has its field {field} once; this one has it {found} time(s)",
        "part-missing": "a {type} report needs a part {part} in its place",
        "version": "{version} is no version of feedback reports that is known here",
        "not-about-behaviour": "a report of type {type} tells nothing about how its sender behaves",
        "auth-failure": "{domain}: {failure} failed elsewhere; what became of the mail: {delivery}",
        "written": "{writer} wrote to {recipients}",
        "no-person": "no person wrote this mail, or to very many, so it makes no correspondents",
        "no-correspondent": "{address} does not exist, so it is nobody's correspondent any more",
        "no-verdict": "no field above our own tells the verdict of a content filter",
        "bounced": "mail to {address} was not delivered: {status}",
        "still-trying": "mail to {address} is {action}: nothing is known for good",
    },
)
