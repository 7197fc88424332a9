"""What a request tells of a mail's session and envelope becomes a Transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trustlane.errors import MessageError
from trustlane.message import LineEnds, Transaction
from trustlane.verify import transaction
from trustlane.web.problem import wrong_request

NAMES = ("client_ip", "helo", "mail_from", "rcpt", "submitter", "line_ends", "record")
"""What may be told; ``rcpt`` more than once."""

HEADERS = {f"trustlane-{name.replace('_', '-')}": name for name in NAMES}
"""The same as header fields, for those who would rather not have addresses in the logs of proxies."""

MOST_RCPT = 1_000
MOST_CHARACTERS = 1_024


@dataclass(frozen=True, slots=True)
class Asked:
    """One mail to check.

    Attributes:
        mail: the transaction.
        is_recorded: whether the ledger is told of it; else nothing is left behind.
    """

    mail: Transaction
    is_recorded: bool


Told = Mapping[str, Sequence[str]]
"""Values by name."""


def told_by_parameters(pairs: Sequence[tuple[str, str]], headers: Sequence[tuple[str, str]]) -> Told:
    """Values of the query, and of header fields where the query has none of that name.

    Raises:
        Problem: a parameter is not known.
    """
    told: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in NAMES:
            raise wrong_request(f"there is no parameter {name[:40]!r}")
        told.setdefault(name, []).append(value)
    by_query = frozenset(told)
    for field, value in headers:
        name = HEADERS.get(field.lower(), "")
        if name and name not in by_query:
            told.setdefault(name, []).append(value)
    return told


def told_by_json(envelope: Any) -> Told:
    """Values of the part ``envelope``.

    Raises:
        Problem: it is no object of texts, ``rcpt`` a list of them.
    """
    if not isinstance(envelope, dict):
        raise wrong_request("the envelope must be an object of JSON")
    told = {}
    for name, value in envelope.items():
        if name not in NAMES:
            raise wrong_request(f"the envelope has no {name[:40]!r}")
        values = [str(value).lower()] if name == "record" and isinstance(value, bool) else value
        values = [values] if isinstance(values, str) else values
        if value is None:
            continue
        if not isinstance(values, list) or not all(isinstance(it, str) for it in values):
            raise wrong_request(f"{name} must be a text" + (", or a list of them" if name == "rcpt" else ""))
        told[name] = values
    return told


def asked(message: bytes, told: Told) -> Asked:
    """
    Raises:
        Problem: a value is wrong.
    """
    if not message:
        raise wrong_request("there is no message")
    for name, values in told.items():
        if name != "rcpt" and len(values) > 1:
            raise wrong_request(f"{name} is there more than once")
        if len(values) > MOST_RCPT or any(len(value) > MOST_CHARACTERS for value in values):
            raise wrong_request(f"{name} is too long")
    one = {name: values[0] for name, values in told.items() if name != "rcpt" and values}
    record = one.get("record", "true")
    if record not in ("true", "false"):
        raise wrong_request("record must be true or false")
    try:
        line_ends = LineEnds(one.get("line_ends", LineEnds.FIX_CRLF))
        mail = transaction(
            message,
            one.get("client_ip"),
            one.get("helo"),
            one.get("mail_from"),
            tuple(told.get("rcpt", ())),
            line_ends,
            one.get("submitter"),
        )
    except (MessageError, ValueError) as error:
        raise wrong_request(str(error)) from error
    return Asked(mail, record == "true")
